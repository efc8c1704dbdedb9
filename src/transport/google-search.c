#include "transport/google-search.h"

#include "base/path.h"

enum { PRODUCT_NAME_MOST_BYTES = 4096 };

static const char *
get_env (const CredentialPlaces *places, const char *name)
{
  const char *value = places->get_env != NULL ? places->get_env (name, places->env_data)
                                              : g_getenv (name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* A whole number of the environment, or `otherwise`. */
static int64_t
get_number (const CredentialPlaces *places, const char *name, int64_t least, int64_t most,
            int64_t otherwise)
{
  const char *text = get_env (places, name);
  guint64 number;
  if (text == NULL ||
      !g_ascii_string_to_unsigned (text, 10, (guint64)least, (guint64)most, &number, NULL))
    return otherwise;
  return (int64_t)number;
}

/* New string, or NULL: there is no place for it. */
static char *
dup_gcloud_path (const CredentialPlaces *places)
{
  static const char name[] = "application_default_credentials.json";
  const char *folder = get_env (places, "CLOUDSDK_CONFIG");
  if (folder != NULL)
    return g_build_filename (folder, name, NULL);
  if (places->home == NULL)
    return NULL;
  return g_build_filename (places->home, ".config", "gcloud", name, NULL);
}

static char *
dup_missing_words (const char *gcloud_path, const char *metadata)
{
  return g_strdup_printf (
    "no Google credentials were found:\n"
    "  1. Peel was told of no credentials file\n"
    "  2. GOOGLE_APPLICATION_CREDENTIALS is not set; set it to the key file of a service account\n"
    "  3. %s%s; make it: gcloud auth application-default login\n"
    "  4. %s",
    gcloud_path != NULL ? gcloud_path : "~/.config/gcloud",
    gcloud_path != NULL ? " is not there" : " has no place: HOME is not set", metadata);
}

/* Google's machines say so, and then nobody has to wait for an address that may not answer. */
static bool
is_google_machine (const CredentialPlaces *places)
{
  const char *path = places->product_name_path != NULL ? places->product_name_path
                                                       : "/sys/class/dmi/id/product_name";
  g_autofree char *text = NULL;
  size_t length;
  return path_read_file (path, PRODUCT_NAME_MOST_BYTES, &text, &length, NULL) &&
         g_str_has_prefix (text, "Google");
}

static Credential *
find_metadata (const CredentialPlaces *places, const CredentialOptions *options,
               const char *gcloud_path, GError **error)
{
  if (g_strcmp0 (get_env (places, "NO_GCE_CHECK"), "true") == 0) {
    g_autofree char *missing = dup_missing_words (
      gcloud_path, "no metadata server was looked for: NO_GCE_CHECK is true");
    transport_error_set (error, TRANSPORT_ERROR_NO_CREDENTIAL, "%s", missing);
    return NULL;
  }
  g_autofree char *missing = dup_missing_words (
    gcloud_path, "no metadata server answers: this is not a machine of Google's cloud");
  MetadataServer server = {
    .host = get_env (places, "GCE_METADATA_HOST"),
    .ip = get_env (places, "GCE_METADATA_IP"),
    .timeout_ms = 1000 * get_number (places, "GCE_METADATA_TIMEOUT", 1, 600, 3),
    .n_looks = (int)get_number (places, "GCE_METADATA_DETECT_RETRIES", 1, 100, 3),
    .missing = missing,
  };
  if (server.host != NULL || is_google_machine (places))
    server.n_looks = 0;
  return credential_new_metadata (&server, options, error);
}

static const char *
project_of (const CredentialPlaces *places)
{
  const char *project = get_env (places, "GOOGLE_CLOUD_PROJECT");
  return project != NULL ? project : get_env (places, "GCLOUD_PROJECT");
}

const char *
google_project_of_environment (void)
{
  const CredentialPlaces places = { 0 };
  return project_of (&places);
}

Credential *
credential_find_google (const CredentialPlaces *places, GError **error)
{
  CredentialOptions options = places->options;
  if (options.project == NULL)
    options.project = project_of (places);
  if (options.quota_project == NULL)
    options.quota_project = get_env (places, "GOOGLE_CLOUD_QUOTA_PROJECT");

  if (places->file != NULL)
    return credential_load (places->file, &options, error);
  const char *named = get_env (places, "GOOGLE_APPLICATION_CREDENTIALS");
  if (named != NULL) {
    Credential *credential = credential_load (named, &options, error);
    if (credential == NULL)
      g_prefix_error (error, "GOOGLE_APPLICATION_CREDENTIALS: ");
    return credential;
  }
  g_autofree char *gcloud_path = dup_gcloud_path (places);
  if (gcloud_path != NULL && g_file_test (gcloud_path, G_FILE_TEST_EXISTS))
    return credential_load (gcloud_path, &options, error);
  return find_metadata (places, &options, gcloud_path, error);
}
