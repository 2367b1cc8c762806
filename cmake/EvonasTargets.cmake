# One static library a folder, one test program a folder.

add_library(evonas_options INTERFACE)
target_compile_features(evonas_options INTERFACE cxx_std_20)
target_compile_options(
  evonas_options
  INTERFACE -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
)
# Where a few files are compiled as one (CMAKE_UNITY_BUILD, as the presets have it), GCC takes them for
# headers, in which unnamed namespaces would be a mistake.
target_compile_options(evonas_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)

# evonas_library(NAME FOLDER... [PUBLIC LIBS...] [PRIVATE LIBS...]): library evonas_NAME from all sources of
# the folders below src/.
function(evonas_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;PUBLIC;PRIVATE")
  set(sources)
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp
         ${PROJECT_SOURCE_DIR}/src/${folder}/*.S)
    list(APPEND sources ${found})
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_library(evonas_${name} STATIC ${sources})
  add_library(evonas::${name} ALIAS evonas_${name})
  set_target_properties(evonas_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(
    evonas_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
                          $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/evonas>
  )
  target_compile_features(evonas_${name} PUBLIC cxx_std_20)
  target_link_libraries(
    evonas_${name}
    PUBLIC ${arg_PUBLIC}
    PRIVATE $<BUILD_INTERFACE:evonas_options> ${arg_PRIVATE}
  )
  set_property(GLOBAL APPEND PROPERTY EVONAS_LIBRARIES evonas_${name})
endfunction()

# evonas_compile_by_space(TARGET): where files are compiled together, those of one space are, each of
# which uses the names of that space.
function(evonas_compile_by_space target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "/spaces/(darts|declared|hierarchical|mobilenetv3|nasbench101|nasbench201)")
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${CMAKE_MATCH_1})
    else()
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP rest)
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# evonas_precompile(TARGET...): headers that most files of ours read, compiled once for all of these, which
# have to be optimised alike: GCC takes the level from the precompiled headers.
function(evonas_precompile first)
  target_precompile_headers(
    ${first} PRIVATE <algorithm> <filesystem> <functional> <map> <memory> <optional> <span> <string>
                     <variant> <vector> <fmt/format.h> <fmt/ranges.h> ${PROJECT_SOURCE_DIR}/src/base/json.hpp
  )
  foreach(target IN LISTS ARGN)
    target_precompile_headers(${target} REUSE_FROM ${first})
  endforeach()
endfunction()

# evonas_link_first(TARGET LIBS...): of an inline function that is in several files the linker takes the
# first it meets. This puts these libraries of ours, and those they need, before the files of TARGET,
# which may then be optimised less without making the libraries slower.
function(evonas_link_first target)
  set(open ${ARGN})
  set(files)
  while(open)
    list(POP_FRONT open library)
    if(TARGET ${library} AND library MATCHES "^evonas_")
      get_target_property(type ${library} TYPE)
      set(file $<TARGET_FILE:${library}>)
      if(type STREQUAL "STATIC_LIBRARY" AND NOT file IN_LIST files)
        list(APPEND files ${file})
        get_target_property(needed ${library} LINK_LIBRARIES)
        list(APPEND open ${needed})
      endif()
    endif()
  endwhile()
  target_link_options(${target} PRIVATE LINKER:--whole-archive ${files} LINKER:--no-whole-archive)
endfunction()

# evonas_test(NAME LIBS...): program NAME_test from all tests/NAME/*_test.cpp, one ctest a test case.
function(evonas_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target ${name})
  add_executable(${target}_test ${sources})
  target_include_directories(${target}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target}_test PRIVATE test_main evonas_options rapidcheck ${ARGN})
  evonas_link_first(${target}_test ${ARGN})
  target_compile_definitions(
    ${target}_test PRIVATE EVONAS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                           DOCTEST_CONFIG_SUPER_FAST_ASSERTS # a fifth less to compile
  )
  add_test(NAME ${target} COMMAND ${target}_test)
  set(timeout 1800)
  if(EVONAS_SANITIZE)
    set(timeout 3600) # programs are ten times slower
  endif()
  set_tests_properties(
    ${target}
    PROPERTIES TIMEOUT ${timeout}
               SKIP_RETURN_CODE 77
               ENVIRONMENT
               TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/sanitizers/thread_suppressions.txt
  )
endfunction()
