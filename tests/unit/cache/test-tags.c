#include "cache/cache.h"
#include "cache/tags.h"
#include "support/scratch.h"

static void
a_tag_is_a_word (void)
{
  static const char *const good[] = { "hero", "autumn 26", "größe:XL", "日本" };
  static const char *const bad[] = { "", "a,b", "a\nb", " hero", "hero ", "a\xff" };
  g_autoptr (GError) error = NULL;
  for (unsigned i = 0; i < G_N_ELEMENTS (good); i++)
    assert_ok (tag_check (good[i], &error), error);
  for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) refused = NULL;
    g_assert_false (tag_check (bad[i], &refused));
    g_assert_error (refused, CACHE_ERROR, CACHE_ERROR_FAILED);
  }
}

static void
a_tag_has_at_most_64_bytes (void)
{
  g_autofree char *most = g_strnfill (TAG_MOST_BYTES, 'x');
  g_autofree char *more = g_strnfill (TAG_MOST_BYTES + 1, 'x');
  g_assert_true (tag_check (most, NULL));
  g_assert_false (tag_check (more, NULL));
}

static void
a_refusal_says_which_rule_was_broken (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (tag_check ("a,b", &error));
  g_assert_cmpstr (error->message, ==,
                   "'a,b' cannot be a tag: it holds a comma. A tag is a word of at most 64 bytes "
                   "without commas");
}

static void
a_list_is_sorted_and_has_each_once (void)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func (g_free);
  g_assert_true (tags_add (tags, "print"));
  g_assert_true (tags_add (tags, "hero"));
  g_assert_false (tags_add (tags, "print"));
  g_assert_true (tags_add (tags, "late"));
  g_autofree char *all = tags_join (tags);
  g_assert_cmpstr (all, ==, "hero,late,print");
  g_assert_true (tags_remove (tags, "late"));
  g_assert_false (tags_remove (tags, "late"));
  g_autofree char *rest = tags_join (tags);
  g_assert_cmpstr (rest, ==, "hero,print");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/tags/" name, function)
  CLAIM ("a-tag-is-a-word", a_tag_is_a_word);
  CLAIM ("a-tag-has-at-most-64-bytes", a_tag_has_at_most_64_bytes);
  CLAIM ("a-refusal-says-which-rule-was-broken", a_refusal_says_which_rule_was_broken);
  CLAIM ("a-list-is-sorted-and-has-each-once", a_list_is_sorted_and_has_each_once);
#undef CLAIM
  return g_test_run ();
}
