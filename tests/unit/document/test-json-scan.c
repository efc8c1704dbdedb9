#include <cjson/cJSON.h>

#include "scanned.h"

static Scanned *
scan_well (const char *text)
{
  Scanned *scanned = scan_within (text, strlen (text), &ample);
  g_assert_no_error (scanned->error);
  g_assert_cmpuint (scanned->n_ended, ==, scanned->blobs->len);
  return scanned;
}

static void
assert_blob (const Scanned *scanned, unsigned blob, const char *wanted)
{
  g_assert_cmpuint (blob, <, scanned->blobs->len);
  const GByteArray *found = g_ptr_array_index (scanned->blobs, blob);
  g_assert_cmpmem (found->data, found->len, wanted, strlen (wanted));
}

/* One image or none (NULL). */
static void
assert_scans (const char *text, const char *rest, const char *blob)
{
  g_autoptr (Scanned) scanned = scan_well (text);
  g_assert_cmpstr (scanned->rest->str, ==, rest);
  g_assert_cmpuint (scanned->blobs->len, ==, blob != NULL);
  if (blob != NULL)
    assert_blob (scanned, 0, blob);
}

static void
assert_fails_within (const char *text, const JsonScanLimits *limits, JsonScanErrorCode code,
                     const char *words)
{
  g_autoptr (Scanned) scanned = scan_within (text, strlen (text), limits);
  g_assert_error (scanned->error, JSON_SCAN_ERROR, (int)code);
  g_assert_cmpstr (scanned->error->message, ==, words);
}

/* "one" is b25l, "two!" is dHdvIQ==. */
static const char google[] = "{\n"
                             "  \"candidates\": [\n"
                             "    {\n"
                             "      \"content\": {\n"
                             "        \"parts\": [\n"
                             "          { \"text\": \"Here: \\\"data\\\"\" },\n"
                             "          {\n"
                             "            \"inlineData\": {\n"
                             "              \"mimeType\": \"image/png\",\n"
                             "              \"data\": \"b25l\"\n"
                             "            },\n"
                             "            \"thought\": true,\n"
                             "            \"thoughtSignature\": \"AB\\\"CD==\"\n"
                             "          },\n"
                             "          { \"inlineData\": { \"data\": \"dHdvIQ==\" } }\n"
                             "        ]\n"
                             "      },\n"
                             "      \"finishReason\": \"STOP\"\n"
                             "    }\n"
                             "  ],\n"
                             "  \"usageMetadata\": { \"promptTokenCount\": 1290 }\n"
                             "}\n";

static void
images_become_numbers (void)
{
  g_autoptr (Scanned) scanned = scan_well (google);
  g_autoptr (GString) wanted = g_string_new (google);
  g_string_replace (wanted, "\"b25l\"", "0", 0);
  g_string_replace (wanted, "\"dHdvIQ==\"", "1", 0);
  g_string_replace (wanted, "AB\\\"CD==", "", 0);
  g_assert_true (scanned->is_json);
  g_assert_cmpstr (scanned->rest->str, ==, wanted->str);
  g_assert_cmpuint (scanned->blobs->len, ==, 2);
  assert_blob (scanned, 0, "one");
  assert_blob (scanned, 1, "two!");
  g_assert_null (g_ptr_array_index (scanned->types, 0));
}

static void
the_rest_is_json (void)
{
  g_autoptr (Scanned) scanned = scan_well (google);
  cJSON *json = cJSON_ParseWithLengthOpts (scanned->rest->str, scanned->rest->len + 1, NULL, true);
  g_assert_nonnull (json);
  g_assert_cmpstr (json->child->string, ==, "candidates");
  g_assert_cmpstr (json->child->next->string, ==, "usageMetadata");
  const cJSON *content = cJSON_GetObjectItem (json->child->child, "content");
  const cJSON *part = cJSON_GetObjectItem (content, "parts")->child->next;
  const cJSON *image = cJSON_GetObjectItem (part, "inlineData");
  g_assert_true (cJSON_IsTrue (cJSON_GetObjectItem (part, "thought")));
  g_assert_cmpstr (cJSON_GetObjectItem (part, "thoughtSignature")->valuestring, ==, "");
  g_assert_cmpstr (image->child->string, ==, "mimeType");
  g_assert_true (cJSON_IsNumber (image->child->next));
  cJSON_Delete (json);
}

