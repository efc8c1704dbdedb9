#include <math.h>

#include "base/clock.h"
#include "base/units.h"
#include "cache/gc.h"
#include "cache/state.h"
#include "cli/cache-selection.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"

typedef struct {
  int64_t max_size, older_than, quarantine;
  bool include_paid, forget_outputs, delete_them;
} GcOptions;

static const Option rows[] = {
  { OPTION_BYTES (GcOptions, max_size), .name = "max-size", .value_name = "SIZE", .min = 1,
    .max = 1e18,
    .help = "Until the cache takes no more than this: spare pixel frames first, then "
            "originals, the oldest first" },
  { OPTION_DURATION (GcOptions, older_than), .name = "older-than", .value_name = "AGE",
    .help = "Originals that were last got longer ago, such as 90d" },
  { OPTION_BOOL (GcOptions, include_paid), .name = "include-paid",
    .help = "Also originals that were paid for or imported" },
  { OPTION_BOOL (GcOptions, forget_outputs), .name = "forget-outputs",
    .help = "Forget outputs whose files are gone" },
  { OPTION_DURATION (GcOptions, quarantine), .name = "quarantine", .value_name = "AGE",
    .help = "Remove what has been in quarantine for longer, such as 30d" },
  { OPTION_BOOL (GcOptions, delete_them), .name = "delete",
    .help = "Do it; without, it is only told what would go" },
  { 0 },
};
static const OptionTable gc_options = { rows, sizeof (GcOptions), NULL };

/* ---- telling ---- */

typedef struct {
  const GlobalOptions *global;
  const GcOptions *options;
  GcTotals totals;
  GcQuarantine quarantine;
  int64_t n_forgotten;
  int64_t n_failed;
} Teller;

static const char *
fate_word (GcFate fate)
{
  switch (fate) {
  case GC_GOES:
    return "original";
  case GC_PIXELS_GO:
    return "pixels";
  case GC_STAYS_PRECIOUS:
    return "kept";
  case GC_STAYS:
  case GC_STAYS_IN_USE:
    break;
  }
  return "";
}

static char *
day_of (const GcItem *item)
{
  g_autoptr (GDateTime) time = item->got_us > 0
                                 ? g_date_time_new_from_unix_local (item->got_us / G_USEC_PER_SEC)
                                 : NULL;
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("");
}

static void
tell_item (const Teller *teller, const GcItem *item)
{
  const DigestHex hex = digest_to_hex (&item->digest);
  int64_t bytes = item->pixels_bytes + (item->fate == GC_PIXELS_GO ? 0 : item->frame_bytes);
  if (teller->global->json) {
    cJSON *json = event_begin (item->fate == GC_STAYS_PRECIOUS ? "kept" : "goes");
    cJSON_AddStringToObject (json, "what", item->fate == GC_PIXELS_GO ? "pixels" : "original");
    cJSON_AddStringToObject (json, "sha256", hex.text);
    cJSON_AddNumberToObject (json, "bytes", (double)bytes);
    event_print (json);
    return;
  }
  if (item->fate == GC_STAYS_PRECIOUS && !teller->global->verbose)
    return;
  g_autofree char *size = units_describe_bytes (bytes);
  g_autofree char *day = day_of (item);
  terminal_print ("%-8s  %.12s  %8s  %s", fate_word (item->fate), hex.text, size, day);
}

static void
append_part (GString *out, int64_t n, const char *what, const char *many, int64_t bytes)
{
  if (n == 0)
    return;
  g_autofree char *size = bytes > 0 ? units_describe_bytes (bytes) : NULL;
  g_string_append_printf (out, "%s%" G_GINT64_FORMAT " %s%s%s%s", out->len > 0 ? ", " : "", n,
                          n == 1 ? what : many, size != NULL ? " (" : "", size != NULL ? size : "",
                          size != NULL ? ")" : "");
}

static void
print_summary (const Teller *teller)
{
  const GcTotals *totals = &teller->totals;
  bool is_done = teller->options->delete_them;
  g_autoptr (GString) out = g_string_new (NULL);
  append_part (out, totals->n_going, "original", "originals", totals->going_bytes);
  append_part (out, totals->n_pixels_going, "spare pixel frame", "spare pixel frames",
               totals->pixels_going_bytes);
  append_part (out, teller->quarantine.n_files, "file in quarantine", "files in quarantine",
               teller->quarantine.bytes);
  append_part (out, teller->n_forgotten, "output that is gone", "outputs that are gone", 0);
  if (out->len == 0)
    terminal_print ("nothing %s", is_done ? "had to go" : "would go");
  else
    terminal_print ("%s %s", out->str, is_done ? "went" : "would go");
  if (totals->n_precious > 0) {
    g_autofree char *size = units_describe_bytes (totals->precious_bytes);
    terminal_note ("%" G_GINT64_FORMAT
                   " more (%s) stay: they were paid for or imported, or nothing "
                   "is told of them; --include-paid lets them go",
                   totals->n_precious, size);
  }
  if (!is_done && out->len > 0)
    terminal_note ("nothing was removed; --delete does it");
}

