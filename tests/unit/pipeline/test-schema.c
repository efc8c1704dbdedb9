#include "pipeline/schema.h"

#include "pipeline/keys.h"
#include "stages/stage.h"

/* Whether a schema accepts and refuses what it should is tested by golden/schema-validates, with a
 * validator of somebody else's. */

typedef cJSON Json;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Json, cJSON_Delete)

static cJSON *
get (const cJSON *object, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive (object, name);
}

static void
assert_keys (const cJSON *schema, const PipelineKey *keys)
{
  int n = 0;
  for (; keys->name != NULL; keys++, n++) {
    const cJSON *key = get (get (schema, "properties"), keys->name);
    g_assert_nonnull (key);
    g_assert_cmpstr (get (key, "description")->valuestring, ==, keys->help);
  }
  g_assert_cmpint (cJSON_GetArraySize (get (schema, "properties")), ==, n);
  g_assert_true (cJSON_IsFalse (get (schema, "additionalProperties")));
}

static void
test_keys (void)
{
  g_autoptr (Json) pipeline = pipeline_schema ();
  g_autoptr (Json) preset = preset_schema ();
  assert_keys (pipeline, pipeline_keys);
  assert_keys (get (get (pipeline, "$defs"), "output"), output_keys);
  assert_keys (preset, preset_keys);
}

static const cJSON *
entry_properties (const cJSON *schema, const char *definition)
{
  const cJSON *either = get (get (get (schema, "$defs"), definition), "anyOf");
  return get (cJSON_GetArrayItem (either, 0), "properties");
}

static void
test_stages (void)
{
  g_autoptr (Json) schema = pipeline_schema ();
  for (unsigned i = 0; i < stage_n_types (); i++) {
    const StageType *type = stage_types[i];
    bool is_source = type->role == STAGE_SOURCE;
    g_autofree char *definition = g_strconcat ("options-", type->name, NULL);
    g_assert_nonnull (get (get (schema, "$defs"), definition));
    g_assert_cmpint (is_source, ==, get (entry_properties (schema, "source"), type->name) != NULL);
    g_assert_cmpint (!is_source, ==, get (entry_properties (schema, "step"), type->name) != NULL);
  }
}

static void
assert_references (const cJSON *root, const cJSON *node)
{
  const cJSON *child;
  cJSON_ArrayForEach (child, node)
  {
    if (g_strcmp0 (child->string, "$ref") == 0) {
      g_assert_true (g_str_has_prefix (child->valuestring, "#/$defs/"));
      g_assert_nonnull (get (get (root, "$defs"), child->valuestring + strlen ("#/$defs/")));
    }
    assert_references (root, child);
  }
}

static void
test_references (void)
{
  g_autoptr (Json) pipeline = pipeline_schema ();
  g_autoptr (Json) preset = preset_schema ();
  assert_references (pipeline, pipeline);
  assert_references (preset, preset);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/schema/holds-every-key-with-its-help", test_keys);
  g_test_add_func ("/pipeline/schema/keeps-sources-and-steps-apart", test_stages);
  g_test_add_func ("/pipeline/schema/refers-only-to-what-it-defines", test_references);
  return g_test_run ();
}
