/* Looks at what Peel needs of the machine, and says what to do about what is missing. It changes
 * nothing: not even the cache's folder is made. */
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/install.h"
#include "base/path.h"
#include "base/units.h"
#include "cache/cache.h"
#include "cli/command.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/help.h"
#include "cli/project-config.h"
#include "cli/provider-state.h"
#include "cli/terminal.h"
#include "cli/today-report.h"
#include "image/self-test.h"
#include "pipeline/config.h"
#include "pipeline/preset.h"
#include "providers/command.h"
#include "run/signer.h"
#include "stages/fonts.h"
#include "stages/profiles.h"
#include "transport/lane.h"

typedef struct {
  char *profile;
} DoctorOptions;

static const Option rows[] = { PROFILE_ROW (DoctorOptions, profile), { 0 } };
static const OptionTable doctor_options = { rows, sizeof (DoctorOptions), NULL };

typedef enum { HEALTH_OK, HEALTH_WARNING, HEALTH_PROBLEM } Health;

typedef struct {
  bool is_json;
  const char *home; /* of --home, or NULL */
  unsigned counts[HEALTH_PROBLEM + 1];
  unsigned n_set_up; /* providers that ask a service, or run a program */
} Doctor;

/* A disk with less room than a few large originals and what is made of them. */
enum { SCARCE_BYTES = 1000 * 1000 * 1000 };

static const char *const health_words[] = { "ok", "warning", "problem" };

/* Of what stands below a finding's text. */
static const char indent[] = "                      ";

/* `advice`: what to do, or NULL. */
static void tell (Doctor *doctor, Health health, const char *name, const char *advice,
                  const char *format, ...) G_GNUC_PRINTF (5, 6);
static void
tell (Doctor *doctor, Health health, const char *name, const char *advice, const char *format, ...)
{
  static const char *const colors[] = { "\033[32m", "\033[33m", "\033[31m" };
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  doctor->counts[health]++;
  if (doctor->is_json) {
    cJSON *json = event_begin ("finding");
    cJSON_AddStringToObject (json, "name", name);
    cJSON_AddStringToObject (json, "health", health_words[health]);
    cJSON_AddStringToObject (json, "text", text);
    event_add_text (json, "advice", advice);
    event_print (json);
    return;
  }
  bool has_color = terminal_has_color (false);
  g_autofree char *shown = terminal_safe (text, false);
  terminal_print ("%s%-7s%s  %-12s %s", has_color ? colors[health] : "", health_words[health],
                  has_color ? "\033[0m" : "", name, shown);
  if (advice != NULL)
    terminal_print ("%s-> %s", indent, advice);
}

/* ---- pictures ---- */

static const struct {
  ImageFormat format;
  const char *advice;
} codecs[] = {
  { IMAGE_FORMAT_JPEG, "install a libvips built with libjpeg (Debian: libvips42)" },
  { IMAGE_FORMAT_PNG, "install a libvips built with libspng or libpng (Debian: libvips42)" },
  { IMAGE_FORMAT_WEBP, "install a libvips built with libwebp (Debian: libvips42, libwebpmux3)" },
  { IMAGE_FORMAT_AVIF,
    "install libheif with an AV1 encoder and decoder (Debian: libheif1, libaom3, "
    "libdav1d6; newer ones: libheif-plugin-aomenc)" },
  { IMAGE_FORMAT_TIFF, "install a libvips built with libtiff (Debian: libvips42)" },
};

static void
look_at_pictures (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;
  if (!image_start (1, &error)) {
    tell (doctor, HEALTH_PROBLEM, "libvips", "install libvips 8.14 or newer (Debian: libvips42)",
          "%s", error->message);
    return;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (codecs); i++) {
    g_autoptr (GError) complaint = NULL;
    const char *label = image_format_type (codecs[i].format)->label;
    if (image_self_test_format (codecs[i].format, &complaint))
      tell (doctor, HEALTH_OK, label, NULL, "is written and read");
    else
      tell (doctor, HEALTH_PROBLEM, label, codecs[i].advice, "%s", complaint->message);
  }
  if (image_self_test_palette (&error))
    tell (doctor, HEALTH_OK, "palettes", NULL, "PNG with few colours can be written");
  else
    tell (doctor, HEALTH_WARNING, "palettes",
          "install a libvips built with libimagequant, if a pipeline says 'palette: true'", "%s",
          error->message);
}

static void
look_at_fonts (Doctor *doctor)
{
  g_autofree char *font = font_find_default ();
  if (font != NULL)
    tell (doctor, HEALTH_OK, "fonts", NULL, "text is set in %s unless a pipeline says otherwise",
          font);
  else
    tell (doctor, HEALTH_WARNING, "fonts",
          "install some, if a pipeline sets text (Debian: fonts-dejavu-core)",
          "fontconfig finds none");
}

