/* state.sqlite: what has been made and what files were when they were last read. Losing it loses no
 * work: outputs are then matched by the manifest and by hashing. */
#pragma once

#include "cache/cache.h"

/* What identifies a file's content cheaply: if none of this changed, neither did the bytes. */
typedef struct {
  int64_t size_bytes, mtime_ns, inode;
} FileStamp;

/* False if there is no such regular file. */
bool file_stamp_read (const char *path, FileStamp *out_stamp);
/* The same of an open file: its stamp stays as it is when the file is given another name. */
bool file_stamp_of_fd (int fd, FileStamp *out_stamp);
bool file_stamp_equal (const FileStamp *a, const FileStamp *b);

typedef struct {
  Digest fingerprint; /* of the derivative */
  FileStamp stamp;
  Digest content; /* SHA-256 of the file */
  char *recipe;   /* the canonical text that was hashed into the fingerprint: for `explain` */
  char *facts;    /* JSON: what the manifest tells of it (pixels, quality, placeholder, drift) */
} StateOutput;

void state_output_clear (StateOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StateOutput, state_output_clear)

typedef struct State State;

/* In the cache's home. A file that is not a database of ours is moved aside and begun again. */
State *state_open (const char *home, GError **error);
/* Ends the open batch. */
void state_close (State *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (State, state_close)

/* `path` is absolute. False: not known. */
bool state_get_output (State *state, const char *path, StateOutput *out_output);
bool state_put_output (State *state, const char *path, const StateOutput *output, GError **error);

/* The hash of a file's content, if it was hashed before and its stamp is still the same. A file that
 * changed in the very moment of the put is not remembered: its next change could look like none. */
bool state_get_file (State *state, const char *path, const FileStamp *stamp, Digest *out_digest);
bool state_put_file (State *state, const char *path, const FileStamp *stamp, const Digest *digest,
                     GError **error);

/* An original that was there already served to make outputs. A killed process loses its last
 * counts. */
void state_count_use (State *state, const Digest *original);
/* How often, for each that ever did. `visit` must not use the state. */
bool state_uses (State *state, void (*visit) (void *data, const Digest *original, int64_t n),
                 void *data, GError **error);

/* Writes are grouped; this hands what was put so far to the disk, where a killed process cannot lose
 * it any more. A power cut may, which costs a hash per output. */
bool state_flush (State *state, GError **error);

/* Outputs whose files are gone, and what was remembered of files that were read and are gone: how
 * many outputs, and with `remove` forgets both. */
bool state_forget_gone (State *state, bool remove, int64_t *out_n_outputs, GError **error);
