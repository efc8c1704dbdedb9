/* The checksum is the last member, and is the SHA-256 of every byte before its own digits; behind
 * them there is only the end of the object. So any changed byte is found, white space too, and
 * anyone can check it:
 *
 *     { "version": 1, …,
 *       "checksum": "e3b0…"
 *     }                └ sha256 of the file up to here
 */
#include "cache/sidecar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "cache/home.h"
#include "cache/tags.h"
#include "document/json-write.h"

#define SIDECAR_SUFFIX ".json"
#define OBJECT_END "\n}\n"
#define CHECKSUM_START ",\n  \"checksum\": \""
#define CHECKSUM_END "\"" OBJECT_END

enum { VERSION = 1 };

static const double largest_integer = 9007199254740992.0; /* 2^53: exact in JSON's numbers */

/* ---- text ---- */

static void
add_text (cJSON *object, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  cJSON_AddStringToObject (object, key, valid);
}

static cJSON *
acquisition_to_json (const CacheAcquisition *acquisition)
{
  cJSON *object = cJSON_CreateObject ();
  add_text (object, "source", acquisition->source);
  add_text (object, "request", acquisition->request);
  add_text (object, "provider", acquisition->provider);
  add_text (object, "model", acquisition->model);
  add_text (object, "prompt", acquisition->prompt);
  add_text (object, "pipeline", acquisition->pipeline);
  add_text (object, "image-id", acquisition->image_id);
  add_text (object, "path", acquisition->path);
  cJSON_AddNumberToObject (object, "variant", acquisition->variant);
  add_text (object, "at", acquisition->at);
  cJSON_AddNumberToObject (object, "cost-usd", acquisition->cost_usd);
  if (acquisition->is_paid)
    cJSON_AddTrueToObject (object, "is-paid");
  if (acquisition->duration_ms > 0)
    cJSON_AddNumberToObject (object, "duration-ms", (double)acquisition->duration_ms);
  add_text (object, "declared-type", acquisition->declared_type);
  add_text (object, "location", acquisition->location);
  add_text (object, "model-version", acquisition->model_version);
  add_text (object, "response-id", acquisition->response_id);
  add_text (object, "finish-reason", acquisition->finish_reason);
  add_text (object, "usage", acquisition->usage);
  cJSON_AddNumberToObject (object, "stored-us", (double)acquisition->stored_us);
  return object;
}

static void
add_tags (cJSON *root, const GPtrArray *tags)
{
  if (tags->len == 0)
    return;
  cJSON *list = cJSON_AddArrayToObject (root, "tags");
  for (unsigned i = 0; i < tags->len; i++)
    cJSON_AddItemToArray (list, cJSON_CreateString (tags->pdata[i]));
}

static cJSON *
record_to_json (const CacheRecord *record)
{
  cJSON *root = cJSON_CreateObject ();
  cJSON_AddNumberToObject (root, "version", VERSION);
  add_text (root, "original", digest_to_hex (&record->digest).text);
  cJSON_AddNumberToObject (root, "size-bytes", (double)record->size_bytes);
  add_text (root, "format", record->format);
  cJSON_AddNumberToObject (root, "width", record->width);
  cJSON_AddNumberToObject (root, "height", record->height);
  cJSON_AddNumberToObject (root, "orientation", record->orientation);
  cJSON_AddBoolToObject (root, "has-alpha", record->has_alpha);
  cJSON_AddNumberToObject (root, "bit-depth", record->bit_depth);
  cJSON_AddNumberToObject (root, "channels", record->n_channels);
  cJSON_AddBoolToObject (root, "has-icc", record->has_icc);
  add_text (root, "source-type", record->source_type);
  add_text (root, "credentials", record->credentials);
  add_text (root, "repack-tried", record->repack_tried);
  add_tags (root, record->tags);
  cJSON *list = cJSON_AddArrayToObject (root, "acquisitions");
  for (unsigned i = 0; i < record->acquisitions->len; i++)
    cJSON_AddItemToArray (list, acquisition_to_json (record->acquisitions->pdata[i]));
  return root;
}

