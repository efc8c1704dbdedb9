#include "metadata/xmp-packet.h"

typedef struct {
  char *prefix; /* "": the default */
  char *space;
  unsigned depth;
} Binding;

static void
binding_clear (gpointer data)
{
  Binding *binding = data;
  g_free (binding->prefix);
  g_free (binding->space);
}

void
xmp_spaces_init (XmpSpaces *spaces)
{
  spaces->bindings = g_array_new (FALSE, FALSE, sizeof (Binding));
  g_array_set_clear_func (spaces->bindings, binding_clear);
}

void
xmp_spaces_clear (XmpSpaces *spaces)
{
  g_clear_pointer (&spaces->bindings, g_array_unref);
}

const char *
xmp_spaces_find (const XmpSpaces *spaces, const char *qualified, const char **out_name)
{
  const char *colon = strchr (qualified, ':');
  size_t length = colon != NULL ? (size_t)(colon - qualified) : 0;
  *out_name = colon != NULL ? colon + 1 : qualified;
  for (unsigned i = spaces->bindings->len; i > 0; i--) {
    const Binding *binding = &g_array_index (spaces->bindings, Binding, i - 1);
    if (strlen (binding->prefix) == length && memcmp (binding->prefix, qualified, length) == 0)
      return binding->space;
  }
  return NULL;
}

bool
xmp_spaces_enter (XmpSpaces *spaces, unsigned depth, const char **names, const char **values,
                  GError **error)
{
  if (depth >= XMP_MOST_DEPTH) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "elements more than %d deep",
                 XMP_MOST_DEPTH);
    return false;
  }
  for (unsigned count = 0; names[count] != NULL; count++) {
    if (count >= XMP_MOST_ATTRIBUTES || spaces->bindings->len >= XMP_MOST_NAMESPACES) {
      g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "too many attributes");
      return false;
    }
    if (strcmp (names[count], "xmlns") != 0 && !g_str_has_prefix (names[count], "xmlns:"))
      continue;
    Binding binding = { g_strdup (names[count][5] == ':' ? names[count] + 6 : ""),
                        g_strdup (values[count]), depth };
    g_array_append_val (spaces->bindings, binding);
  }
  return true;
}

void
xmp_spaces_leave (XmpSpaces *spaces, unsigned depth)
{
  while (spaces->bindings->len > 0 &&
         g_array_index (spaces->bindings, Binding, spaces->bindings->len - 1).depth >= depth)
    g_array_set_size (spaces->bindings, spaces->bindings->len - 1);
}

void
xmp_packet_refuse (GMarkupParseContext *context, const char *text, size_t length, gpointer data,
                   GError **error)
{
  bool is_comment = length >= 4 && memcmp (text, "<!--", 4) == 0;
  if (length >= 2 && memcmp (text, "<!", 2) == 0 && !is_comment)
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "it declares a document type or entities");
}

/* The packet as UTF-8 without byte order mark and padding; NULL with an error. */
static char *
dup_text (GBytes *packet, size_t *out_length, GError **error)
{
  size_t length;
  const char *bytes = g_bytes_get_data (packet, &length);
  if (length > XMP_MOST_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is over %d bytes",
                 XMP_MOST_BYTES);
    return NULL;
  }
  const char *charset = NULL;
  if (length >= 2 && (memcmp (bytes, "\xfe\xff", 2) == 0 || memcmp (bytes, "\0<", 2) == 0))
    charset = "UTF-16BE";
  else if (length >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "<\0", 2) == 0))
    charset = "UTF-16LE";
  g_autofree char *text = NULL;
  if (charset != NULL)
    text = g_convert (bytes, (gssize)length, "UTF-8", charset, NULL, &length, NULL);
  else
    text = g_strndup (bytes, length);
  while (text != NULL && length > 0 && text[length - 1] == '\0')
    length--;
  if (text == NULL || !g_utf8_validate (text, (gssize)length, NULL)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is not valid Unicode");
    return NULL;
  }
  size_t skipped = g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0;
  *out_length = length - skipped;
  return g_strndup (text + skipped, length - skipped);
}

bool
xmp_packet_parse (GBytes *packet, const GMarkupParser *parser, void *data, GError **error)
{
  size_t length;
  g_autofree char *text = dup_text (packet, &length, error);
  if (text == NULL)
    return false;
  GMarkupParseContext *context = g_markup_parse_context_new (parser, G_MARKUP_TREAT_CDATA_AS_TEXT,
                                                             data, NULL);
  g_autoptr (GError) cause = NULL;
  bool ok = g_markup_parse_context_parse (context, text, (gssize)length, &cause) &&
            g_markup_parse_context_end_parse (context, &cause);
  g_markup_parse_context_free (context);
  if (ok)
    return true;
  /* GMarkup quotes what it read, which may be what must not be told. */
  if (g_error_matches (cause, METADATA_ERROR, METADATA_ERROR_FAILED))
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is not well-formed XML");
  return false;
}
