/* A bounded reader of foreign XMP: the part of RDF that packets use, by GMarkup.
 *
 *     rdf:RDF > rdf:Description [attributes] > property > text
 *                                            > property rdf:resource="…"
 *                                            > property > rdf:Alt|Seq|Bag > rdf:li > text
 *
 * A text may also stand in an rdf:value, alone or in an rdf:Description, beside what qualifies it.
 * Each open element has a place; what is not in the picture above is skipped with all it holds.
 * GMarkup keeps no tree and knows no entities but XML's five; a DTD is refused. */
#include "metadata/xmp-packet.h"
#include "metadata/xmp.h"

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
  MetadataRecord *record;
  GArray *places; /* Place of each open element */
  XmpSpaces spaces;
  MetadataProperty property;
  bool has_items; /* the open property holds a container */
  char *language; /* of the open item */
  GString *text;  /* of the open property or item */
} Reader;

static Place
place (const Reader *reader)
{
  return reader->places->len == 0 ? PLACE_OUTSIDE
                                  : g_array_index (reader->places, Place, reader->places->len - 1);
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
      space = xmp_spaces_find (&reader->spaces, names[i], &name);
    if (space == NULL || strcmp (space, XMP_RDF_SPACE) == 0)
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
    const char *local, *of = xmp_spaces_find (&reader->spaces, names[i], &local);
    if (of != NULL && strcmp (of, XMP_RDF_SPACE) == 0 && strcmp (local, "resource") == 0)
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
  bool is_rdf = strcmp (space, XMP_RDF_SPACE) == 0;
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
  if (!xmp_spaces_enter (&reader->spaces, reader->places->len, names, values, error))
    return;
  const char *name;
  const char *space = xmp_spaces_find (&reader->spaces, element, &name);
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
  xmp_spaces_leave (&reader->spaces, reader->places->len);
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

bool
xmp_read (GBytes *packet, MetadataRecord *record, GError **error)
{
  static const GMarkupParser parser = {
    .start_element = on_start,
    .end_element = on_end,
    .text = on_text,
    .passthrough = xmp_packet_refuse,
  };
  g_auto (MetadataRecord) found = { 0 };
  Reader reader = {
    .record = &found,
    .places = g_array_new (FALSE, FALSE, sizeof (Place)),
    .text = g_string_new (NULL),
  };
  xmp_spaces_init (&reader.spaces);
  bool ok = xmp_packet_parse (packet, &parser, &reader, error);
  g_array_unref (reader.places);
  xmp_spaces_clear (&reader.spaces);
  g_string_free (reader.text, TRUE);
  g_free (reader.language);
  if (ok)
    metadata_record_fill (record, &found);
  return ok;
}
