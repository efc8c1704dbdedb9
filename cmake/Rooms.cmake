# peel_room (NAME SOURCES … [ROOMS lower rooms it includes] [LIBRARIES third party])
# A room is a static library. Only direct needs are named; src/FLOORS and its lint say what is allowed.
function (peel_room name)
  cmake_parse_arguments (ROOM "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_library (peel_${name} STATIC ${ROOM_SOURCES})
  target_include_directories (peel_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src
                              ${CMAKE_BINARY_DIR}/generated)
  list (TRANSFORM ROOM_ROOMS PREPEND peel_)
  target_link_libraries (peel_${name} PUBLIC ${ROOM_ROOMS} PkgConfig::GLIB ${ROOM_LIBRARIES} m)
endfunction ()

# peel_unit_test (ROOM FILE …): tests/unit/ROOM/test-FILE.c, linked to its room's floors only.
function (peel_unit_test room)
  foreach (file IN LISTS ARGN)
    set (name unit-${room}-${file})
    add_executable (${name} test-${file}.c)
    target_link_libraries (${name} PRIVATE peel_${room} peel_test_support)
    add_test (NAME unit/${room}/${file} COMMAND ${name} --tap)
    if (PEEL_SANITIZE STREQUAL "thread") # see tests/support/tsan-glib.c
      set_tests_properties (unit/${room}/${file} PROPERTIES ENVIRONMENT G_SLICE=always-malloc)
    endif ()
  endforeach ()
endfunction ()