static void
look_at_profiles (Doctor *doctor)
{
  g_autofree char *folders = profiles_describe_folders ();
  unsigned n = profiles_count (4);
  if (n > 0)
    tell (doctor, HEALTH_OK, "profiles", NULL, "%u CMYK profile%s in %s", n, n == 1 ? "" : "s",
          folders);
  else {
    g_autofree char *builder = install_dup_profile_builder (NULL);
    g_autofree char *fix = g_strdup_printf (
      "for print in CMYK, copy your printer's profile into one of them, or build some from free "
      "measurements: %s",
      builder);
    tell (doctor, HEALTH_OK, "profiles", fix, "none for CMYK in %s; sRGB, P3 and grey need none",
          folders);
  }
}

/* ---- folders ---- */

/* The folder itself, or the deepest one above it that is there. */
static char *
existing_part (const char *folder)
{
  char *path = g_strdup (folder);
  while (!g_file_test (path, G_FILE_TEST_EXISTS) && strcmp (path, "/") != 0) {
    char *parent = g_path_get_dirname (path);
    g_free (path);
    path = parent;
  }
  return path;
}

/* Space and permission; `advice` is for both. */
static void
look_at_folder (Doctor *doctor, const char *name, const char *folder, const char *advice)
{
  g_autofree char *there = existing_part (folder);
  struct statvfs space;
  bool exists = strcmp (there, folder) == 0;
  if (!g_file_test (there, G_FILE_TEST_IS_DIR)) {
    tell (doctor, HEALTH_PROBLEM, name, advice, "%s is no folder", there);
  } else if (access (there, W_OK | X_OK) != 0) {
    tell (doctor, HEALTH_PROBLEM, name, advice,
          exists ? "%s cannot be written to" : "%s cannot be written to, so %s cannot be made",
          there, folder);
  } else if (statvfs (there, &space) != 0) {
    tell (doctor, HEALTH_PROBLEM, name, advice, "%s cannot be looked at: %s", there,
          g_strerror (errno));
  } else {
    int64_t free_bytes = (int64_t)space.f_bavail * (int64_t)space.f_frsize;
    g_autofree char *shown = units_describe_bytes (free_bytes);
    bool is_scarce = free_bytes < SCARCE_BYTES;
    tell (doctor, is_scarce ? HEALTH_WARNING : HEALTH_OK, name, is_scarce ? advice : NULL,
          "%s%s, %s free", folder, exists ? "" : " (made when it is needed)", shown);
  }
}

static void
look_at_cache (Doctor *doctor)
{
  static const char *const advice = "choose another folder with --home or PEEL_HOME";
  g_autofree char *home = doctor->home != NULL ? g_canonicalize_filename (doctor->home, NULL)
                                               : cache_default_home ();
  g_autofree char *there = existing_part (home);
  g_autofree char *file_system = NULL;
  look_at_folder (doctor, "cache", home, advice);
  if (!cache_is_local (there, &file_system))
    tell (doctor, HEALTH_PROBLEM, "cache",
          "choose a folder on a local disk with --home or PEEL_HOME; machines do not share a cache",
          "%s is on %s, a network file system: locks and databases cannot be trusted there", there,
          file_system);
}

static void
look_at_presets (Doctor *doctor)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autoptr (PresetPath) path = preset_path_new (folder);
  g_autoptr (GPtrArray) names = preset_list (path, NULL);
  if (g_file_test (folder, G_FILE_TEST_IS_DIR) && names->len > 0)
    tell (doctor, HEALTH_OK, "presets", NULL, "%u, the built-in ones from %s", names->len, folder);
  else
    tell (doctor, HEALTH_PROBLEM, "presets", "install Peel again: its share/ folder is incomplete",
          "the built-in ones are not in %s", folder);
}

/* ---- services ---- */

static void
look_at_network (Doctor *doctor)
{
  g_autofree char *libraries = lane_library_versions ();
  if (!lane_has_tls ())
    tell (doctor, HEALTH_PROBLEM, "network", "install a libcurl built with TLS (Debian: libcurl4)",
          "%s has no TLS, so no service can be asked", libraries);
  else if (!lane_has_http2 ())
    tell (doctor, HEALTH_WARNING, "network",
          "install a libcurl built with nghttp2 (Debian: libcurl4)",
          "%s has no HTTP/2: each request under way takes a connection of its own", libraries);
  else
    tell (doctor, HEALTH_OK, "network", NULL, "%s: TLS and HTTP/2", libraries);
}

