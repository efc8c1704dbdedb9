/* What is there, by names and headers alone. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/blob.h"
#include "cache/handle.h"
#include "cache/home.h"

enum { SHORTEST_PREFIX = 4 };

static int64_t
size_of (const char *path)
{
  struct stat status;
  return stat (path, &status) == 0 ? status.st_size : 0;
}

static bool
is_exact (const char *home, const Digest *digest)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  return pixels_file_open (&file, home, digest, NULL) && pixel_frame_info (file.frame)->is_exact;
}

/* In the order of blob.c, for its reason. */
bool
blob_storage (const char *home, const Digest *digest, BlobStorage *out_storage)
{
  g_autofree char *frame = home_blob_path (home, digest);
  g_autofree char *pixels = home_pixels_path (home, digest);
  BlobStorage storage = { .frame_bytes = size_of (frame) };
  storage.pixels_bytes = size_of (pixels);
  storage.pixels_are_exact = storage.pixels_bytes > 0 && is_exact (home, digest);
  if (storage.frame_bytes == 0 && !storage.pixels_are_exact)
    storage.frame_bytes = size_of (frame);
  *out_storage = storage;
  return storage.frame_bytes > 0 || storage.pixels_are_exact;
}

bool
cache_has (Cache *cache, const Digest *digest)
{
  g_autofree char *frame = home_blob_path (cache->home, digest);
  return access (frame, F_OK) == 0 || is_exact (cache->home, digest) || access (frame, F_OK) == 0;
}

bool
blob_name_to_digest (const char *name, const char *suffix, Digest *out_digest)
{
  if (strlen (name) != DIGEST_HEX_CHARACTERS + strlen (suffix) || !g_str_has_suffix (name, suffix))
    return false;
  g_autofree char *hex = g_strndup (name, DIGEST_HEX_CHARACTERS);
  return digest_from_hex (hex, out_digest);
}

/* ---- by prefix ---- */

static bool
is_prefix (const char *text, size_t *out_length)
{
  size_t length = strspn (text, "0123456789abcdefABCDEF");
  *out_length = length;
  return text[length] == '\0' && length >= SHORTEST_PREFIX && length <= DIGEST_HEX_CHARACTERS;
}

/* Does this file stand for its original? */
static bool
stands_for_original (const char *home, const char *name, Digest *out_digest)
{
  return blob_name_to_digest (name, BLOB_FRAME_SUFFIX, out_digest) ||
         (blob_name_to_digest (name, BLOB_PIXELS_SUFFIX, out_digest) &&
          is_exact (home, out_digest));
}

static unsigned
find_on_shelf (const char *home, const char *wanted, size_t length, bool with_lost,
               Digest *out_digest)
{
  g_autofree char *shelf = g_strdup_printf ("%s/originals/%.2s", home, wanted);
  DIR *listing = opendir (shelf);
  if (listing == NULL)
    return 0;
  unsigned n_found = 0;
  Digest first;
  for (struct dirent *entry; n_found < 2 && (entry = readdir (listing)) != NULL;) {
    Digest digest;
    if (strncmp (entry->d_name, wanted, length) != 0 ||
        (!stands_for_original (home, entry->d_name, &digest) &&
         !(with_lost && blob_name_to_digest (entry->d_name, BLOB_SIDECAR_SUFFIX, &digest))) ||
        (n_found == 1 && digest_equal (&digest, &first)))
      continue;
    first = digest;
    n_found++;
  }
  closedir (listing);
  if (n_found > 0)
    *out_digest = first;
  return n_found;
}

/* While a file is replaced by one of the other kind, a listing may pass over both: a second one does
 * not. */
static unsigned
find_prefix (Cache *cache, const char *prefix, bool with_lost, Digest *out_digest)
{
  size_t length;
  if (!is_prefix (prefix, &length))
    return 0;
  g_autofree char *wanted = g_ascii_strdown (prefix, -1);
  unsigned n_found = find_on_shelf (cache->home, wanted, length, with_lost, out_digest);
  return n_found > 0 ? n_found : find_on_shelf (cache->home, wanted, length, with_lost, out_digest);
}

unsigned
cache_find_prefix (Cache *cache, const char *prefix, Digest *out_digest)
{
  return find_prefix (cache, prefix, false, out_digest);
}

unsigned
cache_find_known_prefix (Cache *cache, const char *prefix, Digest *out_digest)
{
  return find_prefix (cache, prefix, true, out_digest);
}

/* ---- by shelf ---- */

/* A listing by digest: what stands under one name stands together. */
static BlobListing *
find_listing (GHashTable *items, const Digest *digest)
{
  BlobListing *item = g_hash_table_lookup (items, digest);
  if (item != NULL)
    return item;
  item = g_new0 (BlobListing, 1);
  item->digest = *digest;
  g_hash_table_insert (items, &item->digest, item);
  return item;
}

static void
enter_name (GHashTable *items, const char *name)
{
  Digest digest;
  if (blob_name_to_digest (name, BLOB_FRAME_SUFFIX, &digest))
    find_listing (items, &digest)->has_frame = true;
  else if (blob_name_to_digest (name, BLOB_PIXELS_SUFFIX, &digest))
    find_listing (items, &digest)->has_pixels = true;
  else if (blob_name_to_digest (name, BLOB_SIDECAR_SUFFIX, &digest))
    find_listing (items, &digest)->has_sidecar = true;
}

static int
compare_listings (const void *left, const void *right)
{
  const BlobListing *a = *(BlobListing *const *)left, *b = *(BlobListing *const *)right;
  return memcmp (a->digest.bytes, b->digest.bytes, DIGEST_BYTES);
}

static bool
read_names (const char *folder, GHashTable *items, GError **error)
{
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return errno == ENOENT || base_error_set_errno (error, errno, "cannot read %s", folder);
  errno = 0;
  for (struct dirent *entry; (entry = readdir (listing)) != NULL; errno = 0)
    enter_name (items, entry->d_name);
  int why = errno;
  closedir (listing);
  return why == 0 || base_error_set_errno (error, why, "cannot read %s", folder);
}

bool
blob_list_shelf (const char *home, unsigned shelf,
                 bool (*visit) (void *data, const BlobListing *item, GError **error), void *data,
                 GError **error)
{
  g_autofree char *folder = home_shelf_path (home, shelf);
  g_autoptr (GHashTable)
    items = g_hash_table_new_full (digest_hash_key, digest_equal_key, NULL, g_free);
  if (!read_names (folder, items, error))
    return false;
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  void *item;
  g_hash_table_iter_init (&iter, items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_ptr_array_add (sorted, item);
  g_ptr_array_sort (sorted, compare_listings);
  for (unsigned i = 0; i < sorted->len; i++)
    if (!visit (data, sorted->pdata[i], error))
      return false;
  return true;
}
