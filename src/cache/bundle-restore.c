/* The bundle may come from anywhere. An entry's name only says which original it is about: the path
 * that is written to is made from that digest, as for every other original. What the entry holds
 * goes to a temporary file, and gets its name when all of it hashed to that digest. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/bundle-names.h"
#include "cache/bundle.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/journal.h"
#include "cache/sidecar.h"
#include "cache/tar.h"
#include "document/json-write.h"
#include "pixels/recipe.h"

enum {
  CHUNK_BYTES = 128 * 1024,
  CHUNKS_BETWEEN_PROGRESS = 32,
  MOST_HEADER_BYTES = 64 * 1024,
  JOURNAL_PIECE_BYTES = 32 * 1024 * 1024,
};

typedef enum { ITEM_FRAME, ITEM_PIXELS, ITEM_SIDECAR, ITEM_JOURNAL, ITEM_UNKNOWN } Item;

/* By Item. */
static const char *const suffixes[] = { BLOB_FRAME_SUFFIX, BLOB_PIXELS_SUFFIX, ".json" };

typedef struct {
  Cache *cache;
  TarReader tar;
  int64_t most_bytes_each;
  const BundleListener *listener;
  BundleResult result;
  char *buffer;
  unsigned n_announced;
} Restore;

static void
show_progress (const Restore *restore)
{
  if (restore->listener != NULL && restore->listener->progress != NULL)
    restore->listener->progress (restore->listener->data, restore->result.n_originals,
                                 restore->result.bytes);
}

static void
tell (Restore *restore, const char *message)
{
  restore->result.n_refused++;
  if (restore->listener != NULL && restore->listener->tell != NULL)
    restore->listener->tell (restore->listener->data, message);
}

/* Always true: the rest of the bundle may be good. */
static bool G_GNUC_PRINTF (3, 4)
  refuse (Restore *restore, const TarEntry *entry, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *message = g_strdup_printf ("'%s' of the bundle is refused: %s", entry->name,
                                              why);
  tell (restore, message);
  return true;
}

/* Nothing but exactly these names, as Peel writes them. */
static Item
item_of_name (const char *name, Digest *out_digest)
{
  static const char start[] = "originals/ab/";
  if (strcmp (name, BUNDLE_JOURNAL_NAME) == 0)
    return ITEM_JOURNAL;
  if (strlen (name) < strlen (start) + DIGEST_HEX_CHARACTERS)
    return ITEM_UNKNOWN;
  g_autofree char *hex = g_strndup (name + strlen (start), DIGEST_HEX_CHARACTERS);
  if (!digest_from_hex (hex, out_digest))
    return ITEM_UNKNOWN;
  for (unsigned i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *wanted = bundle_dup_name (out_digest, suffixes[i]);
    if (strcmp (name, wanted) == 0)
      return (Item)i;
  }
  return ITEM_UNKNOWN;
}

/* ---- blobs ---- */

/* More than this no frame takes for content of `most_bytes`, however small its blocks are. */
static int64_t
most_stored_bytes (int64_t most_bytes)
{
  int64_t most = MIN (most_bytes, TAR_MOST_BYTES);
  return most + most / 256 + 1024 * 1024;
}

static bool
spool (Restore *restore, const TarEntry *entry, AtomicFile *file, GError **error)
{
  int64_t bytes_before = restore->result.bytes;
  unsigned n_chunks = 0;
  for (size_t got = 1; got > 0;) {
    if (!tar_reader_read (&restore->tar, restore->buffer, CHUNK_BYTES, &got, error))
      return false;
    if (!atomic_file_write (file, restore->buffer, got, error)) {
      g_prefix_error (error, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " bytes are missing: ",
                      entry->size_bytes - (restore->result.bytes - bytes_before),
                      entry->size_bytes);
      return false;
    }
    restore->result.bytes += (int64_t)got;
    if (++n_chunks % CHUNKS_BETWEEN_PROGRESS == 0)
      show_progress (restore);
  }
  return true;
}

/* What is wrong with an entry, and not with this machine. */
static bool
is_refusal (const GError *error)
{
  return error->domain == CACHE_ERROR;
}