static void
every_shape_is_known (void)
{
  assert_scans ("{\"created\":1,\"data\":[{\"b64_json\":\"b25l\"}]}",
                "{\"created\":1,\"data\":[{\"b64_json\":0}]}", "one");
  assert_scans (
    "{\"candidates\":[{\"content\":{\"parts\":[{\"inline_data\":{\"data\":\"b25l\"}}]}}]}",
    "{\"candidates\":[{\"content\":{\"parts\":[{\"inline_data\":{\"data\":0}}]}}]}", "one");
  assert_scans ("\xef\xbb\xbf \r\n{\"b64\":\"b25l\"}\n", "{\"b64\":0}\n", "one");
}

static void
a_list_around_the_answer_is_passed_over (void)
{
  assert_scans ("[{\"b64\":\"b25l\"}]", "[{\"b64\":0}]", "one");
  assert_scans ("[{},{\"b64\":\"b25l\"}]", "[{},{\"b64\":0}]", "one");
  assert_scans ("[[{\"b64\":\"b25l\"}]]", "[[{\"b64\":\"b25l\"}]]", NULL);
  assert_scans ("[\"b25l\"]", "[\"b25l\"]", NULL);
}

static void
other_paths_are_left (void)
{
  static const char *const texts[] = {
    "{\"data\":{\"b64_json\":\"b25l\"}}",
    "{\"data\":[[{\"b64_json\":\"b25l\"}]]}",
    "{\"data\":[{\"b64_jso\":\"b25l\"}]}",
    "{\"data\":[{\"b64_json_\":\"b25l\"}]}",
    "{\"dat\":[{\"b64_json\":\"b25l\"}]}",
    "{\"data\":[{\"x\":{\"b64_json\":\"b25l\"}}]}",
    "{\"data\":[{\"b64_json\":[\"b25l\"]}]}",
    "{\"data\":[{\"b64_json\":{\"b64\":\"b25l\"}}]}",
    "{\"data\":[],\"b64_json\":\"b25l\"}",
    "{\"data\":[\"b25l\"]}",
    "{\"data\":\"b64_json\",\"x\":\"b25l\"}",
    "{\"x\":\"b64\",\"y\":\"b25l\"}",
    "{\"x\":{\"b64\":\"b25l\"},\"data\":[{\"b64\":\"b25l\"}]}",
    "{\"B64\":\"b25l\",\"\":\"b25l\",\"b6\\n4\":\"b25l\",\"b64\\u0000\":\"b25l\"}",
    "{\"b64\":null,\"data\":[{\"b64_json\":7},{\"b64_json\":true}]}",
    "{\"b64\":\"\",\"data\":[{\"b64_json\":\"\\n\"},{\"b64_json\":\"data:image/png;base64,\\r\"}]}",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_scans (texts[i], texts[i], NULL);
  g_autofree char *name = g_strnfill (300, 'b');
  g_autofree char *text = g_strdup_printf ("{\"%s\":\"b25l\",\"b64%s\":\"b25l\"}", name, name);
  assert_scans (text, text, NULL);
}

static void
names_may_be_escaped (void)
{
  assert_scans ("{\"\\u00624\":1,\"\\u0062\\u0036\\u0034\":\"b25l\"}",
                "{\"\\u00624\":1,\"\\u0062\\u0036\\u0034\":0}", "one");
}

static void
images_may_be_escaped (void)
{
  assert_scans ("{\"b64\":\"b2\\u0035l\"}", "{\"b64\":0}", "one");
  assert_scans ("{\"b64\":\"\\u00625l\\r\\n\"}", "{\"b64\":0}", "o\x99");
  assert_scans ("{\"b64\":\"dHdvIQ\\u003d\\u003D\"}", "{\"b64\":0}", "two!");
  assert_scans ("{\"b64\":\"\\/\\u002b\\u002B\\/\\n\\r\"}", "{\"b64\":0}", "\xff\xef\xbf");
  assert_scans ("{\"b64\":\"\\r\\nb2\r\n5l\\n\"}", "{\"b64\":0}", "one");
}

static void
assert_type (const char *uri, const char *type)
{
  g_autofree char *text = g_strdup_printf ("{\"b64\":\"%s\"}", uri);
  g_autoptr (Scanned) scanned = scan_well (text);
  g_assert_cmpstr (scanned->rest->str, ==, "{\"b64\":0}");
  assert_blob (scanned, 0, "one");
  g_assert_cmpstr (g_ptr_array_index (scanned->types, 0), ==, type);
}

static void
the_type_of_a_data_uri_is_kept (void)
{
  assert_type ("b25l", NULL);
  assert_type ("data:image/png;base64,b25l", "image/png");
  assert_type ("DATA:image\\/webp;name=a.b;BASE64,\\nb25l", "image/webp");
  assert_type ("data:;base64,b25l", NULL);
}

static void
an_image_takes_nothing_from_the_one_before (void)
{
  g_autoptr (Scanned)
    scanned = scan_well ("[{\"b64\":\"data:image/png;base64,dHdvIQ==\"},{\"b64\":\"b25l\"}]");
  assert_blob (scanned, 0, "two!");
  assert_blob (scanned, 1, "one");
  g_assert_cmpstr (g_ptr_array_index (scanned->types, 0), ==, "image/png");
  g_assert_null (g_ptr_array_index (scanned->types, 1));
}

static void
what_begins_like_data_may_be_base64 (void)
{
  assert_scans ("{\"b64\":\"data\"}", "{\"b64\":0}", "u\xab\x5a");
  assert_scans ("{\"b64\":\"d+==\"}", "{\"b64\":0}", "w");
  assert_scans ("{\"b64\":\"datadata\"}", "{\"b64\":0}", "u\xab\x5au\xab\x5a");
}

static void
a_place_for_uris_may_hold_text (void)
{
  static const char *const texts[] = {
    "https://example.com/data:image/png;base64,b25l",
    "data:text/plain,b25l",
    "data:base64,b25l",
    "data",
    "data:image/png;base64",
    "data:\\u00e9\\ud83d\\ude00",
    "\\u00zz\\x",
    "",
    "data:image/png;base64,",
    ("data:0123456789012345678901234567890123456789012345678901234567890"
     "0123456789012345678901234567890123456789012345678901234567890;base64,b25l"),
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = g_strdup_printf (
      "{\"choices\":[{\"message\":{\"images\":[{\"image_url\":{\"url\":\"%s\"}}]}}]}", texts[i]);
    assert_scans (text, text, NULL);
  }
  assert_scans ("{\"choices\":[{\"message\":{\"images\":[{\"image_url\":{\"url\":"
                "\"data:image/jpeg;base64,b25l\"}}]}}]}",
                "{\"choices\":[{\"message\":{\"images\":[{\"image_url\":{\"url\":0}}]}}]}", "one");
}

/* Longer than the buffer, with a line end of its own here and there. */
static void
a_long_image_comes_whole (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_set_size (bytes, 300001);
  for (unsigned i = 0; i < bytes->len; i++)
    bytes->data[i] = (uint8_t)g_test_rand_int ();
  g_autofree char *signs = g_base64_encode (bytes->data, bytes->len);
  g_autoptr (GString) text = g_string_new (signs);
  for (int i = 0; i < 9; i++)
    g_string_insert (text, g_test_rand_int_range (1, 400000), i % 2 ? "\\n" : "\n");
  g_string_prepend (text, "{\"b64\":\"");
  g_string_append (text, "\"}");
  g_autoptr (Scanned) scanned = scan_well (text->str);
  g_assert_cmpstr (scanned->rest->str, ==, "{\"b64\":0}");
  const GByteArray *found = g_ptr_array_index (scanned->blobs, 0);
  g_assert_cmpmem (found->data, found->len, bytes->data, bytes->len);
}

static void
what_is_not_json_is_kept (void)
{
  static const char *const texts[] = { "<html>\"b64\":\"b25l\"</html>\n",
                                       "",
                                       " \n",
                                       "\n upstream { }",
                                       "null",
                                       "\"b64\"",
                                       "\xef\xbb\xbfoops" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (Scanned) scanned = scan_well (texts[i]);
    g_assert_false (scanned->is_json);
    g_assert_cmpstr (scanned->rest->str, ==, texts[i]);
  }
  JsonScanLimits limits = { 10, 10, 1 };
  g_autoptr (Scanned) scanned = scan_within (texts[0], strlen (texts[0]), &limits);
  g_assert_no_error (scanned->error);
  g_assert_cmpstr (scanned->rest->str, ==, "<html>\"b64");
}

static void
line_ends_before_the_answer_count_for_nothing (void)
{
  JsonScanLimits limits = { 9, 3, 1 };
  g_autofree char *waiting = g_strnfill (1000, '\n');
  g_autofree char *text = g_strconcat (waiting, "{\"b64\":\"b25l\"}", NULL);
  g_autoptr (Scanned) scanned = scan_within (text, strlen (text), &limits);
  /* The head of a string is in the rest until it is known for an image. */
  g_assert_no_error (scanned->error);
  g_assert_cmpstr (scanned->rest->str, ==, "{\"b64\":0}");
}

static void
a_cut_answer_is_never_whole (void)
{
  size_t end = strlen (google) - 1;
  for (size_t length = 0; length < end; length++) {
    g_autoptr (Scanned) scanned = scan_within (google, length, &ample);
    if (length == 0) {
      g_assert_no_error (scanned->error);
      g_assert_false (scanned->is_json);
    } else {
      g_assert_error (scanned->error, JSON_SCAN_ERROR, JSON_SCAN_ERROR_CUT);
    }
  }
  assert_fails_within ("{\"a\":\"", &ample, JSON_SCAN_ERROR_CUT,
                       "the answer was cut short: it ends after 6 bytes, before its JSON does");
  assert_fails_within ("[{\"b64\":\"b25lA", &ample, JSON_SCAN_ERROR_CUT,
                       "the answer was cut short: it ends after 14 bytes, within image 1, of which "
                       "3 bytes are there");
}

static void
damaged_images_are_refused (void)
{
  static const char *const texts[] = { "b25l!",      "b2 5l",          "b25lA",
                                       "QQ=",        "QQ==QQ==",       "b25\\tl",
                                       "b25\\\"l",   "b2\\u00e9l",     "b2\\Al",
                                       "b2\\u00gAA", "b2\\u",          "\xc3\xa9",
                                       "https://a/", "data:,b25l",     "data:b25l;base64",
                                       "=",          "data:;base64,=", "b25l\\u0000" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = g_strdup_printf ("{\"b64\":\"%s\"}", texts[i]);
    g_autoptr (Scanned) scanned = scan_within (text, strlen (text), &ample);
    g_assert_error (scanned->error, JSON_SCAN_ERROR, JSON_SCAN_ERROR_BASE64);
    g_assert_cmpuint (scanned->n_ended, ==, 0);
  }
  assert_fails_within (
    "[{\"b64\":\"b25l\"},{\"b64\":\"b25lb25l%\"}]", &ample, JSON_SCAN_ERROR_BASE64,
    "image 2 of the answer is damaged: '%' is where no base64 can have it, after "
    "6 bytes of the image");
  assert_fails_within (
    "{\"b64\":\"b25l\\t\"}", &ample, JSON_SCAN_ERROR_BASE64,
    "image 1 of the answer is damaged: the byte 0x09 is where no base64 can have "
    "it, after 3 bytes of the image");
  assert_fails_within ("{\"b64\":\"b25lb\"}", &ample, JSON_SCAN_ERROR_BASE64,
                       "image 1 of the answer is damaged: its base64 ends within a group of four "
                       "signs, after 3 bytes of the image");
}

static void
limits_hold (void)
{
  static const char two[] = "[{\"b64\":\"b25l\"},{\"b64\":\"dHdvIQ==\"}]";
  JsonScanLimits limits = { 21 + 7, 4, 2 };
  g_autoptr (Scanned) fits = scan_within (two, strlen (two), &limits);
  g_assert_no_error (fits->error);
  limits.most_blob_bytes = 3;
  assert_fails_within (two, &limits, JSON_SCAN_ERROR_TOO_LARGE,
                       "image 2 of the answer is too large: it has more than 3 bytes");
  limits = (JsonScanLimits){ 100, 4, 1 };
  assert_fails_within (two, &limits, JSON_SCAN_ERROR_TOO_LARGE,
                       "the answer has more than 1 images");
  limits = (JsonScanLimits){ 20, 4, 2 };
  assert_fails_within (two, &limits, JSON_SCAN_ERROR_TOO_LARGE,
                       "the answer is too large: more than 20 bytes of it are no images");
  assert_fails_within ("{\"thought\":\"012345678901234567890\"}", &limits,
                       JSON_SCAN_ERROR_TOO_LARGE,
                       "the answer is too large: more than 20 bytes of it are no images");
}

static void
dropped_text_counts_for_nothing (void)
{
  JsonScanLimits limits = { 64, 4, 2 };
  g_autofree char *signature = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf (
    "{\"candidates\":[{\"content\":{\"parts\":[{\"thoughtSignature\":\"%s\\\\\"}]}}]}", signature);
  g_autoptr (Scanned) scanned = scan_within (text, strlen (text), &limits);
  g_assert_no_error (scanned->error);
  g_assert_cmpstr (scanned->rest->str, ==,
                   "{\"candidates\":[{\"content\":{\"parts\":[{\"thoughtSignature\":\"\"}]}}]}");
}

static void
depth_is_limited (void)
{
  g_autofree char *open = g_strnfill (JSON_SCAN_MOST_DEPTH, '[');
  g_autofree char *close = g_strnfill (JSON_SCAN_MOST_DEPTH, ']');
  g_autofree char *deepest = g_strconcat (open, close, NULL);
  assert_scans (deepest, deepest, NULL);
  g_autofree char *deeper = g_strconcat ("[", deepest, "]", NULL);
  assert_fails_within (
    deeper, &ample, JSON_SCAN_ERROR_TOO_LARGE,
    "the answer is nested too deeply: more than 64 objects and lists are open at "
    "once");
}

/* What is no JSON stays none: it must not be mended, nor a number become another. */
static void
damage_is_left_to_the_parser (void)
{
  static const struct {
    const char *text, *rest;
    const char *blob;
  } cases[] = {
    { "{\"b64\":\"b25l\"1}", "{\"b64\":0 1}", "one" },
    { "{\"b64\":\"b25l\" 1}", "{\"b64\":0 1}", "one" },
    { "{\"b64\":1\"b25l\"}", "{\"b64\":1\"b25l\"}", NULL },
    { "{\"b64\":\"b25l\"\"b25l\"}", "{\"b64\":0\"b25l\"}", "one" },
    { "{\"b64\":{}\"b25l\"}", "{\"b64\":{}\"b25l\"}", NULL },
    { "{\"a\":1}{\"b64\":\"b25l\"}", "{\"a\":1}{\"b64\":\"b25l\"}", NULL },
    { "{\"a\":1}} \"", "{\"a\":1}} \"", NULL },
    { "{\"a\":{}\"b64\":\"b25l\"}", "{\"a\":{}\"b64\":\"b25l\"}", NULL },
    { "{]\"", "{]\"", NULL },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_scans (cases[i].text, cases[i].rest, cases[i].blob);
  g_autoptr (Scanned) scanned = scan_within ("{\0\"b64\0\":\0\"\0\"}", 14, &ample);
  g_assert_no_error (scanned->error);
  g_assert_cmpmem (scanned->rest->str, scanned->rest->len, "{\0\"b64\0\":\0\"\0\"}", 14);
}

static void
the_sink_may_refuse (void)
{
  static const char text[] = "{\"b64\":\"b25l\"}";
  for (int i = 0; i < 3; i++) {
    g_autoptr (Scanned) scanned = scanned_new ();
    scanned->refuses_begin = i == 0;
    scanned->refuses_write = i == 1;
    scanned->refuses_end = i == 2;
    scan_into (scanned, text, strlen (text), &ample, 0);
    g_assert_error (scanned->error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  }
}

static void
nothing_is_taken_after_an_error (void)
{
  g_autoptr (Scanned) scanned = scanned_new ();
  JsonScanSink sink = { scanned, begin, write_bytes, end };
  g_autoptr (JsonScan) scan = json_scan_new (paths, &ample, &sink);
  g_autoptr (GError) first = NULL, second = NULL, third = NULL;
  scanned->rest = g_string_new (NULL);
  g_assert_false (json_scan_feed (scan, "{\"b64\":\"!", 9, &first));
  g_assert_false (json_scan_feed (scan, "b25l\"}", 6, &second));
  g_assert_false (json_scan_finish (scan, &third));
  g_assert_cmpstr (first->message, ==, second->message);
  g_assert_cmpstr (first->message, ==, third->message);
  g_assert_cmpuint (scanned->n_ended, ==, 0);
  size_t length;
  g_assert_cmpstr (json_scan_rest (scan, &length), ==, "{\"b64\":0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/document/json-scan/" name, function)
  ADD ("images-become-numbers", images_become_numbers);
  ADD ("the-rest-is-json", the_rest_is_json);
  ADD ("every-shape-is-known", every_shape_is_known);
  ADD ("a-list-around-the-answer-is-passed-over", a_list_around_the_answer_is_passed_over);
  ADD ("other-paths-are-left", other_paths_are_left);
  ADD ("names-may-be-escaped", names_may_be_escaped);
  ADD ("images-may-be-escaped", images_may_be_escaped);
  ADD ("the-type-of-a-data-uri-is-kept", the_type_of_a_data_uri_is_kept);
  ADD ("an-image-takes-nothing-from-the-one-before", an_image_takes_nothing_from_the_one_before);
  ADD ("what-begins-like-data-may-be-base64", what_begins_like_data_may_be_base64);
  ADD ("a-place-for-uris-may-hold-text", a_place_for_uris_may_hold_text);
  ADD ("a-long-image-comes-whole", a_long_image_comes_whole);
  ADD ("what-is-not-json-is-kept", what_is_not_json_is_kept);
  ADD ("line-ends-before-the-answer-count-for-nothing",
       line_ends_before_the_answer_count_for_nothing);
  ADD ("a-cut-answer-is-never-whole", a_cut_answer_is_never_whole);
  ADD ("damaged-images-are-refused", damaged_images_are_refused);
  ADD ("limits-hold", limits_hold);
  ADD ("dropped-text-counts-for-nothing", dropped_text_counts_for_nothing);
  ADD ("depth-is-limited", depth_is_limited);
  ADD ("damage-is-left-to-the-parser", damage_is_left_to_the_parser);
  ADD ("the-sink-may-refuse", the_sink_may_refuse);
  ADD ("nothing-is-taken-after-an-error", nothing_is_taken_after_an_error);
  return g_test_run ();
}
