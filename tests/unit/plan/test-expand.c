#include "planned.h"

#define WATCH "stages:\n  - generate: A watch\n"
#define LOADED "stages:\n  - load: a.png\n"

/* ---- images ---- */

static char *
ids_of (const char *text)
{
  g_auto (Planned) plan = planned (text);
  if (plan.plan == NULL)
    return said (plan.problems);
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < plan_n_images (plan.plan); i++) {
    const PlanImage *image = plan_image (plan.plan, i);
    g_string_append_printf (out, "%s%s#%d", i > 0 ? " " : "", image->id, image->variant);
  }
  return g_string_free (out, FALSE);
}

#define assert_ids(text, wanted)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *ids_ = ids_of (text);                                                         \
    g_assert_cmpstr (ids_, ==, wanted);                                                            \
  }                                                                                                \
  G_STMT_END

#define OUT "outputs:\n  - to: out/{name}.webp\n"

static void
images_are_called_by_name_and_values (void)
{
  assert_ids (WATCH OUT, "shop#1");
  assert_ids ("name: watch\n" WATCH OUT, "watch#1");
  assert_ids ("matrix: { b: [x, y], a: [1] }\n" WATCH OUT, "shop@x,1#1 shop@y,1#1");
  assert_ids ("stages:\n  - generate: { prompt: A watch, variants: 3 }\n" OUT,
              "shop#1 shop#2 shop#3");
  assert_ids ("stages:\n  - load: '?.png'\n" OUT, "a#1 b#1");
  assert_ids ("matrix: { side: [l, r] }\nstages:\n  - load: a.png\n" OUT, "a@l#1 a@r#1");
}

static void
a_file_that_two_patterns_name_is_loaded_once (void)
{
  assert_ids ("stages:\n  - load: [a.png, '?.png']\n" OUT, "a#1 b#1");
}

static void
equal_ids_are_refused (void)
{
  assert_ids ("stages:\n  - load: ['*a.png']\n" OUT,
              "p.yaml:3:11: two images have the id 'a': /shop/a.png and /shop/sub/a.png; rename a "
              "file or load them in two pipelines");
}

static void
recalled_originals_keep_their_names (void)
{
  assert_ids ("stages:\n  - recall: 12345678\n" OUT, "shop@front-11111111#1 watch-22222222#1");
  assert_ids ("matrix: { side: [l] }\nstages:\n  - recall: 12345678\n" OUT,
              "shop@front-11111111@l#1 watch-22222222@l#1");
  assert_ids ("stages:\n  - recall: '00000000'\n" OUT, "p.yaml:3:5: nothing fits 00000000");
}

static void
a_picked_variant_is_the_only_one (void)
{
#define VARIANTS(prompt, n) "stages:\n  - generate: { prompt: " prompt ", variants: " n " }\n"
  g_auto (Planned) before = planned (VARIANTS ("A watch", "3") OUT);
  g_autoptr (PlanRequest) second = plan_request (before.plan, 1, before.problems);
  world_pick.id = "shop";
  world_pick.variant = second->variant;
  world_pick.request = plan_choice (second)->fingerprint;
  assert_ids (VARIANTS ("A watch", "3") OUT, "shop#2");
  assert_ids (VARIANTS ("A watch", "1") OUT, "shop#2");
  assert_outputs (VARIANTS ("A watch", "3") OUT, 4, 3, "out/shop.webp 4x3");
  assert_ids (VARIANTS ("A clock", "3") OUT, "shop#1 shop#2 shop#3");
  assert_ids ("name: other\n" VARIANTS ("A watch", "2") OUT, "other#1 other#2");
  world_pick.id = NULL;
}

/* ---- paths ---- */

static void
facts_fill_a_path (void)
{
  assert_outputs ("matrix: { angle: ['3/4 left'] }\n" WATCH
                  "outputs:\n  - to: '{name}/{stem}_{angle}-{width}x{height}.{format}.{variant}."
                  "{ext}'\n    stages: [recompress: jpeg]\n",
                  40, 30, "shop-3-4-left/shop-3-4-left_3-4-left-40x30.jpeg.1.jpg 40x30");
}

static void
braces_and_dollars_are_themselves (void)
{
  assert_outputs (WATCH "outputs:\n  - to: 'out/{{name}}$5}{name}.webp'\n", 4, 3,
                  "out/{name}$5}shop.webp 4x3");
}

