/* Functions that this project does not call, turned into compile errors.
 * Forced into every file by the build (-include), so nobody has to remember it. */
#pragma once

/* The system headers that declare them come first, so that only calls are poisoned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With _FORTIFY_SOURCE and clang some are macros, which cannot be poisoned. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gets

#pragma GCC poison atoi atol atof strcpy strcat sprintf vsprintf strtok gets
