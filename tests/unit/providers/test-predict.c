#include "providers/predict.h"

#include "asked.h"
#include "built-answer.h"

#define ROWS                                                                                       \
  "imagen: { providers: vertex, api: predict, resolutions: [1K, 2K], sizes: [\"1:1 1024x1024\"],"  \
  " most-references: 4, options: [negative-prompt, person-generation, safety, output-type,"        \
  " output-quality] }\n"                                                                           \
  "upscale: { providers: vertex, api: predict, resolutions: [1K], most-references: 1,"             \
  " options: [upscale-factor, output-type, output-quality] }"

static Asked *
asking (const char *model, const char *options)
{
  g_autofree char *all = g_strconcat ("prompt: a cup\n", options, NULL);
  return asked_new ("vertex", NULL, ROWS, model, all);
}

static void
every_option_has_its_parameter (void)
{
#define START                                                                                      \
  "{\"instances\":[{\"prompt\":\"a cup\"}],\"parameters\":{\"sampleCount\":1,\"aspectRatio\":"     \
  "\"1:1\",\"sampleImageSize\":\"1K\""
#define END ",\"includeRaiReason\":true,\"outputOptions\":{\"mimeType\":\"image/png\"}}}"
  static const char *const cases[][2] = {
    { "", START END },
    { "negative-prompt: \"no \\\"text\\\"\"", START ",\"negativePrompt\":\"no \\\"text\\\"\"" END },
    { "person-generation: allow-all", START ",\"personGeneration\":\"allow_all\"" END },
    { "person-generation: allow-adult", START ",\"personGeneration\":\"allow_adult\"" END },
    { "person-generation: allow-none", START ",\"personGeneration\":\"dont_allow\"" END },
    { "safety: block-low", START ",\"safetySetting\":\"block_low_and_above\"" END },
    { "safety: block-medium", START ",\"safetySetting\":\"block_medium_and_above\"" END },
    { "safety: block-high", START ",\"safetySetting\":\"block_only_high\"" END },
    { "safety: block-none", START ",\"safetySetting\":\"block_none\"" END },
    { "safety: off", START ",\"safetySetting\":\"block_none\"" END },
    { "output-type: jpeg",
      START ",\"includeRaiReason\":true,\"outputOptions\":{\"mimeType\":\"image/jpeg\"}}}" },
    { "output-quality: 90", START ",\"includeRaiReason\":true,\"outputOptions\":{\"mimeType\":"
                                  "\"image/jpeg\",\"compressionQuality\":90}}}" },
    { "output-type: png", START END },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) asked = asking ("imagen", cases[i][0]);
    g_autofree char *body = asked_body (asked);
    cJSON *json = cJSON_ParseWithOpts (body, NULL, true);
    g_assert_true (cJSON_IsObject (json));
    cJSON_Delete (json);
    g_assert_cmpstr (body, ==, cases[i][1]);
  }
}

static void
an_upscaler_is_sent_its_picture (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const ProviderReference picture = { scratch_write (scratch, "a.png", "one"), "image/png", 3 };
  g_autoptr (Asked) asked = asking ("upscale", "upscale-factor: 4\nreferences: a.png");
  asked->request.references = &picture;
  asked->request.n_references = 1;
  g_autofree char *body = asked_body (asked);
  g_assert_cmpstr (body, ==,
                   "{\"instances\":[{\"prompt\":\"a cup\",\"image\":{\"bytesBase64Encoded\":"
                   "\"b25l\",\"mimeType\":\"image/png\"}}],\"parameters\":{\"sampleCount\":1,"
                   "\"mode\":\"upscale\",\"upscaleConfig\":{\"upscaleFactor\":\"x4\"},"
                   "\"outputOptions\":{\"mimeType\":\"image/png\"}}}");
  g_autoptr (Asked) usual = asking ("upscale", "references: a.png");
  usual->request.references = &picture;
  usual->request.n_references = 1;
  g_autofree char *other = asked_body (usual);
  g_assert_nonnull (strstr (other, "\"upscaleFactor\":\"x2\""));
}

