/* The Gemini Developer API, by a key of AI Studio; also gateways that speak its dialect, by their
 * address and their way of taking a key. */
#include "providers/base-url.h"
#include "providers/capability.h"
#include "providers/gemini.h"
#include "providers/pace.h"
#include "providers/service.h"
#include "providers/types.h"

typedef enum { PROFILE_GOOGLE, PROFILE_APIYI } Profile;
typedef enum { AUTH_USUAL, AUTH_GOOGLE, AUTH_BEARER } AuthStyle;

typedef struct {
  ServiceConfig service;
  int profile; /* Profile */
  char **keys; /* references to secrets */
  int auth;    /* AuthStyle */
} AiStudioConfig;

static const OptionChoice profiles[] = {
  { "google", PROFILE_GOOGLE, "Google itself" },
  { "apiyi", PROFILE_APIYI, "APIYI, which takes its key as a bearer's" },
  { 0 },
};

static const OptionChoice auth_styles[] = {
  { "usual", AUTH_USUAL, "as the profile has it" },
  { "x-goog-api-key", AUTH_GOOGLE, "as Google takes it" },
  { "bearer", AUTH_BEARER, "as most gateways take it: Authorization: Bearer" },
  { 0 },
};

static const Option rows[] = {
  { OPTION_CHOICE (AiStudioConfig, profile), .name = "profile", .choices = profiles,
    .fallback = "google",
    .help = "Whose service it is: what 'base-url' and 'auth' are when unset" },
  { OPTION_TEXTS (AiStudioConfig, keys), .name = "keys", .flags = OPTION_SECRET,
    .help =
      "API keys, used in turn; unset: GOOGLE_API_KEY, or else GEMINI_API_KEY, of the environment" },
  { OPTION_CHOICE (AiStudioConfig, auth), .name = "auth", .choices = auth_styles,
    .fallback = "usual", .help = "The header that the key is sent in" },
  SERVICE_ROWS (
    AiStudioConfig,
    "Where the API is; unset: https://generativelanguage.googleapis.com, or the profile's",
    "nano-banana-pro"),
  { 0 },
};

static const OptionTable config_options = { rows, sizeof (AiStudioConfig), .shorthand = NULL };

static bool
check_config (const void *config, const Node *node, Problems *problems)
{
  const ServiceConfig *service = config;
  bool ok = base_url_check (service->base_url, node, problems);
  return service_check_pace (service, node, problems) && ok;
}

static bool
check (const GenerateOptions *options, const Model *row, const void *config,
       const char **out_option, GError **error)
{
  return gemini_check (GEMINI_DEVELOPER, options, row, out_option, error);
}

static const char *
base_url (const AiStudioConfig *config)
{
  static const char *const urls[] = {
    [PROFILE_GOOGLE] = "https://generativelanguage.googleapis.com",
    [PROFILE_APIYI] = "https://api.apiyi.com",
  };
  return config->service.base_url != NULL ? config->service.base_url : urls[config->profile];
}

static bool
first_step (const ProviderRequest *asked, ProviderStep *out_step, GError **error)
{
  const AiStudioConfig *config = asked->config;
  g_autofree char *id = g_uri_escape_string (asked->model, NULL, FALSE);
  g_autofree char *url = base_url_join (base_url (config), "/v1beta/models/%s:generateContent", id);
  HttpRequest *request = http_request_new ("POST", url);
  request->timeout_ms = config->service.timeout_ms;
  gemini_add_body (asked, GEMINI_DEVELOPER, request);
  *out_step = (ProviderStep){ .kind = PROVIDER_SEND, .request = request };
  return true;
}

static void
login (const void *config, ProviderLogin *out_login)
{
  static const char *const names[] = { "GOOGLE_API_KEY", "GEMINI_API_KEY", NULL };
  const AiStudioConfig *own = config;
  bool is_bearer = own->auth == AUTH_BEARER ||
                   (own->auth == AUTH_USUAL && own->profile == PROFILE_APIYI);
  *out_login = (ProviderLogin){
    .address = base_url (own),
    .header = is_bearer ? "Authorization" : "x-goog-api-key",
    .keys = own->keys,
    /* A gateway is another company: it gets the keys that are meant for it. */
    .key_names = own->profile == PROFILE_GOOGLE && base_url_takes_usual_keys (own->service.base_url)
                   ? names
                   : NULL,
  };
}

static const JsonScanPath image_paths[] = { GEMINI_IMAGE_PATHS, { NULL, 0 } };

static void
take_answer (const ProviderRequest *asked, const ProviderAnswer *answer, Verdict *verdict)
{
  gemini_take_answer (answer, "ai-studio", verdict);
}

const ProviderType provider_ai_studio = {
  .name = "ai-studio",
  .summary = "Gemini's image models by the Gemini Developer API, with a key of Google AI Studio",
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
  .pace = service_pace,
  .day_rule = GOOGLE_DAY_RULE,
  .day_words = GOOGLE_DAY_WORDS,
  .login = login,
  .image_paths = image_paths,
  .take_answer = take_answer,
};
