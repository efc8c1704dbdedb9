/* A SQLite file of the home: opened, made, recognised, set aside when it is damaged.
 *
 * Any of them can be lost without losing work, so a file that SQLite cannot read, or that is not
 * ours, never stops a run: it is renamed and begun again. WAL, so that readers never wait. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>
#include <sqlite3.h>

#include "base/digest.h"

typedef struct {
  const char *name;   /* in the home */
  const char *schema; /* SQL that makes it */
  const char *later;  /* SQL for what older files of this version lack; may be NULL */
  int version;        /* of the schema; a file with another one is set aside, or removed if there
                         is a fill */
  bool is_durable;    /* a commit survives a power cut, and costs an fsync */
  /* Fills a new one, in the transaction that makes it. May be NULL. */
  bool (*fill) (sqlite3 *handle, void *data, GError **error);
} DatabaseShape;

typedef struct {
  const DatabaseShape *shape;
  void *data; /* for fill */
  char *path;
  sqlite3 *handle; /* NULL: not open */
  dev_t device;
  ino_t inode;
  bool is_view;          /* set before it is opened: only what is there, and nothing is made */
  bool is_other_version; /* of ours, and complete */
  char *mended; /* what was wrong with a file that was set aside, and where it is; or NULL */
} Database;

void database_init (Database *database, const DatabaseShape *shape, const char *home, void *data);
/* Statements must have been finalized. */
void database_clear (Database *database);

/* Opens, or makes and fills. A damaged or foreign file is set aside first. */
bool database_open (Database *database, GError **error);
void database_close (Database *database);
/* Is the open file still the one that has the name? */
bool database_is_current (const Database *database);
/* Closes it and renames it to NAME.bad-N because of `why` (consumed), unless another process did so
 * already. */
bool database_set_aside (Database *database, GError *why, GError **error);
/* Closes it and removes it, with the same exception. */
bool database_remove (Database *database, GError **error);

/* The rest takes the bare handle, so that fill can use it. */
bool database_execute (sqlite3 *handle, const char *sql, GError **error);
/* What SQLite does not understand of a constant text is damage: its tables are not ours any more. */
bool database_prepare (sqlite3 *handle, const char *sql, sqlite3_stmt **out_statement,
                       GError **error);
/* Sets an error from what SQLite said last, with what to do about it. CACHE_ERROR_CORRUPT stands
 * for a damaged file and must not leave the room. Always false. */
bool database_set_error (sqlite3 *handle, GError **error);
/* Runs a statement that gives no rows, and resets it. */
bool database_run (sqlite3_stmt *statement, GError **error);
/* False: it is none. */
bool database_column_digest (sqlite3_stmt *statement, int column, Digest *out_digest);
