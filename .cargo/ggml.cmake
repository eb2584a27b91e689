# Included by CMake when it configures whisper.cpp (CMAKE_PROJECT_INCLUDE in
# config.toml): whisper-rs-sys makes rustc link the system's ggml, but does not
# pass its path. It does search its own build folder, so the libraries of the
# shared ggml are copied there.
if(PROJECT_NAME STREQUAL "whisper.cpp" AND CMAKE_PREFIX_PATH)
    file(GLOB ggml_libraries "${CMAKE_PREFIX_PATH}/lib/*ggml*.a" "${CMAKE_PREFIX_PATH}/lib/*ggml*.lib")
    file(COPY ${ggml_libraries} DESTINATION "${CMAKE_BINARY_DIR}/ggml-libraries")
endif()

# llama-cpp-2 binds llama.h alone. Its default features also build llama.cpp's
# helper library (about 50 C++ files), which nothing here links.
if(PROJECT_NAME STREQUAL "llama.cpp")
    set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)
endif()
