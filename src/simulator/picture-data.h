/* Pictures inside requests. */
#pragma once

#include <glib.h>

#include "image/format.h"

/* Strict base64 of something that is long enough to be a picture, also behind "data:…;base64,";
 * NULL: it is not. */
GBytes *picture_data_decode (const char *text);
/* As above, of any length. */
GBytes *picture_data_decode_any (const char *text);
/* JPEG, PNG and so on by the first bytes; `mime` says what it is declared as. Do they agree? */
bool picture_data_is (GBytes *data, const char *mime);
/* False: no picture that can be read. */
bool picture_data_size (GBytes *data, int *out_width, int *out_height);
