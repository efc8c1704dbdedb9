#include "run/lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"
#include "document/document.h"
#include "document/json-write.h"
#include "option/option.h"
#include "run/run-error.h"

enum { VERSION = 1 };

struct LockFile {
  GHashTable *entries; /* LockEntry*, a set */
  GHashTable *picked;  /* those of them that are picked, by their image alone */
};

/* ---- entries ---- */

static unsigned
hash_entry (const void *data)
{
  const LockEntry *entry = data;
  return g_str_hash (entry->image) * 31 + (unsigned)entry->variant;
}

static int
compare_images (const LockEntry *a, const LockEntry *b)
{
  int order = strcmp (a->image, b->image);
  return order != 0 ? order : g_strcmp0 (a->pipeline, b->pipeline);
}

static int
compare_entries (const LockEntry *a, const LockEntry *b)
{
  int order = compare_images (a, b);
  return order != 0 ? order : a->variant - b->variant;
}

static unsigned
hash_image (const void *data)
{
  return g_str_hash (((const LockEntry *)data)->image);
}

static int
equal_images (const void *a, const void *b)
{
  return compare_images (a, b) == 0;
}

static int
equal_entries (const void *a, const void *b)
{
  return compare_entries (a, b) == 0;
}

static void
entry_free (void *data)
{
  LockEntry *entry = data;
  g_free (entry->image);
  g_free (entry->pipeline);
  g_free (entry);
}

LockFile *
lock_file_new (void)
{
  LockFile *lock = g_new0 (LockFile, 1);
  lock->entries = g_hash_table_new_full (hash_entry, equal_entries, entry_free, NULL);
  lock->picked = g_hash_table_new (hash_image, equal_images);
  return lock;
}

void
lock_file_free (LockFile *lock)
{
  if (lock == NULL)
    return;
  g_hash_table_unref (lock->picked);
  g_hash_table_unref (lock->entries);
  g_free (lock);
}

static bool
begins_with_name (const char *image_id, const char *pipeline_name)
{
  size_t length = strlen (pipeline_name);
  return strncmp (image_id, pipeline_name, length) == 0 &&
         (image_id[length] == '\0' || image_id[length] == '@');
}

const char *
lock_file_owner (const char *pipeline_name, const char *image_id)
{
  return begins_with_name (image_id, pipeline_name) ? NULL : pipeline_name;
}

bool
lock_entry_is_of (const LockEntry *entry, const char *pipeline_name)
{
  if (entry->pipeline != NULL)
    return strcmp (entry->pipeline, pipeline_name) == 0;
  return begins_with_name (entry->image, pipeline_name);
}

unsigned
lock_file_length (const LockFile *lock)
{
  return g_hash_table_size (lock->entries);
}

const LockEntry *
lock_file_find (const LockFile *lock, const char *pipeline, const char *image, int variant)
{
  const LockEntry wanted = { .image = (char *)image,
                             .pipeline = (char *)pipeline,
                             .variant = variant };
  return g_hash_table_lookup (lock->entries, &wanted);
}

const LockEntry *
lock_file_find_picked (const LockFile *lock, const char *pipeline, const char *image)
{
  const LockEntry wanted = { .image = (char *)image, .pipeline = (char *)pipeline };
  return g_hash_table_lookup (lock->picked, &wanted);
}

void
lock_file_remove (LockFile *lock, const LockEntry *entry)
{
  const LockEntry *there = g_hash_table_lookup (lock->entries, entry);
  if (there == NULL)
    return;
  if (there->is_picked)
    g_hash_table_remove (lock->picked, there);
  g_hash_table_remove (lock->entries, there);
}

void
lock_file_put (LockFile *lock, const LockEntry *entry)
{
  LockEntry *copy = g_memdup2 (entry, sizeof *entry);
  copy->image = g_strdup (entry->image);
  copy->pipeline = g_strdup (entry->pipeline);
  lock_file_remove (lock, entry);
  g_hash_table_add (lock->entries, copy);
  if (copy->is_picked)
    g_hash_table_add (lock->picked, copy);
}

static int
compare_pointers (const void *a, const void *b)
{
  return compare_entries (*(const LockEntry *const *)a, *(const LockEntry *const *)b);
}

GPtrArray *
lock_file_list (const LockFile *lock)
{
  GPtrArray *list = g_ptr_array_sized_new (lock_file_length (lock));
  GHashTableIter iter;
  gpointer entry;
  g_hash_table_iter_init (&iter, lock->entries);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    g_ptr_array_add (list, entry);
  g_ptr_array_sort (list, compare_pointers);
  return list;
}

/* ---- reading ---- */

typedef struct {
  int version;
} Header;