/* What can be known without a request: whether it is right shows in the first. */
static void
look_at_login (Doctor *doctor, const ProviderState *state, const char *name)
{
  g_autofree char *login = provider_state_login (state, doctor->is_json ? "" : indent);
  if (state->problem != NULL)
    tell (doctor, HEALTH_PROBLEM, name, "docs/providers.md tells how to set it up", "%s", login);
  else if (state->is_guess)
    tell (doctor, HEALTH_WARNING, name, "elsewhere: gcloud auth application-default login", "%s",
          login);
  else
    tell (doctor, HEALTH_OK, name, NULL, "%s", login);
  for (unsigned i = 0; i < state->warnings->len; i++)
    tell (doctor, HEALTH_WARNING, name, NULL, "%s", (const char *)state->warnings->pdata[i]);
}

static void
look_at_project (Doctor *doctor, const ProviderState *state, const char *name)
{
  if (!state->needs_project || state->problem != NULL)
    return;
  if (state->project != NULL)
    tell (doctor, HEALTH_OK, name, NULL, "project %s", state->project);
  else
    tell (doctor, HEALTH_WARNING, name,
          "say 'project' under 'providers: vertex:' in your configuration",
          "no Google Cloud project is known, and one must pay");
}

/* One that nobody set up is no finding. */
static void
look_at_provider (Doctor *doctor, const Config *config, const ProviderType *type)
{
  g_autoptr (ProviderState) state = provider_state_new (config, type);
  bool is_found = state->logins->len > 0 && !state->is_guess;
  if (!state->sends || !(state->is_configured || state->is_in_environment || is_found))
    return;
  doctor->n_set_up++;
  look_at_login (doctor, state, type->name);
  look_at_project (doctor, state, type->name);
  if (state->base_url != NULL)
    tell (doctor, HEALTH_OK, type->name, NULL, "is asked at %s", state->base_url);
}

/* Of all that wait, one is told: 'peel providers' tells the others. */
static void
look_at_waits (Doctor *doctor, const Config *config, Quotas *view, const ProviderType *type)
{
  g_autoptr (GError) error = NULL;
  int64_t now_us = g_get_real_time ();
  g_autoptr (Today) today = today_read (view, config, type, now_us, &error);
  if (today == NULL) {
    tell (doctor, HEALTH_WARNING, type->name, NULL, "what it was asked today cannot be told: %s",
          error->message);
    return;
  }
  const TodayLane *lane = today_waits (today);
  if (lane == NULL)
    return;
  g_autofree char *wait = today_report_wait (lane, type, now_us);
  g_autofree char *advice = g_strdup_printf (
    "wait, or if you have raised the quota: peel providers --resume %s", type->name);
  tell (doctor, lane->is_day ? HEALTH_WARNING : HEALTH_OK, type->name, advice, "%s", wait);
}

static void
look_at_budget (Doctor *doctor, const Config *config, Quotas *view)
{
  TodayBudget budget = today_budget (view, config, g_get_real_time ());
  bool is_used_up = budget.left_usd <= 0;
  if (budget.most_usd < 0)
    return;
  g_autofree char *text = today_report_budget (&budget);
  tell (doctor, is_used_up ? HEALTH_WARNING : HEALTH_OK, "budget",
        is_used_up ? "wait for midnight, or raise 'per-day' there" : NULL, "%s", text);
}

static void
look_at_providers (Doctor *doctor, const Config *config)
{
  GlobalOptions global = { .home = (char *)doctor->home };
  g_autoptr (Quotas) view = today_report_open (&global);
  for (unsigned i = 0; i < provider_n_types (); i++) {
    look_at_provider (doctor, config, provider_types[i]);
    look_at_waits (doctor, config, view, provider_types[i]);
  }
  if (doctor->n_set_up == 0)
    tell (doctor, HEALTH_WARNING, "providers",
          "docs/providers.md tells how to set one up, if pipelines are to make pictures",
          "no service and no program is set up: only 'synthetic' makes originals");
  look_at_budget (doctor, config, view);
}

/* A program that signs is not run: it may ask for a card, or a finger. */
static void
look_at_signing (Doctor *doctor, const Config *config)
{
  enum { SOON_S = 30 * 24 * 3600 };
  const Signing *signing = config_signing (config);
  g_autoptr (GError) error = NULL;
  if (!signing_is_set (signing))
    return;
  g_autoptr (Signer) signer = signer_new (signing, &error);
  if (signer == NULL) {
    tell (doctor, HEALTH_PROBLEM, "signing", "docs/provenance.md tells what it takes", "%s",
          error->message);
    return;
  }
  int64_t ends_s;
  g_autofree char *name = signer_describe (signer, &ends_s);
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (ends_s);
  g_autofree char *date = end != NULL ? g_date_time_format (end, "%F") : g_strdup ("?");
  bool is_soon = ends_s - g_get_real_time () / G_USEC_PER_SEC < SOON_S;
  tell (doctor, is_soon ? HEALTH_WARNING : HEALTH_OK, "signing",
        is_soon ? "ask its authority for a new one" : NULL,
        "Content Credentials are signed as %s, by a certificate that ends on %s", name, date);
}

