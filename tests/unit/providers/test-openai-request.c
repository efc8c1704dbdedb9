#include "providers/openai.h"

#include "asked.h"

#define ROWS                                                                                       \
  "m: { providers: openai, api: images, resolutions: [1K, 4K], sizes: [\"16:9 1376x768\","         \
  " \"1:1 1024x1024\"], most-references: 4, options: [quality, output-type, output-quality,"       \
  " background, moderation, mask] }"

static void
assert_json (const char *config, const char *options, const char *wanted)
{
  g_autofree char *all = g_strconcat ("prompt: a cup\n", options, NULL);
  g_autoptr (Asked) asked = asked_new ("openai", config, ROWS, "m", all);
  g_autofree char *body = asked_body (asked);
  g_assert_cmpstr (body, ==, wanted);
}

static void
a_generation_is_json (void)
{
  g_autoptr (Asked) asked = asked_new ("openai", NULL, NULL, "gpt-image-2",
                                       "prompt: \"a \\\"boat\\\"\\r\\n\"\nresolution: 1536x1024");
  g_autofree char *text = asked_text (asked);
  g_assert_cmpstr (text, ==,
                   "POST https://api.openai.com/v1/images/generations\n"
                   "Content-Type: application/json\n\n"
                   "{\"model\":\"gpt-image-2\",\"prompt\":\"a \\\"boat\\\"\\r\\n\",\"n\":1,"
                   "\"size\":\"1536x1024\"}");
}

