/* --tag a,b --tag c: a list of tags on a command line, each checked. */
#pragma once

#include <glib.h>

/* NULL-terminated; NULL on error. `lists` may be NULL: then it is empty. */
char **tag_list_read (char *const *lists, GError **error);
