/* Vertex AI: Gemini's image models by generateContent, Imagen-shaped ones and the upscaler by
 * :predict; asked by Google's credentials, or by a key of express mode. */
#include "providers/base-url.h"
#include "providers/capability.h"
#include "providers/gemini.h"
#include "providers/pace.h"
#include "providers/predict.h"
#include "providers/service.h"
#include "providers/types.h"

typedef struct {
  ServiceConfig service;
  char *project;
  char **locations;
  char *key; /* reference to a secret: express mode */
  char *credentials;
  bool token_endpoint;
  char **token_command;
} VertexConfig;

static const Option rows[] = {
  { OPTION_TEXT (VertexConfig, project), .name = "project", .value_name = "ID",
    .help = "The Google Cloud project; unset: GOOGLE_CLOUD_PROJECT, or what the credential says" },
  { OPTION_TEXTS (VertexConfig, locations), .name = "locations", .value_name = "NAME",
    .help = "Where to ask: global, a region, us or eu; the first that has the model",
    .fallback = "global" },
  { OPTION_FILE (VertexConfig, credentials), .name = "credentials-file",
    .help = "A file of Google credentials; unset: Google's usual search order" },
  { OPTION_BOOL (VertexConfig, token_endpoint), .name = "token-endpoint", .fallback = "false",
    .help = "A service account's key buys a token, and signs none by itself" },
  { OPTION_TEXTS (VertexConfig, token_command), .name = "token-command", .value_name = "LIST",
    .flags = OPTION_PROGRAM, .help = "A program that prints an access token, and its arguments" },
  { OPTION_TEXT (VertexConfig, key), .name = "key", .flags = OPTION_SECRET,
    .help = "An API key of Vertex AI in express mode, which has no project and no location" },
  SERVICE_ROWS (VertexConfig, "Where the API is; unset: Google's host of the location",
                "nano-banana-pro"),
  { 0 },
};

static const OptionTable config_options = { rows, sizeof (VertexConfig), .shorthand = NULL };

/* ---- configuration ---- */

/* It becomes part of a host's name. */
static bool
is_location (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && *at != '-')
      return false;
  return text[0] != '\0' && strlen (text) < 64;
}

static bool
check_config (const void *options, const Node *node, Problems *problems)
{
  const VertexConfig *config = options;
  /* NULL too when an earlier layer of the configuration has set it. */
  const Node *key = node_get (node, "key");
  bool ok = base_url_check (config->service.base_url, node, problems);
  ok = service_check_pace (&config->service, node, problems) && ok;
  if (config->locations == NULL || config->locations[0] == NULL)
    ok = problems_add (problems, &node_get (node, "locations")->mark,
                       "'locations' takes at least one: global, a region, us or eu");
  for (unsigned i = 0; config->locations != NULL && config->locations[i] != NULL; i++)
    if (!is_location (config->locations[i]))
      ok = problems_add (
        problems, &node_get (node, "locations")->mark,
        "'locations' takes names such as global, europe-west1, us and eu, not '%s'",
        config->locations[i]);
  if (config->key != NULL && (config->credentials != NULL || config->token_command != NULL))
    ok = problems_add (problems, key != NULL ? &key->mark : &node->mark,
                       "'key' is for express mode; 'credentials-file' and 'token-command' are for "
                       "projects: say one");
  return ok;
}

/* ---- what can be asked ---- */

/* Of the configuration's locations that have the model the one after `location`, or NULL. Express mode
 * has none. */
static const char *
next_location (const void *own, const Model *row, const char *location)
{
  const VertexConfig *config = own;
  bool is_past = location == NULL;
  if (config->key != NULL)
    return NULL;
  for (unsigned i = 0; config->locations != NULL && config->locations[i] != NULL; i++) {
    const char *here = config->locations[i];
    bool is_there = row->locations == NULL ||
                    g_strv_contains ((const char *const *)row->locations, here);
    if (is_past && is_there)
      return here;
    is_past = is_past || strcmp (here, location) == 0;
  }
  return NULL;
}

/* Of 1 to 63 such letters, so that the bill can tell them. */
static bool
is_label_word (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '_' &&
        text[i] != '-')
      return false;
  return length <= 63;
}

/* "key=value" by the rules of labels of Google Cloud. The key may stand once. */
static bool
check_labels (char *const *labels, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (unsigned i = 0; labels != NULL && labels[i] != NULL; i++) {
    size_t length = strcspn (labels[i], "=");
    const char *value = labels[i] + length + (labels[i][length] == '=' ? 1 : 0);
    bool ok = labels[i][length] == '=' && g_ascii_islower (labels[i][0]) &&
              is_label_word (labels[i], length) && is_label_word (value, strlen (value));
    if (!ok || !g_hash_table_add (keys, g_strndup (labels[i], length)))
      return provider_fail (
        error,
        ok ? "the label '%s' has a key that stands there twice"
           : "a label is KEY=VALUE of at most 63 lower-case letters, digits, '_' and "
             "'-' each, and its key begins with a letter, not '%s'",
        labels[i]);
  }
  return true;
}