/* Takes bytes up to a limit, and keeps none. */
static bool
count_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  int64_t *left = data;
  *left -= (int64_t)length;
  if (*left >= 0)
    return true;
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                       "more bytes come out of it than it claims");
  return false;
}

/* Whoever made the file could have written any checksum: only the bytes that come out of it tell
 * what it is. */
static bool
check_rebuilt (PixelsFile *file, GError **error)
{
  const PixelFrameInfo *info = pixel_frame_info (file->frame);
  int64_t left = info->original_bytes;
  const PixelSink nowhere = { &left, count_bytes };
  GError *problem = NULL;
  if (!pixels_file_check (file, error))
    return false;
  if (pixels_file_rebuild (file, &nowhere, &problem))
    return true;
  if (!g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_OTHER_ZLIB)) {
    g_propagate_error (error, problem);
    return false;
  }
  g_error_free (problem);
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_OTHER_ZLIB,
               "the bytes that come out of it with zlib %s, which runs here, have another hash; it "
               "was made with zlib %s. Restore it where that runs, or export it there as bytes",
               png_deflate_version (), info->deflate_version);
  return false;
}

static bool
check_pixels (const Restore *restore, const AtomicFile *file, const Digest *digest, GError **error)
{
  g_auto (PixelsFile) pixels = PIXELS_FILE_INIT;
  int fd = fcntl (file->fd, F_DUPFD_CLOEXEC, 0);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot read %s", file->path);
  if (!pixels_file_take (&pixels, fd, file->path, digest, error))
    return false;
  const PixelFrameInfo *info = pixel_frame_info (pixels.frame);
  if (info->is_exact && info->original_bytes <= restore->most_bytes_each)
    return check_rebuilt (&pixels, error);
  if (info->is_exact)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "it holds %" G_GINT64_FORMAT " bytes, and at most %" G_GINT64_FORMAT
                 " are read here",
                 info->original_bytes, restore->most_bytes_each);
  else
    g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                         "it holds only the pixels, not what makes the exact bytes of them");
  return false;
}

