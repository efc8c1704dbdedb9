#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/cache-hash.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/inspect-extract.h"
#include "cli/inspect-text.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "run/import.h"
#include "run/inspect.h"
#include "run/interrupt.h"

typedef struct {
  char *trust, *extract, *to;
  int64_t max_file_size;
  bool quick;
} InspectOptions;

static const Option rows[] = {
  { OPTION_TEXT (InspectOptions, trust), .name = "trust", .value_name = "FILE",
    .help = "Certificates (PEM) of those whose Content Credentials are trusted" },
  { OPTION_TEXT (InspectOptions, extract), .name = "extract", .value_name = "KIND",
    .help = "Write out the raw bytes of one block instead: exif, xmp, iptc, icc or c2pa" },
  { OPTION_TEXT (InspectOptions, to), .name = "to", .value_name = "FILE",
    .help = "Where --extract writes, whole or not at all; - is standard output" },
  { OPTION_BOOL (InspectOptions, quick), .name = "quick",
    .help = "Do not decode the pixels: whether they are whole is then not told" },
  { OPTION_BYTES (InspectOptions, max_file_size), .name = "max-file-size", .value_name = "SIZE",
    .min = 1, .max = 1e11, .fallback = "256MiB", .help = "Refuse larger files" },
  { 0 },
};
static const OptionTable inspect_options = { rows, sizeof (InspectOptions), NULL };

enum { MOST_ANCHOR_BYTES = 4 << 20, LEAST_DIGITS = 4 };

/* ---- what is looked at ---- */

typedef struct {
  char *title;          /* what it is called */
  char *path;           /* NULL: an original */
  char *saved;          /* the temporary file that path is, or NULL */
  char *sidecar, *type; /* or NULL */
  char *known_as;       /* the name of the file that an original was, or NULL */
  Digest digest;
} Subject;

static void
subject_clear (Subject *subject)
{
  if (subject->saved != NULL)
    unlink (subject->saved);
  g_free (subject->title);
  g_free (subject->path);
  g_free (subject->saved);
  g_free (subject->sidecar);
  g_free (subject->type);
  g_free (subject->known_as);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static bool
fail (GError **error, const char *why)
{
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, why);
  return false;
}

static bool
open_stream (const char *path, int64_t most_bytes, Subject *subject, GError **error)
{
  bool is_stdin = strcmp (path, "-") == 0;
  if (is_stdin && isatty (STDIN_FILENO))
    return fail (error, "it reads a picture from standard input, which is a terminal here; send a "
                        "file to it: … - < photo.png");
  subject->title = g_strdup (is_stdin ? "stdin" : path);
  subject->saved = import_save_stream (path, most_bytes, error);
  subject->path = g_strdup (subject->saved);
  return subject->saved != NULL;
}

/* Content Credentials beside "a.tif": "a.tif.c2pa", or "a.c2pa", as other programs write them. */
static char *
find_sidecar (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *stem = path_dup_stem (path);
  g_autofree char *beside = g_strconcat (path, ".c2pa", NULL);
  g_autofree char *name = g_strconcat (stem, ".c2pa", NULL);
  g_autofree char *other = g_build_filename (folder, name, NULL);
  if (g_file_test (beside, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&beside);
  return g_file_test (other, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&other) : NULL;
}

static bool
open_file (const char *path, Subject *subject, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return fail (error, "it is a folder; name the pictures in it");
  if (access (path, R_OK) != 0)
    return fail (error, "it may not be read: its rights do not allow it");
  subject->title = g_strdup (path);
  subject->path = g_strdup (path);
  subject->sidecar = find_sidecar (path);
  return true;
}

/* The newest of those who gave it says what it was declared as. */
static void
take_record (const CacheRecord *record, Subject *subject)
{
  for (unsigned i = record->acquisitions->len; i > 0; i--) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i - 1];
    if (subject->type == NULL)
      subject->type = g_strdup (acquisition->declared_type);
    if (subject->known_as == NULL && acquisition->path != NULL)
      subject->known_as = g_path_get_basename (acquisition->path);
  }
}

static bool
open_original (const char *text, Cache *cache, Subject *subject, GError **error)
{
  if (!cache_hash_find (cache, text, &subject->digest, error))
    return false;
  subject->title = g_strdup (digest_to_hex (&subject->digest).text);
  g_autoptr (CacheRecord) record = cache_record_get (cache, &subject->digest, NULL);
  if (record != NULL)
    take_record (record, subject);
  return true;
}

