/* A bounded reader of foreign XMP: the part of RDF that packets use, by GMarkup.
 *
 *     rdf:RDF > rdf:Description [attributes] > property > text
 *                                            > property rdf:resource="…"
 *                                            > property > rdf:Alt|Seq|Bag > rdf:li > text
 *
 * A text may also stand in an rdf:value, alone or in an rdf:Description, beside what qualifies it.
 * Each open element has a place; what is not in the picture above is skipped with all it holds.
 * GMarkup keeps no tree and knows no entities but XML's five; a DTD is refused. */
#include "metadata/xmp.h"

#define RDF_SPACE "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

typedef enum {
  PLACE_OUTSIDE,
  PLACE_RDF,
  PLACE_DESCRIPTION,
  PLACE_PROPERTY,
  PLACE_CONTAINER,
  PLACE_ITEM,
  PLACE_QUALIFIED, /* a Description that holds a value */
  PLACE_VALUE,
  PLACE_SKIP,
} Place;

typedef struct {
  char *prefix; /* "": the default */
  char *space;
  unsigned depth;
} Binding;

typedef struct {
  MetadataRecord *record;
  GArray *places;   /* Place of each open element */
  GArray *bindings; /* Binding, innermost last */
  MetadataProperty property;
  bool has_items; /* the open property holds a container */
  char *language; /* of the open item */
  GString *text;  /* of the open property or item */
} Reader;

static void
binding_clear (gpointer data)
{
  Binding *binding = data;
  g_free (binding->prefix);
  g_free (binding->space);
}

static Place
place (const Reader *reader)
{
  return reader->places->len == 0 ? PLACE_OUTSIDE
                                  : g_array_index (reader->places, Place, reader->places->len - 1);
}

/* The namespace of "prefix:name", and the name; NULL when the prefix is bound to nothing. */
static const char *
resolve (const Reader *reader, const char *qualified, const char **out_name)
{
  const char *colon = strchr (qualified, ':');
  size_t length = colon != NULL ? (size_t)(colon - qualified) : 0;
  *out_name = colon != NULL ? colon + 1 : qualified;
  for (unsigned i = reader->bindings->len; i > 0; i--) {
    const Binding *binding = &g_array_index (reader->bindings, Binding, i - 1);
    if (strlen (binding->prefix) == length && memcmp (binding->prefix, qualified, length) == 0)
      return binding->space;
  }
  return NULL;
}

static bool
bind_namespaces (Reader *reader, const char **names, const char **values, GError **error)
{
  unsigned count = 0;
  for (; names[count] != NULL; count++) {
    if (count >= XMP_MOST_ATTRIBUTES || reader->bindings->len >= XMP_MOST_NAMESPACES) {
      g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "too many attributes");
      return false;
    }
    if (strcmp (names[count], "xmlns") != 0 && !g_str_has_prefix (names[count], "xmlns:"))
      continue;
    Binding binding = { g_strdup (names[count][5] == ':' ? names[count] + 6 : ""),
                        g_strdup (values[count]), reader->places->len };
    g_array_append_val (reader->bindings, binding);
  }
  return true;
}

/* What is seen and never written: noted, so that it can be said. */
static void
note_stranger (Reader *reader, const char *space, const char *name)
{
  static const char *const camera_spaces[] = {
    "http://ns.adobe.com/exif/1.0/",
    "http://ns.adobe.com/tiff/1.0/",
    "http://ns.adobe.com/exif/1.0/aux/",
    "http://cipa.jp/exif/1.0/",
  };
  static const char *const location_names[] = {
    "GPS", "City", "State", "Country", "Location", "CountryCode", "Sublocation",
  };
  unsigned stranger = METADATA_STRANGER_OTHER;
  if (strcmp (space, "http://ns.adobe.com/xmp/note/") == 0)
    return; /* HasExtendedXMP: a note of JPEG's to itself */
  for (size_t i = 0; i < G_N_ELEMENTS (camera_spaces); i++) {
    if (strcmp (space, camera_spaces[i]) == 0)
      stranger = METADATA_STRANGER_XMP_CAMERA;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (location_names); i++) {
    if (g_str_has_prefix (name, location_names[i]))
      stranger = METADATA_STRANGER_LOCATION;
  }
  if (stranger == METADATA_STRANGER_XMP_CAMERA && strcmp (name, "Orientation") == 0)
    stranger = METADATA_STRANGER_ORIENTATION;
  if (strcmp (name, "Thumbnails") == 0)
    stranger = METADATA_STRANGER_THUMBNAIL;
  reader->record->strangers |= stranger;
}

static bool
find_property (const char *space, const char *name, MetadataProperty *out_property)
{
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    const MetadataPropertyRow *row = &metadata_properties[i];
    if (strcmp (row->space, space) == 0 &&
        (strcmp (row->name, name) == 0 || g_strcmp0 (row->old_name, name) == 0)) {
      *out_property = i;
      return true;
    }
  }
  return false;
}

/* A value that stands for itself: an attribute, the text of an element, a resource. */
static void
read_attributes (Reader *reader, const char **names, const char **values)
{
  for (unsigned i = 0; names[i] != NULL; i++) {
    const char *name, *space = NULL;
    MetadataProperty property;
    if (strchr (names[i], ':') != NULL && !g_str_has_prefix (names[i], "xml"))
      space = resolve (reader, names[i], &name);
    if (space == NULL || strcmp (space, RDF_SPACE) == 0)
      continue;
    if (find_property (space, name, &property))
      metadata_record_add (reader->record, property, NULL, values[i]);
    else
      note_stranger (reader, space, name);
  }
}

