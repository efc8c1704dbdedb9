/* A machine of bytes: every piece of text may end anywhere, and cutting it elsewhere changes
 * nothing that can be seen but the lengths of the sink's pieces.
 *
 *     BEFORE ── '{' '[' ── STRUCTURE ─── last '}' ']' ── AFTER
 *       └─ other ─ PLAIN     │  ▲
 *                          '"'  '"'
 *                            ▼  │
 *             IN_NAME  IN_STRING  IN_DROPPED  IN_HEAD ── IN_BLOB
 *
 * IN_HEAD is a string on a path of which too little is known: it is kept like any other text, and
 * taken back out of the rest once it turns out to be an image. */
#include "document/json-scan.h"

#include <string.h>

#include "document/json-scan-image.h"
#include "document/json-scan-path.h"

/* Of "data:…;base64,". Real ones have 23. */
enum { HEAD_CHARACTERS = 128 };

typedef enum {
  BEFORE,
  PLAIN,
  STRUCTURE,
  AFTER,
  IN_NAME,
  IN_STRING,
  IN_DROPPED,
  IN_HEAD,
  IN_BLOB,
} State;

/* An open object or list, and the paths that lead to it, or to each item of the list. */
typedef struct {
  bool is_list;
  uint32_t set;
  unsigned depth; /* segments of them */
} Frame;

struct JsonScan {
  JsonScanPaths *paths;
  JsonScanLimits limits;
  GError *failure;
  State state;
  GString *rest;
  int64_t n_taken; /* bytes of text, by whole feeds */

  Frame frames[JSON_SCAN_MOST_DEPTH];
  unsigned n_frames;
  bool is_name_due;
  bool is_behind_blob;
  uint32_t value_set; /* the paths of the value that is due; none once it has begun */
  unsigned value_depth;

  unsigned escape; /* 1 behind a backslash, 2 to 5 behind \u and so many digits less 2 */
  gunichar unit;   /* of \u so far */
  char name[JSON_SCAN_MOST_NAME];
  size_t name_length; /* one more than fits, as no segment has it, if the name is longer */
  JsonScanKind kind;
  size_t string_start; /* in the rest */
  char head[HEAD_CHARACTERS];
  size_t head_length;
  bool is_uri; /* the head is a whole "data:…;base64," */

  GPtrArray *types; /* of the blobs, NULLs among them */
  JsonScanImage image;
};

G_DEFINE_QUARK (json_scan_error_quark, json_scan_error)

JsonScan *
json_scan_new (const JsonScanPath *paths, const JsonScanLimits *limits, const JsonScanSink *sink)
{
  JsonScan *scan = g_new0 (JsonScan, 1);
  scan->paths = json_scan_paths_new (paths);
  scan->limits = *limits;
  scan->image.sink = *sink;
  scan->image.most_bytes = limits->most_blob_bytes;
  scan->rest = g_string_new (NULL);
  scan->types = g_ptr_array_new_with_free_func (g_free);
  return scan;
}

void
json_scan_free (JsonScan *scan)
{
  if (scan == NULL)
    return;
  json_scan_paths_free (scan->paths);
  g_clear_error (&scan->failure);
  g_string_free (scan->rest, TRUE);
  g_ptr_array_unref (scan->types);
  g_free (scan);
}

/* As much as fits. */
static bool
keep_fitting (JsonScan *scan, const char *text, size_t length)
{
  size_t n = MIN (length, scan->limits.most_rest_bytes - scan->rest->len);
  g_string_append_len (scan->rest, text, (gssize)n);
  return n == length;
}

static bool
keep (JsonScan *scan, const char *text, size_t length, GError **error)
{
  if (keep_fitting (scan, text, length))
    return true;
  return json_scan_set_error (error, JSON_SCAN_ERROR_TOO_LARGE,
                              "the answer is too large: more than %zu bytes of it are no images",
                              scan->limits.most_rest_bytes);
}

/* Blobs */

static char *
declared_type (const JsonScan *scan)
{
  const char *type = scan->head + strlen ("data:");
  size_t length = scan->is_uri ? strcspn (type, ";") : 0;
  return length > 0 ? g_strndup (type, length) : NULL;
}