static bool
is_hash (const char *text)
{
  size_t length = strlen (text);
  return length >= LEAST_DIGITS && length <= DIGEST_HEX_CHARACTERS &&
         strspn (text, "0123456789abcdefABCDEF") == length;
}

typedef struct {
  const Invocation *invocation;
  Cache *cache; /* opened by the first hash; or NULL */
  Inspector *inspector;
  InspectSettings settings;
  unsigned n_pictures, n_failed;
  int code; /* of the first that failed */
} Work;

static void
work_clear (Work *work)
{
  inspector_free (work->inspector);
  cache_close (work->cache);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static bool
open_subject (Work *work, const char *name, Subject *subject, GError **error)
{
  if (import_is_stream (name))
    return open_stream (name, work->settings.most_bytes, subject, error);
  if (g_file_test (name, G_FILE_TEST_EXISTS))
    return open_file (name, subject, error);
  if (!is_hash (name))
    return fail (error, "there is no such file");
  if (work->cache == NULL &&
      (work->cache = cache_open (work->invocation->global->home, error)) == NULL)
    return false;
  if (!open_original (name, work->cache, subject, error)) {
    g_prefix_error (error, "there is no such file, and ");
    return false;
  }
  return true;
}

/* ---- telling ---- */

/* Does it say of what it speaks? A name like "folder" may be a word of any message. */
static bool
is_named (const char *message, const char *name)
{
  g_autofree char *label = g_strconcat (name, ":", NULL);
  return g_str_has_prefix (message, label) ||
         (strpbrk (name, "./") != NULL && strstr (message, label) != NULL);
}

static void
tell_failure (Work *work, const char *name, const GError *error)
{
  if (work->n_failed++ == 0)
    work->code = (int)exit_code_of (error);
  if (work->invocation->global->json) {
    g_autofree char *valid = g_utf8_make_valid (name, -1);
    cJSON *json = event_begin ("failed");
    cJSON_AddStringToObject (json, "path", valid);
    event_add_error (json, error);
    event_print (json);
  } else if (is_named (error->message, name)) {
    terminal_error ("%s", error->message);
  } else {
    terminal_error ("%s: %s", name, error->message);
  }
}

/* The members of what was found, behind the event's name and what it is called. */
static void
print_event (const Subject *subject, cJSON *found)
{
  cJSON *json = event_begin ("picture");
  if (subject->path != NULL)
    cJSON_AddStringToObject (json, "path", subject->title);
  else
    event_add_text (json, "known-as", subject->known_as);
  cJSON_AddBoolToObject (json, "original", subject->path == NULL);
  while (found->child != NULL) {
    cJSON *member = cJSON_DetachItemViaPointer (found, found->child);
    cJSON_AddItemToObject (json, member->string, member);
  }
  event_print (json);
}

static void
tell_picture (const Work *work, const Subject *subject, const char *text)
{
  const GlobalOptions *global = work->invocation->global;
  cJSON *found = cJSON_Parse (text);
  if (global->json) {
    print_event (subject, found);
  } else {
    if (work->n_pictures > 0)
      terminal_print ("%s", "");
    inspect_text_print (found, subject->title, global->verbose);
  }
  cJSON_Delete (found);
}

/* What was taken out of it has been written. */
static void
tell_extract (const Work *work, const cJSON *found, const char *to)
{
  if (!work->invocation->global->json)
    return;
  cJSON *json = event_begin ("extracted");
  cJSON_AddStringToObject (json, "path", to);
  event_add_text (json, "kind", cJSON_GetStringValue (cJSON_GetObjectItem (found, "kind")));
  cJSON_AddNumberToObject (json, "bytes",
                           cJSON_GetNumberValue (cJSON_GetObjectItem (found, "bytes")));
  event_print (json);
}

/* Takes what the worker said. */
static bool
take_answer (Work *work, const Subject *subject, const char *text, GError **error)
{
  const InspectOptions *options = work->invocation->options;
  if (options->extract == NULL) {
    tell_picture (work, subject, text);
    return true;
  }
  cJSON *found = cJSON_Parse (text);
  bool ok = inspect_extract_write (found, options->to, error);
  if (ok)
    tell_extract (work, found, options->to);
  cJSON_Delete (found);
  return ok;
}

/* ---- */

static bool
look (Work *work, const char *name, GError **error)
{
  g_auto (Subject) subject = { NULL };
  g_autofree char *json = NULL;
  if (!open_subject (work, name, &subject, error))
    return false;
  bool is_original = subject.path == NULL;
  if (is_original && work->settings.home == NULL) {
    /* Workers know of a cache from their beginning. */
    g_clear_pointer (&work->inspector, inspector_free);
    work->settings.home = cache_home (work->cache);
  }
  if (work->inspector == NULL)
    work->inspector = inspector_new (&work->settings);
  const TaskInspect inspect = {
    .path = subject.path,
    .name = subject.known_as != NULL ? subject.known_as : subject.title,
    .original = is_original ? &subject.digest : NULL,
    .declared_type = subject.type,
    .sidecar = subject.sidecar,
    .extract = ((const InspectOptions *)work->invocation->options)->extract,
  };
  if (!inspector_look (work->inspector, &inspect, &json, error))
    return false;
  if (!take_answer (work, &subject, json, error))
    return false;
  work->n_pictures++;
  return true;
}

/* Before anything else: a list that is none would make everything look as if nobody were trusted. */
static bool
check_trust (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  size_t length;
  if (path == NULL)
    return true;
  if (path_read_file (path, MOST_ANCHOR_BYTES, &text, &length, &problem) &&
      strstr (text, "-----BEGIN CERTIFICATE-----") != NULL)
    return true;
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "--trust: %s%s",
               problem != NULL ? problem->message : path,
               problem != NULL ? ""
                               : " holds no certificate; it takes a file in PEM, of lines "
                                 "that begin with -----BEGIN CERTIFICATE-----");
  return false;
}

