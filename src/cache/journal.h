/* The journal of paid calls: two lines for each, before it is made and when its end is known.
 *
 *     HOME/journal.jsonl    docs/formats/journal.md
 *
 * Each line is whole in itself: a JSON object whose last member is the SHA-256 of every byte of the
 * line before its own digits, so that any changed byte is found. Lines are only ever appended, under
 * a lock, and synced. A call without a second line may have been charged without a result. */
#pragma once

#include <stdint.h>

#include "cache/cache.h"

enum { JOURNAL_MOST_LINE_BYTES = 32 * 1024 };

/* Strings may be NULL and are owned. No secret belongs here. */
typedef struct {
  char *id, *at; /* set by journal_begin */
  char *request; /* hex fingerprint */
  char *provider, *model, *image_id, *pipeline;
  double cost_usd;
  bool has_result;
  char *ended_at; /* set by journal_end */
  char *result;   /* "stored", "failed", "refused" or "unknown" */
  char *original; /* hex, of what was stored */
  char *message;  /* why it failed */
} JournalCall;

JournalCall *journal_call_new (void);
void journal_call_free (JournalCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JournalCall, journal_call_free)

/* Gives the call its id and time and writes its first line. Durable when it returns true: only then
 * may the call be made. */
bool journal_begin (Cache *cache, JournalCall *call, GError **error);
/* The second line: what is in `result`, `original` and `message`. */
bool journal_end (Cache *cache, JournalCall *call, GError **error);

/* Every call in order of its beginning (a second line whose first is lost stands where it is). A
 * line that is not whole is told by `tell_damage` (which may be NULL) and passed over; so is the
 * last one, cut short when a process or the machine died while it was written. No journal: no calls. */
bool journal_read (const char *home, void (*visit) (void *data, const JournalCall *call),
                   void (*tell_damage) (void *data, unsigned line, const char *what), void *data,
                   GError **error);
/* No result, or none that is known, and nobody is getting one now: it may have been charged for
 * nothing. */
bool journal_call_is_lost (const char *home, const JournalCall *call);
/* What it costs; *out_is_certain false: it may. Nothing, where the line says no amount. */
double journal_call_usd (const JournalCall *call, bool *out_is_certain);
/* When it was begun; 0: that is not known. */
int64_t journal_call_begun_us (const JournalCall *call);

/* Appends those whole lines of another journal that are not here yet. */
bool journal_merge (Cache *cache, const char *text, size_t length, unsigned *out_n_added,
                    GError **error);

/* New string. */
char *journal_path (const char *home);

/* ---- the text of a line, without its "\n" ---- */

/* New string. `is_end`: the second line of the call. */
char *journal_format_line (const JournalCall *call, bool is_end);
/* NULL and *out_what (a constant) when it is not a whole line. */
JournalCall *journal_parse_line (const char *line, size_t length, const char **out_what);
