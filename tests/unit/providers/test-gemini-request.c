#include "providers/gemini.h"

#include "asked.h"

#define ROWS                                                                                       \
  "m: { providers: [vertex, ai-studio], resolutions: [1K, 4K], sizes: [\"1:1 1024x1024\","         \
  " \"16:9 1376x768\"], most-references: 3, options: [person-generation, safety, output-type,"     \
  " output-quality, labels, thinking] }"
#define START                                                                                      \
  "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a cup\"}]}],\"generationConfig\":{"    \
  "\"responseModalities\":[\"IMAGE\"],\"candidateCount\":1,\"seed\":7,\"imageConfig\":{"
#define SQUARE START "\"aspectRatio\":\"1:1\",\"imageSize\":\"1K\""

static Asked *
asking (const char *provider, const char *model, const char *options)
{
  g_autofree char *all = g_strconcat ("prompt: a cup\n", options, NULL);
  return asked_new (provider, NULL, ROWS, model, all);
}

/* The body, which is JSON by another's reckoning too. */
static char *
body (Asked *asked)
{
  char *text = asked_body (asked);
  cJSON *json = cJSON_ParseWithOpts (text, NULL, true);
  g_assert_true (cJSON_IsObject (json));
  cJSON_Delete (json);
  return text;
}

static void
each_surface_is_told_what_it_knows (void)
{
  static const char *const cases[][3] = {
    { "", SQUARE "}}}", SQUARE "}}}" },
    { "aspect-ratio: \"32:18\"\nresolution: 4K",
      START "\"aspectRatio\":\"16:9\",\"imageSize\":\"4K\"}}}",
      START "\"aspectRatio\":\"16:9\",\"imageSize\":\"4K\"}}}" },
    { "thinking: high", SQUARE "},\"thinkingConfig\":{\"thinkingLevel\":\"HIGH\"}}}",
      SQUARE "},\"thinkingConfig\":{\"thinkingLevel\":\"HIGH\"}}}" },
    { "thinking: minimal", SQUARE "},\"thinkingConfig\":{\"thinkingLevel\":\"MINIMAL\"}}}",
      SQUARE "},\"thinkingConfig\":{\"thinkingLevel\":\"MINIMAL\"}}}" },
    { "safety: { all: block-high, harassment: off }",
      SQUARE "}},\"safetySettings\":["
             "{\"category\":\"HARM_CATEGORY_HATE_SPEECH\",\"threshold\":\"BLOCK_ONLY_HIGH\"},"
             "{\"category\":\"HARM_CATEGORY_DANGEROUS_CONTENT\",\"threshold\":\"BLOCK_ONLY_HIGH\"},"
             "{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"threshold\":\"OFF\"},"
             "{\"category\":\"HARM_CATEGORY_SEXUALLY_EXPLICIT\",\"threshold\":\"BLOCK_ONLY_HIGH\"}"
             "]}",
      NULL },
    { "safety: { hate-speech: block-low, dangerous-content: block-medium,"
      " sexually-explicit: block-none }",
      SQUARE
      "}},\"safetySettings\":["
      "{\"category\":\"HARM_CATEGORY_HATE_SPEECH\",\"threshold\":\"BLOCK_LOW_AND_ABOVE\"},"
      "{\"category\":\"HARM_CATEGORY_DANGEROUS_CONTENT\",\"threshold\":\"BLOCK_MEDIUM_AND_ABOVE\"},"
      "{\"category\":\"HARM_CATEGORY_SEXUALLY_EXPLICIT\",\"threshold\":\"BLOCK_NONE\"}]}",
      NULL },
    { "labels: [pipeline=cups, stage=gen, empty=]",
      SQUARE "}},\"labels\":{\"pipeline\":\"cups\",\"stage\":\"gen\",\"empty\":\"\"}}",
      SQUARE "}}}" },
    { "person-generation: allow-all", SQUARE ",\"personGeneration\":\"ALLOW_ALL\"}}}",
      SQUARE "}}}" },
    { "person-generation: allow-adult", SQUARE ",\"personGeneration\":\"ALLOW_ADULT\"}}}",
      SQUARE "}}}" },
    { "person-generation: allow-none", SQUARE ",\"personGeneration\":\"ALLOW_NONE\"}}}",
      SQUARE "}}}" },
    { "output-type: png", SQUARE ",\"imageOutputOptions\":{\"mimeType\":\"image/png\"}}}}",
      SQUARE "}}}" },
    { "output-type: jpeg", SQUARE ",\"imageOutputOptions\":{\"mimeType\":\"image/jpeg\"}}}}",
      SQUARE "}}}" },
    { "output-quality: 95",
      SQUARE ",\"imageOutputOptions\":{\"mimeType\":\"image/jpeg\",\"compressionQuality\":95}}}}",
      SQUARE "}}}" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) vertex = asking ("vertex", "m", cases[i][0]);
    g_autoptr (Asked) developer = asking ("ai-studio", "m", cases[i][0]);
    g_autofree char *one = body (vertex), *other = body (developer);
    g_assert_cmpstr (one, ==, cases[i][1]);
    g_assert_cmpstr (other, ==, cases[i][2] != NULL ? cases[i][2] : cases[i][1]);
  }
}

