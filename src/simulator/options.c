#include "simulator/options.h"

#include "base/units.h"

static const OptionChoice paints[] = {
  { "scene", PAINT_SCENE, "a photographic-looking picture that the prompt steers" },
  { "noise", PAINT_NOISE, "coloured noise, as large as a photograph and much faster" },
  { NULL, 0, NULL },
};

static const Option rows[] = {
  { OPTION_TEXT (SimulatorOptions, host), .name = "host", .fallback = "127.0.0.1",
    .value_name = "ADDRESS", .help = "Where to listen: 127.0.0.1 or ::1, nothing else" },
  { OPTION_INT (SimulatorOptions, port), .name = "port", .min = 0, .max = 65535, .fallback = "0",
    .value_name = "N", .help = "The port; 0 takes any that is free" },
  { OPTION_TEXTS (SimulatorOptions, keys), .name = "key", .flags = OPTION_REPEATED,
    .value_name = "KEY", .help = "An API key that is accepted, instead of simulator-key" },
  { OPTION_TEXTS (SimulatorOptions, access_tokens), .name = "access-token",
    .flags = OPTION_REPEATED, .value_name = "TOKEN",
    .help = "A token that Vertex AI accepts and that never expires" },
  { OPTION_TEXT (SimulatorOptions, public_key), .name = "public-key", .value_name = "FILE",
    .help = "PEM file with the public key that signed assertions are verified with" },
  { OPTION_TEXT (SimulatorOptions, account), .name = "account", .value_name = "EMAIL",
    .help = "The one issuer of signed assertions, instead of any" },
  { OPTION_TEXT (SimulatorOptions, refresh_token), .name = "refresh-token", .value_name = "TOKEN",
    .help = "The refresh token that is accepted, instead of simulator-refresh-token" },
  { OPTION_INT (SimulatorOptions, token_life_s), .name = "token-life", .min = 1, .max = 43200,
    .unit = "s", .fallback = "3599", .value_name = "SECONDS",
    .help = "How long an access token lives" },
  { OPTION_TEXT (SimulatorOptions, project), .name = "project", .fallback = "simulator-project",
    .value_name = "NAME", .help = "The Google Cloud project that the metadata server tells" },
  { OPTION_TEXT (SimulatorOptions, denied_project), .name = "denied-project", .value_name = "NAME",
    .help = "A project whose calls are answered 403" },
  { OPTION_TEXT (SimulatorOptions, script), .name = "script", .value_name = "FILE",
    .help = "Rules for faults and odd answers, see --help-script" },
  { OPTION_TEXT (SimulatorOptions, log), .name = "log", .value_name = "FILE",
    .help = "Append a line of JSON for every request" },
  { OPTION_TEXT (SimulatorOptions, keep), .name = "keep", .value_name = "FOLDER",
    .help = "Keep every picture that is sent as FOLDER/SHA256.EXTENSION" },
  { OPTION_TEXT (SimulatorOptions, latency), .name = "latency", .value_name = "MIN..MAX",
    .help = "Milliseconds that a picture takes, drawn evenly from a range" },
  { OPTION_TEXT (SimulatorOptions, type), .name = "type", .value_name = "png|jpeg|webp",
    .help = "The type of all pictures whose request asks for none" },
  { OPTION_CHOICE (SimulatorOptions, paint), .name = "paint", .choices = paints,
    .fallback = "scene", .value_name = "HOW", .help = "How pictures are drawn" },
  { OPTION_BOOL (SimulatorOptions, same_picture), .name = "same-picture",
    .help = "One picture for every prompt and seed: drawn once for each size and type" },
  { OPTION_BOOL (SimulatorOptions, retired), .name = "retired",
    .help = "Imagen's models, which are shut down, answer as they did" },
  { OPTION_BYTES (SimulatorOptions, picture_memory), .name = "picture-memory", .min = 1,
    .max = 1e12, .fallback = "256MB", .value_name = "SIZE",
    .help = "How many bytes of pictures are kept to be sent again" },
  { OPTION_INT (SimulatorOptions, rpm), .name = "rpm", .min = 1, .max = 1e6, .value_name = "N",
    .help = "Requests a minute for each key; more are answered 429" },
  { OPTION_INT (SimulatorOptions, rpd), .name = "rpd", .min = 1, .max = 1e9, .value_name = "N",
    .help = "Requests a day for each key; more are answered 429" },
  { OPTION_INT (SimulatorOptions, concurrent), .name = "concurrent", .min = 1, .max = 1e6,
    .value_name = "N", .help = "Requests at a time for each key; more are answered 429" },
  { OPTION_DURATION (SimulatorOptions, minute_ms), .name = "minute", .min = 1, .max = 86400000,
    .fallback = "60s", .value_name = "DURATION",
    .help = "How long the minute of --rpm is: 6s rehearses ten times as fast" },
  { OPTION_DURATION (SimulatorOptions, day_ms), .name = "day", .min = 1, .max = 86400000,
    .fallback = "24h", .value_name = "DURATION",
    .help = "How long the day of --rpd is, from a key's first request" },
  { OPTION_INT (SimulatorOptions, random), .name = "random", .min = 0, .max = 2147483647,
    .fallback = "1", .value_name = "SEED",
    .help = "Seed of latencies and of a rule's probability" },
  { OPTION_BOOL (SimulatorOptions, help), .name = "help", .letter = 'h',
    .help = "Show help and end" },
  { OPTION_BOOL (SimulatorOptions, help_script), .name = "help-script",
    .help = "Show what a script can hold and end" },
  { OPTION_BOOL (SimulatorOptions, version), .name = "version",
    .help = "Show the version and end" },
  { 0 },
};

bool
latency_parse (const char *text, int64_t *out_least_ms, int64_t *out_most_ms)
{
  const char *dots = strstr (text, "..");
  g_autofree char *first = dots != NULL ? g_strndup (text, (size_t)(dots - text)) : g_strdup (text);
  int64_t least, most;
  if (!units_parse_integer (first, &least) ||
      !units_parse_integer (dots != NULL ? dots + 2 : first, &most) || least < 0 || most < least ||
      most > 3600 * 1000)
    return false;
  *out_least_ms = least;
  *out_most_ms = most;
  return true;
}

char *
simulator_help (void)
{
  GString *out = g_string_new (
    "usage: peel-simulator [options]\n"
    "\n"
    "Stands in for the services that make pictures, on this machine and free of charge: the "
    "Gemini\n"
    "Developer API, Vertex AI, the OpenAI images API, Google's token endpoints and the metadata\n"
    "server. Prints its address, serves until it is told to stop (SIGINT, SIGTERM).\n"
    "\n");
  options_append_help (&simulator_options, true, 100, out);
  return g_string_free (out, FALSE);
}

const OptionTable simulator_options = { rows, sizeof (SimulatorOptions), NULL };