static const Option header_rows[] = {
  { OPTION_INT (Header, version), .name = "peel-lock", .help = "Version of the format", .min = 1,
    .max = VERSION, .flags = OPTION_REQUIRED },
  { 0 },
};
static const OptionTable header_table = { header_rows, sizeof (Header), NULL };

typedef struct {
  char *image, *pipeline, *request, *original;
  int variant;
  bool picked;
} Row;

static const Option entry_rows[] = {
  { OPTION_TEXT (Row, image), .name = "image", .help = "Id of the image",
    .flags = OPTION_REQUIRED },
  { OPTION_TEXT (Row, pipeline), .name = "pipeline",
    .help = "Name of the pipeline, where the id does not begin with it" },
  { OPTION_INT (Row, variant), .name = "variant", .help = "Number of the variant", .min = 1,
    .max = 1000 * 1000, .fallback = "1" },
  { OPTION_BOOL (Row, picked), .name = "picked", .help = "Of all variants only this is made" },
  { OPTION_TEXT (Row, request), .name = "request", .help = "Fingerprint of what was asked",
    .flags = OPTION_REQUIRED },
  { OPTION_TEXT (Row, original), .name = "original", .help = "SHA-256 of the original",
    .flags = OPTION_REQUIRED },
  { 0 },
};
static const OptionTable entry_table = { entry_rows, sizeof (Row), NULL };

static bool
read_digest (const Node *node, const char *name, const char *text, Digest *out_digest,
             Problems *problems)
{
  return digest_from_hex (text, out_digest) ||
         problems_add (problems, &node_get (node, name)->mark,
                       "'%s' takes the 64 hex digits of a hash", name);
}

static bool
take_entry (LockFile *lock, const Node *node, const Row *row, Problems *problems)
{
  LockEntry entry = {
    .image = row->image,
    .pipeline = row->pipeline,
    .variant = row->variant,
    .is_picked = row->picked,
  };
  if (!read_digest (node, "request", row->request, &entry.request, problems) ||
      !read_digest (node, "original", row->original, &entry.original, problems))
    return false;
  const LockEntry *other = g_hash_table_lookup (lock->entries, &entry);
  /* A merge that took both sides may leave one line twice. */
  bool is_same = other != NULL && other->is_picked == entry.is_picked &&
                 digest_equal (&other->request, &entry.request) &&
                 digest_equal (&other->original, &entry.original);
  if (other != NULL && !is_same)
    return problems_add (problems, &node->mark,
                         "variant %d of %s is pinned twice: keep one of the lines", entry.variant,
                         entry.image);
  if (other == NULL && entry.is_picked &&
      lock_file_find_picked (lock, entry.pipeline, entry.image) != NULL)
    return problems_add (problems, &node->mark,
                         "two variants of %s are picked: keep \"picked\" in one of the lines",
                         entry.image);
  if (other == NULL)
    lock_file_put (lock, &entry);
  return true;
}

static void
read_entry (LockFile *lock, const Node *node, Problems *problems)
{
  Row *row = options_new (&entry_table);
  if (options_read (&entry_table, node, "an entry", NULL, row, problems))
    take_entry (lock, node, row, problems);
  options_free (&entry_table, row);
}

static const char no_lock[] = "this is no lock of Peel, whose first line is {\"peel-lock\":1}; "
                              "without the file a run writes a new one";

static bool
read_header (const Document *document, Problems *problems)
{
  const Node *first = node_length (document->root) > 0 ? node_item (document->root, 0) : NULL;
  const Node *version = node_get (first, header_rows[0].name);
  if (version == NULL)
    return problems_add (problems, &(first != NULL ? first : document->root)->mark, "%s", no_lock);
  if (version->kind == NODE_INT && version->integer > VERSION)
    return problems_add (problems, &version->mark,
                         "a newer Peel wrote this lock (version %" G_GINT64_FORMAT
                         "; this one knows %d)",
                         version->integer, VERSION);
  Header *header = options_new (&header_table);
  bool ok = options_read (&header_table, first, "the first line", NULL, header, problems);
  options_free (&header_table, header);
  return ok;
}

/* Of a merge that version control could not do alone: the line of the first mark, or 0. */
static int
find_conflict (const char *text, size_t length)
{
  enum { MARK_LENGTH = 7 };
  static const char *const marks[] = { "<<<<<<<", ">>>>>>>", "|||||||", "=======" };
  const char *end = text + length;
  int n = 1;
  for (const char *line = text; line != NULL && line < end; n++) {
    for (unsigned i = 0; i < G_N_ELEMENTS (marks); i++)
      if (end - line >= MARK_LENGTH && memcmp (line, marks[i], MARK_LENGTH) == 0)
        return n;
    line = memchr (line, '\n', (size_t)(end - line));
    line = line != NULL ? line + 1 : NULL;
  }
  return 0;
}

