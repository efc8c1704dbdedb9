/* The pictures of a comparison in a folder: each original's exact bytes, and for each image one picture with
 * all of them side by side. */
#pragma once

#include "cli/command.h"
#include "cli/comparison.h"
#include "pipeline/pipeline.h"

/* The folder that `to` names, from the pipeline's folder; not made yet. It stays in there unless the pipeline
 * may leave it, and has to be new, empty or of an earlier comparison. New string; NULL: it may not be written
 * to. */
char *compare_files_folder (const Pipeline *pipeline, const char *to, GError **error);
/* Writes the originals that are there, and notes their names and what their bytes hold. What is there already
 * is left alone. */
bool compare_files_write_originals (const char *folder, Comparison *comparison, const char *home,
                                    int64_t most_bytes, GError **error);
/* Has workers make the side-by-side pictures; one that cannot be made is a warning. False: interrupted. */
bool compare_files_make_pictures (const Invocation *invocation, const char *folder,
                                  Comparison *comparison);
/* Writes a text, unless the file is like that already. */
bool compare_files_write (const char *folder, const char *name, const void *bytes, size_t length,
                          GError **error);
