/* Where Google's programs look for credentials ("application default credentials"), in their order:
 *
 *   1. a file that Peel was told of
 *   2. GOOGLE_APPLICATION_CREDENTIALS: a file; when it is not good, that is an error
 *   3. application_default_credentials.json in $CLOUDSDK_CONFIG or ~/.config/gcloud
 *   4. the metadata server of a Google machine (GCE_METADATA_HOST, GCE_METADATA_IP,
 *      GCE_METADATA_TIMEOUT, GCE_METADATA_DETECT_RETRIES; not if NO_GCE_CHECK is "true")
 *
 * The project is that of GOOGLE_CLOUD_PROJECT, else GCLOUD_PROJECT, else what the credential says; the
 * quota's is GOOGLE_CLOUD_QUOTA_PROJECT, else what the credential says. What is empty is not set. */
#pragma once

#include "transport/credential.h"

typedef struct {
  const char *(*get_env) (const char *name, void *data); /* NULL: g_getenv() */
  void *env_data;
  const char *home;              /* "/home/x"; NULL: not known, none */
  const char *product_name_path; /* NULL: /sys/class/dmi/id/product_name */
  const char *file;              /* place 1; NULL: none */
  CredentialOptions options;     /* its project and quota project come before those above */
} CredentialPlaces;

/* What GOOGLE_CLOUD_PROJECT, else GCLOUD_PROJECT of this process names, or NULL. */
const char *google_project_of_environment (void);

/* The first that is there. Nobody is asked yet: whether there is a metadata server shows in its first
 * steps. TRANSPORT_ERROR_NO_CREDENTIAL, from here or from there, says where was looked and what to do. */
Credential *credential_find_google (const CredentialPlaces *places, GError **error);
