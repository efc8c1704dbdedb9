/* OpenAI's images API, and the many gateways that speak a dialect of it. What each is like is a
 * profile: defaults for the options that a configuration leaves unset. */
#include "providers/openai.h"

#include "providers/base-url.h"
#include "providers/capability.h"
#include "providers/pace.h"
#include "providers/types.h"

static const OptionChoice profile_words[] = {
  { "openai", OPENAI_PROFILE_OPENAI, "OpenAI itself" },
  { "apiyi", OPENAI_PROFILE_APIYI, "APIYI; its Gemini models are asked by 'ai-studio'" },
  { "litellm", OPENAI_PROFILE_LITELLM, "a LiteLLM proxy" },
  { 0 },
};

static const OptionChoice auth_words[] = {
  { "bearer", OPENAI_AUTH_BEARER, "Authorization: Bearer KEY" },
  { "api-key", OPENAI_AUTH_API_KEY, "api-key: KEY" },
  { "x-api-key", OPENAI_AUTH_X_API_KEY, "x-api-key: KEY" },
  { 0 },
};

static const OptionChoice size_words[] = {
  { "pixels", OPENAI_SIZE_PIXELS, "size is WIDTHxHEIGHT" },
  { "ratio", OPENAI_SIZE_RATIO, "size is the aspect ratio, and quality the resolution (4k)" },
  { "suffix", OPENAI_SIZE_SUFFIX, "the resolution stands behind the model's name (-4k)" },
  { "none", OPENAI_SIZE_NONE, "no size is sent" },
  { 0 },
};

static const OptionChoice response_words[] = {
  { "unset", OPENAI_RESPONSE_UNSET, "response_format is not sent: GPT models refuse it" },
  { "b64-json", OPENAI_RESPONSE_BASE64, "response_format is b64_json" },
  { "url", OPENAI_RESPONSE_URL, "response_format is url" },
  { 0 },
};

static const Option rows[] = {
  { OPTION_CHOICE (OpenaiConfig, profile), .name = "profile", .choices = profile_words,
    .fallback = "openai", .help = "Whose dialect it is: what the options below are when unset" },
  { OPTION_TEXTS (OpenaiConfig, keys), .name = "keys", .flags = OPTION_SECRET,
    .help = "API keys, used in turn; unset: OPENAI_API_KEY of the environment" },
  { OPTION_CHOICE (OpenaiConfig, auth), .name = "auth", .choices = auth_words, .fallback = "bearer",
    .help = "The header that the key is sent in" },
  { OPTION_TEXT (OpenaiConfig, generations_path), .name = "generations-path", .value_name = "PATH",
    .fallback = "/images/generations", .help = "Behind the address; {model} is the model's name" },
  { OPTION_TEXT (OpenaiConfig, edits_path), .name = "edits-path", .value_name = "PATH",
    .fallback = "/images/edits", .help = "The same of requests with reference pictures" },
  { OPTION_CHOICE (OpenaiConfig, size), .name = "size", .choices = size_words, .fallback = "pixels",
    .help = "How the size is said" },
  { OPTION_CHOICE (OpenaiConfig, response), .name = "response-format", .choices = response_words,
    .fallback = "unset", .help = "What is sent as response_format" },
  { OPTION_TEXT (OpenaiConfig, extra), .name = "extra", .value_name = "JSON",
    .help = "An object whose members are sent along, in place of those of the same name" },
  SERVICE_ROWS (OpenaiConfig, "Where the API is, with its version: https://api.openai.com/v1",
                "gpt-image-2"),
  { 0 },
};

static const OptionTable config_options = { rows, sizeof (OpenaiConfig), .shorthand = NULL };

/* Where a profile's service is; of a proxy of one's own, where it usually listens. */
static const char *const profile_urls[] = {
  [OPENAI_PROFILE_OPENAI] = "https://api.openai.com/v1",
  [OPENAI_PROFILE_APIYI] = "https://api.apiyi.com/v1",
  [OPENAI_PROFILE_LITELLM] = "http://127.0.0.1:4000/v1",
};

