#include "stage-case.h"

#include <string.h>

static void
test_sorted (void)
{
  g_assert_cmpint (stage_n_types (), >, 0);
  for (unsigned i = 1; i < stage_n_types (); i++)
    g_assert_cmpstr (stage_types[i - 1]->name, <, stage_types[i]->name);
}

static void
test_complete (void)
{
  for (unsigned i = 0; i < stage_n_types (); i++) {
    const StageType *type = stage_types[i];
    g_assert_nonnull (type->summary);
    g_assert_true (g_ascii_isupper (type->summary[0]));
    g_assert_true (g_str_has_suffix (type->summary, "."));
    g_assert_cmpint (type->revision, >=, 1);
    g_assert_nonnull (type->options);
    g_assert_true ((type->apply != NULL) == (type->role == STAGE_IMAGE));
    g_assert_true (type->deliver != NULL || type->role != STAGE_DELIVERY);
    g_assert_true (type->deliver == NULL || type->role != STAGE_SOURCE);
  }
}

static void
test_defaults (void)
{
  for (unsigned i = 0; i < stage_n_types (); i++) {
    const OptionTable *table = stage_types[i]->options;
    g_autofree char *fault = options_find_fault (table);
    g_assert_cmpstr (fault, ==, NULL);
    void *options = options_new (table);
    GString *canonical = g_string_new (NULL);
    g_autoptr (GError) error = NULL;
    assert_ok (options_append_canonical (table, options, NULL, NULL, canonical, &error), error);
    g_assert_cmpstr (canonical->str, ==, "");
    g_string_free (canonical, TRUE);
    options_free (table, options);
  }
}

static void
test_find (void)
{
  g_assert_cmpstr (stage_find ("resize")->name, ==, "resize");
  g_assert_null (stage_find ("Resize"));
  g_assert_cmpstr (stage_nearest ("rezise"), ==, "resize");
  g_assert_null (stage_nearest ("photosynthesis"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stages/registry/in-order-of-name", test_sorted);
  g_test_add_func ("/stages/registry/each-has-what-its-role-needs", test_complete);
  g_test_add_func ("/stages/registry/defaults-parse-and-hash-to-nothing", test_defaults);
  g_test_add_func ("/stages/registry/finds-by-name", test_find);
  return g_test_run ();
}
