#include "sample.h"

/* The part of the sample's schema at `name` (a property), as one line of JSON. */
static char *
property_of (const OptionTable *table, const char *name)
{
  cJSON *schema = options_schema (table);
  const cJSON *properties = cJSON_GetObjectItemCaseSensitive (schema, "properties");
  char *printed = cJSON_PrintUnformatted (cJSON_GetObjectItemCaseSensitive (properties, name));
  char *text = g_strdup (printed);
  cJSON_free (printed);
  cJSON_Delete (schema);
  return text;
}

static void
every_kind_has_its_schema (void)
{
#define REFERENCE "{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}"
  static const char *const cases[][2] = {
    { "strip", "{\"anyOf\":[{\"type\":\"boolean\"}," REFERENCE
               "],\"description\":\"Take everything out\"}" },
    { "width", "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535}," REFERENCE
               "],\"description\":\"Width of the result\"}" },
    { "sigma", "{\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":10}," REFERENCE
               "],\"description\":\"Radius\",\"default\":0.5}" },
    { "quality", "{\"anyOf\":[{\"type\":\"number\",\"minimum\":1,\"maximum\":100},"
                 "{\"enum\":[\"good\",\"best\"]}," REFERENCE
                 "],\"description\":\"How good\",\"default\":\"good\"}" },
    { "fit", "{\"anyOf\":[{\"enum\":[\"cover\",\"contain\",\"fill\"]}," REFERENCE
             "],\"description\":\"How the picture meets the box\",\"default\":\"cover\"}" },
    { "keep", "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"anyOf\":[{\"enum\":[\"icc\",\"exif\","
              "\"xmp\"]}," REFERENCE "]},\"uniqueItems\":true},{\"enum\":[\"icc\",\"exif\","
              "\"xmp\"]}," REFERENCE "],\"description\":\"What stays\",\"default\":[\"icc\"]}" },
    { "prompt", "{\"type\":[\"string\",\"number\"],\"description\":\"What to draw\"}" },
    { "image", "{\"type\":[\"string\",\"number\"],\"minLength\":1,\"description\":\"Picture to lay "
               "over\"}" },
    { "ratio", "{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^[0-9]+:[0-9]+$\"}," REFERENCE
               "],\"description\":\"Shape of the result\"}" },
    { "key", "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"env\":{\"type\":\"string\"}},"
             "\"required\":[\"env\"],\"additionalProperties\":false},{\"type\":\"object\","
             "\"properties\":{\"file\":{\"type\":\"string\"}},\"required\":[\"file\"],"
             "\"additionalProperties\":false}],\"description\":\"Key of the service\"}" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = property_of (&sample_table, cases[i][0]);
    g_assert_cmpstr (text, ==, cases[i][1]);
  }
}

/* The patterns of a property, against texts that options_read takes and refuses. */
static bool
pattern_takes (const char *name, const char *text)
{
  cJSON *schema = options_schema (&sample_table);
  const cJSON *properties = cJSON_GetObjectItemCaseSensitive (schema, "properties");
  const cJSON *property = cJSON_GetObjectItemCaseSensitive (properties, name);
  const cJSON *kind;
  bool is_taken = false;
  cJSON_ArrayForEach (kind, cJSON_GetObjectItemCaseSensitive (property, "anyOf"))
  {
    const cJSON *pattern = cJSON_GetObjectItemCaseSensitive (kind, "pattern");
    if (pattern != NULL && g_regex_match_simple (pattern->valuestring, text, 0, 0))
      is_taken = true;
  }
  cJSON_Delete (schema);
  return is_taken;
}

