/* HOME/verify.json: how far a check that was interrupted came. */
#pragma once

#include <stdbool.h>

/* The shelf to go on with; 0 when there is nothing to go on with, or another kind of check was
 * interrupted. */
unsigned verify_place_read (const char *home, bool rebuild);
/* Where it cannot be written, the next check begins anew: no error. */
void verify_place_write (const char *home, unsigned shelf, bool rebuild);
void verify_place_forget (const char *home);