static bool
check_frame (const Restore *restore, const AtomicFile *file, const Digest *digest, GError **error)
{
  if (lseek (file->fd, 0, SEEK_SET) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", file->path);
  return blob_check_frame (file->fd, digest, restore->most_bytes_each, error);
}

/* What is damaged makes way; so does a .pix that is not exact. */
static bool
keep (Restore *restore, Item item, AtomicFile *file, const Digest *digest, GError **error)
{
  bool is_stored;
  if (!blob_claim_stored (restore->cache->home, digest, restore->most_bytes_each, &is_stored,
                          error))
    return false;
  if (!is_stored && !(item == ITEM_PIXELS ? atomic_file_commit (file, error)
                                          : atomic_file_commit_new (file, &is_stored, error)))
    return false;
  restore->result.n_originals++;
  restore->result.n_new += is_stored ? 0 : 1;
  show_progress (restore);
  return true;
}

static bool
restore_blob (Restore *restore, Item item, const TarEntry *entry, const Digest *digest,
              GError **error)
{
  const char *home = restore->cache->home;
  if (entry->size_bytes > most_stored_bytes (restore->most_bytes_each))
    return refuse (restore, entry,
                   "it has %" G_GINT64_FORMAT " bytes, and originals may have %" G_GINT64_FORMAT
                   " here",
                   entry->size_bytes, restore->most_bytes_each);
  if (!writer_mark (&restore->cache->writer, home, digest->bytes[0], error))
    return false;
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  g_autofree char *path = item == ITEM_PIXELS ? home_pixels_path (home, digest)
                                              : home_blob_path (home, digest);
  if (!atomic_file_open (&file, path, error) || !spool (restore, entry, &file, error))
    return false;
  GError *problem = NULL;
  if (item == ITEM_PIXELS ? check_pixels (restore, &file, digest, &problem)
                          : check_frame (restore, &file, digest, &problem))
    return keep (restore, item, &file, digest, error);
  restore->result.bytes -= entry->size_bytes;
  if (is_refusal (problem)) {
    refuse (restore, entry, "%s", problem->message);
    g_error_free (problem);
    return true;
  }
  g_propagate_error (error, problem);
  return false;
}

/* ---- sidecars ---- */

/* New string of entry->size_bytes, with a NUL behind. */
static char *
read_text (Restore *restore, const TarEntry *entry, GError **error)
{
  size_t length = (size_t)entry->size_bytes;
  g_autofree char *text = g_malloc (length + 1);
  size_t have = 0;
  for (size_t got; have < length; have += got)
    if (!tar_reader_read (&restore->tar, text + have, length - have, &got, error))
      return NULL;
  text[have] = '\0';
  return g_steal_pointer (&text);
}

static bool
put_record (Restore *restore, const CacheRecord *record, GError **error)
{
  g_autofree char *damage = NULL;
  if (!cache_record_store (restore->cache, record, &damage, error))
    return false;
  if (damage != NULL)
    tell (restore, damage);
  restore->result.n_sidecars++;
  return true;
}

static bool
restore_sidecar (Restore *restore, const TarEntry *entry, const Digest *digest, GError **error)
{
  if (entry->size_bytes > SIDECAR_MOST_BYTES)
    return refuse (restore, entry, "it is longer than any sidecar");
  g_autofree char *text = read_text (restore, entry, error);
  if (text == NULL)
    return false;
  g_autoptr (GError) problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_parse (text, (size_t)entry->size_bytes, &problem);
  if (record == NULL)
    return refuse (restore, entry, "%s", problem->message);
  if (!digest_equal (&record->digest, digest))
    return refuse (restore, entry, "it tells of another original, %s",
                   digest_to_hex (&record->digest).text);
  if (!cache_has (restore->cache, digest))
    return refuse (restore, entry, "its original is not in the cache and did not come before it");
  return put_record (restore, record, error);
}

/* ---- the journal ---- */

/* What journal_merge would pass over in silence. */
static unsigned
count_damaged_lines (const char *text, size_t length)
{
  unsigned n_damaged = 0;
  for (const char *end = text + length; text < end;) {
    const char *feed = memchr (text, '\n', (size_t)(end - text));
    size_t line_length = (size_t)((feed != NULL ? feed : end) - text);
    const char *what;
    g_autoptr (JournalCall) call = journal_parse_line (text, line_length, &what);
    n_damaged += call == NULL ? 1 : 0;
    text += line_length + 1;
  }
  return n_damaged;
}

/* The whole lines of text[0, length), and what is left of the last one goes to its start; at the end
 * of the entry all of it. A piece without any end of a line holds no line of a journal. */
static bool
merge_piece (Restore *restore, char *text, size_t *length, bool at_end, unsigned *n_damaged,
             GError **error)
{
  const char *feed = memrchr (text, '\n', *length);
  size_t whole = at_end || feed == NULL ? *length : (size_t)(feed + 1 - text);
  unsigned n_added = 0;
  if (whole > 0 && !journal_merge (restore->cache, text, whole, &n_added, error))
    return false;
  restore->result.n_journal_lines += n_added;
  *n_damaged += count_damaged_lines (text, whole);
  *length -= whole;
  memmove (text, text + whole, *length);
  return true;
}

static bool
restore_journal (Restore *restore, const TarEntry *entry, GError **error)
{
  size_t room = (size_t)MIN (entry->size_bytes, JOURNAL_PIECE_BYTES), length = 0;
  g_autofree char *text = g_malloc (room + 1);
  unsigned n_damaged = 0;
  for (size_t got = 1; got > 0;) {
    if (!tar_reader_read (&restore->tar, text + length, room - length, &got, error))
      return false;
    length += got;
    bool at_end = restore->tar.left == 0;
    if ((at_end || length == room) &&
        !merge_piece (restore, text, &length, at_end, &n_damaged, error))
      return false;
  }
  if (n_damaged > 0)
    return refuse (restore, entry, "%u of its lines are damaged; the others are taken", n_damaged);
  return true;
}

/* ---- the header ---- */

static bool
read_announcement (Restore *restore, const char *text, GError **error)
{
  cJSON *root = cJSON_Parse (text);
  const cJSON *format = cJSON_GetObjectItemCaseSensitive (root, "format");
  const cJSON *version = cJSON_GetObjectItemCaseSensitive (root, "version");
  const cJSON *originals = cJSON_GetObjectItemCaseSensitive (root, "originals");
  bool is_ours = cJSON_IsString (format) && strcmp (format->valuestring, BUNDLE_FORMAT) == 0 &&
                 cJSON_IsNumber (version) && version->valuedouble >= 1;
  bool is_newer = is_ours && version->valuedouble > BUNDLE_VERSION;
  bool is_whole = is_ours && cJSON_IsNumber (originals) && originals->valuedouble >= 0 &&
                  originals->valuedouble <= G_MAXINT;
  if (is_newer)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "it was made by a newer Peel (version %g, this one reads %d)",
                 version->valuedouble, BUNDLE_VERSION);
  else if (!is_whole)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                 "it has no sound " BUNDLE_HEADER_NAME " at its start");
  else
    restore->n_announced = (unsigned)originals->valuedouble;
  cJSON_Delete (root);
  return is_whole && !is_newer;
}

