# Included by CMake when it configures whisper.cpp and llama.cpp (CMAKE_PROJECT_INCLUDE in
# config.toml). whisper-rs-sys makes rustc link the system's ggml, but does not
# pass its path. It does search its own build folder, so the libraries of the
# shared ggml are copied there.
if(PROJECT_NAME STREQUAL "whisper.cpp" AND CMAKE_PREFIX_PATH)
    file(GLOB ggml_libraries "${CMAKE_PREFIX_PATH}/lib/*ggml*.a" "${CMAKE_PREFIX_PATH}/lib/*ggml*.lib")
    file(COPY ${ggml_libraries} DESTINATION "${CMAKE_BINARY_DIR}/ggml-libraries")
endif()
# llama.cpp's helpers for its own programs (chat templates, downloads, arguments) take as long to
# build as the rest of it. llama-cpp-2 asks for them by a default feature, and nothing here uses
# them.
if(PROJECT_NAME STREQUAL "llama.cpp")
    set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)
endif()