static bool
begins_as_lock (const char *text, size_t length)
{
  size_t i = 0;
  while (i < length && g_ascii_isspace (text[i]))
    i++;
  return i < length && text[i] == '{';
}

static LockFile *
read_document (const Document *document, Problems *problems)
{
  if (!read_header (document, problems))
    return NULL;
  g_autoptr (LockFile) lock = lock_file_new ();
  for (unsigned i = 1; i < node_length (document->root); i++)
    read_entry (lock, node_item (document->root, i), problems);
  return g_steal_pointer (&lock);
}

LockFile *
lock_file_read (const char *shown, const char *text, size_t length, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  int conflict = find_conflict (text, length);
  if (conflict > 0) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 "%s:%d: a merge stopped here: keep one line for each image and remove the lines "
                 "that begin with <<<<<<<, ======= and >>>>>>>; a line that does not fit any more "
                 "is renewed by the next run",
                 shown, conflict);
    return NULL;
  }
  g_autoptr (Document) document = NULL;
  if (begins_as_lock (text, length))
    document = document_read_rows (shown, text, length, problems);
  else
    problems_add (problems, NULL, "%s: %s", shown, no_lock);
  g_autoptr (LockFile) lock = document != NULL ? read_document (document, problems) : NULL;
  return problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error) ? g_steal_pointer (&lock)
                                                                        : NULL;
}

LockFile *
lock_file_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  if (access (path, F_OK) != 0 && errno == ENOENT)
    return lock_file_new ();
  /* Opening a named pipe would wait for somebody to write into it. */
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 "%s is not a regular file, so it is no lock; move it away", path);
    return NULL;
  }
  if (!path_read_file (path, DOCUMENT_MOST_TABLE_BYTES, &text, &length, error))
    return NULL;
  return lock_file_read (path, text, length, error);
}

/* ---- writing ---- */

static void
append_entry (GString *out, const LockEntry *entry)
{
  g_string_append (out, "{\"image\":");
  json_append_quoted (out, entry->image);
  if (entry->pipeline != NULL) {
    g_string_append (out, ",\"pipeline\":");
    json_append_quoted (out, entry->pipeline);
  }
  if (entry->variant != 1)
    g_string_append_printf (out, ",\"variant\":%d", entry->variant);
  if (entry->is_picked)
    g_string_append (out, ",\"picked\":true");
  g_string_append_printf (out, ",\"request\":\"%s\",\"original\":\"%s\"}\n",
                          digest_to_hex (&entry->request).text,
                          digest_to_hex (&entry->original).text);
}

char *
lock_file_format (const LockFile *lock, size_t *out_length)
{
  g_autoptr (GPtrArray) list = lock_file_list (lock);
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "{\"peel-lock\":%d}\n", VERSION);
  for (unsigned i = 0; i < list->len; i++)
    append_entry (out, list->pdata[i]);
  *out_length = out->len;
  return g_string_free (out, FALSE);
}

static bool
save (const LockFile *lock, const char *path, GError **error)
{
  size_t length;
  g_autofree char *text = lock_file_format (lock, &length);
  if (length > DOCUMENT_MOST_TABLE_BYTES || lock_file_length (lock) >= DOCUMENT_MOST_ROWS) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED,
                 "%s would be larger than what is read of a lock (%d images, %d MiB): keep the "
                 "pipelines in several folders",
                 path, DOCUMENT_MOST_ROWS, DOCUMENT_MOST_TABLE_BYTES >> 20);
    return false;
  }
  Digest now = digest_of (text, length), there;
  if (digest_of_file (path, &there, NULL) && digest_equal (&now, &there))
    return true;
  return atomic_file_put (path, text, length, error);
}

/* The lock is on the folder, so that it leaves no file behind. Where the file system has no locks,
 * two runs that end in the same moment may forget each other's pins, which the next run mends. */
static int
lock_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd >= 0 && flock (fd, LOCK_EX) != 0 && errno == EINTR)
    continue;
  return fd;
}

bool
lock_file_edit (const char *path, bool (*edit) (void *data, LockFile *lock, GError **error),
                void *data, GError **error)
{
  int fd = lock_folder_of (path);
  g_autoptr (LockFile) lock = lock_file_load (path, error);
  bool ok = lock != NULL && edit (data, lock, error);
  if (ok && (lock_file_length (lock) > 0 || access (path, F_OK) == 0))
    ok = save (lock, path, error);
  if (fd >= 0)
    close (fd);
  return ok;
}