static void
what_such_a_model_cannot_do_is_refused (void)
{
#define ONE                                                                                        \
  "safety: the model 'imagen' has one 'safety' for all categories, as in 'safety: "                \
  "block-high'"
  static const char *const cases[][3] = {
    { "imagen", "safety: block-low\nreferences: a.png", "" },
    { "imagen", "references: [a.png, b.png]",
      "references: the model 'imagen' is asked by :predict, which takes one reference picture" },
    { "imagen", "safety: { hate-speech: off }", ONE },
    { "imagen", "safety: { dangerous-content: off }", ONE },
    { "imagen", "safety: { all: off, harassment: block-low }", ONE },
    { "imagen", "safety: { sexually-explicit: off }", ONE },
    { "imagen", "output-type: webp",
      "output-type: the model 'imagen' writes png or jpeg; 'recompress' makes WebP of it" },
    { "imagen", "upscale-factor: 2",
      "upscale-factor: the model 'imagen' takes no 'upscale-factor'" },
    { "upscale", "references: a.png", "" },
    { "upscale", "",
      "references: the model 'upscale' enlarges a picture: name it, and only it, under "
      "'references'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) asked = asking (cases[i][0], cases[i][1]);
    g_autofree char *complaint = asked_complaint (asked);
    g_assert_cmpstr (complaint, ==, cases[i][2]);
  }
}

/* ---- answers ---- */

#define PNG "\"mimeType\":\"image/png\",\"bytesBase64Encoded\":\"iVBORw0KGgo=\""
#define NOTHING                                                                                    \
  "no image, billed: vertex answered without a picture; such models leave out what their filter "  \
  "stops, so the prompt may be why"

static void
answers_are_judged (void)
{
  static const JsonScanPath paths[] = { PREDICT_IMAGE_PATHS, { NULL, 0 } };
  static const struct {
    int status;
    const char *text, *wanted;
  } cases[] = {
    { 200, "{\"predictions\":[{" PNG "}],\"deployedModelId\":\"1\"}", "done 0 image/png" },
    { 200, "{\"predictions\":[{\"safetyAttributes\":{}},{" PNG "},{" PNG "}]}",
      "done 0 image/png" },
    { 200, "{\"predictions\":[{\"raiFilteredReason\":\"x\"},{" PNG "}]}", "done 0 image/png" },
    { 200, "[{\"error\":null,\"predictions\":[{" PNG "}]}]", "done 0 image/png" },
    { 200, "{\"predictions\":[{\"raiFilteredReason\":\"Unable. Support codes: 58061214\"}]}",
      "refused: vertex refused the picture and said: Unable. Support codes: 58061214: rewrite the "
      "prompt" },
    { 200, "{}", NOTHING },
    { 200, "{\"predictions\":[]}", NOTHING },
    { 200, "{\"predictions\":null}", NOTHING },
    { 200, "{\"predictions\":[7,null,[],{\"bytesBase64Encoded\":\"\"}]}", NOTHING },
    { 200, "{\"predictions\":[{\"bytesBase64Encoded\":0}]}", NOTHING },
    { 404, "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"m\"}}",
      "run: vertex answered 404 NOT_FOUND: m (the model is not there: it has another name, is "
      "gone, is not in this location, or this project may not use it)" },
    { 200, "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"m\"}}",
      "item: vertex answered 400 INVALID_ARGUMENT: m (the request was not accepted as it is)" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (BuiltAnswer) built = built_answer_new (paths, cases[i].status, NULL, cases[i].text,
                                                      strlen (cases[i].text));
    g_auto (Verdict) verdict = { 0 };
    predict_take_answer (&built->answer, "vertex", &verdict);
    g_autofree char *said = verdict_describe (&verdict);
    g_assert_cmpstr (said, ==, cases[i].wanted);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/predict/" name, function)
  CLAIM ("every-option-has-its-parameter", every_option_has_its_parameter);
  CLAIM ("an-upscaler-is-sent-its-picture", an_upscaler_is_sent_its_picture);
  CLAIM ("what-such-a-model-cannot-do-is-refused", what_such_a_model_cannot_do_is_refused);
  CLAIM ("answers-are-judged", answers_are_judged);
#undef CLAIM
  return g_test_run ();
}