/* The string turned out to be one: the number takes its place. */
static bool
begin_blob (JsonScan *scan, GError **error)
{
  unsigned blob = scan->types->len;
  if (blob == scan->limits.most_blobs)
    return json_scan_set_error (error, JSON_SCAN_ERROR_TOO_LARGE,
                                "the answer has more than %u images", scan->limits.most_blobs);
  g_string_truncate (scan->rest, scan->string_start);
  g_autofree char *number = g_strdup_printf ("%u", blob);
  if (!keep (scan, number, strlen (number), error))
    return false;
  g_ptr_array_add (scan->types, declared_type (scan));
  scan->state = IN_BLOB;
  return json_scan_image_begin (&scan->image, blob, error);
}

static bool
end_blob (JsonScan *scan, GError **error)
{
  scan->state = STRUCTURE;
  scan->is_behind_blob = true;
  return json_scan_image_end (&scan->image, error);
}

/* The head is no data URI of base64: a plain image, or plain text. */
static bool
settle_head (JsonScan *scan, GError **error)
{
  if (scan->kind == JSON_SCAN_DATA_URI) {
    scan->state = IN_STRING;
    return true;
  }
  return begin_blob (scan, error) &&
         json_scan_image_add (&scan->image, scan->head, scan->head_length, error);
}

static bool
take_head (JsonScan *scan, char c, GError **error)
{
  static const char start[] = "data:", end[] = ";base64,";
  static const size_t start_length = sizeof start - 1, end_length = sizeof end - 1;
  bool is_line_end = c == '\n' || c == '\r';
  if (is_line_end && (scan->is_uri || scan->head_length == 0))
    return true;
  if (scan->is_uri)
    return begin_blob (scan, error) && json_scan_image_add (&scan->image, &c, 1, error);
  size_t at = scan->head_length++;
  scan->head[at] = c;
  if (at < start_length && g_ascii_tolower (c) != start[at])
    return settle_head (scan, error);
  if (c == ',') {
    size_t n = scan->head_length;
    scan->is_uri = n >= start_length + end_length &&
                   g_ascii_strncasecmp (scan->head + n - end_length, end, end_length) == 0;
    return scan->is_uri || settle_head (scan, error);
  }
  return scan->head_length < HEAD_CHARACTERS || settle_head (scan, error);
}

/* Strings */

/* Characters of the open string, without escapes. */
static bool
take_text (JsonScan *scan, const char *text, size_t length, GError **error)
{
  bool ok = true;
  for (size_t i = 0; i < length && ok; i++) {
    if (scan->state == IN_NAME) {
      if (scan->name_length < JSON_SCAN_MOST_NAME)
        scan->name[scan->name_length] = text[i];
      scan->name_length += scan->name_length <= JSON_SCAN_MOST_NAME;
    } else if (scan->state == IN_HEAD) {
      ok = take_head (scan, text[i], error);
    } else if (scan->state == IN_BLOB) {
      ok = json_scan_image_add (&scan->image, text + i, 1, error);
    }
  }
  return ok;
}

static bool
keep_written (JsonScan *scan, const char *text, size_t length, GError **error)
{
  bool is_kept = scan->state != IN_DROPPED && scan->state != IN_BLOB;
  return !is_kept || keep (scan, text, length, error);
}

static void
end_name (JsonScan *scan)
{
  const Frame *frame = &scan->frames[scan->n_frames - 1];
  scan->is_name_due = false;
  scan->value_depth = frame->depth + 1;
  scan->value_set = json_scan_paths_member (scan->paths, frame->set, frame->depth, scan->name,
                                            scan->name_length);
}

static void
open_string (JsonScan *scan)
{
  scan->string_start = scan->rest->len;
  if (scan->is_name_due) {
    scan->state = IN_NAME;
    scan->name_length = 0;
  } else if (json_scan_paths_end (scan->paths, scan->value_set, scan->value_depth, &scan->kind)) {
    scan->state = scan->kind == JSON_SCAN_DROP ? IN_DROPPED : IN_HEAD;
    scan->head_length = 0;
    scan->is_uri = false;
  } else {
    scan->state = IN_STRING;
  }
  scan->value_set = 0;
}

static bool
close_string (JsonScan *scan, GError **error)
{
  /* What is still undecided is an image unless there is no sign of one. */
  if (scan->state == IN_HEAD && scan->head_length > 0 && !scan->is_uri &&
      !settle_head (scan, error))
    return false;
  if (scan->state == IN_BLOB)
    return end_blob (scan, error);
  if (scan->state == IN_NAME)
    end_name (scan);
  scan->state = STRUCTURE;
  return keep (scan, "\"", 1, error);
}