static void
every_option_has_its_field (void)
{
#define START "{\"model\":\"m\",\"prompt\":\"a cup\",\"n\":1,\"size\":\"1024x1024\""
  static const char *const cases[][2] = {
    { "", START "}" },
    { "quality: high", START ",\"quality\":\"high\"}" },
    { "output-type: webp", START ",\"output_format\":\"webp\"}" },
    { "output-type: png", START ",\"output_format\":\"png\"}" },
    { "output-type: webp\noutput-quality: 80",
      START ",\"output_format\":\"webp\",\"output_compression\":80}" },
    /* Else PNG, of which a quality is refused. */
    { "output-quality: 80", START ",\"output_format\":\"jpeg\",\"output_compression\":80}" },
    { "background: transparent", START ",\"background\":\"transparent\"}" },
    { "moderation: low", START ",\"moderation\":\"low\"}" },
    { "seed: 9", START "}" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_json (NULL, cases[i][0], cases[i][1]);
}

static void
each_size_policy_says_it_in_its_way (void)
{
  static const char options[] = "aspect-ratio: \"32:18\"\nresolution: 4K\nquality: high";
  assert_json ("size: pixels", options,
               "{\"model\":\"m\",\"prompt\":\"a cup\",\"n\":1,\"size\":\"5504x3072\","
               "\"quality\":\"high\"}");
  assert_json ("size: ratio", options,
               "{\"model\":\"m\",\"prompt\":\"a cup\",\"n\":1,\"size\":\"16:9\","
               "\"quality\":\"4k\"}");
  assert_json ("size: suffix", options,
               "{\"model\":\"m-4k\",\"prompt\":\"a cup\",\"n\":1,\"quality\":\"high\"}");
  assert_json ("size: none", options,
               "{\"model\":\"m\",\"prompt\":\"a cup\",\"n\":1,\"quality\":\"high\"}");
}

static void
response_format_is_sent_only_when_it_is_said (void)
{
  assert_json ("response-format: b64-json", "", START ",\"response_format\":\"b64_json\"}");
  assert_json ("response-format: url", "", START ",\"response_format\":\"url\"}");
}

static void
extra_members_take_the_place_of_others (void)
{
  assert_json ("extra: '{\"user\": \"shop\", \"n\": 2, \"deep\": {\"a\": [1, null]}}'", "",
               "{\"model\":\"m\",\"prompt\":\"a cup\",\"size\":\"1024x1024\",\"user\":\"shop\","
               "\"n\":2,\"deep\":{\"a\":[1,null]}}");
  assert_json ("extra: '{\"x\": 1, \"x\": 2}'", "", START ",\"x\":2}");
  assert_json ("extra: '{}'", "", START "}");
}

static void
the_model_may_be_part_of_the_address (void)
{
  static const char *const cases[][2] = {
    { "base-url: https://g.example/v1/", "https://g.example/v1/images/generations" },
    { "base-url: https://g.example\ngenerations-path: \"a/{model}/b?m={model}\"",
      "https://g.example/a/m%2F1/b?m=m%2F1" },
    { "base-url: https://g.example\ngenerations-path: \"/{model}\"\nsize: suffix",
      "https://g.example/m%2F1-1k" },
    { "profile: apiyi", "https://api.apiyi.com/v1/images/generations" },
    { "profile: litellm", "http://127.0.0.1:4000/v1/images/generations" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) asked = asked_new (
      "openai", cases[i][0], "m/1: { providers: openai, resolutions: [1K] }", "m/1", "prompt: x");
    g_autofree char *url = asked_url (asked);
    g_assert_cmpstr (url, ==, cases[i][1]);
  }
}

/* ---- forms ---- */

/* The text of a form, with "BOUNDARY" for what is random in it. */
static char *
form_of (Asked *asked, ProviderReference *pictures, unsigned n, bool has_mask)
{
  g_auto (ProviderStep) step = { 0 };
  g_autoptr (GError) error = NULL;
  asked->request.references = pictures;
  asked->request.n_references = n;
  asked->request.has_mask = has_mask;
  asked->request.width = asked->request.height = 1024;
  assert_ok (asked->type->first_step (&asked->request, &step, &error), error);
  static const char start[] = "Content-Type: multipart/form-data; boundary=";
  const char *header = step.request->headers->pdata[0];
  g_assert_true (g_str_has_prefix (header, start));
  const char *boundary = header + strlen (start);
  g_assert_cmpuint (strlen (boundary), >=, 36);
  size_t length;
  g_autofree char *body = body_of (step.request, &length);
  g_assert_cmpuint (strlen (body), ==, length);
  g_auto (GStrv) pieces = g_strsplit (body, boundary, -1);
  g_autofree char *form = g_strjoinv ("BOUNDARY", pieces);
  return g_strdup_printf ("%s\n%s", step.request->url, form);
}

#define PART(head, body)                                                                           \
  "--BOUNDARY\r\nContent-Disposition: form-data; name=\"" head "\r\n\r\n" body "\r\n"
#define FIELDS                                                                                     \
  PART ("model\"", "m")                                                                            \
  PART ("prompt\"", "a cup") PART ("n\"", "1") PART ("size\"", "1024x1024")

static ProviderReference
picture_of (Scratch *scratch, const char *name, const char *type, const char *bytes)
{
  return (ProviderReference){ scratch_write (scratch, name, bytes), type, (int64_t)strlen (bytes) };
}

static void
an_edit_is_a_form (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  ProviderReference pictures[] = {
    picture_of (scratch, "a.png", "image/png", "one\r\n--"),
    picture_of (scratch, "b.jpg", "image/jpeg", "two"),
    picture_of (scratch, "m.png", "image/png", "mask"),
  };
  g_autoptr (Asked) asked = asked_new ("openai", NULL, ROWS, "m", "prompt: a cup");
  g_autofree char *one = form_of (asked, pictures, 1, false);
  g_assert_cmpstr (
    one, ==,
    "https://api.openai.com/v1/images/edits\n" FIELDS PART (
      "image\"; filename=\"1.png\"\r\nContent-Type: image/png", "one\r\n--") "--BOUNDARY--\r\n");
  g_autofree char *all = form_of (asked, pictures, 2, true);
  g_assert_cmpstr (
    all, ==,
    "https://api.openai.com/v1/images/edits\n" FIELDS PART (
      "image[]\"; filename=\"1.png\"\r\nContent-Type: image/png", "one\r\n--")
      PART ("image[]\"; filename=\"2.jpeg\"\r\nContent-Type: image/jpeg", "two")
        PART ("mask\"; filename=\"1.png\"\r\nContent-Type: image/png", "mask") "--BOUNDARY--\r\n");
}

static void
nothing_that_is_written_ends_a_part (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  ProviderReference picture = picture_of (scratch, "a.png", "image/png", "one");
  g_autoptr (Asked) asked = asked_new (
    "openai",
    "extra: '{\"a\\\"; filename=\\\"x\": 1, \"b\\r\\n\\r\\n--x\\r\\n\": {\"c\": \"\\r\\n\"}, "
    "\"d\": \"\\r\\n--BOUNDARY--\\r\\n\\\"\"}'",
    ROWS, "m", "prompt: \"a \\\"cup\\\"\\r\\n--peel\\r\\nContent-Disposition: form-data\"");
  g_autofree char *form = form_of (asked, &picture, 1, false);
  g_assert_cmpstr (form, ==,
                   "https://api.openai.com/v1/images/edits\n" PART ("model\"", "m")
                     PART ("prompt\"", "a \"cup\"\r\n--peel\r\nContent-Disposition: form-data")
                       PART ("n\"", "1") PART ("size\"", "1024x1024")
                         PART ("a%22; filename=%22x\"", "1")
                           PART ("b%0D%0A%0D%0A--x%0D%0A\"", "{\"c\":\"\\r\\n\"}")
                             PART ("d\"", "\r\n--BOUNDARY--\r\n\"")
                               PART ("image\"; filename=\"1.png\"\r\nContent-Type: image/png",
                                     "one") "--BOUNDARY--\r\n");
}

static void
boundaries_are_never_the_same (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  ProviderReference picture = picture_of (scratch, "a.png", "image/png", "one");
  g_autoptr (Asked) asked = asked_new ("openai", NULL, ROWS, "m", "prompt: a cup");
  asked->request.references = &picture;
  asked->request.n_references = 1;
  g_autofree char *one = asked_text (asked), *other = asked_text (asked);
  g_assert_cmpstr (one, !=, other);
}

/* ---- what is checked before ---- */

static void
assert_config (const char *config, const char *words)
{
  g_autofree char *complaint = config_complaint ("openai", config);
  if (words == NULL)
    g_assert_cmpstr (complaint, ==, NULL);
  else if (complaint == NULL || strstr (complaint, words) == NULL)
    g_error ("%s: %s", config, complaint);
}

static void
wrong_configurations_are_refused (void)
{
  static const char *const extras[] = { "", "[]", "{", "7", "{} x", "{\"a\": 1}}" };
  for (unsigned i = 0; i < G_N_ELEMENTS (extras); i++) {
    g_autofree char *config = g_strdup_printf ("extra: '%s'", extras[i]);
    assert_config (config, "'extra' takes a JSON object");
  }
  assert_config ("extra: '{\"a\": 1} '", NULL);
  assert_config ("base-url: http://g.example", "'base-url' takes https:// only");
  assert_config ("profile: nobody", "'profile'");
}

static void
contradictions_are_refused (void)
{
  static const char *const cases[][2] = {
    { "mask: m.png",
      "mask: a mask says where a picture is changed: name the picture under 'references'" },
    { "mask: m.png\nreferences: a.png", "" },
    { "background: transparent\noutput-type: jpeg",
      "background: a JPEG has no transparent background: say 'output-type: png', or webp" },
    { "background: transparent\noutput-type: webp\noutput-quality: 80", "" },
    { "background: transparent", "" },
    { "safety: off", "safety: the model 'm' takes no 'safety'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *all = g_strconcat ("prompt: a cup\n", cases[i][0], NULL);
    g_autoptr (Asked) asked = asked_new ("openai", NULL, ROWS, "m", all);
    g_autofree char *complaint = asked_complaint (asked);
    g_assert_cmpstr (complaint, ==, cases[i][1]);
  }
}

static void
the_key_goes_where_the_configuration_says (void)
{
  static const char *const cases[][2] = { { "{}", "Authorization" },
                                          { "auth: api-key", "api-key" },
                                          { "auth: x-api-key", "x-api-key" } };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Asked) asked = asked_new ("openai", cases[i][0], NULL, "gpt-image-2", "prompt: x");
    ProviderLogin login;
    asked->type->login (asked->config, &login);
    g_assert_cmpstr (login.header, ==, cases[i][1]);
    g_assert_cmpstr (login.key_names[0], ==, "OPENAI_API_KEY");
    g_assert_null (login.key_names[1]);
    g_assert_false (login.takes_google);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/openai-request/" name, function)
  CLAIM ("a-generation-is-json", a_generation_is_json);
  CLAIM ("every-option-has-its-field", every_option_has_its_field);
  CLAIM ("each-size-policy-says-it-in-its-way", each_size_policy_says_it_in_its_way);
  CLAIM ("response-format-is-sent-only-when-it-is-said",
         response_format_is_sent_only_when_it_is_said);
  CLAIM ("extra-members-take-the-place-of-others", extra_members_take_the_place_of_others);
  CLAIM ("the-model-may-be-part-of-the-address", the_model_may_be_part_of_the_address);
  CLAIM ("an-edit-is-a-form", an_edit_is_a_form);
  CLAIM ("nothing-that-is-written-ends-a-part", nothing_that_is_written_ends_a_part);
  CLAIM ("boundaries-are-never-the-same", boundaries_are_never_the_same);
  CLAIM ("wrong-configurations-are-refused", wrong_configurations_are_refused);
  CLAIM ("contradictions-are-refused", contradictions_are_refused);
  CLAIM ("the-key-goes-where-the-configuration-says", the_key_goes_where_the_configuration_says);
#undef CLAIM
  return g_test_run ();
}
