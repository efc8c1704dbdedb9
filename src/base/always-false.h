/* For functions that report and always return false: a macro of the same name around the call,
 *     #define room_set_error(...) ALWAYS_FALSE (room_set_error (__VA_ARGS__))
 * shows it to the compiler and the analyser, which then know that `return room_set_error (…)` is
 * the path on which no out was set. The definition undefines it first. */
#pragma once

#include <stdbool.h>

#define ALWAYS_FALSE(call)                                                                         \
  ({                                                                                               \
    (void)(call);                                                                                  \
    false;                                                                                         \
  })