static bool
check (const GenerateOptions *options, const Model *row, const void *own, const char **out_option,
       GError **error)
{
  const VertexConfig *config = own;
  bool ok = row->api == MODEL_API_PREDICT
              ? predict_check (options, row, out_option, error)
              : gemini_check (GEMINI_VERTEX, options, row, out_option, error);
  if (!ok)
    return false;
  *out_option = "labels";
  if (!check_labels (options->labels, error))
    return false;
  if (config == NULL || config->key != NULL || next_location (config, row, NULL) != NULL)
    return true;
  g_autofree char *there = g_strjoinv (", ", row->locations);
  *out_option = "model";
  return provider_fail (
    error, "the model '%s' is in %s, and in none of the 'locations' of your configuration", row->id,
    there);
}

/* ---- asking ---- */

/* "global" has no prefix; the multi-regions have names of their own. */
static char *
dup_host (const char *location)
{
  if (strcmp (location, "global") == 0)
    return g_strdup ("https://aiplatform.googleapis.com");
  if (strcmp (location, "us") == 0 || strcmp (location, "eu") == 0)
    return g_strdup_printf ("https://aiplatform.%s.rep.googleapis.com", location);
  return g_strdup_printf ("https://%s-aiplatform.googleapis.com", location);
}

/* NULL: no project is known. */
static char *
dup_url (const ProviderRequest *asked)
{
  const VertexConfig *config = asked->config;
  const char *location = asked->location != NULL ? asked->location
                                                 : next_location (config, asked->row, NULL);
  const char *project = config->project != NULL ? config->project : asked->project;
  const char *method = asked->row->api == MODEL_API_PREDICT ? "predict" : "generateContent";
  bool is_express = config->key != NULL;
  g_autofree char *host = dup_host (is_express || location == NULL ? "global" : location);
  const char *base = config->service.base_url != NULL ? config->service.base_url : host;
  g_autofree char *id = g_uri_escape_string (asked->model, "@", FALSE);
  if (is_express)
    return base_url_join (base, "/v1/publishers/google/models/%s:%s", id, method);
  if (project == NULL)
    return NULL;
  g_autofree char *name = g_uri_escape_string (project, ":", FALSE);
  return base_url_join (base, "/v1/projects/%s/locations/%s/publishers/google/models/%s:%s", name,
                        location != NULL ? location : "global", id, method);
}

static bool
first_step (const ProviderRequest *asked, ProviderStep *out_step, GError **error)
{
  const VertexConfig *config = asked->config;
  g_autofree char *url = dup_url (asked);
  if (url == NULL) {
    g_set_error_literal (error, PROVIDER_ERROR, PROVIDER_ERROR_CONFIG,
                         "'vertex' does not know which Google Cloud project pays: say 'project' in "
                         "your configuration, or set GOOGLE_CLOUD_PROJECT");
    return false;
  }
  HttpRequest *request = http_request_new ("POST", url);
  request->timeout_ms = config->service.timeout_ms;
  if (asked->row->api == MODEL_API_PREDICT)
    predict_add_body (asked, request);
  else
    gemini_add_body (asked, GEMINI_VERTEX, request);
  *out_step = (ProviderStep){ .kind = PROVIDER_SEND, .request = request };
  return true;
}

static void
login (const void *own, ProviderLogin *out_login)
{
  const VertexConfig *config = own;
  *out_login = (ProviderLogin){
    .address = config->service.base_url,
    .header = "x-goog-api-key",
    .key = config->key,
    .takes_google = true,
    .key_file = config->credentials,
    .uses_token_endpoint = config->token_endpoint,
    .token_command = config->token_command,
  };
}

static const JsonScanPath image_paths[] = {
  GEMINI_IMAGE_PATHS,
  PREDICT_IMAGE_PATHS,
  { NULL, 0 },
};

static void
take_answer (const ProviderRequest *asked, const ProviderAnswer *answer, Verdict *verdict)
{
  if (asked->row->api == MODEL_API_PREDICT)
    predict_take_answer (answer, "vertex", verdict);
  else
    gemini_take_answer (answer, "vertex", verdict);
}

const ProviderType provider_vertex = {
  .name = "vertex",
  .summary = "Gemini's and Imagen's models on Vertex AI, with Google Cloud credentials",
  .default_model = "nano-banana-pro",
  .source_type = "trainedAlgorithmicMedia",
  .has_models = true,
  .config = &config_options,
  .check_config = check_config,
  .model = service_model,
  .cost = service_cost,
  .most_at_once = service_most_at_once,
  .check = check,
  .expected_size = capability_size,
  .first_step = first_step,
  .next_location = next_location,
  .pace = service_pace,
  .day_rule = GOOGLE_DAY_RULE,
  .day_words = GOOGLE_DAY_WORDS,
  .login = login,
  .image_paths = image_paths,
  .take_answer = take_answer,
};
