/* What compose makes of generation parameters, what it calls a picture, and how it tells. */
#include "support/carrier.h"
#include "metadata/container.h"
#include "metadata/exif.h"

#define BIT(group) (1u << METADATA_GROUP_##group)
#define WEB_UI                                                                                     \
  "canary-prompt lake\nNegative prompt: canary-blurry\nSteps: 20, Sampler: Euler a, Seed: 7, "     \
  "Model: canary-model, Hires prompt: \"canary-again\""
#define GRAPH                                                                                      \
  "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 7, \"steps\": 25, "               \
  "\"sampler_name\": \"euler\", \"positive\": [\"6\", 0]}}, \"6\": {\"class_type\": "              \
  "\"CLIPTextEncode\", \"inputs\": {\"text\": \"canary-prompt\"}}}"

typedef struct {
  MetadataBlobs blobs;
  GPtrArray *verdicts;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  metadata_blobs_clear (&outcome->blobs);
  g_clear_pointer (&outcome->verdicts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static Outcome
compose (const MetadataOptions *options, const MetadataBlobs *original, const MetadataFacts *facts,
         ContainerKind container)
{
  static const MetadataFacts no_facts = { 0 };
  const MetadataCarrier carrier = { (int)container, 64, 48, 0 };
  Outcome outcome = { 0 };
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_compose (options, original, facts != NULL ? facts : &no_facts, &carrier,
                               &outcome.blobs, &outcome.verdicts, &error),
             error);
  return outcome;
}

static Outcome
compose_text (const MetadataOptions *options, const char *keyword, const char *text,
              ContainerKind container)
{
  g_auto (MetadataBlobs) original = { 0 };
  metadata_blobs_add_text (&original, keyword, text);
  return compose (options, &original, NULL, container);
}

static const char *
text_of (const Outcome *outcome, const char *keyword)
{
  for (unsigned i = 0; outcome->blobs.texts != NULL && i < outcome->blobs.texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (outcome->blobs.texts, i);
    if (strcmp (text->keyword, keyword) == 0)
      return text->text;
  }
  return NULL;
}

/* The user's comment, or "". New string. */
static char *
comment_of (const Outcome *outcome)
{
  if (outcome->blobs.exif == NULL)
    return g_strdup ("");
  g_auto (GStrv) texts = exif_read_texts (outcome->blobs.exif);
  return g_strdup (texts[0] != NULL ? texts[0] : "");
}

static bool
holds (const Outcome *outcome, const char *text)
{
  g_autofree char *comment = comment_of (outcome);
  bool found = strstr (comment, text) != NULL || bytes_hold (outcome->blobs.xmp, text) ||
               bytes_hold (outcome->blobs.exif, text);
  for (unsigned i = 0; outcome->blobs.texts != NULL && i < outcome->blobs.texts->len; i++) {
    const MetadataText *item = g_ptr_array_index (outcome->blobs.texts, i);
    found = found || strstr (item->text, text) != NULL;
  }
  return found;
}

/* There is one on the group, and it says just that. */
static void
expect_verdict (const Outcome *outcome, const char *group, bool kept, const char *why)
{
  unsigned n_found = 0;
  for (unsigned i = 0; i < outcome->verdicts->len; i++) {
    const MetadataVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);
    if (strcmp (verdict->group, group) != 0)
      continue;
    n_found++;
    g_assert_cmpstr (verdict->why, ==, why);
    g_assert_true (verdict->kept == kept);
  }
  g_assert_cmpuint (n_found, ==, 1);
}

