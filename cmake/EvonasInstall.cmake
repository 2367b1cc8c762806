# `cmake --install`: the program, the libraries, their headers, and a package for find_package(evonas).

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/evonas)

get_property(libraries GLOBAL PROPERTY EVONAS_LIBRARIES)
if(TARGET evonas_torch)
  set_target_properties(evonas_torch PROPERTIES EXPORT_NAME torch)
  list(APPEND libraries evonas_torch)
endif()
install(TARGETS ${libraries} EXPORT evonas ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS evonas RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET evonas_torch_module)
  install(TARGETS evonas_torch_module LIBRARY DESTINATION lib/evonas) # where the program looks for it
endif()
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/src/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/evonas
  FILES_MATCHING
  PATTERN "*.hpp"
)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${CMAKE_INSTALL_DATADIR}/evonas)

install(EXPORT evonas NAMESPACE evonas:: DESTINATION ${package_folder} FILE evonasTargets.cmake)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/evonasConfig.cmake.in ${PROJECT_BINARY_DIR}/evonasConfig.cmake
  INSTALL_DESTINATION ${package_folder}
)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/evonasConfigVersion.cmake COMPATIBILITY SameMinorVersion
)
install(FILES ${PROJECT_BINARY_DIR}/evonasConfig.cmake
              ${PROJECT_BINARY_DIR}/evonasConfigVersion.cmake DESTINATION ${package_folder})