static void
a_path_that_is_not_given_has_name_and_width (void)
{
  assert_outputs (WATCH "outputs:\n  - stages: [resize: 20, recompress: avif]\n", 40, 30,
                  "out/shop-20.avif 20x15");
}

static void
variants_after_the_first_are_numbered (void)
{
#define TWO "stages:\n  - generate: { prompt: A watch, variants: 2 }\n"
  assert_outputs (TWO OUT, 4, 3, "out/shop.webp 4x3\nout/shop-2.webp 4x3");
  assert_outputs (TWO "outputs:\n  - to: v{variant}.webp\n", 4, 3, "v1.webp 4x3\nv2.webp 4x3");
  assert_outputs (TWO "outputs:\n  - to: '{{variant}}.webp'\n", 4, 3,
                  "{variant}.webp 4x3\n{variant}-2.webp 4x3");
}

static void
a_matrix_key_may_end_the_path (void)
{
#define KIND(kind)                                                                                 \
  WATCH "outputs:\n  - matrix: { kind: [" kind "] }\n    stages: [recompress: '${kind}']\n"        \
        "    to: out/{name}.{kind}\n"
  assert_outputs (KIND ("webp, png"), 4, 3, "out/shop.webp 4x3\nout/shop.png 4x3");
  assert_outputs (WATCH "outputs:\n  - matrix: { kind: [webp] }\n    stages: [recompress: avif]\n"
                        "    to: out/{name}.{kind}\n",
                  4, 3,
                  "p.yaml:7:9: 'to' gives out/shop.webp, but 'recompress' makes AVIF; end it with "
                  ".{ext}");
}

/* ---- sizes ---- */

static void
sizes_are_chosen_after_the_shared_stages (void)
{
#define LADDER                                                                                     \
  "outputs:\n  - matrix: { width: { sizes: [320, 640, 1280], fit-original: true, near: 1.25 } }\n" \
  "    stages: [resize: '${width}']\n    to: '{name}-{width}.webp'\n"
  assert_outputs (WATCH LADDER, 2000, 1000,
                  "shop-320.webp 320x160\nshop-640.webp 640x320\nshop-1280.webp 1280x640");
  assert_outputs (WATCH "  - crop: { aspect-ratio: '1:1' }\n" LADDER, 2000, 1000,
                  "shop-320.webp 320x320\nshop-640.webp 640x640\nshop-1000.webp 1000x1000");
}

static void
sizes_that_give_the_same_file_give_it_once (void)
{
#define SQUARES                                                                                    \
  WATCH "outputs:\n  - matrix: { width: { sizes: [160, 320], fit-original: true } }\n"             \
        "    stages: [resize: { width: '${width}', height: '${width}', fit: cover }]\n"            \
        "    to: '{name}-{width}.webp'\n"
  assert_outputs (SQUARES, 320, 100, "shop-100.webp 100x100");
  assert_outputs (SQUARES, 320, 320, "shop-160.webp 160x160\nshop-320.webp 320x320");
}

static void
an_original_that_is_too_small_fails_only_its_output (void)
{
  assert_outputs (WATCH "outputs:\n  - stages: [resize: { width: 100, when-smaller: fail }]\n"
                        "    to: large.webp\n  - to: small.webp\n",
                  40, 30,
                  "large.webp: the picture has 40x30 px, 'resize' needs 100x75 px; make a larger "
                  "original, or allow 'when-smaller: enlarge' or 'keep'\nsmall.webp 40x30");
}

static void
what_a_format_cannot_hold_is_refused (void)
{
  assert_outputs (WATCH "outputs:\n  - to: large.webp\n", 20000, 10,
                  "p.yaml:5:5: 20000x10 px is more than WebP can hold (16383 px a side)");
}

/* ---- checks before anything is known ---- */

static char *
checked (const char *text)
{
  g_auto (Planned) plan = planned (text);
  unsigned n_missed = 0;
  if (plan.plan != NULL)
    plan_check (plan.plan, false, &n_missed, plan.problems);
  return said (plan.problems);
}

