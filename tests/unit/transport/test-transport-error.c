#include "transport/transport-error.h"

#include "base/secret.h"
#include "support/scratch.h"

static void
what_is_known_to_be_secret_is_hidden (void)
{
  g_autoptr (GError) error = NULL;
  secret_remember ("CANARY");
  g_assert_false (
    transport_error_set (&error, TRANSPORT_ERROR_UNAVAILABLE, "%s, %d", "a CANARY", 7));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "a ......, 7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/transport-error/what-is-known-to-be-secret-is-hidden",
                   what_is_known_to_be_secret_is_hidden);
  return g_test_run ();
}