static int
run (const Invocation *invocation)
{
  const InspectOptions *options = invocation->options;
  bool is_json = invocation->global->json;
  g_autoptr (GError) error = NULL;
  g_auto (Work) work = {
    .invocation = invocation,
    .settings = { .isolate = true,
                  .is_quick = options->quick,
                  .most_bytes = options->max_file_size,
                  .anchors = options->trust },
  };
  if (!check_trust (options->trust, &error) ||
      !inspect_extract_check (invocation, options->extract, options->to, &error))
    return event_end (is_json && g_strcmp0 (options->to, "-") != 0, event_begin ("summary"), error);
  signals_watch ();
  for (unsigned i = 0; i < invocation->n_arguments && interrupt_count () == 0; i++) {
    g_autoptr (GError) problem = NULL;
    if (!look (&work, invocation->arguments[i], &problem) && interrupt_count () == 0)
      tell_failure (&work, invocation->arguments[i], problem);
  }
  int code = interrupt_count () > 0 ? EXIT_INTERRUPTED : work.code;
  if (is_json) {
    cJSON *summary = event_begin ("summary");
    cJSON_AddNumberToObject (summary, "pictures", work.n_pictures);
    cJSON_AddNumberToObject (summary, "failed", work.n_failed);
    event_print_summary (summary, NULL, code);
  }
  return code;
}

extern const CommandType command_inspect;
const CommandType command_inspect = {
  .name = "inspect",
  .synopsis = "FILE|HASH…",
  .summary = "Tell what a picture is, what it carries and where it comes from",
  .details =
    "A file, - for standard input, or an original of the cache by the first digits of its hash. "
    "Told are its type, declared and real, its pixels, colour profile and density, all of its "
    "EXIF, XMP, IPTC and texts, how it was generated, whether it is labelled as made by AI, and "
    "its "
    "Content Credentials, in the file or beside it (FILE.c2pa): who signed them, what was done, "
    "and "
    "whether the file is still the one that was signed. Of what is damaged is told what can be "
    "read. Long values are cut, but not with -v, which lists the file's blocks too, and not in "
    "--json, which gives an event for each picture. --extract takes one block out as it is.",
  .example = "  peel inspect photo.jpg\n"
             "  peel inspect --json 3f9a17 | jq '.[\"ai-label\"]'\n"
             "  peel inspect photo.jpg --extract icc --to photo.icc\n"
             "  curl -s https://example.com/a.png | peel inspect -",
  .options = &inspect_options,
  .least_arguments = 1,
  .run = run,
};