/* ---- the rest ---- */

/* The first line of all mistakes says enough here; every other command tells them all. */
static Config *
load_configuration (Doctor *doctor, const Invocation *invocation)
{
  const DoctorOptions *options = invocation->options;
  g_autoptr (Problems) problems = problems_new ();
  Config *config = project_config_load_here (options->profile, invocation->global, problems);
  if (config == NULL) {
    g_autofree char *text = problems_format (problems);
    *strchrnul (text, '\n') = '\0';
    tell (doctor, HEALTH_PROBLEM, "config", "'peel check PIPELINE' shows every mistake in it", "%s",
          text);
  }
  return config;
}

static void
look_at_command (Doctor *doctor, const Config *config)
{
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  doctor->n_set_up += command != NULL;
  if (command == NULL)
    tell (doctor, HEALTH_OK, "config", NULL, "%s names no program that makes pictures",
          config_path (config));
  else if (access (command->program[0], X_OK) != 0)
    tell (doctor, HEALTH_PROBLEM, "config", "install it, or name another there",
          "%s, which %s names, cannot be run: %s", command->program[0], config_path (config),
          g_strerror (errno));
  else
    tell (doctor, HEALTH_OK, "config", NULL, "%s runs %s", config_path (config),
          command->program[0]);
}

static void
look_at_clock (Doctor *doctor)
{
  enum { DAY_S = 24 * 60 * 60 };
  struct stat program;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *shown = g_date_time_format (now, "%Y-%m-%d %H:%M");
  bool is_late = stat ("/proc/self/exe", &program) == 0 &&
                 g_date_time_to_unix (now) < program.st_mtime - DAY_S;
  tell (doctor, is_late ? HEALTH_WARNING : HEALTH_OK, "clock", is_late ? "set the clock" : NULL,
        is_late ? "%s is before this program was built" : "%s", shown);
}

static void
look_at_locale (Doctor *doctor)
{
  const char *charset = nl_langinfo (CODESET);
  bool is_utf8 = strcmp (charset, "UTF-8") == 0;
  tell (doctor, is_utf8 ? HEALTH_OK : HEALTH_WARNING, "locale",
        is_utf8 ? NULL : "export LANG=C.UTF-8 (what Peel prints is UTF-8 in any case)", "%s",
        charset);
}

static int
finish (Doctor *doctor)
{
  unsigned n_problems = doctor->counts[HEALTH_PROBLEM];
  unsigned n_warnings = doctor->counts[HEALTH_WARNING];
  int code = n_problems > 0 ? EXIT_FAILED : EXIT_OK;
  if (doctor->is_json) {
    cJSON *json = event_begin ("summary");
    cJSON_AddNumberToObject (json, "ok", doctor->counts[HEALTH_OK]);
    cJSON_AddNumberToObject (json, "warnings", n_warnings);
    cJSON_AddNumberToObject (json, "problems", n_problems);
    event_print_summary (json, NULL, code);
    return code;
  }
  if (n_problems + n_warnings == 0)
    terminal_print ("\nEverything is in order.");
  else
    terminal_print ("\n%u problem%s, %u warning%s.", n_problems, n_problems == 1 ? "" : "s",
                    n_warnings, n_warnings == 1 ? "" : "s");
  return code;
}

static int
run (const Invocation *invocation)
{
  Doctor doctor = { .is_json = invocation->global->json, .home = invocation->global->home };
  g_autofree char *libraries = help_libraries ();
  tell (&doctor, HEALTH_OK, "peel", NULL, "%s", install_version ());
  tell (&doctor, HEALTH_OK, "libraries", NULL, "%s", libraries);
  look_at_pictures (&doctor);
  look_at_fonts (&doctor);
  look_at_profiles (&doctor);
  look_at_cache (&doctor);
  look_at_folder (&doctor, "temporary", g_get_tmp_dir (), "choose another folder with TMPDIR");
  look_at_presets (&doctor);
  look_at_network (&doctor);
  g_autoptr (Config) config = load_configuration (&doctor, invocation);
  if (config != NULL) {
    look_at_command (&doctor, config);
    look_at_providers (&doctor, config);
    look_at_signing (&doctor, config);
  }
  look_at_clock (&doctor);
  look_at_locale (&doctor);
  return finish (&doctor);
}

extern const CommandType command_doctor;
const CommandType command_doctor = {
  .name = "doctor",
  .synopsis = "",
  .summary = "Look at libraries, codecs, cache and logins, and say what to fix",
  .details =
    "Every finding is ok, a warning or a problem; the exit code is 1 when there is a "
    "problem. Nothing is changed, and nothing is sent: whether a service takes a key shows "
    "in the first request.",
  .example = "  peel doctor\n"
             "  peel doctor --home /data/peel --json",
  .options = &doctor_options,
  .run = run,
};