static void
parameters_go_with_every_policy_but_all (void)
{
  static const ContainerKind kinds[] = { CONTAINER_PNG, CONTAINER_JPEG, CONTAINER_WEBP,
                                         CONTAINER_BMFF, CONTAINER_TIFF };
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    for (int policy = METADATA_STRIP; policy < METADATA_ALL; policy++) {
      g_auto (Outcome) outcome = compose_text (&(MetadataOptions){ .policy = policy }, "parameters",
                                               WEB_UI, kinds[i]);
      g_assert_null (outcome.blobs.exif);
      g_assert_null (outcome.blobs.xmp);
      g_assert_null (outcome.blobs.texts);
      g_autofree char *why = g_strdup_printf ("policy %s", metadata_policy_words[policy]);
      expect_verdict (&outcome, "generation-parameters", false, why);
      expect_verdict (&outcome, "prompt", false, why);
    }
    g_auto (Outcome) all = compose_text (&(MetadataOptions){ .policy = METADATA_ALL }, "parameters",
                                         WEB_UI, kinds[i]);
    g_autofree char *comment = comment_of (&all);
    g_assert_cmpstr (comment, ==, WEB_UI);
    g_assert_true (
      bytes_hold (all.blobs.xmp, "canary-prompt lake\nNegative prompt: canary-blurry"));
    g_assert_true (bytes_hold (all.blobs.xmp, "AISystemUsed>canary-model<"));
    g_assert_cmpstr (text_of (&all, "parameters"), ==, kinds[i] == CONTAINER_PNG ? WEB_UI : NULL);
    expect_verdict (&all, "generation-parameters", true, "policy all");
  }
}

/* What has its place in EXIF alone is lost in a PDF, and that is told. */
static void
a_pdf_has_xmp_alone (void)
{
  static const uint8_t maker[] = "II*\0\10\0\0\0\1\0\x0f\1\2\0\4\0\0\0Abc\0\0\0\0";
  const MetadataOptions options = { .policy = METADATA_ALL };
  g_auto (MetadataBlobs) original = { .exif = g_bytes_new (maker, sizeof maker) };
  metadata_blobs_add_text (&original, "parameters", WEB_UI);
  g_auto (Outcome) tiff = compose (&options, &original, NULL, CONTAINER_TIFF);
  expect_verdict (&tiff, "camera", true, "policy all");
  g_assert_nonnull (tiff.blobs.exif);
  g_auto (Outcome) pdf = compose (&options, &original, NULL, CONTAINER_PDF);
  g_assert_null (pdf.blobs.exif);
  g_assert_null (pdf.blobs.texts);
  g_assert_true (bytes_hold (pdf.blobs.xmp, "AISystemUsed>canary-model<"));
  expect_verdict (&pdf, "camera", false, "policy all; a PDF has no EXIF");
  expect_verdict (&pdf, "generation-parameters", true,
                  "policy all; a PDF has no EXIF, which tells the settings");
}

static void
settings_without_the_prompt_hold_nothing_of_it (void)
{
  MetadataOptions options = { .policy = METADATA_PROVENANCE, .keep = BIT (PARAMETERS) };
  g_auto (Outcome) outcome = compose_text (&options, "parameters", WEB_UI, CONTAINER_PNG);
  g_assert_cmpstr (text_of (&outcome, "parameters"), ==,
                   "Steps: 20, Sampler: Euler a, Seed: 7, Model: canary-model");
  g_assert_false (holds (&outcome, "canary-prompt"));
  g_assert_false (holds (&outcome, "canary-blurry"));
  g_assert_false (holds (&outcome, "canary-again"));
  expect_verdict (&outcome, "generation-parameters", true,
                  "kept by name; what tells the prompt goes with it");

  g_auto (Outcome) graph = compose_text (&options, "prompt", GRAPH, CONTAINER_PNG);
  g_assert_cmpstr (text_of (&graph, "parameters"), ==, "Steps: 25, Sampler: euler, Seed: 7");
  g_assert_null (text_of (&graph, "prompt"));
  g_assert_false (holds (&graph, "canary-prompt"));
}

static void
a_prompt_without_the_settings_is_a_prompt (void)
{
  MetadataOptions options = { .policy = METADATA_PROVENANCE, .keep = BIT (PROMPT) };
  g_auto (Outcome) outcome = compose_text (&options, "prompt", GRAPH, CONTAINER_PNG);
  g_assert_true (bytes_hold (outcome.blobs.xmp, "AIPromptInformation>canary-prompt<"));
  g_assert_null (outcome.blobs.texts);
  g_assert_null (outcome.blobs.exif);
}

static void
a_graph_stays_whole_in_a_png_alone (void)
{
  MetadataOptions options = { .policy = METADATA_ALL };
  g_auto (Outcome) png = compose_text (&options, "prompt", GRAPH, CONTAINER_PNG);
  g_assert_cmpstr (text_of (&png, "prompt"), ==, GRAPH);
  expect_verdict (&png, "generation-parameters", true, "policy all");
  g_auto (Outcome) jpeg = compose_text (&options, "prompt", GRAPH, CONTAINER_JPEG);
  g_autofree char *comment = comment_of (&jpeg);
  g_assert_cmpstr (comment, ==, "canary-prompt\nSteps: 25, Sampler: euler, Seed: 7");
  expect_verdict (&jpeg, "generation-parameters", true,
                  "policy all; only PNG holds all of it, other formats what fits a line");
}