static bool
take_unit (JsonScan *scan, gunichar unit, GError **error)
{
  char text[6];
  size_t length = (size_t)g_unichar_to_utf8 (unit, text);
  scan->escape = 0;
  return take_text (scan, text, length, error);
}

static gunichar
unescape (char c)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *found = c != '\0' ? strchr (names, c) : NULL;
  /* What is no escape must not pass for a sign of base64. */
  return found != NULL ? (gunichar)values[found - names] : 0xFFFD;
}

static bool
take_string_byte (JsonScan *scan, char c, GError **error)
{
  int digit = scan->escape > 1 ? g_ascii_xdigit_value (c) : -1;
  if (scan->escape > 1 && digit < 0 && !take_unit (scan, 0xFFFD, error))
    return false;
  if (scan->escape == 0 && c == '"')
    return close_string (scan, error);
  if (!keep_written (scan, &c, 1, error))
    return false;
  if (scan->escape > 1) {
    scan->unit = scan->unit << 4 | (gunichar)digit;
    return ++scan->escape < 6 || take_unit (scan, scan->unit, error);
  }
  if (scan->escape == 1 && c == 'u') {
    scan->escape = 2;
    scan->unit = 0;
    return true;
  }
  if (scan->escape == 1)
    return take_unit (scan, unescape (c), error);
  if (c == '\\') {
    scan->escape = 1;
    return true;
  }
  return take_text (scan, &c, 1, error);
}

/* The long parts of long strings. May use nothing. */
static bool
take_string_run (JsonScan *scan, const char *text, size_t length, size_t *out_used, GError **error)
{
  size_t n = 0;
  if (scan->state == IN_BLOB) {
    if (!json_scan_image_add_some (&scan->image, text, length, out_used, error))
      return false;
    bool is_foreign = *out_used == 0 && *text != '"' && *text != '\\';
    return !is_foreign || json_scan_image_add (&scan->image, text, 1, error);
  }
  if (scan->state == IN_STRING || scan->state == IN_DROPPED)
    while (n < length && text[n] != '"' && text[n] != '\\')
      n++;
  *out_used = n;
  return keep_written (scan, text, n, error);
}

static bool
take_string (JsonScan *scan, const char *text, size_t length, size_t *out_used, GError **error)
{
  *out_used = 0;
  if (scan->escape == 0 && !take_string_run (scan, text, length, out_used, error))
    return false;
  if (*out_used > 0)
    return true;
  *out_used = 1;
  return take_string_byte (scan, *text, error);
}

/* Structure */

static bool
open_frame (JsonScan *scan, bool is_list, GError **error)
{
  if (scan->n_frames == JSON_SCAN_MOST_DEPTH)
    return json_scan_set_error (
      error, JSON_SCAN_ERROR_TOO_LARGE,
      "the answer is nested too deeply: more than %d objects and lists are open at once",
      JSON_SCAN_MOST_DEPTH);
  Frame *frame = &scan->frames[scan->n_frames++];
  *frame = (Frame){ is_list, scan->value_set, scan->value_depth };
  /* A list around the whole answer is passed over. */
  if (is_list && scan->n_frames > 1) {
    frame->set = json_scan_paths_items (scan->paths, scan->value_set, scan->value_depth);
    frame->depth++;
  }
  scan->is_name_due = !is_list;
  scan->value_set = is_list ? frame->set : 0;
  scan->value_depth = frame->depth;
  return true;
}

static void
close_frame (JsonScan *scan)
{
  scan->n_frames--;
  scan->is_name_due = false;
  scan->value_set = 0;
  if (scan->n_frames == 0)
    scan->state = AFTER;
}

static void
pass_comma (JsonScan *scan)
{
  const Frame *frame = &scan->frames[scan->n_frames - 1];
  scan->is_name_due = !frame->is_list;
  scan->value_set = frame->is_list ? frame->set : 0;
  scan->value_depth = frame->depth;
}