#define assert_checked(text, wanted)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *said_ = checked (text);                                                       \
    g_assert_cmpstr (said_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

static void
files_that_nobody_looked_at_fail_no_size (void)
{
  assert_checked (LOADED "outputs:\n"
                         "  - stages: [resize: { width: 65000, when-smaller: fail }]\n"
                         "    to: a.webp\n"
                         "  - stages: [crop: { left: 17000, top: 0, width: 5, height: 5 }]\n"
                         "    to: b.webp\n",
                  "");
  assert_checked (LOADED "outputs:\n  - stages: [resize: { width: 900 }]\n"
                         "    to: '{name}-{width}.webp'\n"
                         "  - stages: [resize: { height: 900 }]\n    to: '{name}-{width}.webp'\n",
                  "");
}

static void
a_hash_tells_expected_files_apart (void)
{
  assert_checked ("matrix: { angle: [front, back] }\nstages:\n  - generate: 'A watch, ${angle}'\n"
                  "outputs:\n  - to: 'out/{hash}.webp'\n",
                  "");
}

static void
mistakes_of_images_and_outputs_are_told_together (void)
{
  assert_checked ("stages:\n  - load: none.png\noutputs:\n  - to: '{nmae}.webp'\n"
                  "  - stages: [resize: 0]\n    to: a.webp\n",
                  "p.yaml:3:11: no file matches 'none.png' in /shop\n"
                  "p.yaml:5:10: 'to' knows no {nmae}; did you mean {name}?\n"
                  "p.yaml:6:22: 'width' takes 1 to 65535 px, not '0'");
}

/* ---- fingerprints ---- */

/* The fingerprint of the only derivative of the only image. */
static char *
fingerprint (const char *text)
{
  g_auto (Planned) plan = planned (text);
  g_autoptr (Expansion) expansion = expanded (&plan, 0, 2000, 1000);
  g_autofree char *words = said (plan.problems);
  g_assert_cmpstr (words, ==, "");
  const Derivative *derivative = expansion->derivatives->pdata[0];
  return g_strdup (digest_to_hex (&derivative->fingerprint).text);
}

static void
assert_same (const char *one, const char *other, bool is_same)
{
  g_autofree char *a = fingerprint (one);
  g_autofree char *b = fingerprint (other);
  if (is_same)
    g_assert_cmpstr (a, ==, b);
  else
    g_assert_cmpstr (a, !=, b);
}

#define CHAIN(stages, to) WATCH "outputs:\n  - stages: [" stages "]\n    to: " to "\n"
#define BASE CHAIN ("resize: { width: 640, height: 480 }", "a.webp")

static void
names_and_order_shape_no_pixels (void)
{
  assert_same (BASE, "name: other\n" BASE, true);
  assert_same (BASE, CHAIN ("resize: { height: 480, width: 640 }", "out/b.webp"), true);
  assert_same (BASE,
               "outputs:\n  - to: a.webp\n    stages:\n      - resize:\n          width: 640\n"
               "          height: 480\n" WATCH,
               true);
  assert_same (
    BASE, "vars: { w: 640 }\n" CHAIN ("resize: { width: '${w}', height: 480 }", "a.webp"), true);
}

static void
a_default_said_aloud_changes_nothing (void)
{
  assert_same (
    BASE, CHAIN ("resize: { width: 640, height: 480, fit: inside, kernel: lanczos3 }", "a.webp"),
    true);
  assert_same (BASE,
               CHAIN ("resize: { width: 640, height: 480 }, metadata: provenance, "
                      "recompress: { quality: good }",
                      "a.webp"),
               true);
}

static void
an_extension_says_as_much_as_recompress (void)
{
  assert_same (
    BASE, CHAIN ("resize: { width: 640, height: 480 }, recompress: { format: webp }", "'a.{ext}'"),
    true);
  assert_same (CHAIN ("recompress: { quality: 50 }", "a.jpg"),
               CHAIN ("recompress: { format: jpeg, quality: 50 }", "a.jpeg"), true);
}

static void
what_shapes_pixels_or_bytes_changes_it (void)
{
  assert_same (BASE, CHAIN ("resize: { width: 641, height: 480 }", "a.webp"), false);
  assert_same (BASE, CHAIN ("resize: { width: 640, height: 480 }", "a.avif"), false);
  assert_same (BASE, CHAIN ("resize: { width: 640, height: 480 }, metadata: strip", "a.webp"),
               false);
  assert_same (CHAIN ("flip, rotate: 90", "a.webp"), CHAIN ("rotate: 90, flip", "a.webp"), false);
}

/* How many facts that stand beside the original's bytes are in the recipe. */
static unsigned
n_facts (const char *metadata)
{
  g_autofree char *text = g_strdup_printf (CHAIN ("%s", "a.webp"), metadata);
  g_auto (Planned) plan = planned (text);
  g_autoptr (Expansion) expansion = expanded (&plan, 0, 2000, 1000);
  const Derivative *derivative = expansion->derivatives->pdata[0];
  unsigned count = 0;
  for (const char *at = derivative->recipe; (at = strstr (at, "\nfact ")) != NULL; at++)
    count++;
  return count;
}

static void
prompt_and_model_count_where_they_are_told (void)
{
  g_assert_cmpuint (n_facts ("metadata: provenance"), ==, 0);
  g_assert_cmpuint (n_facts ("metadata: { keep: [prompt] }"), ==, 1);
  g_assert_cmpuint (n_facts ("metadata: { keep: [generation-parameters] }"), ==, 1);
  g_assert_cmpuint (n_facts ("metadata: all"), ==, 2);
  assert_same (CHAIN ("metadata: { keep: [prompt], drop: [ai-label] }", "a.webp"),
               CHAIN ("metadata: { keep: [generation-parameters], drop: [ai-label] }", "a.webp"),
               false);
}

static void
a_file_counts_by_its_content (void)
{
#define OVERLAID CHAIN ("overlay: { image: logo.png }", "a.webp")
  g_autofree char *before = fingerprint (OVERLAID);
  world_version = 2;
  g_autofree char *after = fingerprint (OVERLAID);
  g_autofree char *without = fingerprint (BASE);
  world_version = 1;
  g_autofree char *again = fingerprint (OVERLAID);
  g_autofree char *still_without = fingerprint (BASE);
  g_assert_cmpstr (before, !=, after);
  g_assert_cmpstr (before, ==, again);
  g_assert_cmpstr (without, ==, still_without);
}

static void
siblings_change_nothing (void)
{
  assert_same (BASE, BASE "  - to: other.png\n", true);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/plan/expand/" claim, test)
  ADD ("images-are-called-by-name-and-values", images_are_called_by_name_and_values);
  ADD ("a-file-that-two-patterns-name-is-loaded-once",
       a_file_that_two_patterns_name_is_loaded_once);
  ADD ("equal-ids-are-refused", equal_ids_are_refused);
  ADD ("recalled-originals-keep-their-names", recalled_originals_keep_their_names);
  ADD ("a-picked-variant-is-the-only-one", a_picked_variant_is_the_only_one);
  ADD ("facts-fill-a-path", facts_fill_a_path);
  ADD ("braces-and-dollars-are-themselves", braces_and_dollars_are_themselves);
  ADD ("a-path-that-is-not-given-has-name-and-width", a_path_that_is_not_given_has_name_and_width);
  ADD ("variants-after-the-first-are-numbered", variants_after_the_first_are_numbered);
  ADD ("a-matrix-key-may-end-the-path", a_matrix_key_may_end_the_path);
  ADD ("sizes-are-chosen-after-the-shared-stages", sizes_are_chosen_after_the_shared_stages);
  ADD ("sizes-that-give-the-same-file-give-it-once", sizes_that_give_the_same_file_give_it_once);
  ADD ("an-original-that-is-too-small-fails-only-its-output",
       an_original_that_is_too_small_fails_only_its_output);
  ADD ("what-a-format-cannot-hold-is-refused", what_a_format_cannot_hold_is_refused);
  ADD ("files-that-nobody-looked-at-fail-no-size", files_that_nobody_looked_at_fail_no_size);
  ADD ("a-hash-tells-expected-files-apart", a_hash_tells_expected_files_apart);
  ADD ("mistakes-of-images-and-outputs-are-told-together",
       mistakes_of_images_and_outputs_are_told_together);
  ADD ("names-and-order-shape-no-pixels", names_and_order_shape_no_pixels);
  ADD ("a-default-said-aloud-changes-nothing", a_default_said_aloud_changes_nothing);
  ADD ("an-extension-says-as-much-as-recompress", an_extension_says_as_much_as_recompress);
  ADD ("what-shapes-pixels-or-bytes-changes-it", what_shapes_pixels_or_bytes_changes_it);
  ADD ("prompt-and-model-count-where-they-are-told", prompt_and_model_count_where_they_are_told);
  ADD ("a-file-counts-by-its-content", a_file_counts_by_its_content);
  ADD ("siblings-change-nothing", siblings_change_nothing);
  return g_test_run ();
}
