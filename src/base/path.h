/* Paths of files that users name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

/* `path` made absolute against `folder` (itself absolute), with "." and ".." and double slashes
 * taken out by text alone. New string. */
char *path_resolve (const char *folder, const char *path);
/* Both resolved: is `path` the folder or below it? By text; see path_real_folder for links. */
bool path_is_within (const char *path, const char *folder);
/* `path` as seen from `folder`, both resolved: "../x/y.png". New string. */
char *path_relative (const char *path, const char *folder);
/* The deepest existing folder of `path` with symbolic links followed, then the rest. New string. */
char *path_real (const char *path);
/* What `path` leads to when it is a symbolic link, over any number of them; it need not exist. Else
 * `path` itself. New string; NULL: the links go in a circle or cannot be read. */
char *path_follow_links (const char *path, GError **error);
/* A device, a pipe or a socket has no content to replace: what is written goes straight into it.
 * *out_fd is -1 where `path` is none of these, and may be nothing at all. */
bool path_open_stream (const char *path, int *out_fd, GError **error);
/* Makes the folder and those above it, and syncs what it made. */
bool path_make_folder (const char *folder, GError **error);
/* Syncs the folder that `path` is in, so that a new name in it survives a power cut. */
bool path_sync_folder_of (const char *path, GError **error);
/* Reads a whole file of at most `limit` bytes ("-": standard input). NUL-terminated. */
bool path_read_file (const char *path, int64_t limit, char **out_text, size_t *out_length,
                     GError **error);
/* The same of a file whose word counts: BASE_ERROR_UNSAFE when it is another user's (root's will do),
 * when its group or others may write it, and when it is no regular file. `path` is no link. */
bool path_read_own_file (const char *path, int64_t limit, char **out_text, size_t *out_length,
                         GError **error);
/* The last part of a path without its extension: "a/b.tar.gz" gives "b.tar", ".x" stays. New string. */
char *path_dup_stem (const char *path);
/* A value made safe inside a file name: letters, digits, '.', '_' and '-' of any script stay,
 * everything else becomes '-', runs collapse, the ends are trimmed; never "", "." or "..", at
 * most 100 bytes. New string. */
char *path_safe_name (const char *value);
