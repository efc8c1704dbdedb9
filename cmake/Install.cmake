# cmake --install, and the .deb that `cpack --config build/release/CPackConfig.cmake` writes.
include (GNUInstallDirs)

if (TARGET peel)
  install (TARGETS peel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install (FILES ${CMAKE_BINARY_DIR}/completion/peel
           DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif ()

if (TARGET peel-simulator)
  install (TARGETS peel-simulator RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif ()

if (EXISTS ${CMAKE_SOURCE_DIR}/presets)
  install (DIRECTORY presets/ DESTINATION ${PEEL_PRESETS_BELOW_PREFIX})
endif ()
if (EXISTS ${CMAKE_SOURCE_DIR}/scripts/build-profiles)
  install (PROGRAMS scripts/build-profiles DESTINATION ${CMAKE_INSTALL_DATADIR}/peel)
endif ()
if (EXISTS ${CMAKE_SOURCE_DIR}/pipelines)
  install (DIRECTORY pipelines/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
           PATTERN out EXCLUDE
           PATTERN "*.manifest.json" EXCLUDE)
endif ()
if (EXISTS ${CMAKE_SOURCE_DIR}/docs)
  install (DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN decisions EXCLUDE)
endif ()
install (FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
if (EXISTS ${CMAKE_SOURCE_DIR}/README.md)
  install (FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif ()

set (CPACK_GENERATOR DEB)
set (CPACK_PACKAGE_NAME peel)
set (CPACK_PACKAGE_VENDOR "The Peel authors")
set (CPACK_PACKAGE_CONTACT "The Peel authors <peel@example.invalid>")
set (CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set (CPACK_PACKAGE_DESCRIPTION
"A pipeline file chains the generation of a picture with libvips stages (crop,
resize, colour, metadata, recompress) and aims it at presets for web, print,
social networks and shops. Originals are kept byte for byte in a
content-addressed cache, so that no later size is paid for twice.")
set (CPACK_PACKAGING_INSTALL_PREFIX /usr)
set (CPACK_STRIP_FILES ON)
set (CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set (CPACK_DEBIAN_PACKAGE_SECTION graphics)
set (CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set (CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Text in pictures needs a font even where no desktop put one.
set (CPACK_DEBIAN_PACKAGE_DEPENDS fonts-dejavu-core)
# Of build-profiles.
set (CPACK_DEBIAN_PACKAGE_SUGGESTS "argyll, icc-profiles-free")
include (CPack)
