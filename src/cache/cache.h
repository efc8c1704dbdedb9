/* The home of originals: $PEEL_HOME, else $XDG_DATA_HOME/peel.
 *
 *     originals/ab/ab12….zst    a zstd frame whose content is the original, named by its SHA-256
 *     originals/ab/ab12….pix    instead or beside: its pixels, from which its bytes can be rebuilt
 *     originals/ab/ab12….json   its sidecar: where it came from, with a checksum of its own
 *     index.sqlite              what the sidecars tell, to be searched (query.h); can be rebuilt from them
 *     state.sqlite              what has been made (state.h)
 *     quotas.sqlite             what services were asked lately (quotas.h)
 *     quarantine/               what failed its hash
 *
 * An original is durable (written, synced, linked, its folder synced) before anything is told of
 * it. Several processes may use one home at once. One Cache belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/digest.h"

typedef struct Cache Cache;

typedef enum {
  CACHE_ERROR_FAILED, /* the file system or SQLite refused */
  CACHE_ERROR_CORRUPT, /* a blob or sidecar failed its checksum and was moved to quarantine: exit 8 */
  CACHE_ERROR_TOO_LARGE,
  /* A pixel frame is whole, but this zlib does not make its original's exact bytes of it. Its
   * pixels can be read all the same. */
  CACHE_ERROR_OTHER_ZLIB,
  CACHE_ERROR_STOPPED, /* as asked; nothing was harmed */
} CacheErrorCode;
#define CACHE_ERROR (cache_error_quark ())
GQuark cache_error_quark (void);

/* `home` NULL: the default place. Makes the folders. */
Cache *cache_open (const char *home, GError **error);
void cache_close (Cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cache, cache_close)
const char *cache_home (const Cache *cache);
/* The default place by the environment. New string. */
char *cache_default_home (void);
/* False on a file system that is known to be remote, whose name *out_file_system then is (new
 * string): locks and SQLite cannot be trusted there. */
bool cache_is_local (const char *home, char **out_file_system);

/* ---- blobs ---- */

/* Stores the bytes durably unless they are there already (*out_was_there may be NULL). */
bool cache_put (Cache *cache, GBytes *bytes, Digest *out_digest, bool *out_was_there,
                GError **error);
/* The exact bytes, hashed again on the way out. NULL without an error: not in the cache. A blob
 * whose bytes do not match is moved to quarantine and is a CACHE_ERROR_CORRUPT. At most
 * `most_bytes` are taken, whatever the frame claims. */
GBytes *cache_get (Cache *cache, const Digest *digest, int64_t most_bytes, GError **error);
bool cache_has (Cache *cache, const Digest *digest);
/* Originals whose hash begins with `prefix` (4 to 64 hex digits): how many (2 means "several"),
 * the first in *out_digest. */
unsigned cache_find_prefix (Cache *cache, const char *prefix, Digest *out_digest);
/* The same, with those that are lost: of which a sidecar tells, but nothing gives their bytes. */
unsigned cache_find_known_prefix (Cache *cache, const char *prefix, Digest *out_digest);

/* The same look-up for a process that only reads (the pixel workers): no Cache, no database. */
GBytes *cache_read_blob (const char *home, const Digest *digest, int64_t most_bytes,
                         GError **error);

/* ---- sidecars ---- */

/* One way an original came to be here. Strings may be NULL. */
typedef struct {
  char *source;  /* "generate" or "load" or "import" */
  char *request; /* hex request fingerprint, for generate */
  char *provider, *model, *prompt, *pipeline, *image_id;
  char *path;  /* for load: the file's name, without its folders */
  int variant; /* for generate */
  char *at;    /* ISO 8601 */
  double cost_usd;
  bool is_paid;        /* the provider takes money, also where the price is not known */
  int64_t duration_ms; /* from the request to its last byte */
  char *declared_type; /* what the provider said the bytes were: "image/png" */
  char *location;      /* where the provider was asked, if it has several places */
  char *model_version, *response_id, *finish_reason; /* in the provider's words */
  char *usage;       /* JSON text of the provider: what was counted */
  int64_t stored_us; /* orders what has an equal `at`; 0: cache_record_put sets it to now */
} CacheAcquisition;

/* What is told of an original. */
typedef struct {
  Digest digest;
  int64_t size_bytes;
  char *format;      /* "png" */
  int width, height; /* upright */
  int orientation;
  bool has_alpha;
  int bit_depth, n_channels;
  bool has_icc;
  char *
    source_type; /* DigitalSourceType term: declared in the bytes, or given by the provider; NULL */
  char *credentials;       /* "valid" or what is wrong with the Content Credentials in the bytes
                        (c2pa_summary); NULL: there are none, or nobody has looked */
  GPtrArray *acquisitions; /* CacheAcquisition*, oldest first, owned */
  GPtrArray *tags;         /* char*, sorted (tags.h), owned */
  char *repack_tried; /* with what repacking was tried in vain (blob-repack.c); NULL: it was not */
} CacheRecord;

CacheAcquisition *cache_acquisition_new (void);
/* Was it paid for, or imported? Then it cannot be had again for nothing. */
bool cache_acquisition_is_precious (const CacheAcquisition *acquisition);
CacheRecord *cache_record_new (void);
void cache_record_free (CacheRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CacheRecord, cache_record_free)

/* Writes the sidecar (merging the acquisitions of one that is there: an equal request, provider
 * and path is kept once, its costs added up; tags are only added) and the index. The blob must be
 * stored first. A generated original that was got again counts as got now. A damaged sidecar that
 * was there is replaced, and then told of by CACHE_ERROR_CORRUPT: the record is stored all the
 * same. */
bool cache_record_put (Cache *cache, const CacheRecord *record, GError **error);
/* The same for who goes on when it is stored: *out_damage tells of the damage that was found, or is
 * NULL. New string. */
bool cache_record_store (Cache *cache, const CacheRecord *record, char **out_damage,
                         GError **error);
/* NULL without an error: none. CACHE_ERROR_CORRUPT: it failed its checksum. */
CacheRecord *cache_record_get (Cache *cache, const Digest *digest, GError **error);

/* The newest original that answers a request and whose blob is there; false without an error set:
 * a miss. *out_is_lost (may be NULL): it was answered before, but the bytes are gone. */
bool cache_lookup (Cache *cache, const Digest *request, Digest *out_digest, bool *out_is_lost,
                   GError **error);

/* "zstd 1.5.4, SQLite 3.40.1". New string. */
char *cache_library_versions (void);