static void
patterns_take_what_is_read (void)
{
  static const char *const taken[][2] = {
    { "max-bytes", "180KB" },    { "max-bytes", "1.5MiB" },     { "max-bytes", "512 b" },
    { "timeout", "60s" },        { "timeout", "250ms" },        { "timeout", "30d" },
    { "density", "300dpi" },     { "density", "118.1 dpcm" },   { "background", "#fff" },
    { "length", "3mm" },         { "length", "0.125 IN" },      { "length", "29.7cm" },
    { "background", "#FF8000" }, { "background", "#ff800080" }, { "ratio", "16:9" },
    { "width", "${w}" },         { "max-bytes", "${size}KB" },
  };
  static const char *const refused[][2] = {
    { "max-bytes", "180" }, { "max-bytes", "KB" },   { "timeout", "60" },
    { "density", "300" },   { "length", "3" },       { "length", "3m" },
    { "length", "-1mm" },   { "background", "#ff" }, { "background", "white!" },
    { "ratio", "16" },      { "width", "wide" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (taken); i++)
    g_assert_true (pattern_takes (taken[i][0], taken[i][1]));
  for (unsigned i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (pattern_takes (refused[i][0], refused[i][1]));
}

static char *
print (cJSON *schema)
{
  char *printed = cJSON_PrintUnformatted (schema);
  char *text = g_strdup (printed);
  cJSON_free (printed);
  cJSON_Delete (schema);
  return text;
}

static void
a_table_is_a_closed_object (void)
{
  g_autofree char *text = print (options_schema (&set_table));
  g_assert_cmpstr (text, ==,
                   "{\"type\":\"object\",\"properties\":{\"copyright\":{\"type\":[\"string\","
                   "\"number\"],\"description\":\"Who holds the rights\"},\"rating\":{\"anyOf\":[{"
                   "\"type\":\"integer\",\"minimum\":1,\"maximum\":5}," REFERENCE
                   "],\"description\":\"Stars\"}},\"additionalProperties\":false}");
  g_autofree char *whole = print (options_schema (&sample_table));
  g_assert_nonnull (strstr (whole, "\"required\":[\"width\"],\"additionalProperties\":false}"));
}

static void
a_group_is_an_object_inside (void)
{
  g_autofree char *inside = property_of (&sample_table, "set");
  g_assert_true (g_str_has_prefix (inside, "{\"type\":\"object\",\"properties\":{\"copyright\":"));
  g_assert_true (g_str_has_suffix (
    inside, "\"additionalProperties\":false,\"description\":\"Fields to write\"}"));
}

/* The row itself may be required in the map and yet be given bare. */
static void
a_shorthand_admits_the_bare_value (void)
{
  const OptionTable table = { set_rows, sizeof (SampleSet), "rating" };
  g_autofree char *text = print (options_schema (&table));
  g_assert_true (g_str_has_prefix (text, "{\"anyOf\":[{\"type\":\"object\","));
  g_assert_true (g_str_has_suffix (
    text, "},{\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}," REFERENCE "]}]}"));
}

/* 16 in a file is a number, though the table spells it as a word. */
static void
words_of_digits_may_be_numbers (void)
{
  static const OptionChoice depths[] = { { "8", 8, NULL }, { "16", 16, NULL }, { 0 } };
  const Option rows[] = {
    { OPTION_CHOICE (SampleSet, rating), .name = "depth", .help = "Bits", .choices = depths },
    { 0 },
  };
  const OptionTable table = { rows, sizeof (SampleSet), NULL };
  g_autofree char *text = property_of (&table, "depth");
  g_assert_true (g_str_has_prefix (text, "{\"anyOf\":[{\"enum\":[\"8\",8,\"16\",16]},"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/option/schema/" name, function)
  ADD ("every-kind-has-its-schema", every_kind_has_its_schema);
  ADD ("patterns-take-what-is-read", patterns_take_what_is_read);
  ADD ("a-table-is-a-closed-object", a_table_is_a_closed_object);
  ADD ("a-group-is-an-object-inside", a_group_is_an_object_inside);
  ADD ("a-shorthand-admits-the-bare-value", a_shorthand_admits_the_bare_value);
  ADD ("words-of-digits-may-be-numbers", words_of_digits_may_be_numbers);
  return g_test_run ();
}
