/* The reader of JUMBF: a tree of superboxes that points into the bytes. A box's length is checked
 * against its parent's before anything in it is looked at. */
#include "c2pa/jumbf.h"

#include "metadata/container-bytes.h"
#include "c2pa/c2pa.h"

enum { HEADER_BYTES = 8, LONG_HEADER_BYTES = 16, UUID_BYTES = 16 };
enum { TOGGLE_LABEL = 1 << 1 };

typedef struct {
  const uint8_t *bytes;
  unsigned n_boxes;
  const char *trouble;
} Parser;

/* A box of any kind, as its header has it. */
typedef struct {
  const uint8_t *type;
  size_t at, length, content_at, content_length;
} Frame;

static bool
fail (Parser *parser, const char *trouble)
{
  parser->trouble = trouble;
  return false;
}

static bool
read_frame (Parser *parser, size_t at, size_t end, Frame *out_frame)
{
  if (++parser->n_boxes > JUMBF_MOST_BOXES)
    return fail (parser, "it has too many boxes");
  if (end - at < HEADER_BYTES)
    return fail (parser, "it ends inside a box");
  uint64_t length = big32 (parser->bytes + at);
  size_t header = HEADER_BYTES;
  if (length == 1) {
    header = LONG_HEADER_BYTES;
    if (end - at < header)
      return fail (parser, "it ends inside a box");
    const uint8_t *long_length = parser->bytes + at + HEADER_BYTES;
    length = (uint64_t)big32 (long_length) << 32 | big32 (long_length + 4);
  } else if (length == 0) {
    length = end - at;
  }
  if (length < header || length > end - at)
    return fail (parser, "a box is longer than what holds it");
  *out_frame = (Frame){ parser->bytes + at + 4, at, (size_t)length, at + header,
                        (size_t)length - header };
  return true;
}

static bool
is_type (const Frame *frame, const char type[4])
{
  return memcmp (frame->type, type, 4) == 0;
}

static void
copy_type (char out[5], const uint8_t *type)
{
  for (unsigned i = 0; i < 4; i++)
    out[i] = g_ascii_isprint ((char)type[i]) ? (char)type[i] : '?';
}

/* jumd: UUID, toggles, label NUL; what may follow (id, hash, salt) is of no use here. */
static bool
read_description (Parser *parser, const Frame *frame, JumbfBox *box)
{
  static const uint8_t tail[12] = { 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 };
  if (!is_type (frame, "jumd") || frame->content_length < UUID_BYTES + 1)
    return fail (parser, "a box does not begin with its description");
  const uint8_t *content = parser->bytes + frame->content_at;
  if (memcmp (content + 4, tail, sizeof tail) == 0)
    copy_type (box->type, content);
  else
    memcpy (box->type, "uuid", 5);
  if ((content[UUID_BYTES] & TOGGLE_LABEL) == 0) {
    box->label = g_strdup ("");
    return true;
  }
  const char *label = (const char *)content + UUID_BYTES + 1;
  size_t left = frame->content_length - UUID_BYTES - 1;
  const char *end = left > 0 ? memchr (label, '\0', left) : NULL;
  if (end == NULL || !g_utf8_validate (label, end - label, NULL))
    return fail (parser, "a box's label is not a text");
  box->label = g_strndup (label, (size_t)(end - label));
  return true;
}

static JumbfBox *read_superbox (Parser *parser, const Frame *frame, unsigned depth);

static bool
read_child (Parser *parser, const Frame *frame, unsigned depth, JumbfBox *box)
{
  if (is_type (frame, "jumb")) {
    JumbfBox *child = read_superbox (parser, frame, depth + 1);
    if (child != NULL)
      g_ptr_array_add (box->children, child);
    return child != NULL;
  }
  if (box->data_type[0] == '\0') {
    copy_type (box->data_type, frame->type);
    box->data_at = frame->content_at;
    box->data_length = frame->content_length;
  }
  return true;
}

static JumbfBox *
read_superbox (Parser *parser, const Frame *frame, unsigned depth)
{
  if (depth >= JUMBF_MOST_DEPTH) {
    fail (parser, "its boxes are too deep in each other");
    return NULL;
  }
  g_autoptr (JumbfBox) box = g_new0 (JumbfBox, 1);
  box->at = frame->at;
  box->length = frame->length;
  box->content_at = frame->content_at;
  box->content_length = frame->content_length;
  box->children = g_ptr_array_new_with_free_func ((GDestroyNotify)jumbf_free);

  size_t at = frame->content_at, end = frame->at + frame->length;
  Frame inner;
  if (!read_frame (parser, at, end, &inner) || !read_description (parser, &inner, box))
    return NULL;
  for (at += inner.length; at < end; at += inner.length) {
    if (!read_frame (parser, at, end, &inner) || !read_child (parser, &inner, depth, box))
      return NULL;
  }
  return g_steal_pointer (&box);
}

static bool
is_zero (const uint8_t *bytes, size_t length)
{
  while (length > 0 && bytes[length - 1] == 0)
    length--;
  return length == 0;
}

JumbfBox *
jumbf_read (const void *bytes, size_t length, GError **error)
{
  Parser parser = { .bytes = bytes };
  Frame frame;
  g_autoptr (JumbfBox) box = NULL;
  if (!read_frame (&parser, 0, length, &frame) || !is_type (&frame, "jumb"))
    parser.trouble = parser.trouble != NULL ? parser.trouble : "it does not begin with a superbox";
  else if (!is_zero (parser.bytes + frame.length, length - frame.length))
    parser.trouble = "something follows its end";
  else
    box = read_superbox (&parser, &frame, 0);
  if (box == NULL)
    g_set_error (error, C2PA_ERROR, C2PA_ERROR_FAILED, "it is not whole JUMBF: %s", parser.trouble);
  return g_steal_pointer (&box);
}

void
jumbf_free (JumbfBox *box)
{
  if (box == NULL)
    return;
  g_free (box->label);
  g_clear_pointer (&box->children, g_ptr_array_unref);
  g_free (box);
}

static const JumbfBox *
child_of (const JumbfBox *box, const char *label, size_t length)
{
  for (unsigned i = 0; box != NULL && i < box->children->len; i++) {
    const JumbfBox *child = box->children->pdata[i];
    if (strncmp (child->label, label, length) == 0 && child->label[length] == '\0')
      return child;
  }
  return NULL;
}

const JumbfBox *
jumbf_child (const JumbfBox *box, const char *label)
{
  return child_of (box, label, strlen (label));
}

static const JumbfBox *
walk (const JumbfBox *box, const char *path)
{
  while (box != NULL && *path != '\0') {
    size_t length = strcspn (path, "/");
    box = child_of (box, path, length);
    path += length;
    path += *path == '/' ? 1 : 0;
  }
  return box;
}

const JumbfBox *
jumbf_find (const JumbfBox *store, const JumbfBox *manifest, const char *uri)
{
  static const char scheme[] = "self#jumbf=";
  if (!g_str_has_prefix (uri, scheme))
    return NULL;
  const char *path = uri + sizeof scheme - 1;
  const JumbfBox *found = *path != '/' && *path != '\0' ? walk (manifest, path) : NULL;
  if (found != NULL)
    return found;
  path += *path == '/' ? 1 : 0;
  size_t length = strlen (store->label);
  if (length == 0 || strncmp (path, store->label, length) != 0 || path[length] != '/')
    return NULL;
  return walk (store, path + length + 1);
}