static void
a_model_of_one_size_is_not_told_it (void)
{
  g_autoptr (Asked) asked = asking ("vertex", "gemini-2.5-flash-image", "");
  g_autofree char *text = body (asked);
  g_assert_cmpstr (text, ==, START "\"aspectRatio\":\"1:1\"}}}");
}

static void
references_come_before_the_prompt (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const ProviderReference pictures[] = {
    { scratch_write (scratch, "a.png", "one"), "image/png", 3 },
    { scratch_write (scratch, "b.jpg", "four"), "image/jpeg", 4 },
    { scratch_write (scratch, "c.webp", ""), "image/webp", 0 },
  };
  g_autoptr (Asked) asked = asking ("vertex", "m", "");
  asked->request.references = pictures;
  asked->request.n_references = 3;
  g_autofree char *text = body (asked);
  static const char wanted[] =
    "{\"contents\":[{\"role\":\"user\",\"parts\":["
    "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"b25l\"}},"
    "{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"Zm91cg==\"}},"
    "{\"inlineData\":{\"mimeType\":\"image/webp\",\"data\":\"\"}},{\"text\":\"a cup\"}]}],";
  g_assert_true (g_str_has_prefix (text, wanted));
}

static void
a_prompt_stays_what_it_is (void)
{
  static const char prompt[] = "\"a\\b\"\r\n\t\x01 \xe7\x8c\xab \xf0\x9f\x90\xb1 ${x} </script>";
  g_autoptr (Asked) asked = asking ("ai-studio", "m", "");
  g_free (asked->options->prompt);
  asked->options->prompt = g_strdup (prompt);
  g_autofree char *text = body (asked);
  cJSON *json = cJSON_Parse (text);
  const cJSON *contents = cJSON_GetObjectItem (json, "contents");
  const cJSON *parts = cJSON_GetObjectItem (cJSON_GetArrayItem (contents, 0), "parts");
  const cJSON *part = cJSON_GetObjectItem (cJSON_GetArrayItem (parts, 0), "text");
  g_assert_cmpstr (cJSON_GetStringValue (part), ==, prompt);
  cJSON_Delete (json);
  g_free (asked->options->prompt);
  asked->options->prompt = g_strdup ("bad \xff");
  g_autofree char *other = body (asked);
  g_assert_true (g_utf8_validate (other, -1, NULL));
}

static void
the_seed_is_of_this_attempt (void)
{
  g_autoptr (Asked) asked = asking ("vertex", "m", "seed: 3");
  asked->request.seed = G_MAXINT32;
  g_autofree char *text = body (asked);
  g_assert_nonnull (strstr (text, "\"seed\":2147483647,"));
}

static void
what_a_surface_does_not_know_is_refused (void)
{
#define OTHER "; 'provider: vertex' has it"
  static const char *const cases[][3] = {
    { "person-generation: allow-all", "",
      "person-generation: the Gemini Developer API has no 'person-generation'" OTHER },
    { "output-type: jpeg", "", "output-type: the Gemini Developer API has no 'output-type'" OTHER },
    { "output-quality: 9", "",
      "output-quality: the Gemini Developer API has no 'output-quality'" OTHER },
    { "output-type: webp",
      "output-type: the model 'm' writes png or jpeg; 'recompress' makes WebP of it",
      "output-type: the Gemini Developer API has no 'output-type'" OTHER },
    { "mask: a.png", "mask: the model 'm' takes no 'mask'", "mask: the model 'm' takes no 'mask'" },
    { "safety: off", "", "" },
    { "thinking: low", "", "" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) vertex = asking ("vertex", "m", cases[i][0]);
    g_autoptr (Asked) developer = asking ("ai-studio", "m", cases[i][0]);
    g_autofree char *one = asked_complaint (vertex), *other = asked_complaint (developer);
    g_assert_cmpstr (one, ==, cases[i][1]);
    g_assert_cmpstr (other, ==, cases[i][2]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/gemini-request/" name, function)
  CLAIM ("each-surface-is-told-what-it-knows", each_surface_is_told_what_it_knows);
  CLAIM ("a-model-of-one-size-is-not-told-it", a_model_of_one_size_is_not_told_it);
  CLAIM ("references-come-before-the-prompt", references_come_before_the_prompt);
  CLAIM ("a-prompt-stays-what-it-is", a_prompt_stays_what_it_is);
  CLAIM ("the-seed-is-of-this-attempt", the_seed_is_of_this_attempt);
  CLAIM ("what-a-surface-does-not-know-is-refused", what_a_surface_does_not_know_is_refused);
#undef CLAIM
  return g_test_run ();
}
