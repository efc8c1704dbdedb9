/* Content Credentials (C2PA 1.x and 2.x): reads a manifest store and tells whether it holds.
 *
 * A store is a chain: the last manifest is the active one, its ingredients name others. All are
 * read, since what matters most (that a model made the picture) often stands in the parent only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef enum { C2PA_ERROR_FAILED } C2paErrorCode;
#define C2PA_ERROR (c2pa_error_quark ())
GQuark c2pa_error_quark (void);

typedef enum {
  C2PA_STATE_UNREADABLE, /* no store, or not one that can be read */
  C2PA_STATE_INVALID, /* a hash or a signature does not fit, or something that must be there is not */
  C2PA_STATE_VALID,   /* all fits; who signed is not on a list of trusted ones, or none was given */
  C2PA_STATE_TRUSTED,
} C2paState;
extern const char *const c2pa_state_words[C2PA_STATE_TRUSTED + 1]; /* "unreadable", "invalid", … */

/* A validation status: a code of the specification ("assertion.dataHash.mismatch"), of what, and in words. */
typedef struct {
  char *code, *url, *explanation; /* url: JUMBF URI, or NULL; explanation: or NULL */
} C2paStatus;

typedef struct {
  char *action;         /* "c2pa.created" */
  char *description;    /* or NULL */
  char *source_type;    /* the term, or NULL */
  char *software_agent; /* or NULL */
  char *when;           /* as it stands there, or NULL */
} C2paAction;

typedef struct {
  char *relationship;                 /* "parentOf", "componentOf", "inputTo" */
  char *title, *format, *instance_id; /* or NULL */
  char *manifest;                     /* label of its manifest in this store, or NULL */
} C2paIngredient;

typedef struct {
  char *label;
  bool is_active;
  bool is_update;        /* an update manifest: no binding of its own */
  char *claim_generator; /* "Google C2PA Core Generator Library 1.2", or NULL */
  char *title, *format, *instance_id;
  char *algorithm; /* of the signature: "es256"; or NULL */
  char *signer, *signer_organization,
    *issuer;                      /* of the certificate: CN, O, the issuer's CN; or NULL */
  char *certificate;              /* SHA-256 of the leaf, hex; or NULL */
  char *valid_from, *valid_until; /* of the leaf, ISO 8601 */
  char *signed_at; /* of a time stamp, ISO 8601, as it says itself; NULL: there is none */
  bool is_trusted;
  GPtrArray *actions;                             /* C2paAction* */
  GPtrArray *ingredients;                         /* C2paIngredient* */
  GPtrArray *assertions;                          /* char*: labels */
  GPtrArray *successes, *informations, *failures; /* C2paStatus* */
} C2paManifest;

typedef struct {
  C2paState state;
  char *trouble;        /* of UNREADABLE: why; else NULL */
  GPtrArray *manifests; /* C2paManifest*, in the order of the store; the active one is last */
  char
    *source_type; /* the strongest DigitalSourceType term declared anywhere in the chain, or NULL */
  bool declares_synthid; /* somebody says that there is such a watermark: never that there is */
  bool
    tells_location; /* it holds a place (GPS, city …), or something in it that cannot be read may be one */
  bool is_bound; /* the file was at hand and the active manifest's hash was checked */
} C2paReport;

typedef struct {
  GBytes *anchors; /* PEM certificates that are trusted, or NULL: nobody is */
  bool
    ignores_dates; /* what follows from today's date is left out: an earlier look at it is told by
                       * c2pa_report_set_summary, and the result is the same on every day */
} C2paTrust;

/* `store`: the JUMBF bytes. `file`: the whole file that it came out of or stands beside; NULL: it is not
 * at hand, and the binding is not checked. `trust` may be NULL. Never fails: see state and trouble.
 * Bounded in time and memory whatever the bytes are. */
C2paReport *c2pa_read (GBytes *store, GBytes *file, const C2paTrust *trust);
void c2pa_report_free (C2paReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (C2paReport, c2pa_report_free)
/* Borrowed; NULL when there is none. */
const C2paManifest *c2pa_active (const C2paReport *report);
/* "valid", "unchecked" when nothing is wrong but what binds it to the file could not be checked, or the failure codes of the active manifest, or why it cannot be read: in one line, for
 * the sidecar of an original. New string. */
char *c2pa_summary (const C2paReport *report);
/* Records in a report that was read without its file what an earlier look at the file found:
 * `summary` as c2pa_summary gave it. */
void c2pa_report_set_summary (C2paReport *report, const char *summary);

/* ---- hard bindings (c2pa/hash.c) ---- */

typedef struct {
  size_t at, length;
} C2paRange;

/* SHA-256 of the file without the ranges, which are sorted and do not overlap. False when they leave the file. */
bool c2pa_hash_data (GBytes *file, const C2paRange *ranges, unsigned n_ranges,
                     uint8_t out_hash[32]);
/* c2pa.hash.bmff.v2 and v3 as we write it: top-level boxes without the store's uuid, ftyp and mfra, each
 * behind its offset in 8 bytes. */
bool c2pa_hash_bmff (GBytes *file, uint8_t out_hash[32]);
