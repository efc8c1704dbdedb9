/* cJSON trees as text. cJSON builds them; this prints them the way Peel's files look. */
#pragma once

#include <glib.h>
#include <cjson/cJSON.h>

/* Two spaces an indent, a space after ':', short arrays and objects of scalars on one line up to
 * 100 characters, integers without a point, "\n" at the end. New string. */
char *json_write_pretty (const cJSON *json);
/* One line, no spaces, no newline. New string. */
char *json_write_line (const cJSON *json);
/* A JSON string with its quotes, valid UTF-8 whatever is given. */
void json_append_quoted (GString *out, const char *text);
