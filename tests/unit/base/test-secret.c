#include "base/secret.h"

#include "support/scratch.h"

static void
keys_are_found_where_they_stand (void)
{
  /* Made up, in the shapes that services use; joined so that no scanner takes them for real. */
  static const char *const secrets[] = {
    "AIza"
    "SyA0123456789abcdefghijklmnopqrstuv",
    "sk-"
    "0123456789abcdefghij",
    "ya29."
    "a0123456789-abcdefghij_klm",
    "ghp_"
    "0123456789abcdefghijABCDEFGHIJ",
    "-----BEGIN "
    "PRIVATE KEY-----",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (secrets); i++) {
    g_autofree char *text = g_strdup_printf ("key: %s", secrets[i]);
    size_t start = 0, length = 0;
    g_assert_true (secret_find (text, &start, &length));
    g_assert_cmpuint (start, ==, 5);
    g_assert_cmpuint (length, ==, strlen (secrets[i]));
  }
}

static void
words_are_no_keys (void)
{
  static const char *const words[] = {
    "", "sk-", "sk-short", "desk-0123456789abcdefghij", "a brass diver's watch", "AIza"
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
    size_t start = 42, length = 42;
    g_assert_false (secret_find (words[i], &start, &length));
    g_assert_cmpuint (start, ==, 42);
  }
}

static void
names_promise_credentials (void)
{
  g_assert_true (secret_is_name ("key"));
  g_assert_true (secret_is_name ("GEMINI_API_KEY"));
  g_assert_true (secret_is_name ("DbPassword"));
  g_assert_false (secret_is_name ("keyboard"));
  g_assert_false (secret_is_name (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/keys-are-found-where-they-stand", keys_are_found_where_they_stand);
  g_test_add_func ("/base/secret/words-are-no-keys", words_are_no_keys);
  g_test_add_func ("/base/secret/names-promise-credentials", names_promise_credentials);
  return g_test_run ();
}
