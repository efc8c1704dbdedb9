#include "asking.h"

/* The claims of a JWT as JSON; new string. */
static char *
claims_of (const char *jwt)
{
  g_auto (GStrv) parts = g_strsplit (jwt, ".", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  g_autofree char *base64 = g_strdup_printf ("%s%.*s", parts[1],
                                             (int)(4 - strlen (parts[1]) % 4) % 4, "===");
  g_strdelimit (base64, "-", '+');
  g_strdelimit (base64, "_", '/');
  size_t length;
  g_autofree unsigned char *bytes = g_base64_decode (base64, &length);
  return g_strndup ((const char *)bytes, length);
}

static char *
token_of (Credential *credential, int64_t now_s)
{
  g_autoptr (HttpRequest) asked = asked_with (credential, now_s);
  const char *line = asked->headers->pdata[0];
  g_assert_true (g_str_has_prefix (line, "Authorization: Bearer "));
  return g_strdup (line + strlen ("Authorization: Bearer "));
}

static void
its_own_signature_is_a_token (void)
{
  g_autofree char *text = service_account_text ("");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_assert_cmpstr (credential_describe (credential), ==,
                   "service account x@acme.example (file /k.json)");
  g_autofree char *token = token_of (credential, NOW_S);
  g_autofree char *claims = claims_of (token);
  g_assert_cmpstr (claims, ==,
                   "{\"iss\":\"x@acme.example\",\"sub\":\"x@acme.example\","
                   "\"scope\":\"https://www.googleapis.com/auth/cloud-platform\","
                   "\"iat\":1800000000,\"exp\":1800003600}");
  g_autofree char *same = token_of (credential, NOW_S + 3600 - 226);
  g_assert_cmpstr (same, ==, token);
  g_autofree char *other = token_of (credential, NOW_S + 3600 - 225);
  g_assert_cmpstr (other, !=, token);
}

static char *
assertion_of (Credential *credential, int64_t now_s)
{
  static const char before[] =
    "POST https://oauth2.googleapis.com/token\n"
    "Content-Type: application/x-www-form-urlencoded\n"
    "Accept: application/json\n\n"
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  g_autofree char *request = next_request (credential, now_s);
  g_assert_true (g_str_has_prefix (request, before));
  return g_strdup (request + strlen (before));
}

static void
an_assertion_gives_a_token (void)
{
  CredentialOptions options = { .uses_token_endpoint = true, .scope = "other" };
  g_autofree char *text = service_account_text ("");
  g_autoptr (Credential) credential = credential_of_text (text, &options);
  g_autofree char *assertion = assertion_of (credential, NOW_S);
  g_autofree char *claims = claims_of (assertion);
  g_assert_cmpstr (claims, ==,
                   "{\"iss\":\"x@acme.example\",\"aud\":\"https://oauth2.googleapis.com/token\","
                   "\"scope\":\"other\",\"iat\":1800000000,\"exp\":1800003600}");
  give_ok (credential, 200, "{\"access_token\": \"CANARY..\", \"expires_in\": 3599}", NOW_S);
  assert_header (credential, NOW_S, "Authorization: Bearer CANARY..");
}

static void
a_refused_signature_is_followed_by_an_assertion (void)
{
  g_autofree char *text = service_account_text ("");
  g_autoptr (Credential) credential = credential_of_text (text, NULL);
  g_autoptr (HttpRequest) asked = asked_with (credential, NOW_S);
  g_assert_true (credential_refused (credential, asked, NOW_S));
  g_free (assertion_of (credential, NOW_S));
  give_ok (credential, 200, "{\"access_token\": \"CANARY\", \"expires_in\": 3599}", NOW_S);
  g_autoptr (HttpRequest) again = asked_with (credential, NOW_S);
  g_assert_false (credential_refused (credential, again, NOW_S));
}

static void
a_refusal_says_what_to_do (void)
{
  static const struct {
    const char *words, *message;
  } cases[] = {
    { "Invalid JWT: Token must be a short-lived token (60 minutes)",
      "service account x@acme.example (file /k.json): HTTP 400 invalid_grant: Invalid JWT: Token "
      "must be a short-lived token (60 minutes); the clock of this computer seems to be wrong: set "
      "it" },
    { "Invalid JWT Signature.",
      "service account x@acme.example (file /k.json): HTTP 400 invalid_grant: Invalid JWT "
      "Signature.; the key or its account may have been deleted or disabled: make a new key" },
  };
  CredentialOptions options = { .uses_token_endpoint = true };
  g_autofree char *text = service_account_text ("");
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Credential) credential = credential_of_text (text, &options);
    g_autoptr (GError) error = NULL;
    g_free (assertion_of (credential, NOW_S));
    g_autofree char *body = g_strdup_printf (
      "{\"error\": \"invalid_grant\", \"error_description\": \"%s\"}", cases[i].words);
    g_assert_false (give (credential, 400, body, NOW_S, &error));
    assert_error_is (&error, cases[i].message);
  }
}

static void
what_the_endpoint_repeats_is_hidden (void)
{
  CredentialOptions options = { .uses_token_endpoint = true };
  g_autofree char *text = service_account_text ("");
  g_autoptr (Credential) credential = credential_of_text (text, &options);
  g_autoptr (GError) error = NULL;
  g_autofree char *assertion = assertion_of (credential, NOW_S);
  g_auto (GStrv) lines = g_strsplit (google_key_pem (), "\n", -1);
  g_autofree char *body = g_strdup_printf ("{\"error\": \"bad\", \"error_description\": \"%s %s\"}",
                                           lines[1], assertion);
  g_assert_false (give (credential, 400, body, NOW_S, &error));
  assert_no_secret (error->message);
  /* What is long is cut: its first part would be shown. */
  g_autofree char *part = g_strndup (assertion, 40);
  g_assert_null (strstr (error->message, part));
}

static void
a_key_that_cannot_sign_is_named (void)
{
  static const char text[] = "{\"type\": \"service_account\", \"client_email\": \"a\", "
                             "\"private_key\": \"CANARY\"}";
  g_autoptr (GError) error = NULL;
  KeyFile *file = key_file_parse ("/k.json", text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_null (credential_take_file (file, NULL, &error));
  assert_error_is (&error,
                   "/k.json: 'private_key' is not good: it is not a private key in PEM, or a "
                   "part of it is missing");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/transport/service-account/" name, function)
  CLAIM ("its-own-signature-is-a-token", its_own_signature_is_a_token);
  CLAIM ("an-assertion-gives-a-token", an_assertion_gives_a_token);
  CLAIM ("a-refused-signature-is-followed-by-an-assertion",
         a_refused_signature_is_followed_by_an_assertion);
  CLAIM ("a-refusal-says-what-to-do", a_refusal_says_what_to_do);
  CLAIM ("what-the-endpoint-repeats-is-hidden", what_the_endpoint_repeats_is_hidden);
  CLAIM ("a-key-that-cannot-sign-is-named", a_key_that_cannot_sign_is_named);
#undef CLAIM
  return g_test_run ();
}
