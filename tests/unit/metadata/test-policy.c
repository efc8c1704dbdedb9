#include "support/carrier.h"
#include "metadata/container.h"

#define BIT(group) (1u << METADATA_GROUP_##group)
#define URI "http://cv.iptc.org/newscodes/digitalsourcetype/"
#define LABEL "DigitalSourceType>" URI

/* Canaries: each name says the group that may tell it. */
static const char full_packet[] =
  "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
  "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
  "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:exif='http://ns.adobe.com/exif/1.0/' "
  "xmlns:tiff='http://ns.adobe.com/tiff/1.0/' xmlns:ps='http://ns.adobe.com/photoshop/1.0/' "
  "xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' tiff:Model='canary-never-1' "
  "exif:GPSLatitude='canary-never-2' ps:City='canary-never-3' ps:Credit='canary-rights-1' "
  "e:AIPromptInformation='canary-prompt-1'>"
  "<dc:creator><rdf:Seq><rdf:li>canary-rights-2</rdf:li></rdf:Seq></dc:creator>"
  "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>canary-rights-3</rdf:li></rdf:Alt></dc:rights>"
  "<dc:subject><rdf:Bag><rdf:li>canary-description-1</rdf:li></rdf:Bag></dc:subject>"
  "<e:AISystemUsed>canary-prompt-2</e:AISystemUsed>"
  "<ps:History>canary-never-4</ps:History>"
  "</rdf:Description></rdf:RDF></x:xmpmeta>";

static const MetadataFacts no_facts = { 0 };
static const MetadataCarrier jpeg = { CONTAINER_JPEG, 64, 48, 0 };

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
compose (const MetadataOptions *options, const char *packet, const MetadataFacts *facts)
{
  Outcome outcome = { 0 };
  g_auto (MetadataBlobs) original = { .xmp = packet != NULL ? bytes_of (packet) : NULL };
  g_autoptr (GError) error = NULL;
  assert_ok (
    metadata_compose (options, &original, facts, &jpeg, &outcome.blobs, &outcome.verdicts, &error),
    error);
  g_assert_null (outcome.blobs.iptc);
  return outcome;
}

static bool
holds (const Outcome *outcome, const char *text)
{
  return bytes_hold (outcome->blobs.xmp, text) || bytes_hold (outcome->blobs.exif, text);
}

static const MetadataVerdict *
verdict_on (const Outcome *outcome, const char *group)
{
  for (unsigned i = 0; i < outcome->verdicts->len; i++) {
    const MetadataVerdict *verdict = g_ptr_array_index (outcome->verdicts, i);
    if (strcmp (verdict->group, group) == 0)
      return verdict;
  }
  return NULL;
}

static void
expect_verdict (const Outcome *outcome, const char *group, bool kept, const char *why)
{
  const MetadataVerdict *verdict = verdict_on (outcome, group);
  g_assert_nonnull (verdict);
  g_assert_true (verdict->kept == kept);
  g_assert_cmpstr (verdict->why, ==, why);
}

static void
words_are_groups (void)
{
  static const unsigned expected[] = {
    [METADATA_STRIP] = BIT (AI_LABEL),
    [METADATA_COPYRIGHT] = BIT (AI_LABEL) | BIT (RIGHTS),
    [METADATA_PROVENANCE] = BIT (AI_LABEL) | BIT (RIGHTS) | BIT (ICC) | BIT (DESCRIPTION) |
                            BIT (C2PA),
    [METADATA_ALL] = (1u << METADATA_N_GROUPS) - 1,
  };
  for (int policy = 0; policy <= METADATA_ALL; policy++)
    g_assert_cmpuint (metadata_groups (&(MetadataOptions){ .policy = policy }), ==,
                      expected[policy]);
  MetadataOptions both = {
    .policy = METADATA_COPYRIGHT,
    .keep = BIT (CAMERA) | BIT (ICC),
    .drop = BIT (ICC) | BIT (RIGHTS),
  };
  g_assert_cmpuint (metadata_groups (&both), ==, BIT (AI_LABEL) | BIT (CAMERA));
}