char *
sidecar_format (const CacheRecord *record)
{
  cJSON *root = record_to_json (record);
  g_autofree char *body = json_write_pretty (root);
  cJSON_Delete (root);
  GString *text = g_string_new (body);
  g_assert (g_str_has_suffix (body, OBJECT_END));
  g_string_truncate (text, text->len - strlen (OBJECT_END));
  g_string_append (text, CHECKSUM_START);
  Digest checksum = digest_of (text->str, text->len);
  g_string_append (text, digest_to_hex (&checksum).text);
  g_string_append (text, CHECKSUM_END);
  return g_string_free (text, FALSE);
}

/* ---- and back ---- */

static bool
corrupt (GError **error, const char *what)
{
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, what);
  return false;
}

static bool
verify_checksum (const char *text, size_t length, GError **error)
{
  size_t tail = DIGEST_HEX_CHARACTERS + strlen (CHECKSUM_END);
  size_t start = strlen (CHECKSUM_START);
  if (length < tail + start || memcmp (text + length - tail - start, CHECKSUM_START, start) != 0 ||
      memcmp (text + length - strlen (CHECKSUM_END), CHECKSUM_END, strlen (CHECKSUM_END)) != 0)
    return corrupt (error, "it does not end with a checksum");
  Digest checksum = digest_of (text, length - tail);
  if (memcmp (text + length - tail, digest_to_hex (&checksum).text, DIGEST_HEX_CHARACTERS) != 0)
    return corrupt (error, "its checksum does not match its text");
  return true;
}

/* A member that is not there leaves *out alone; one of the wrong kind clears *ok. */
static void
read_text (const cJSON *object, const char *key, char **out_text, bool *ok)
{
  const cJSON *member = cJSON_GetObjectItemCaseSensitive (object, key);
  if (cJSON_IsString (member))
    *out_text = g_strdup (member->valuestring);
  else if (member != NULL)
    *ok = false;
}

static void
read_bool (const cJSON *object, const char *key, bool *out_value, bool *ok)
{
  const cJSON *member = cJSON_GetObjectItemCaseSensitive (object, key);
  if (cJSON_IsBool (member))
    *out_value = cJSON_IsTrue (member);
  else if (member != NULL)
    *ok = false;
}

static void
read_int64 (const cJSON *object, const char *key, int64_t *out_value, bool *ok)
{
  const cJSON *member = cJSON_GetObjectItemCaseSensitive (object, key);
  if (cJSON_IsNumber (member) && member->valuedouble >= 0 &&
      member->valuedouble <= largest_integer && floor (member->valuedouble) == member->valuedouble)
    *out_value = (int64_t)member->valuedouble;
  else if (member != NULL)
    *ok = false;
}

static void
read_int (const cJSON *object, const char *key, int *out_value, bool *ok)
{
  int64_t value = *out_value;
  read_int64 (object, key, &value, ok);
  if (value > G_MAXINT)
    *ok = false;
  else
    *out_value = (int)value;
}