static void
finish (const Teller *teller, const GError *error, int code)
{
  if (!teller->global->json) {
    if (error != NULL)
      terminal_error ("%s", error->message);
    else if (!teller->global->quiet)
      print_summary (teller);
    return;
  }
  const GcTotals *totals = &teller->totals;
  const struct {
    const char *name;
    int64_t value;
  } counts[] = {
    { "stored-bytes", totals->bytes },
    { "originals", totals->n_going },
    { "original-bytes", totals->going_bytes },
    { "spare-pixels", totals->n_pixels_going },
    { "spare-pixel-bytes", totals->pixels_going_bytes },
    { "kept", totals->n_precious },
    { "kept-bytes", totals->precious_bytes },
    { "quarantine-files", teller->quarantine.n_files },
    { "quarantine-bytes", teller->quarantine.bytes },
    { "outputs-forgotten", teller->n_forgotten },
  };
  cJSON *json = event_begin ("summary");
  cJSON_AddBoolToObject (json, "deleted", teller->options->delete_them);
  for (unsigned i = 0; i < G_N_ELEMENTS (counts); i++)
    cJSON_AddNumberToObject (json, counts[i].name, (double)counts[i].value);
  event_print_summary (json, error, code);
}

/* ---- doing ---- */

/* Digest, or NULL (without an error: all). */
static GArray *
choose (const Invocation *invocation, Cache *cache, GError **error)
{
  const SelectionOptions *options = invocation->shared;
  g_auto (Selection) selection = { .text = NULL };
  if (!selection_is_narrow (options) || !selection_init (&selection, options, NULL, error))
    return NULL;
  return selection_list (&selection, cache, error);
}

static bool
collect_originals (const Invocation *invocation, Teller *teller, Cache *cache, GError **error)
{
  const GcOptions *options = teller->options;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GArray) chosen = choose (invocation, cache, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return false;
  }
  g_autoptr (GArray) items = gc_survey (cache, chosen, error);
  if (items == NULL)
    return false;
  const GcPolicy policy = {
    .most_bytes = options->max_size,
    .before_us = options->older_than > 0 ? clock_now_us () - options->older_than * 1000 : 0,
    .include_paid = options->include_paid,
  };
  gc_decide (items, &policy, &teller->totals);
  for (unsigned i = 0; i < items->len; i++) {
    GcItem *item = &g_array_index (items, GcItem, i);
    if (options->delete_them && !gc_carry_out (cache, item, error))
      return false;
    if (item->fate != GC_STAYS && item->fate != GC_STAYS_IN_USE)
      tell_item (teller, item);
  }
  teller->totals = gc_count (items);
  return true;
}

static bool
forget_outputs (const char *home, bool remove, int64_t *out_n, GError **error)
{
  g_autoptr (State) state = state_open (home, error);
  return state != NULL && state_forget_gone (state, remove, out_n, error);
}

static bool
collect (const Invocation *invocation, Teller *teller, GError **error)
{
  const GcOptions *options = teller->options;
  bool has_policy = options->max_size > 0 || options->older_than > 0;
  if (!has_policy && !options->forget_outputs && options->quarantine == 0) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "'peel cache gc' needs to know what may go: --max-size, --older-than, "
                         "--quarantine or --forget-outputs (an AGE is at least 1ms)");
    return false;
  }
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  if (cache == NULL || (has_policy && !collect_originals (invocation, teller, cache, error)))
    return false;
  if (options->quarantine > 0 &&
      !gc_sweep_quarantine (cache, g_get_real_time () - options->quarantine * 1000,
                            options->delete_them, &teller->quarantine, error))
    return false;
  return !options->forget_outputs ||
         forget_outputs (cache_home (cache), options->delete_them, &teller->n_forgotten, error);
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  Teller teller = { .global = invocation->global, .options = invocation->options };
  int code = collect (invocation, &teller, &error) ? EXIT_OK : (int)exit_code_of (error);
  finish (&teller, error, code);
  return code;
}

extern const CommandType command_cache_gc;
const CommandType command_cache_gc = {
  .name = "cache gc",
  .synopsis = "",
  .summary = "Make room: tell what could go, and with --delete remove it",
  .details =
    "What was paid for or imported stays unless --include-paid is given, and so does what nothing "
    "is told of. What goes is gone: an original that was drawn, or loaded from a file that is "
    "still there, comes back with the next run that needs it. The options that choose originals "
    "narrow down what may go; --max-size counts the whole cache all the same. A spare pixel frame "
    "saves decoding and no more. Let no run be at work with what may go.",
  .example = "  peel cache gc --max-size 20GB\n"
             "  peel cache gc --older-than 90d --provider synthetic --delete\n"
             "  peel cache gc --quarantine 30d --forget-outputs --delete",
  .options = &gc_options,
  .shared = &shared_selection_options,
  .run = run,
};
