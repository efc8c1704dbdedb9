/* The reader of what token endpoints answer. The first two bytes are the status. */
#include "base/secret.h"
#include "fuzz-target.h"
#include "transport/token-answer.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  int status = data[0] < 128 ? 200 : data[0] * 256 % 600 + data[1];
  g_autofree char *exact = g_memdup2 (data + 2, size - 2);
  const char *body = exact != NULL ? exact : "";
  TokenAnswer answer;
  g_autoptr (GError) error = NULL;
  TokenVerdict verdict = token_answer_read (status, body, size - 2, 1800000000, &answer, &error);
  g_assert_cmpint (verdict == TOKEN_GIVEN, ==, error == NULL);
  g_assert_cmpint (verdict == TOKEN_GIVEN, ==, answer.token != NULL);
  if (verdict == TOKEN_GIVEN) {
    g_assert_cmpint (answer.life_s, >, 0);
    for (const char *at = answer.token; *at != '\0'; at++)
      g_assert_true (g_ascii_isgraph (*at));
    secret_free (answer.token);
    return 0;
  }
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *at = error->message; *at != '\0'; at++)
    g_assert_false (g_ascii_iscntrl (*at));
  return 0;
}