static CacheAcquisition *
acquisition_from_json (const cJSON *object, bool *ok)
{
  CacheAcquisition *acquisition = cache_acquisition_new ();
  if (!cJSON_IsObject (object))
    *ok = false;
  read_text (object, "source", &acquisition->source, ok);
  read_text (object, "request", &acquisition->request, ok);
  read_text (object, "provider", &acquisition->provider, ok);
  read_text (object, "model", &acquisition->model, ok);
  read_text (object, "prompt", &acquisition->prompt, ok);
  read_text (object, "pipeline", &acquisition->pipeline, ok);
  read_text (object, "image-id", &acquisition->image_id, ok);
  read_text (object, "path", &acquisition->path, ok);
  read_int (object, "variant", &acquisition->variant, ok);
  read_text (object, "at", &acquisition->at, ok);
  read_bool (object, "is-paid", &acquisition->is_paid, ok);
  read_int64 (object, "duration-ms", &acquisition->duration_ms, ok);
  read_text (object, "declared-type", &acquisition->declared_type, ok);
  read_text (object, "location", &acquisition->location, ok);
  read_text (object, "model-version", &acquisition->model_version, ok);
  read_text (object, "response-id", &acquisition->response_id, ok);
  read_text (object, "finish-reason", &acquisition->finish_reason, ok);
  read_text (object, "usage", &acquisition->usage, ok);
  read_int64 (object, "stored-us", &acquisition->stored_us, ok);
  const cJSON *cost = cJSON_GetObjectItemCaseSensitive (object, "cost-usd");
  if (cJSON_IsNumber (cost) && isfinite (cost->valuedouble))
    acquisition->cost_usd = cost->valuedouble;
  else if (cost != NULL)
    *ok = false;
  return acquisition;
}

static void
read_acquisitions (const cJSON *root, CacheRecord *record, bool *ok)
{
  const cJSON *list = cJSON_GetObjectItemCaseSensitive (root, "acquisitions");
  if (!cJSON_IsArray (list))
    *ok = false;
  const cJSON *item;
  cJSON_ArrayForEach (item, list)
    g_ptr_array_add (record->acquisitions, acquisition_from_json (item, ok));
}

static void
read_tags (const cJSON *root, CacheRecord *record, bool *ok)
{
  const cJSON *list = cJSON_GetObjectItemCaseSensitive (root, "tags");
  if (list == NULL)
    return;
  if (!cJSON_IsArray (list))
    *ok = false;
  const cJSON *item;
  cJSON_ArrayForEach (item, list)
  {
    if (cJSON_IsString (item) && tag_check (item->valuestring, NULL))
      tags_add (record->tags, item->valuestring);
    else
      *ok = false;
  }
}

static CacheRecord *
record_from_json (const cJSON *root, GError **error)
{
  bool ok = true;
  int version = 0;
  read_int (root, "version", &version, &ok);
  if (ok && version > VERSION) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "it was written by a newer Peel (version %d, this one reads %d)", version,
                 VERSION);
    return NULL;
  }
  g_autoptr (CacheRecord) record = cache_record_new ();
  g_autofree char *original = NULL;
  read_text (root, "original", &original, &ok);
  if (version < 1 || original == NULL || !digest_from_hex (original, &record->digest))
    ok = false;
  read_int64 (root, "size-bytes", &record->size_bytes, &ok);
  read_text (root, "format", &record->format, &ok);
  read_int (root, "width", &record->width, &ok);
  read_int (root, "height", &record->height, &ok);
  read_int (root, "orientation", &record->orientation, &ok);
  read_bool (root, "has-alpha", &record->has_alpha, &ok);
  read_int (root, "bit-depth", &record->bit_depth, &ok);
  read_int (root, "channels", &record->n_channels, &ok);
  read_bool (root, "has-icc", &record->has_icc, &ok);
  read_text (root, "source-type", &record->source_type, &ok);
  read_text (root, "credentials", &record->credentials, &ok);
  read_text (root, "repack-tried", &record->repack_tried, &ok);
  read_tags (root, record, &ok);
  read_acquisitions (root, record, &ok);
  if (ok)
    return g_steal_pointer (&record);
  corrupt (error, "a member of it is missing or has a wrong value");
  return NULL;
}

CacheRecord *
sidecar_parse (const char *text, size_t length, GError **error)
{
  if (length > SIDECAR_MOST_BYTES) {
    corrupt (error, "it is longer than any sidecar");
    return NULL;
  }
  if (!verify_checksum (text, length, error))
    return NULL;
  cJSON *root = NULL;
  if (g_utf8_validate_len (text, length, NULL))
    root = cJSON_ParseWithLength (text, length);
  CacheRecord *record = NULL;
  if (cJSON_IsObject (root))
    record = record_from_json (root, error);
  else
    corrupt (error, "it is not a JSON object");
  cJSON_Delete (root);
  return record;
}