static void
a_policy_lets_its_groups_through (void)
{
  static const struct {
    int policy;
    bool rights, description, prompt;
  } rows[] = {
    { METADATA_STRIP, false, false, false },
    { METADATA_COPYRIGHT, true, false, false },
    { METADATA_PROVENANCE, true, true, false },
    { METADATA_ALL, true, true, true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    MetadataOptions options = { .policy = rows[i].policy };
    g_auto (Outcome) outcome = compose (&options, full_packet, &no_facts);
    g_assert_false (holds (&outcome, "canary-never"));
    for (int k = 1; k <= 3; k++) {
      g_autofree char *canary = g_strdup_printf ("canary-rights-%d", k);
      g_assert_true (holds (&outcome, canary) == rows[i].rights);
    }
    g_assert_true (holds (&outcome, "canary-description-1") == rows[i].description);
    g_assert_true (holds (&outcome, "canary-prompt-1") == rows[i].prompt);
    g_assert_true (holds (&outcome, "canary-prompt-2") == rows[i].prompt);
    g_assert_false (holds (&outcome, "DigitalSourceType"));
    expect_verdict (&outcome, "location", false, "never kept");
  }
}

static void
keep_adds_and_drop_wins (void)
{
  MetadataOptions options = {
    .policy = METADATA_PROVENANCE,
    .keep = BIT (PROMPT),
    .drop = BIT (RIGHTS),
  };
  g_auto (Outcome) outcome = compose (&options, full_packet, &no_facts);
  g_assert_true (holds (&outcome, "canary-prompt-1"));
  g_assert_false (holds (&outcome, "canary-rights"));
  expect_verdict (&outcome, "prompt", true, "kept by name");
  expect_verdict (&outcome, "rights", false, "dropped by name");
  expect_verdict (&outcome, "description", true, "policy provenance");
}

static void
a_generated_original_is_always_labelled (void)
{
  MetadataFacts facts = { .source_type = "algorithmicMedia", .prompt = "a lake" };
  for (int policy = 0; policy <= METADATA_ALL; policy++) {
    MetadataOptions options = { .policy = policy };
    g_auto (Outcome) outcome = compose (&options, NULL, &facts);
    g_assert_true (holds (&outcome, LABEL "algorithmicMedia<"));
    g_assert_true (holds (&outcome, "a lake") == (policy == METADATA_ALL));
    g_assert_null (outcome.blobs.exif);
  }
}

static void
a_label_goes_only_by_name (void)
{
  MetadataFacts facts = { .source_type = "trainedAlgorithmicMedia",
                          .found_type = "trainedAlgorithmicMedia" };
  MetadataOptions options = { .policy = METADATA_ALL, .drop = BIT (AI_LABEL) };
  g_auto (Outcome) outcome = compose (&options, NULL, &facts);
  g_assert_null (outcome.blobs.xmp);
  expect_verdict (&outcome, "ai-label", false, "trainedAlgorithmicMedia: dropped by name");
}

static void
a_photograph_gets_no_label (void)
{
  for (int policy = 0; policy <= METADATA_ALL; policy++) {
    MetadataOptions options = { .policy = policy };
    g_auto (Outcome) outcome = compose (&options, NULL, &(MetadataFacts){ .found_type = "" });
    g_assert_null (outcome.blobs.xmp);
    g_assert_null (outcome.blobs.exif);
    g_assert_cmpuint (outcome.verdicts->len, ==, 0);
  }
}

static void
the_strongest_label_stays (void)
{
  static const char packet[] =
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    "xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' e:DigitalSourceFileType='" URI
    "trainedAlgorithmicMedia'><e:DigitalSourceType>https" /* as some write it */
    "://cv.iptc.org/newscodes/digitalsourcetype/composite</e:DigitalSourceType>"
    "</rdf:Description></rdf:RDF>";
  MetadataOptions options = { .policy = METADATA_STRIP };
  g_auto (Outcome)
    outcome = compose (&options, packet, &(MetadataFacts){ .found_type = "compositeSynthetic" });
  g_assert_true (holds (&outcome, LABEL "trainedAlgorithmicMedia<"));
  g_assert_false (holds (&outcome, "composite"));
}

static void
a_harmless_label_is_provenance (void)
{
  for (int policy = 0; policy <= METADATA_ALL; policy++) {
    MetadataOptions options = { .policy = policy };
    g_auto (Outcome)
      outcome = compose (&options, NULL, &(MetadataFacts){ .found_type = "digitalCapture" });
    g_assert_true (holds (&outcome, LABEL "digitalCapture<") == (policy >= METADATA_PROVENANCE));
    g_assert_true (verdict_on (&outcome, "ai-label")->kept == (policy >= METADATA_PROVENANCE));
  }
}

static void
what_is_set_is_written (void)
{
  char *keywords[] = { (char *)"one", (char *)"two", NULL };
  MetadataOptions options = {
    .policy = METADATA_STRIP,
    .drop = BIT (RIGHTS),
    .set = { .copyright = (char *)"set-copyright \xc2\xa9",
             .creator = (char *)"set-creator",
             .credit = (char *)"set-credit",
             .usage_terms = (char *)"set-terms",
             .rights_url = (char *)"set-url",
             .title = (char *)"set-title",
             .description = (char *)"set-description",
             .keywords = keywords },
  };
  g_auto (Outcome) outcome = compose (&options, full_packet, &no_facts);
  static const char *const texts[] = {
    "set-copyright \xc2\xa9", "set-creator",     "set-credit", "set-terms", "set-url", "set-title",
    "set-description",        "<rdf:li>two</rdf"
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (bytes_hold (outcome.blobs.xmp, texts[i]));
  g_assert_true (bytes_hold (outcome.blobs.exif, "set-copyright \xc2\xa9"));
  g_assert_false (holds (&outcome, "canary"));
}

static void
a_set_value_replaces (void)
{
  MetadataOptions options = { .policy = METADATA_PROVENANCE,
                              .set = { .copyright = (char *)"mine", .credit = (char *)"" } };
  g_auto (Outcome) outcome = compose (&options, full_packet, &no_facts);
  g_assert_true (holds (&outcome, "mine"));
  g_assert_false (holds (&outcome, "canary-rights-3"));
  g_assert_false (holds (&outcome, "canary-rights-1"));
  g_assert_true (holds (&outcome, "canary-rights-2"));
}

static void
a_prompt_told_as_description_goes (void)
{
  static const char packet[] =
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    "xmlns:dc='http://purl.org/dc/elements/1.1/' dc:title='%s' dc:description='%s'/></rdf:RDF>";
  MetadataOptions options = { .policy = METADATA_PROVENANCE };
  MetadataFacts facts = { .prompt = "secret lake" };
  g_autofree char *told = g_strdup_printf (packet, "Lake", "secret lake --ar 1:1");
  g_auto (Outcome) outcome = compose (&options, told, &facts);
  g_assert_false (holds (&outcome, "secret"));
  g_assert_true (holds (&outcome, "Lake"));
  static const char *const shapes[] = { "canary Steps: 20, Sampler: Euler",
                                        "Workflow: {&quot;canary&quot;: 1}",
                                        "canary --v 6 Job ID: 0000" };
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autofree char *tool = g_strdup_printf (packet, "x", shapes[i]);
    g_auto (Outcome) without = compose (&options, tool, &no_facts);
    g_assert_false (holds (&without, "canary"));
    expect_verdict (&without, "description", true,
                    "the description tells the prompt; policy provenance");
  }
}

static void
what_cannot_be_read_is_dropped_and_said (void)
{
  MetadataOptions options = { .policy = METADATA_ALL };
  MetadataBlobs original = { bytes_of ("Exif"), bytes_of ("<!DOCTYPE a><a/>"), bytes_of ("?") };
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_compose (&options, &original, &no_facts, &jpeg, &outcome.blobs,
                               &outcome.verdicts, &error),
             error);
  metadata_blobs_clear (&original);
  g_assert_null (outcome.blobs.xmp);
  g_assert_null (outcome.blobs.exif);
  expect_verdict (&outcome, "xmp", false,
                  "cannot be read: it declares a document type or entities");
  expect_verdict (&outcome, "exif", false, "cannot be read: it has no TIFF header");
  expect_verdict (&outcome, "iptc", false, "cannot be read: it is not an IPTC block");
}