static bool
check_extra (const char *extra, const Node *node, Problems *problems)
{
  cJSON *json = extra != NULL ? cJSON_ParseWithOpts (extra, NULL, true) : NULL;
  bool ok = extra == NULL || cJSON_IsObject (json);
  cJSON_Delete (json);
  return ok || problems_add (problems, &node_get (node, "extra")->mark,
                             "'extra' takes a JSON object, as in '{\"user\": \"shop\"}'");
}

static bool
check_config (const void *own, const Node *node, Problems *problems)
{
  const OpenaiConfig *config = own;
  bool ok = base_url_check (config->service.base_url, node, problems);
  ok = service_check_pace (&config->service, node, problems) && ok;
  return check_extra (config->extra, node, problems) && ok;
}

static bool
check (const GenerateOptions *options, const Model *row, const void *config,
       const char **out_option, GError **error)
{
  if (!capability_check (options, row, out_option, error))
    return false;
  *out_option = "background";
  if (g_strcmp0 (options->background, "transparent") == 0 &&
      generate_output_type (options) == OUTPUT_TYPE_JPEG)
    return provider_fail (error,
                          "a JPEG has no transparent background: say 'output-type: png', or webp");
  *out_option = "mask";
  if (options->mask == NULL || generate_n_references (options) > 0)
    return true;
  return provider_fail (
    error, "a mask says where a picture is changed: name the picture under 'references'");
}

/* ---- asking ---- */

static const char *
base_url (const OpenaiConfig *config)
{
  return config->service.base_url != NULL ? config->service.base_url
                                          : profile_urls[config->profile];
}

static char *
dup_url (const OpenaiConfig *config, const char *path, const char *id)
{
  g_autofree char *name = g_uri_escape_string (id, NULL, FALSE);
  g_auto (GStrv) parts = g_strsplit (path, "{model}", -1);
  g_autofree char *filled = g_strjoinv (name, parts);
  return base_url_join (base_url (config), "%s%s", filled[0] == '/' ? "" : "/", filled);
}

static bool
first_step (const ProviderRequest *asked, ProviderStep *out_step, GError **error)
{
  const OpenaiConfig *config = asked->config;
  bool is_edit = asked->n_references > 0;
  g_autofree char *id = openai_dup_model (asked);
  g_autofree char *url = dup_url (config, is_edit ? config->edits_path : config->generations_path,
                                  id);
  HttpRequest *request = http_request_new ("POST", url);
  request->timeout_ms = config->service.timeout_ms;
  if (is_edit)
    openai_add_form (asked, request);
  else
    openai_add_json (asked, request);
  *out_step = (ProviderStep){ .kind = PROVIDER_SEND, .request = request };
  return true;
}

static void
login (const void *own, ProviderLogin *out_login)
{
  static const char *const headers[] = {
    [OPENAI_AUTH_BEARER] = "Authorization",
    [OPENAI_AUTH_API_KEY] = "api-key",
    [OPENAI_AUTH_X_API_KEY] = "x-api-key",
  };
  static const char *const names[] = { "OPENAI_API_KEY", NULL };
  const OpenaiConfig *config = own;
  *out_login = (ProviderLogin){
    .address = base_url (config),
    .header = headers[config->auth],
    .keys = config->keys,
    /* A gateway is another company: it gets the keys that are meant for it. */
    .key_names = config->profile != OPENAI_PROFILE_APIYI &&
                     base_url_takes_usual_keys (config->service.base_url)
                   ? names
                   : NULL,
  };
}

const ProviderType provider_openai = {
  .name = "openai",
  .summary = "OpenAI's images API, and gateways that speak like it",
  .default_model = "gpt-image-2",
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
  .pace = service_pace,
  .day_rule = "UTC",
  .day_words = "midnight UTC",
  .login = login,
  .image_paths = openai_image_paths,
  .take_answer = openai_take_answer,
};
