/* Rows of a section of `peel inspect`: a name and a value that a stranger wrote, in one line each. */
#pragma once

#include <stdbool.h>
#include <cjson/cJSON.h>
#include <glib.h>

typedef struct InspectRows InspectRows;
/* Values are cut unless `is_whole`. */
InspectRows *inspect_rows_new (bool is_whole);
void inspect_rows_free (InspectRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectRows, inspect_rows_free)
void inspect_rows_add (InspectRows *rows, const char *name, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
void inspect_rows_print (const InspectRows *rows);
/* Behind an empty line and the heading; nothing when there are no rows. */
void inspect_rows_print_section (const InspectRows *rows, const char *heading);

/* Members of an object, which may be NULL or lack them: then NULL, 0 or false. */
const cJSON *found_get (const cJSON *json, const char *name);
const char *found_text (const cJSON *json, const char *name);
double found_number (const cJSON *json, const char *name);
bool found_flag (const cJSON *json, const char *name);
