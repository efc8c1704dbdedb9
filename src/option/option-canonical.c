/* The text that fingerprints hash. It may never change for options that exist: a changed letter
 * here makes every derivative that was ever made out of date. */
#include "option/option-kinds.h"

#include "document/json-write.h"

typedef struct {
  char *name; /* "set.copyright" */
  char *value;
} Entry;

typedef struct {
  OptionDigestFunc digest; /* or NULL */
  void *data;
  GPtrArray *entries; /* Entry* */
} Collector;

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_free (entry->name);
  g_free (entry->value);
  g_free (entry);
}

static int
compare_names (const void *left, const void *right)
{
  const Entry *a = *(Entry *const *)left, *b = *(Entry *const *)right;
  return strcmp (a->name, b->name);
}

static void
append_list (GString *out, char *const *texts)
{
  g_string_append_c (out, '[');
  for (unsigned i = 0; texts != NULL && texts[i] != NULL; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    json_append_quoted (out, texts[i]);
  }
  g_string_append_c (out, ']');
}

static bool
append_file (const Collector *collector, const char *path, GString *out, GError **error)
{
  if (collector->digest == NULL || path == NULL) {
    json_append_quoted (out, path != NULL ? path : "");
    return true;
  }
  Digest digest;
  if (!collector->digest (collector->data, path, &digest, error))
    return false;
  json_append_quoted (out, digest_to_hex (&digest).text);
  return true;
}

static bool
append_value (const Collector *collector, const Option *row, const void *options, GString *out,
              GError **error)
{
  const void *field = option_const_field (row, options);
  if (row->kind == OPTION_KIND_FILE)
    return append_file (collector, *(char *const *)field, out, error);
  if (row->kind == OPTION_KIND_TEXTS) {
    append_list (out, *(char **const *)field);
    return true;
  }
  g_autofree char *text = row->kind == OPTION_KIND_COLOR ? option_color_format (field, true)
                                                         : option_format (row, options);
  json_append_quoted (out, text != NULL ? text : "");
  return true;
}

static bool
collect (const Collector *collector, const OptionTable *table, const void *options,
         const char *prefix, GError **error)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    /* Neither shapes a pixel, and a secret may be in no text that is kept. */
    if (row->flags & (OPTION_RUN_ONLY | OPTION_SECRET) || option_is_default (row, options))
      continue;
    g_autofree char *name = g_strconcat (prefix, row->name, NULL);
    if (row->kind == OPTION_KIND_GROUP) {
      g_autofree char *inner = g_strconcat (name, ".", NULL);
      if (!collect (collector, row->group, option_const_field (row, options), inner, error))
        return false;
      continue;
    }
    g_autoptr (GString) value = g_string_new (NULL);
    if (!append_value (collector, row, options, value, error))
      return false;
    Entry *entry = g_new (Entry, 1);
    *entry = (Entry){ g_steal_pointer (&name), g_strdup (value->str) };
    g_ptr_array_add (collector->entries, entry);
  }
  return true;
}

bool
options_append_canonical (const OptionTable *table, const void *options, OptionDigestFunc digest,
                          void *data, GString *out, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  Collector collector = { digest, data, entries };
  if (!collect (&collector, table, options, "", error))
    return false;
  g_ptr_array_sort (entries, compare_names);
  for (unsigned i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    g_string_append_printf (out, " %s=%s", entry->name, entry->value);
  }
  return true;
}
