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
hidden_keys_are_dots_and_the_rest_stays (void)
{
  g_autofree char *keys = secret_hide ("größe sk-"
                                       "0123456789abcdefghij, ghp_"
                                       "0123456789abcdefghij. ende");
  g_assert_cmpstr (keys, ==, "größe ......................., ......................... ende");
  g_autofree char *words = secret_hide ("a brass diver's watch");
  g_assert_cmpstr (words, ==, "a brass diver's watch");
  /* The letters of a block are counted, not its bytes. */
  g_autofree char *block = secret_hide ("-----BEGIN "
                                        "äöüäöüäöüäöü\nrest");
  g_assert_cmpstr (block, ==, ".......................\nrest");
}

static void
what_stands_behind_a_scheme_is_hidden (void)
{
  static const struct {
    const char *text, *shown;
  } cases[] = {
    { "> Authorization: Bearer abcdefghijklmnop123456\n< 401",
      "> Authorization: Bearer ......................\n< 401" },
    { "{\"authorization\": \"bearer abc\"}", "{\"authorization\": \"bearer ...\"}" },
    { "Proxy-Authorization:Basic dTpw", "Proxy-Authorization:Basic ...." },
    { "sent Bearer 0123456789abcdef~", "sent Bearer ................." },
    { "Authorization: Bearer a, Authorization: Bearer b", /* each of them */
      "Authorization: Bearer ., Authorization: Bearer ." },
    { "Bearer of the ring", "Bearer of the ring" },
    { "Basic shapes on slate", "Basic shapes on slate" },
    { "Authorization: Bearer ", "Authorization: Bearer " },
    { "Authorization: none. Basic 0123", "Authorization: none. Basic 0123" },
    { "ForBearer 0123456789abcdef", "ForBearer 0123456789abcdef" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = secret_hide (cases[i].text);
    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

static void
what_is_remembered_is_hidden_wherever_it_stands (void)
{
  secret_remember ("plainwörd");
  secret_remember ("wördling-2");
  secret_remember ("short");
  secret_remember (NULL);
  static const struct {
    const char *text, *shown;
  } cases[] = {
    { "plainwörd", "........." },
    { "xplainwörd=plainwörd", "x.........=........." },
    { "a plainwördling-2 b", "a ............... b" }, /* two that overlap */
    { "short plainwor", "short plainwor" },
    { "sk-plainwörd0123456789abc plainwörd", "sk-.........0123456789abc ........." },
    { "Bearer plainwörd0123456789abcdef", "Bearer .........0123456789abcdef" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *shown = secret_hide (cases[i].text);
    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

static void
the_latest_thousand_are_remembered (void)
{
  for (int i = 0; i < 1001; i++) {
    g_autofree char *text = g_strdup_printf ("number-%04d", i);
    secret_remember (text);
    secret_remember ("number-0001"); /* again and again takes no place */
  }
  g_autofree char *shown = secret_hide ("number-0000 number-0001 number-1000");
  g_assert_cmpstr (shown, ==, "number-0000 ........... ...........");
}

static void *
remember_many (void *data)
{
  for (int i = 0; i < 200; i++) {
    g_autofree char *text = g_strdup_printf ("thread-%s-%d", (const char *)data, i);
    secret_remember (text);
    g_autofree char *shown = secret_hide (text);
    g_assert_cmpuint (strspn (shown, "."), ==, strlen (text));
  }
  return NULL;
}

static void
threads_remember_at_once (void)
{
  GThread *threads[4];
  static char names[4][2] = { "a", "b", "c", "d" };
  for (unsigned i = 0; i < 4; i++)
    threads[i] = g_thread_new (names[i], remember_many, names[i]);
  for (unsigned i = 0; i < 4; i++)
    g_thread_join (threads[i]);
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

static void
words_that_end_like_keys_are_words (void)
{
  g_assert_true (secret_is_key ("key"));
  g_assert_true (secret_is_key ("api-key"));
  g_assert_true (secret_is_key ("API_KEY"));
  g_assert_true (secret_is_key ("apiKey"));
  g_assert_true (secret_is_key ("apikey"));
  g_assert_true (secret_is_key ("password"));
  g_assert_false (secret_is_key ("monkey"));
  g_assert_false (secret_is_key ("Whiskey"));
  g_assert_false (secret_is_key ("prompt"));
}

static void
a_value_behind_a_key_is_found (void)
{
  static const struct {
    const char *line, *value; /* NULL: none */
  } cases[] = {
    { "  api-key: hunter2: x", "hunter2: x" },
    { "{ \"token\": \"a b\" \"c\" }", "\"a b\"" },
    { "a: b, password: c  ", "c" },
    { "password: c # mine", "c" },
    { "key: { env: NAME }", NULL },
    { "key: \"${env.NAME}\"", NULL },
    { "key:", NULL },
    { "monkey: brass", NULL },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    size_t start = 0, length = 0;
    bool found = secret_find_named (cases[i].line, &start, &length);
    g_assert_true (found == (cases[i].value != NULL));
    g_autofree char *value = found ? g_strndup (cases[i].line + start, length) : NULL;
    g_assert_cmpstr (value, ==, cases[i].value);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/keys-are-found-where-they-stand", keys_are_found_where_they_stand);
  g_test_add_func ("/base/secret/words-are-no-keys", words_are_no_keys);
  g_test_add_func ("/base/secret/hidden-keys-are-dots-and-the-rest-stays",
                   hidden_keys_are_dots_and_the_rest_stays);
  g_test_add_func ("/base/secret/what-stands-behind-a-scheme-is-hidden",
                   what_stands_behind_a_scheme_is_hidden);
  g_test_add_func ("/base/secret/what-is-remembered-is-hidden-wherever-it-stands",
                   what_is_remembered_is_hidden_wherever_it_stands);
  g_test_add_func ("/base/secret/threads-remember-at-once", threads_remember_at_once);
  g_test_add_func ("/base/secret/the-latest-thousand-are-remembered",
                   the_latest_thousand_are_remembered);
  g_test_add_func ("/base/secret/names-promise-credentials", names_promise_credentials);
  g_test_add_func ("/base/secret/words-that-end-like-keys-are-words",
                   words_that_end_like_keys_are_words);
  g_test_add_func ("/base/secret/a-value-behind-a-key-is-found", a_value_behind_a_key_is_found);
  return g_test_run ();
}