static void
what_is_too_long_for_exif_is_said (void)
{
  MetadataOptions options = { .policy = METADATA_ALL };
  g_autofree char *long_word = g_strnfill (40000, 'k');
  g_autofree char *text = g_strconcat ("lake\nSteps: 2, Seed: 1, Model: a, Styles: ", long_word,
                                       NULL);
  g_auto (Outcome) jpeg = compose_text (&options, "parameters", text, CONTAINER_JPEG);
  g_assert_null (jpeg.blobs.exif);
  expect_verdict (&jpeg, "generation-parameters", false, "policy all; they are too long for EXIF");
  g_auto (Outcome) png = compose_text (&options, "parameters", text, CONTAINER_PNG);
  g_assert_cmpstr (text_of (&png, "parameters"), ==, text);
  expect_verdict (&png, "generation-parameters", true,
                  "policy all; they are too long for EXIF; the texts hold them");
}

static void
a_description_that_is_the_prompt_goes (void)
{
  g_auto (MetadataBlobs) original = { 0 };
  metadata_blobs_add_text (&original, "Software", "NovelAI");
  metadata_blobs_add_text (&original, "Description", "canary-prompt");
  metadata_blobs_add_text (&original, "Comment", "{\"prompt\": \"canary-prompt\", \"uc\": \"\"}");
  g_auto (Outcome) outcome = compose (&(MetadataOptions){ .policy = METADATA_PROVENANCE },
                                      &original, NULL, CONTAINER_PNG);
  g_assert_false (holds (&outcome, "canary"));
  expect_verdict (&outcome, "description", false, "the description tells the prompt");
}

static void
texts_of_a_png_tell_rights (void)
{
  g_auto (MetadataBlobs) original = { 0 };
  metadata_blobs_add_text (&original, "Copyright", "canary-rights");
  metadata_blobs_add_text (&original, "Author", "Ann");
  metadata_blobs_add_text (&original, "Title", "Lake");
  metadata_blobs_add_text (&original, "Comment", "canary-comment");
  g_auto (Outcome) outcome = compose (&(MetadataOptions){ .policy = METADATA_COPYRIGHT }, &original,
                                      NULL, CONTAINER_WEBP);
  g_assert_true (bytes_hold (outcome.blobs.xmp, "canary-rights"));
  g_assert_true (bytes_hold (outcome.blobs.exif, "Ann"));
  g_assert_false (holds (&outcome, "Lake"));
  g_assert_false (holds (&outcome, "canary-comment"));
  expect_verdict (&outcome, "rights", true, "policy copyright");
  expect_verdict (&outcome, "description", false, "policy copyright");
  expect_verdict (&outcome, "other", false, "not a property that is carried on");
}

static void
a_profile_has_its_verdict (void)
{
  static const struct {
    MetadataOptions options;
    bool is_ink, kept;
    const char *why;
  } rows[] = {
    { { .policy = METADATA_STRIP }, false, false, "policy strip" },
    { { .policy = METADATA_PROVENANCE }, false, true, "policy provenance" },
    { { .policy = METADATA_STRIP }, true, true, "inks mean nothing without it" },
    { { .policy = METADATA_ALL, .drop = BIT (ICC) }, true, false, "dropped by name" },
    { { .policy = METADATA_STRIP, .icc = METADATA_ICC_KEEP }, false, true, "'icc: keep'" },
    { { .policy = METADATA_ALL, .icc = METADATA_ICC_DROP }, true, false, "'icc: drop'" },
    { { .policy = METADATA_ALL, .icc = METADATA_ICC_CONVERT },
      false,
      false,
      "the pixels are converted to sRGB" },
  };
  const MetadataBlobs none = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    MetadataFacts facts = { .has_icc = true, .is_ink = rows[i].is_ink };
    g_auto (Outcome) outcome = compose (&rows[i].options, &none, &facts, CONTAINER_TIFF);
    expect_verdict (&outcome, "icc", rows[i].kept, rows[i].why);
    facts.is_unfit = true;
    g_auto (Outcome) unfit = compose (&rows[i].options, &none, &facts, CONTAINER_TIFF);
    bool is_named = rows[i].options.icc == METADATA_ICC_DROP || rows[i].options.drop != 0;
    expect_verdict (&unfit, "icc", false,
                    is_named ? rows[i].why : "it is not of the picture's colour space");
  }
}