static bool
read_header (Restore *restore, GError **error)
{
  TarEntry entry;
  bool at_end;
  if (!tar_reader_next (&restore->tar, &entry, &at_end, error))
    return false;
  if (at_end || entry.other_kind != NULL || strcmp (entry.name, BUNDLE_HEADER_NAME) != 0 ||
      entry.size_bytes > MOST_HEADER_BYTES) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                 "it does not begin with " BUNDLE_HEADER_NAME ", so it is another kind of archive");
    return false;
  }
  g_autofree char *text = read_text (restore, &entry, error);
  return text != NULL && read_announcement (restore, text, error);
}

/* ---- all of it ---- */

static bool
restore_entry (Restore *restore, const TarEntry *entry, GError **error)
{
  if (entry->other_kind != NULL)
    return refuse (restore, entry, "it is %s", entry->other_kind);
  Digest digest;
  Item item = item_of_name (entry->name, &digest);
  switch (item) {
  case ITEM_FRAME:
  case ITEM_PIXELS:
    return restore_blob (restore, item, entry, &digest, error);
  case ITEM_SIDECAR:
    return restore_sidecar (restore, entry, &digest, error);
  case ITEM_JOURNAL:
    return restore_journal (restore, entry, error);
  case ITEM_UNKNOWN:
    break;
  }
  return refuse (restore, entry, "no bundle holds anything of that name");
}

static bool
restore_entries (Restore *restore, GError **error)
{
  for (;;) {
    TarEntry entry;
    bool at_end;
    if (!tar_reader_next (&restore->tar, &entry, &at_end, error))
      return false;
    if (at_end)
      break;
    if (!restore_entry (restore, &entry, error))
      return false;
  }
  if (restore->result.n_refused > 0 || restore->result.n_originals == restore->n_announced)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "it announces %u originals and holds %u",
               restore->n_announced, restore->result.n_originals);
  return false;
}

static bool
restore_all (Restore *restore, GError **error)
{
  if (!read_header (restore, error)) {
    g_prefix_error (error, "this is no bundle that can be restored: ");
    return false;
  }
  GError *problem = NULL;
  if (restore_entries (restore, &problem))
    return true;
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    g_prefix_error (&problem, "the bundle is damaged (%u of its originals are in the cache now): ",
                    restore->result.n_originals);
  g_propagate_error (error, problem);
  return false;
}

bool
bundle_restore (Cache *cache, int fd, int64_t most_bytes_each, const BundleListener *listener,
                BundleResult *out_result, GError **error)
{
  g_autofree char *buffer = g_malloc (CHUNK_BYTES);
  Restore restore = {
    .cache = cache,
    .tar = { .fd = fd },
    .most_bytes_each = most_bytes_each,
    .listener = listener,
    .buffer = buffer,
  };
  bool ok = restore_all (&restore, error);
  *out_result = restore.result;
  return ok;
}
