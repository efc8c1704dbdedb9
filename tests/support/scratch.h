/* A folder for one test, removed with all it holds when the test ends. */
#pragma once

#include <glib.h>

typedef struct {
  char *folder; /* absolute */
} Scratch;

Scratch *scratch_new (void);
void scratch_free (Scratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scratch, scratch_free)

/* folder/name, valid until the Scratch is freed. */
const char *scratch_path (Scratch *scratch, const char *name);
/* Writes a text file into the folder and returns its path. */
const char *scratch_write (Scratch *scratch, const char *name, const char *text);

/* g_assert_no_error, and that the call said it worked. */
#define assert_ok(call, error)                                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    bool ok_ = (call);                                                                             \
    g_assert_no_error (error);                                                                     \
    g_assert_true (ok_);                                                                           \
  }                                                                                                \
  G_STMT_END
