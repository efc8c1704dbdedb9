/* Where a program that was asked for a picture works: HOME/calls/ID, a folder for that one call.
 *
 * The folder is locked while it is in use. What a killed worker left is cleared by the next run; but a
 * picture that was paid for is moved to quarantine/, never thrown away. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef struct {
  char *path;
  char *home;
  int fd; /* -1: none */
} CallFolder;

#define CALL_FOLDER_INIT                                                                           \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

/* The folder's name and the file in it that is to be written. New strings. `id` is a file name. */
char *call_folder_path (const char *home, const char *id, bool is_paid);
char *call_folder_output_path (const char *folder);

/* Clears what killed workers left. `tell` is called with the path of each picture that was kept. */
void call_folder_sweep (const char *home, void (*tell) (void *data, const char *kept), void *data);

/* Makes the folder `path`. */
bool call_folder_open (CallFolder *folder, const char *home, const char *path, GError **error);
/* Moves the output out of the way of being removed. New string: where it is now; NULL: there is
 * none, or it cannot be moved. */
char *call_folder_keep_output (CallFolder *folder);
/* Removes it and all in it. */
void call_folder_clear (CallFolder *folder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallFolder, call_folder_clear)
