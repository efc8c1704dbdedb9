# What the program must know of its build: written to base/build-config.h in the build folder.
include (GNUInstallDirs)
set (PEEL_PRESETS_BELOW_PREFIX ${CMAKE_INSTALL_DATADIR}/peel/presets)
configure_file (${CMAKE_SOURCE_DIR}/cmake/build-config.h.in
                ${CMAKE_BINARY_DIR}/generated/base/build-config.h @ONLY)