static bool
take_mark (JsonScan *scan, char c, GError **error)
{
  if (c == '"')
    open_string (scan);
  else if (c == ',')
    pass_comma (scan);
  else if (c == '}' || c == ']')
    close_frame (scan);
  else if (c != ':' && !open_frame (scan, c == '[', error))
    return false;
  return keep (scan, &c, 1, error);
}

static bool
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
take_structure (JsonScan *scan, const char *text, size_t length, size_t *out_used, GError **error)
{
  bool is_behind_blob = scan->is_behind_blob;
  scan->is_behind_blob = false;
  *out_used = 1;
  if (*text != '\0' && strchr ("{}[]:,\"", *text) != NULL)
    return take_mark (scan, *text, error);
  size_t n = 0;
  while (n < length && is_space (text[n]))
    n++;
  if (n == 0) {
    /* A number, a word, or damage. Right behind a blob's number it would make another number. */
    scan->value_set = 0;
    return (!is_behind_blob || keep (scan, " ", 1, error)) && keep (scan, text, 1, error);
  }
  *out_used = n;
  return keep (scan, text, n, error);
}

/* White space, or a piece of UTF-8's byte order mark. Some services send line ends for as long as
 * an image takes, so these count against no limit. */
static bool
is_lead (char c)
{
  return is_space (c) || c == '\xef' || c == '\xbb' || c == '\xbf';
}

static void
take_lead (JsonScan *scan, const char *text, size_t length, size_t *out_used)
{
  size_t n = 0;
  while (n < length && is_lead (text[n]))
    n++;
  *out_used = n;
  keep_fitting (scan, text, n);
  if (n == length)
    return;
  scan->state = PLAIN;
  if (text[n] == '{' || text[n] == '[') {
    g_string_truncate (scan->rest, 0);
    scan->state = STRUCTURE;
    scan->value_set = json_scan_paths_all (scan->paths);
  }
}

static bool
take_some (JsonScan *scan, const char *text, size_t length, size_t *out_used, GError **error)
{
  *out_used = length;
  switch (scan->state) {
  case BEFORE:
    take_lead (scan, text, length, out_used);
    return true;
  case PLAIN:
    keep_fitting (scan, text, length);
    return true;
  case STRUCTURE:
    return take_structure (scan, text, length, out_used, error);
  case AFTER:
    return keep (scan, text, length, error);
  default:
    return take_string (scan, text, length, out_used, error);
  }
}

static bool
repeat_failure (const JsonScan *scan, GError **error)
{
  if (scan->failure == NULL)
    return true;
  g_propagate_error (error, g_error_copy (scan->failure));
  return false;
}

bool
json_scan_feed (JsonScan *scan, const char *text, size_t length, GError **error)
{
  scan->n_taken += (int64_t)length;
  while (length > 0 && scan->failure == NULL) {
    size_t n_used;
    if (!take_some (scan, text, length, &n_used, &scan->failure))
      break;
    text += n_used;
    length -= n_used;
  }
  return repeat_failure (scan, error);
}

bool
json_scan_finish (JsonScan *scan, GError **error)
{
  bool is_whole = scan->state == BEFORE || scan->state == PLAIN || scan->state == AFTER;
  if (scan->failure == NULL && scan->state == IN_BLOB)
    json_scan_set_error (&scan->failure, JSON_SCAN_ERROR_CUT,
                         "the answer was cut short: it ends after %" G_GINT64_FORMAT
                         " bytes, within image %u, of which %" G_GINT64_FORMAT " bytes are there",
                         scan->n_taken, scan->image.number, scan->image.n_bytes);
  else if (scan->failure == NULL && !is_whole)
    json_scan_set_error (&scan->failure, JSON_SCAN_ERROR_CUT,
                         "the answer was cut short: it ends after %" G_GINT64_FORMAT
                         " bytes, before its JSON does",
                         scan->n_taken);
  return repeat_failure (scan, error);
}

const char *
json_scan_rest (const JsonScan *scan, size_t *out_length)
{
  *out_length = scan->rest->len;
  return scan->rest->str;
}

bool
json_scan_is_json (const JsonScan *scan)
{
  return scan->state != BEFORE && scan->state != PLAIN;
}

unsigned
json_scan_n_blobs (const JsonScan *scan)
{
  return scan->types->len;
}

const char *
json_scan_blob_type (const JsonScan *scan, unsigned blob)
{
  return blob < scan->types->len ? g_ptr_array_index (scan->types, blob) : NULL;
}
