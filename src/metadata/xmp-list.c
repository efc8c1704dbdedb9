/* RDF as XMP uses it, by the elements that are open:
 *
 *     RDF > node > property > text
 *                           > Alt|Seq|Bag > li, a property like any other
 *                           > node > property …          a structure
 *
 * A property with rdf:parseType="Resource" is a node at the same time; attributes of a node, and of a
 * property, are properties with text. Nothing is skipped but what is no RDF. */
#include "metadata/xmp-list.h"

#include "metadata/foreign-text.h"
#include "metadata/xmp-packet.h"

typedef enum { AT_OUTSIDE, AT_RDF, AT_NODE, AT_PROPERTY, AT_CONTAINER } At;

typedef struct {
  At at;
  size_t path_length; /* of the path that ends with it */
  bool is_leaf;       /* nothing opened in it so far */
  bool is_alt;
  unsigned n_items;
} Level;

typedef struct {
  XmpList *list;
  XmpSpaces spaces;
  GArray *levels; /* Level */
  GString *path;
  GString *text; /* of the innermost property */
} Lister;

static const struct {
  const char *space, *prefix;
} known_spaces[] = {
  { "http://purl.org/dc/elements/1.1/", "dc" },
  { "http://ns.adobe.com/xap/1.0/", "xmp" },
  { "http://ns.adobe.com/xap/1.0/rights/", "xmpRights" },
  { "http://ns.adobe.com/xap/1.0/mm/", "xmpMM" },
  { "http://ns.adobe.com/photoshop/1.0/", "photoshop" },
  { "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore" },
  { "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt" },
  { "http://ns.useplus.org/ldf/xmp/1.0/", "plus" },
  { "http://ns.adobe.com/exif/1.0/", "exif" },
  { "http://ns.adobe.com/tiff/1.0/", "tiff" },
  { "http://ns.adobe.com/exif/1.0/aux/", "aux" },
  { "http://cipa.jp/exif/1.0/", "exifEX" },
  { XMP_RDF_SPACE, "rdf" },
};

static void
line_free (gpointer data)
{
  XmpLine *line = data;
  g_free (line->path);
  g_free (line->value);
  g_free (line);
}

void
xmp_list_clear (XmpList *list)
{
  g_clear_pointer (&list->lines, g_ptr_array_unref);
}

static void
add_line (Lister *lister, const char *value)
{
  XmpList *list = lister->list;
  g_autofree char *cut = foreign_text_cut (value, XMP_LIST_MOST_VALUE_BYTES);
  g_strstrip (cut);
  if (cut[0] == '\0')
    return;
  if (list->lines->len >= XMP_LIST_MOST_LINES) {
    list->n_left_out++;
    return;
  }
  XmpLine *line = g_new0 (XmpLine, 1);
  line->path = foreign_text_cut (lister->path->str, XMP_LIST_MOST_PATH_BYTES);
  line->value = g_steal_pointer (&cut);
  g_ptr_array_add (list->lines, line);
}

static Level *
innermost (const Lister *lister)
{
  return lister->levels->len == 0 ? NULL
                                  : &g_array_index (lister->levels, Level, lister->levels->len - 1);
}

static void
append_step (Lister *lister, const char *qualified)
{
  const char *name;
  const char *space = xmp_spaces_find (&lister->spaces, qualified, &name);
  size_t i = 0;
  /* Longer ones are cut when they are told; what is below them need not be held. */
  if (lister->path->len > XMP_LIST_MOST_PATH_BYTES)
    return;
  if (lister->path->len > 0)
    g_string_append_c (lister->path, '/');
  while (i < G_N_ELEMENTS (known_spaces) && g_strcmp0 (known_spaces[i].space, space) != 0)
    i++;
  if (i < G_N_ELEMENTS (known_spaces))
    g_string_append_printf (lister->path, "%s:%s", known_spaces[i].prefix, name);
  else
    g_string_append (lister->path, qualified);
}

static bool
is_rdf (const Lister *lister, const char *qualified, const char *wanted)
{
  const char *name;
  const char *space = xmp_spaces_find (&lister->spaces, qualified, &name);
  return space != NULL && strcmp (space, XMP_RDF_SPACE) == 0 && strcmp (name, wanted) == 0;
}

static bool
is_of_rdf (const Lister *lister, const char *qualified)
{
  const char *name;
  const char *space = xmp_spaces_find (&lister->spaces, qualified, &name);
  return strchr (qualified, ':') != NULL && space != NULL && strcmp (space, XMP_RDF_SPACE) == 0;
}