/* ---- files ---- */

bool
sidecar_name_to_digest (const char *name, Digest *out_digest)
{
  if (strlen (name) != DIGEST_HEX_CHARACTERS + strlen (SIDECAR_SUFFIX) ||
      !g_str_has_suffix (name, SIDECAR_SUFFIX))
    return false;
  g_autofree char *hex = g_strndup (name, DIGEST_HEX_CHARACTERS);
  return digest_from_hex (hex, out_digest);
}

static const char damage_advice[] =
  "The original itself and all others were not touched; what was known of how it was got is in "
  "the file that was moved. It gets a new sidecar when it is loaded, imported or generated again";

static CacheRecord *
read_record (int fd, const Digest *digest, GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0) {
    base_error_set_errno (error, errno, "cannot read");
    return NULL;
  }
  if (status.st_size > SIDECAR_MOST_BYTES) {
    corrupt (error, "it is longer than any sidecar");
    return NULL;
  }
  g_autofree char *text = g_malloc ((size_t)status.st_size + 1);
  size_t length = 0;
  for (ssize_t got = 1; got > 0 && length < (size_t)status.st_size; length += (size_t)got) {
    do
      got = read (fd, text + length, (size_t)status.st_size - length);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
      base_error_set_errno (error, errno, "cannot read");
      return NULL;
    }
  }
  g_autoptr (CacheRecord) record = sidecar_parse (text, length, error);
  if (record == NULL || digest_equal (&record->digest, digest))
    return g_steal_pointer (&record);
  corrupt (error, "it tells of another original");
  return NULL;
}

CacheRecord *
sidecar_read (const char *home, const Digest *digest, GError **error)
{
  g_autofree char *path = home_sidecar_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT)
      base_error_set_errno (error, errno, "cannot open the sidecar %s", path);
    return NULL;
  }
  GError *problem = NULL;
  CacheRecord *record = read_record (fd, digest, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    home_explain_damage (&problem, home, path, fd, "sidecar", damage_advice);
  else
    g_prefix_error (&problem, "the sidecar %s: ", path);
  close (fd);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return record;
}

bool
sidecar_write (const char *home, const CacheRecord *record, GError **error)
{
  g_autofree char *path = home_sidecar_path (home, &record->digest);
  g_autofree char *text = sidecar_format (record);
  size_t length = strlen (text);
  if (length > SIDECAR_MOST_BYTES) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "the sidecar %s would be larger than %d bytes: this original was got in too many "
                 "ways",
                 path, SIDECAR_MOST_BYTES);
    return false;
  }
  return atomic_file_put (path, text, length, error);
}

/* ---- many ---- */

void
sidecar_add_damage (GError **damage, GError *problem)
{
  if (problem != NULL && *damage != NULL) {
    g_autofree char *first = g_steal_pointer (&(*damage)->message);
    (*damage)->message = g_strdup_printf ("%s\n%s", first, problem->message);
    g_error_free (problem);
  } else if (problem != NULL)
    *damage = problem;
}

void
sidecar_visit_shelf (const char *home, unsigned shelf,
                     bool (*visit) (void *data, CacheRecord *record), void *data, GError **damage)
{
  g_autofree char *folder = home_shelf_path (home, shelf);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return;
  bool go_on = true;
  for (struct dirent *entry; go_on && (entry = readdir (listing)) != NULL;) {
    Digest digest;
    GError *problem = NULL;
    if (!sidecar_name_to_digest (entry->d_name, &digest))
      continue;
    CacheRecord *record = sidecar_read (home, &digest, &problem);
    sidecar_add_damage (damage, problem);
    if (record != NULL)
      go_on = visit (data, record);
  }
  closedir (listing);
}
