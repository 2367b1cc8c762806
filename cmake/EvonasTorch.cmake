# LibTorch behind one target. Its own CMake package is asked in a scope of its own, because it sets flags
# and redefines targets for whoever includes it.

if(NOT CMAKE_PREFIX_PATH AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  execute_process(
    COMMAND ${PROJECT_SOURCE_DIR}/.venv/bin/python -c
            "import torch; print(torch.utils.cmake_prefix_path, end='')"
    OUTPUT_VARIABLE torch_prefix COMMAND_ERROR_IS_FATAL ANY
  )
  list(APPEND CMAKE_PREFIX_PATH ${torch_prefix})
endif()
find_package(Torch 2.4 REQUIRED)

# LibTorch's headers are not ours to keep free of warnings. An installed evonas finds its own LibTorch.
add_library(evonas_torch INTERFACE)
target_include_directories(
  evonas_torch SYSTEM INTERFACE "$<BUILD_INTERFACE:${TORCH_INCLUDE_DIRS}>"
)
# libstdc++ first: some builds of LibTorch export a std::filesystem of their own, which fails for others.
target_link_libraries(
  evonas_torch INTERFACE stdc++ "$<BUILD_INTERFACE:${TORCH_LIBRARIES}>" $<INSTALL_INTERFACE:torch>
)
separate_arguments(torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(evonas_torch INTERFACE ${torch_flags})
# LibTorch brings a newer fmt than the system's library; units that see it use it header-only.
target_compile_definitions(evonas_torch INTERFACE FMT_HEADER_ONLY)
