# Compiler settings and the libraries of the system, for every room.
set (CMAKE_C_STANDARD 17)
set (CMAKE_C_STANDARD_REQUIRED ON)
set (CMAKE_C_EXTENSIONS ON) # GNU: cleanup attributes, __typeof__

set (PEEL_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option (PEEL_WERROR "Warnings are errors" OFF)
option (PEEL_FUZZ "Build the libFuzzer targets (clang)" OFF)

find_program (PEEL_CCACHE ccache)
if (PEEL_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set (CMAKE_C_COMPILER_LAUNCHER ${PEEL_CCACHE})
endif ()

add_compile_definitions (_GNU_SOURCE G_LOG_DOMAIN="peel" G_DISABLE_DEPRECATED)
add_compile_options (
  -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
  -Wpointer-arith -Wformat=2 -Wundef -Wno-unused-parameter -Wno-missing-field-initializers
  -fno-common -fstack-protector-strong
  # Floats must not depend on the compiler's mood: equal recipes give equal pixels.
  -ffp-contract=off
  -include ${CMAKE_SOURCE_DIR}/src/base/banned.h)
if (CMAKE_C_COMPILER_ID STREQUAL "GNU")
  add_compile_options (-Wlogical-op -Wduplicated-cond)
endif ()
if (PEEL_WERROR)
  add_compile_options (-Werror)
endif ()
if (CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions (_FORTIFY_SOURCE=2)
endif ()
if (PEEL_SANITIZE)
  add_compile_options (-fsanitize=${PEEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options (-fsanitize=${PEEL_SANITIZE})
endif ()

find_package (PkgConfig REQUIRED)
pkg_check_modules (GLIB REQUIRED IMPORTED_TARGET glib-2.0>=2.68)
pkg_check_modules (VIPS REQUIRED IMPORTED_TARGET vips>=8.14)
pkg_check_modules (YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules (CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules (EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules (ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules (DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules (ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules (XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules (SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules (CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules (FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig)
pkg_check_modules (CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules (MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
