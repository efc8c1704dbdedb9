#include "providers/base-url.h"

#include "document/document.h"
#include "support/scratch.h"

/* What is wrong with an address, or "". */
static char *
complaint_of (const char *url)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autofree char *yaml = g_strdup_printf ("base-url: \"%s\"\n", url);
  g_autoptr (Document) document = document_read ("c.yaml", yaml, strlen (yaml), problems);
  g_assert_nonnull (document);
  bool ok = base_url_check (url, document->root, problems);
  g_assert_cmpint (ok, ==, problems_count (problems) == 0);
  return ok ? g_strdup ("") : problems_format (problems);
}

static void
only_safe_addresses_are_taken (void)
{
#define BEGINS "'base-url' takes an address that begins with https://"
#define PLAIN "'base-url' takes https:// only, but for this machine itself"
#define LOGIN "'base-url' takes no user and password"
#define BLANK "'base-url' takes an address without blanks"
#define BARE "'base-url' takes an address without '?' and '#'"
  static const char *const cases[][2] = {
    { "https://g.example", "" },
    { "https://g.example/", "" },
    { "https://g.example:8443/a/b", "" },
    { "HTTPS://G.example", "" },
    { "https://[2001:db8::1]/v1", "" },
    { "http://127.0.0.1:4000/v1", "" },
    { "http://localhost:4000", "" },
    { "http://[::1]:4000", "" },
    { "http://g.example", PLAIN },
    { "http://10.0.0.1", PLAIN },
    { "http://localhost.g.example", PLAIN },
    { "http://127.0.0.1.g.example", PLAIN },
    { "ftp://g.example", BEGINS },
    { "file:///etc/passwd", BEGINS },
    { "g.example/v1", BEGINS },
    { "//g.example", BEGINS },
    { "https://", BEGINS },
    { "https:///v1", BEGINS },
    { "", BEGINS },
    { "https://u:p@g.example", LOGIN },
    { "https://u@g.example", LOGIN },
    { "http://localhost@g.example", PLAIN },
    { "https://g.example/?key=1", BARE },
    { "https://g.example/#a", BARE },
    { "https://g.example:99999", BEGINS },
    { "https://g .example", BLANK },
    { "https://g.example/\t", BLANK },
    { " https://g.example", BLANK },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *said = complaint_of (cases[i][0]);
    bool is_right = cases[i][1][0] != '\0' ? strstr (said, cases[i][1]) != NULL : said[0] == '\0';
    if (!is_right)
      g_error ("%s: %s", cases[i][0], said);
  }
}

static void
what_may_be_a_key_is_not_repeated (void)
{
  g_autofree char *said = complaint_of ("https://g.example/?key=hunter22");
  g_assert_null (strstr (said, "hunter22"));
}

static void
nothing_is_no_mistake (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_assert_true (base_url_check (NULL, NULL, problems));
}

static void
paths_are_joined_by_one_slash (void)
{
  static const char *const cases[][2] = {
    { "https://g.example", "https://g.example/v1/a%2Fb" },
    { "https://g.example/", "https://g.example/v1/a%2Fb" },
    { "https://g.example//", "https://g.example/v1/a%2Fb" },
    { "https://g.example/x%20y/", "https://g.example/x%20y/v1/a%2Fb" },
    { "", "/v1/a%2Fb" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *url = base_url_join (cases[i][0], "/v1/%s", "a%2Fb");
    g_assert_cmpstr (url, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/base-url/" name, function)
  CLAIM ("only-safe-addresses-are-taken", only_safe_addresses_are_taken);
  CLAIM ("what-may-be-a-key-is-not-repeated", what_may_be_a_key_is_not_repeated);
  CLAIM ("nothing-is-no-mistake", nothing_is_no_mistake);
  CLAIM ("paths-are-joined-by-one-slash", paths_are_joined_by_one_slash);
#undef CLAIM
  return g_test_run ();
}