static Place
open_property (Reader *reader, const char *space, const char *name, const char **names,
               const char **values)
{
  if (!find_property (space, name, &reader->property)) {
    note_stranger (reader, space, name);
    return PLACE_SKIP;
  }
  g_string_truncate (reader->text, 0);
  reader->has_items = false;
  for (unsigned i = 0; names[i] != NULL; i++) {
    const char *local, *of = resolve (reader, names[i], &local);
    if (of != NULL && strcmp (of, RDF_SPACE) == 0 && strcmp (local, "resource") == 0)
      metadata_record_add (reader->record, reader->property, NULL, values[i]);
  }
  return PLACE_PROPERTY;
}

/* "de-AT"; anything else counts as no language. */
static char *
dup_language (const char **names, const char **values)
{
  for (unsigned i = 0; names[i] != NULL; i++) {
    if (strcmp (names[i], "xml:lang") != 0)
      continue;
    size_t length = strspn (values[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-");
    return length > 0 && length <= 35 && values[i][length] == '\0' ? g_strdup (values[i]) : NULL;
  }
  return NULL;
}

static Place
place_of (Reader *reader, const char *space, const char *name, const char **names,
          const char **values)
{
  bool is_rdf = strcmp (space, RDF_SPACE) == 0;
  bool is_value = strcmp (name, "value") == 0, is_description = strcmp (name, "Description") == 0;
  switch (place (reader)) {
  case PLACE_OUTSIDE:
    return is_rdf && strcmp (name, "RDF") == 0 ? PLACE_RDF : PLACE_OUTSIDE;
  case PLACE_RDF:
    if (!is_rdf || strcmp (name, "Description") != 0)
      return PLACE_SKIP;
    read_attributes (reader, names, values);
    return PLACE_DESCRIPTION;
  case PLACE_DESCRIPTION:
    return open_property (reader, space, name, names, values);
  case PLACE_PROPERTY:
    if (is_rdf && (is_value || is_description))
      return is_value ? PLACE_VALUE : PLACE_QUALIFIED;
    if (!is_rdf ||
        (strcmp (name, "Alt") != 0 && strcmp (name, "Seq") != 0 && strcmp (name, "Bag") != 0))
      return PLACE_SKIP;
    reader->has_items = true;
    return PLACE_CONTAINER;
  case PLACE_CONTAINER:
    if (!is_rdf || strcmp (name, "li") != 0)
      return PLACE_SKIP;
    g_string_truncate (reader->text, 0);
    g_free (reader->language);
    reader->language = dup_language (names, values);
    return PLACE_ITEM;
  case PLACE_ITEM:
    if (is_rdf && is_description)
      return PLACE_QUALIFIED;
    return is_rdf && is_value ? PLACE_VALUE : PLACE_SKIP;
  case PLACE_QUALIFIED:
    return is_rdf && is_value ? PLACE_VALUE : PLACE_SKIP;
  default:
    return PLACE_SKIP;
  }
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
          const char **values, gpointer data, GError **error)
{
  Reader *reader = data;
  if (reader->places->len >= XMP_MOST_DEPTH) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "elements more than %d deep",
                 XMP_MOST_DEPTH);
    return;
  }
  if (!bind_namespaces (reader, names, values, error))
    return;
  const char *name;
  const char *space = resolve (reader, element, &name);
  Place new_place = place_of (reader, space != NULL ? space : "", name, names, values);
  g_array_append_val (reader->places, new_place);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reader *reader = data;
  Place ended = place (reader);
  if (ended == PLACE_ITEM)
    metadata_record_add (reader->record, reader->property, reader->language, reader->text->str);
  else if (ended == PLACE_PROPERTY && !reader->has_items)
    metadata_record_add (reader->record, reader->property, NULL, reader->text->str);
  g_array_set_size (reader->places, reader->places->len - 1);
  while (reader->bindings->len > 0 &&
         g_array_index (reader->bindings, Binding, reader->bindings->len - 1).depth >=
           reader->places->len)
    g_array_set_size (reader->bindings, reader->bindings->len - 1);
}

static void
on_text (GMarkupParseContext *context, const char *text, size_t length, gpointer data,
         GError **error)
{
  Reader *reader = data;
  Place at = place (reader);
  if (at == PLACE_ITEM || at == PLACE_PROPERTY || at == PLACE_VALUE)
    g_string_append_len (reader->text, text, (gssize)length);
}

static void
on_rest (GMarkupParseContext *context, const char *text, size_t length, gpointer data,
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
xmp_read (GBytes *packet, MetadataRecord *record, GError **error)
{
  static const GMarkupParser parser = {
    .start_element = on_start,
    .end_element = on_end,
    .text = on_text,
    .passthrough = on_rest,
  };
  size_t length;
  g_autofree char *text = dup_text (packet, &length, error);
  if (text == NULL)
    return false;

  g_auto (MetadataRecord) found = { 0 };
  Reader reader = {
    .record = &found,
    .places = g_array_new (FALSE, FALSE, sizeof (Place)),
    .bindings = g_array_new (FALSE, FALSE, sizeof (Binding)),
    .text = g_string_new (NULL),
  };
  g_array_set_clear_func (reader.bindings, binding_clear);
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT,
                                                             &reader, NULL);
  g_autoptr (GError) cause = NULL;
  bool ok = g_markup_parse_context_parse (context, text, (gssize)length, &cause) &&
            g_markup_parse_context_end_parse (context, &cause);
  g_markup_parse_context_free (context);
  g_array_unref (reader.places);
  g_array_unref (reader.bindings);
  g_string_free (reader.text, TRUE);
  g_free (reader.language);
  if (ok) {
    metadata_record_fill (record, &found);
    return true;
  }
  /* GMarkup quotes what it read, which may be what must not be told. */
  if (g_error_matches (cause, METADATA_ERROR, METADATA_ERROR_FAILED))
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is not well-formed XML");
  return false;
}