/* Attributes that are properties in short. */
static void
list_attributes (Lister *lister, const char **names, const char **values)
{
  size_t length = lister->path->len;
  for (unsigned i = 0; names[i] != NULL; i++) {
    if (is_rdf (lister, names[i], "resource") || is_rdf (lister, names[i], "value")) {
      add_line (lister, values[i]);
      continue;
    }
    if (strchr (names[i], ':') == NULL || g_str_has_prefix (names[i], "xml") ||
        is_of_rdf (lister, names[i]))
      continue;
    append_step (lister, names[i]);
    add_line (lister, values[i]);
    g_string_truncate (lister->path, length);
  }
}

static const char *
find_attribute (const char **names, const char **values, const char *wanted)
{
  for (unsigned i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], wanted) == 0)
      return values[i];
  return NULL;
}

static At
open_property (Lister *lister, const char **names, const char **values)
{
  g_string_truncate (lister->text, 0);
  list_attributes (lister, names, values);
  for (unsigned i = 0; names[i] != NULL; i++)
    if (is_rdf (lister, names[i], "parseType") && strcmp (values[i], "Resource") == 0)
      return AT_NODE;
  return AT_PROPERTY;
}

static At
open_item (Lister *lister, Level *container, const char **names, const char **values)
{
  const char *language = container->is_alt ? find_attribute (names, values, "xml:lang") : NULL;
  container->n_items++;
  if (lister->path->len > XMP_LIST_MOST_PATH_BYTES)
    return open_property (lister, names, values);
  if (language != NULL)
    g_string_append_printf (lister->path, "[%.35s]", language);
  else
    g_string_append_printf (lister->path, "[%u]", container->n_items);
  return open_property (lister, names, values);
}

static At
open_in_property (Lister *lister, Level *new_level, const char *element, const char **names,
                  const char **values)
{
  new_level->is_alt = is_rdf (lister, element, "Alt");
  if (new_level->is_alt || is_rdf (lister, element, "Seq") || is_rdf (lister, element, "Bag"))
    return AT_CONTAINER;
  list_attributes (lister, names, values);
  return AT_NODE;
}

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
          const char **values, gpointer data, GError **error)
{
  Lister *lister = data;
  if (!xmp_spaces_enter (&lister->spaces, lister->levels->len, names, values, error))
    return;
  Level *parent = innermost (lister);
  At outer = parent != NULL ? parent->at : AT_OUTSIDE;
  Level level = { .is_leaf = true };
  if (parent != NULL)
    parent->is_leaf = false;
  switch (outer) {
  case AT_OUTSIDE:
    level.at = is_rdf (lister, element, "RDF") ? AT_RDF : AT_OUTSIDE;
    break;
  case AT_RDF:
    list_attributes (lister, names, values);
    level.at = AT_NODE;
    break;
  case AT_NODE:
    if (!is_rdf (lister, element, "value"))
      append_step (lister, element);
    level.at = open_property (lister, names, values);
    break;
  case AT_PROPERTY:
    level.at = open_in_property (lister, &level, element, names, values);
    break;
  case AT_CONTAINER:
    level.at = open_item (lister, parent, names, values);
    break;
  }
  level.path_length = lister->path->len;
  g_array_append_val (lister->levels, level);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Lister *lister = data;
  const Level *ended = innermost (lister);
  if (ended->at == AT_PROPERTY && ended->is_leaf)
    add_line (lister, lister->text->str);
  g_array_set_size (lister->levels, lister->levels->len - 1);
  const Level *parent = innermost (lister);
  g_string_truncate (lister->path, parent != NULL ? parent->path_length : 0);
  xmp_spaces_leave (&lister->spaces, lister->levels->len);
}

static void
on_text (GMarkupParseContext *context, const char *text, size_t length, gpointer data,
         GError **error)
{
  Lister *lister = data;
  const Level *level = innermost (lister);
  if (level != NULL && level->at == AT_PROPERTY && level->is_leaf)
    g_string_append_len (lister->text, text, (gssize)length);
}

bool
xmp_list (GBytes *packet, XmpList *out_list, GError **error)
{
  static const GMarkupParser parser = {
    .start_element = on_start,
    .end_element = on_end,
    .text = on_text,
    .passthrough = xmp_packet_refuse,
  };
  *out_list = (XmpList){ .lines = g_ptr_array_new_with_free_func (line_free) };
  Lister lister = {
    .list = out_list,
    .levels = g_array_new (FALSE, FALSE, sizeof (Level)),
    .path = g_string_new (NULL),
    .text = g_string_new (NULL),
  };
  xmp_spaces_init (&lister.spaces);
  bool ok = xmp_packet_parse (packet, &parser, &lister, error);
  xmp_spaces_clear (&lister.spaces);
  g_array_unref (lister.levels);
  g_string_free (lister.path, TRUE);
  g_string_free (lister.text, TRUE);
  return ok;
}
