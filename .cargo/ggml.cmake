# Included by CMake when it configures whisper.cpp (CMAKE_PROJECT_INCLUDE in
# config.toml): whisper-rs-sys makes rustc link the system's ggml, but does not
# pass its path. It does search its own build folder, so the libraries of the
# shared ggml are copied there.
if(PROJECT_NAME STREQUAL "whisper.cpp" AND CMAKE_PREFIX_PATH)
    file(GLOB ggml_libraries "${CMAKE_PREFIX_PATH}/lib/*ggml*.a" "${CMAKE_PREFIX_PATH}/lib/*ggml*.lib")
    file(COPY ${ggml_libraries} DESTINATION "${CMAKE_BINARY_DIR}/ggml-libraries")
endif()