static void
a_pdf_says_nothing_of_a_camera_that_was_not_there (void)
{
  static const char rights[] =
    "MM\0*\0\0\0\010\0\001\202\230\0\002\0\0\0\012\0\0\0\032\0\0\0\0CanaryTwo";
  g_auto (MetadataBlobs) original = { .exif = g_bytes_new_static (rights, sizeof rights) };
  g_auto (Outcome) outcome = compose (&(MetadataOptions){ .policy = METADATA_ALL }, &original, NULL,
                                      CONTAINER_PDF);
  expect_verdict (&outcome, "rights", true, "policy all");
  for (unsigned i = 0; i < outcome.verdicts->len; i++) {
    const MetadataVerdict *verdict = g_ptr_array_index (outcome.verdicts, i);
    g_assert_cmpstr (verdict->group, !=, "camera");
  }
}

static void
a_capture_that_was_enhanced_is_called_so (void)
{
  static const struct {
    const char *found;
    unsigned done;
    int policy;
    const char *label; /* NULL: none */
  } rows[] = {
    { "digitalCapture", METADATA_DONE_ENHANCED, METADATA_PROVENANCE, "algorithmicallyEnhanced" },
    { "computationalCapture", METADATA_DONE_ENHANCED, METADATA_ALL, "algorithmicallyEnhanced" },
    { "digitalCapture", METADATA_DONE_ENHANCED, METADATA_STRIP, NULL },
    { "digitalCapture", METADATA_DONE_COMPOSED, METADATA_PROVENANCE, "digitalCapture" },
    { "trainedAlgorithmicMedia", METADATA_DONE_ENHANCED | METADATA_DONE_COMPOSED, METADATA_STRIP,
      "trainedAlgorithmicMedia" },
    { "compositeSynthetic", METADATA_DONE_ENHANCED, METADATA_STRIP, "compositeSynthetic" },
    { "print", METADATA_DONE_ENHANCED, METADATA_PROVENANCE, "print" },
    { NULL, METADATA_DONE_ENHANCED, METADATA_PROVENANCE, NULL },
  };
  const MetadataBlobs none = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    MetadataFacts facts = { .found_type = rows[i].found, .done = rows[i].done };
    g_auto (Outcome) outcome = compose (&(MetadataOptions){ .policy = rows[i].policy }, &none,
                                        &facts, CONTAINER_JPEG);
    g_autofree char *end = g_strdup_printf ("/digitalsourcetype/%s<", rows[i].label);
    if (rows[i].label == NULL)
      g_assert_null (outcome.blobs.xmp);
    else
      g_assert_true (bytes_hold (outcome.blobs.xmp, end));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/compose/" name, function)
  ADD ("parameters-go-with-every-policy-but-all", parameters_go_with_every_policy_but_all);
  ADD ("a-pdf-has-xmp-alone", a_pdf_has_xmp_alone);
  ADD ("settings-without-the-prompt-hold-nothing-of-it",
       settings_without_the_prompt_hold_nothing_of_it);
  ADD ("a-prompt-without-the-settings-is-a-prompt", a_prompt_without_the_settings_is_a_prompt);
  ADD ("a-graph-stays-whole-in-a-png-alone", a_graph_stays_whole_in_a_png_alone);
  ADD ("what-is-too-long-for-exif-is-said", what_is_too_long_for_exif_is_said);
  ADD ("a-description-that-is-the-prompt-goes", a_description_that_is_the_prompt_goes);
  ADD ("texts-of-a-png-tell-rights", texts_of_a_png_tell_rights);
  ADD ("a-profile-has-its-verdict", a_profile_has_its_verdict);
  ADD ("a-pdf-says-nothing-of-a-camera-that-was-not-there",
       a_pdf_says_nothing_of_a_camera_that_was_not_there);
  ADD ("a-capture-that-was-enhanced-is-called-so", a_capture_that_was_enhanced_is_called_so);
  return g_test_run ();
}
