#include <math.h>
#include <string.h>

#include "document/json-write.h"

static cJSON *
widths (int n)
{
  cJSON *array = cJSON_CreateArray ();
  for (int i = 0; i < n; i++)
    cJSON_AddItemToArray (array, cJSON_CreateNumber (100 + i));
  return array;
}

static void
assert_pretty (cJSON *json, const char *wanted)
{
  g_autofree char *found = json_write_pretty (json);
  g_assert_cmpstr (found, ==, wanted);
  cJSON_Delete (json);
}

static void
short_collections_stay_on_a_line (void)
{
  cJSON *root = cJSON_CreateObject (), *size = cJSON_CreateObject ();
  cJSON_AddNumberToObject (size, "width", 320);
  cJSON_AddNumberToObject (size, "ratio", 1.5);
  cJSON_AddItemToObject (root, "size", size);
  cJSON_AddItemToObject (root, "widths", widths (3));
  cJSON_AddItemToObject (root, "none", cJSON_CreateArray ());
  cJSON_AddItemToObject (root, "empty", cJSON_CreateObject ());
  cJSON_AddStringToObject (root, "name", "é\n");
  assert_pretty (root, "{\n"
                       "  \"size\": { \"width\": 320, \"ratio\": 1.5 },\n"
                       "  \"widths\": [100, 101, 102],\n"
                       "  \"none\": [],\n"
                       "  \"empty\": {},\n"
                       "  \"name\": \"é\\n\"\n"
                       "}\n");
  assert_pretty (cJSON_CreateTrue (), "true\n");
}

static void
no_line_of_a_collection_is_longer_than_100 (void)
{
  for (int n = 10; n < 30; n++) {
    cJSON *root = cJSON_CreateObject ();
    cJSON_AddItemToObject (root, "widths", widths (n));
    cJSON_AddItemToObject (root, "x", widths (1));
    g_autofree char *text = json_write_pretty (root);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    size_t longest = 0;
    for (int i = 0; lines[i] != NULL; i++)
      longest = MAX (longest, strlen (lines[i]));
    g_assert_cmpuint (longest, <=, 100);
    /* `  "widths": [` and `],` around n numbers of 5 characters, less the last ", ". */
    g_assert_cmpuint (g_strv_length (lines), ==, 13 + 5 * n - 2 + 2 <= 100 ? 5 : 6 + n);
    cJSON_Delete (root);
  }
}

static void
integers_have_no_point (void)
{
  cJSON *array = cJSON_CreateArray ();
  static const double numbers[] = { 0, -0.0, 9007199254740992.0, 1e15, 0.1, -1.25, 1e21 };
  for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++)
    cJSON_AddItemToArray (array, cJSON_CreateNumber (numbers[i]));
  cJSON_AddItemToArray (array, cJSON_CreateRaw ("9223372036854775807"));
  cJSON_AddItemToArray (array, cJSON_CreateNumber (NAN));
  g_autofree char *line = json_write_line (array);
  g_assert_cmpstr (line, ==,
                   "[0,0,9007199254740992,1000000000000000,0.1,-1.25,1e+21,9223372036854775807,"
                   "null]");
  cJSON_Delete (array);
}

static void
a_line_is_one_line (void)
{
  cJSON *root = cJSON_CreateObject ();
  cJSON_AddItemToObject (root, "a", widths (2));
  cJSON_AddNullToObject (root, "b\n");
  g_autofree char *line = json_write_line (root);
  g_assert_cmpstr (line, ==, "{\"a\":[100,101],\"b\\n\":null}");
  cJSON_Delete (root);
}

static void
strings_are_always_valid (void)
{
  g_autoptr (GString) out = g_string_new ("x");
  json_append_quoted (out, "\"\\/\b\x01\x7f\t\xFFé");
  g_assert_cmpstr (out->str, ==, "x\"\\\"\\\\/\\u0008\\u0001\\u007f\\t\xEF\xBF\xBDé\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/json-write/" name, function)
  ADD ("short-collections-stay-on-a-line", short_collections_stay_on_a_line);
  ADD ("no-line-of-a-collection-is-longer-than-100", no_line_of_a_collection_is_longer_than_100);
  ADD ("integers-have-no-point", integers_have_no_point);
  ADD ("a-line-is-one-line", a_line_is_one_line);
  ADD ("strings-are-always-valid", strings_are_always_valid);
  return g_test_run ();
}