static void
a_packet_fits_a_jpeg_segment (void)
{
  g_autoptr (GString) packet = g_string_new (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:rights>mine</dc:rights><dc:subject><rdf:Bag>");
  g_autofree char *word = g_strnfill (1000, 'k');
  for (int i = 0; i < 100; i++)
    g_string_append_printf (packet, "<rdf:li>%s</rdf:li>", word);
  g_string_append (packet, "</rdf:Bag></dc:subject></rdf:Description></rdf:RDF>");
  MetadataOptions options = { .policy = METADATA_PROVENANCE };
  g_auto (Outcome) outcome = compose (&options, packet->str, &no_facts);
  g_assert_true (holds (&outcome, "mine"));
  g_assert_false (holds (&outcome, "kkk"));
  g_assert_cmpuint (g_bytes_get_size (outcome.blobs.xmp), <, 65502);
}

static void
set_values_that_do_not_fit_are_an_error (void)
{
  g_autofree char *text = g_strnfill (16384, '&'), *long_text = g_strnfill (16385, 'a');
  MetadataOptions options[] = {
    { .set = { .title = text } },
    { .set = { .title = long_text } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
    MetadataBlobs blobs = { 0 }, none = { 0 };
    GPtrArray *verdicts = NULL;
    g_autoptr (GError) error = NULL;
    g_assert_false (
      metadata_compose (&options[i], &none, &no_facts, &jpeg, &blobs, &verdicts, &error));
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
    g_assert_null (blobs.xmp);
    g_assert_null (verdicts);
  }
}

static void
a_source_type_is_a_term (void)
{
  MetadataOptions options = { .policy = METADATA_PROVENANCE };
  MetadataBlobs blobs = { 0 }, none = { 0 };
  g_autoptr (GError) error = NULL;
  g_assert_false (metadata_compose (&options, &none, &(MetadataFacts){ .source_type = "robot" },
                                    &jpeg, &blobs, NULL, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
}

static void
density_is_written_under_every_policy (void)
{
  MetadataOptions options = { .policy = METADATA_STRIP };
  MetadataBlobs blobs = { 0 }, none = { 0 };
  g_autoptr (GError) error = NULL;
  assert_ok (metadata_compose (&options, &none, &no_facts,
                               &(MetadataCarrier){ CONTAINER_JPEG, 64, 48, 300 }, &blobs, NULL,
                               &error),
             error);
  g_assert_null (blobs.xmp);
  g_autofree char *said = carrier_ask (&blobs, "exiftool",
                                       "-s3 -n -XResolution -YResolution -ResolutionUnit");
  metadata_blobs_clear (&blobs);
  if (said != NULL)
    g_assert_cmpstr (said, ==, "300\n300\n2\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/policy/" name, function)
  ADD ("words-are-groups", words_are_groups);
  ADD ("a-policy-lets-its-groups-through", a_policy_lets_its_groups_through);
  ADD ("keep-adds-and-drop-wins", keep_adds_and_drop_wins);
  ADD ("a-generated-original-is-always-labelled", a_generated_original_is_always_labelled);
  ADD ("a-label-goes-only-by-name", a_label_goes_only_by_name);
  ADD ("a-photograph-gets-no-label", a_photograph_gets_no_label);
  ADD ("the-strongest-label-stays", the_strongest_label_stays);
  ADD ("a-harmless-label-is-provenance", a_harmless_label_is_provenance);
  ADD ("what-is-set-is-written", what_is_set_is_written);
  ADD ("a-set-value-replaces", a_set_value_replaces);
  ADD ("a-prompt-told-as-description-goes", a_prompt_told_as_description_goes);
  ADD ("what-cannot-be-read-is-dropped-and-said", what_cannot_be_read_is_dropped_and_said);
  ADD ("a-packet-fits-a-jpeg-segment", a_packet_fits_a_jpeg_segment);
  ADD ("set-values-that-do-not-fit-are-an-error", set_values_that_do_not_fit_are_an_error);
  ADD ("a-source-type-is-a-term", a_source_type_is_a_term);
  ADD ("density-is-written-under-every-policy", density_is_written_under_every_policy);
  return g_test_run ();
}
