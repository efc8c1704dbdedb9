#include "run/task.h"

#include <string.h>

static void
assert_same (const Answer *answer, Answer *out_back)
{
  g_autofree char *line = answer_write (answer);
  g_assert_null (strchr (line, '\n'));
  g_assert_true (answer_read (line, out_back));
  g_assert_cmpint (out_back->kind, ==, answer->kind);
  g_assert_cmpuint (out_back->id, ==, answer->id);
  g_assert_cmpuint (out_back->derivative, ==, answer->derivative);
  g_assert_cmpstr (out_back->message, ==, answer->message);
}

static void
test_made (void)
{
  const Answer made = {
    .kind = ANSWER_MADE,
    .id = 7,
    .derivative = 3,
    .content = digest_of ("pixels", 6),
    .facts = (char *)"{\"width\":3}",
    .metadata = (char *)"[{\"group\":\"icc\",\"kept\":true,\"why\":\"policy all\"}]",
  };
  g_auto (Answer) back = { 0 };
  assert_same (&made, &back);
  g_assert_true (digest_equal (&back.content, &made.content));
  g_assert_cmpstr (back.facts, ==, made.facts);
  g_assert_cmpstr (back.metadata, ==, made.metadata);
}

static void
test_seen (void)
{
  const Answer seen = {
    .kind = ANSWER_SEEN,
    .id = 9,
    .facts = (char *)"{\"format\":\"png\",\"troubles\":[\"x\"]}",
  };
  g_auto (Answer) back = { 0 };
  assert_same (&seen, &back);
  g_assert_cmpstr (back.facts, ==, seen.facts);
}

static void
test_failed (void)
{
  const Answer failed = {
    .kind = ANSWER_FAILED,
    .id = 8,
    .derivative = 1,
    .error_class = RUN_ERROR_TARGET,
    .message = (char *)"two\nlines, a \"quote\" and \xc3\xa9",
  };
  g_auto (Answer) back = { 0 };
  assert_same (&failed, &back);
  g_assert_cmpint (back.error_class, ==, RUN_ERROR_TARGET);
}

static void
test_facts (void)
{
  g_autoptr (CacheRecord) record = cache_record_new ();
  record->digest = digest_of ("bytes", 5);
  record->size_bytes = G_GINT64_CONSTANT (5000000000);
  record->format = g_strdup ("png");
  record->width = 4000;
  record->height = 3000;
  record->orientation = 6;
  record->has_alpha = true;
  record->bit_depth = 16;
  record->n_channels = 3;
  record->has_icc = true;
  record->source_type = g_strdup ("algorithmicMedia");
  const Answer facts = { .kind = ANSWER_FACTS, .id = 1, .record = record };
  g_auto (Answer) back = { 0 };
  assert_same (&facts, &back);
  g_assert_true (digest_equal (&back.record->digest, &record->digest));
  g_assert_cmpint (back.record->size_bytes, ==, record->size_bytes);
  g_assert_cmpstr (back.record->format, ==, "png");
  g_assert_cmpint (back.record->width, ==, 4000);
  g_assert_cmpint (back.record->height, ==, 3000);
  g_assert_cmpint (back.record->orientation, ==, 6);
  g_assert_true (back.record->has_alpha && back.record->has_icc);
  g_assert_cmpint (back.record->bit_depth, ==, 16);
  g_assert_cmpint (back.record->n_channels, ==, 3);
  g_assert_cmpstr (back.record->source_type, ==, "algorithmicMedia");
}

static void
test_junk (void)
{
  static const char *const junk[] = {
    "",
    "{",
    "null",
    "[]",
    "{}",
    "{\"answer\":3}",
    "{\"answer\":\"what\"}",
    "{\"answer\":\"made\",\"id\":1}",
    "{\"answer\":\"made\",\"id\":1,\"facts\":{},\"content\":\"zz\"}",
    "{\"answer\":\"failed\",\"id\":1}",
    "{\"answer\":\"seen\",\"id\":1}",
    "{\"answer\":\"seen\",\"id\":1,\"facts\":[]}",
    "{\"answer\":\"facts\",\"id\":1}",
    "{\"answer\":\"facts\",\"id\":-1e300,\"width\":1e300,\"height\":-1,\"format\":\"png\"}",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (junk); i++) {
    g_auto (Answer) answer = { 0 };
    g_assert_false (answer_read (junk[i], &answer));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/task/made-comes-through", test_made);
  g_test_add_func ("/run/task/what-was-seen-comes-through", test_seen);
  g_test_add_func ("/run/task/failed-comes-through-with-its-lines", test_failed);
  g_test_add_func ("/run/task/facts-come-through", test_facts);
  g_test_add_func ("/run/task/junk-is-no-answer", test_junk);
  return g_test_run ();
}
