#include <stdio.h>

#include "base/nearest.h"
#include "base/units.h"
#include "cli/cache-selection.h"
#include "cli/event.h"
#include "cli/terminal.h"

typedef struct {
  int limit;
  char **columns;
  bool oldest_first;
} LsOptions;

static const Option rows[] = {
  { OPTION_INT (LsOptions, limit), .name = "limit", .value_name = "N", .min = 0, .max = 1e9,
    .fallback = "100", .help = "List at most so many; 0 is all" },
  { OPTION_BOOL (LsOptions, oldest_first), .name = "oldest-first",
    .help = "Begin with those that were got long ago" },
  { OPTION_TEXTS (LsOptions, columns), .name = "columns", .value_name = "NAMES",
    .fallback = "hash,date,size,pixels,format,image,prompt",
    .help = "What to tell of each: hash, date, size, pixels, format, provider, model, cost, image, "
            "file, pipeline, tags, state (lost: its bytes are gone), prompt" },
  { 0 },
};
static const OptionTable ls_options = { rows, sizeof (LsOptions), NULL };

/* ---- columns ---- */

typedef struct {
  bool is_short; /* for a terminal what a person needs, elsewhere all of it */
  bool is_lost;
} Look;

/* New string. */
typedef char *(*ColumnText) (const CacheRow *row, Look look);

static char *
hash_of (const CacheRow *row, Look look)
{
  DigestHex hex = digest_to_hex (&row->digest);
  return g_strndup (hex.text, look.is_short ? 12 : DIGEST_HEX_CHARACTERS);
}

/* The day where the person is: "2026-01-31". */
static char *
date_of (const CacheRow *row, Look look)
{
  g_autoptr (GDateTime) utc = look.is_short ? g_date_time_new_from_iso8601 (row->last_at, NULL)
                                            : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  return local != NULL ? g_date_time_format (local, "%Y-%m-%d") : g_strdup (row->last_at);
}

static char *
size_of (const CacheRow *row, Look look)
{
  if (look.is_short && look.is_lost)
    return g_strdup ("lost");
  return look.is_short ? units_describe_bytes (row->size_bytes)
                       : g_strdup_printf ("%" G_GINT64_FORMAT, row->size_bytes);
}

static char *
pixels_of (const CacheRow *row, Look look)
{
  return row->width > 0 ? g_strdup_printf ("%dx%d", row->width, row->height) : g_strdup ("");
}

static char *
format_of (const CacheRow *row, Look look)
{
  return g_strdup (row->format);
}

static char *
provider_of (const CacheRow *row, Look look)
{
  return g_strdup (row->provider);
}

static char *
model_of (const CacheRow *row, Look look)
{
  return g_strdup (row->model);
}

static char *
cost_of (const CacheRow *row, Look look)
{
  if (look.is_short)
    return row->cost_usd > 0 ? g_strdup_printf ("$%.3f", row->cost_usd) : g_strdup ("");
  return units_format_number (row->cost_usd);
}

static char *
image_of (const CacheRow *row, Look look)
{
  return g_strdup (row->image_id);
}

static char *
file_of (const CacheRow *row, Look look)
{
  return g_strdup (row->path);
}

static char *
pipeline_of (const CacheRow *row, Look look)
{
  return g_strdup (row->pipeline);
}

static char *
tags_of (const CacheRow *row, Look look)
{
  return g_strdup (row->tags);
}

static char *
state_of (const CacheRow *row, Look look)
{
  return g_strdup (look.is_lost ? "lost" : "");
}

static char *
prompt_of (const CacheRow *row, Look look)
{
  return g_strdup (row->prompt);
}

typedef struct {
  const char *name;
  char alignment;
  ColumnText text;
} Column;

static const Column columns[] = {
  { "hash", 'l', hash_of },     { "date", 'l', date_of },         { "size", 'r', size_of },
  { "pixels", 'r', pixels_of }, { "format", 'l', format_of },     { "provider", 'c', provider_of },
  { "model", 'c', model_of },   { "cost", 'r', cost_of },         { "image", 'c', image_of },
  { "file", 'c', file_of },     { "pipeline", 'c', pipeline_of }, { "tags", 'c', tags_of },
  { "state", 'l', state_of },   { "prompt", 'c', prompt_of },
};

static const Column *
find_column (const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS (columns)];
  for (unsigned i = 0; i < G_N_ELEMENTS (columns); i++) {
    if (strcmp (columns[i].name, name) == 0)
      return &columns[i];
    names[i] = columns[i].name;
  }
  const char *near = nearest_name (name, names, G_N_ELEMENTS (names));
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "there is no column '%s'%s%s%s", name,
               near != NULL ? "; did you mean '" : "; 'peel cache ls --help' lists them",
               near != NULL ? near : "", near != NULL ? "'?" : "");
  return NULL;
}

/* ---- rows ---- */

typedef struct {
  const Column *chosen[64];
  unsigned n_chosen;
  Table *table; /* NULL: for a program */
  bool is_json;
  Cache *cache;
  unsigned n_rows, n_lost;
} Listing;

static bool
choose_columns (Listing *listing, char **names, GError **error)
{
  for (; names != NULL && *names != NULL; names++) {
    const Column *column = find_column (*names, error);
    if (column == NULL)
      return false;
    if (listing->n_chosen < G_N_ELEMENTS (listing->chosen))
      listing->chosen[listing->n_chosen++] = column;
  }
  if (listing->n_chosen > 0)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, "--columns names no column");
  return false;
}

/* On one line, whatever line breaks a prompt has. */
static char *
flatten (char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  GString *out = g_string_new (NULL);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", *word);
  g_free (text);
  return g_string_free (out, FALSE);
}

static void
add_row (const Listing *listing, const CacheRow *row, bool is_lost)
{
  const Look look = { listing->table != NULL, is_lost };
  for (unsigned i = 0; i < listing->n_chosen; i++) {
    g_autofree char *text = flatten (listing->chosen[i]->text (row, look));
    if (listing->table != NULL) {
      table_add_cell (listing->table, text);
      continue;
    }
    g_autofree char *safe = terminal_safe (text, true);
    printf ("%s%c", safe, i + 1 < listing->n_chosen ? '\t' : '\n');
  }
}

static void
add_json_text (cJSON *json, const char *name, const char *text)
{
  if (text[0] != '\0')
    cJSON_AddStringToObject (json, name, text);
}

static void
print_json (const CacheRow *row, bool is_lost)
{
  cJSON *json = event_begin ("original");
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&row->digest).text);
  cJSON_AddNumberToObject (json, "bytes", (double)row->size_bytes);
  if (row->width > 0) {
    cJSON_AddStringToObject (json, "format", row->format);
    cJSON_AddNumberToObject (json, "width", row->width);
    cJSON_AddNumberToObject (json, "height", row->height);
  }
  add_json_text (json, "first-at", row->first_at);
  add_json_text (json, "at", row->last_at);
  add_json_text (json, "source", row->source);
  add_json_text (json, "provider", row->provider);
  add_json_text (json, "model", row->model);
  add_json_text (json, "pipeline", row->pipeline);
  add_json_text (json, "image", row->image_id);
  if (row->variant > 0)
    cJSON_AddNumberToObject (json, "variant", row->variant);
  add_json_text (json, "file", row->path);
  event_add_text (json, "request", row->request);
  cJSON_AddNumberToObject (json, "cost-usd", row->cost_usd);
  cJSON_AddBoolToObject (json, "paid", row->is_paid);
  cJSON_AddBoolToObject (json, "lost", is_lost);
  cJSON *tags = cJSON_AddArrayToObject (json, "tags");
  g_auto (GStrv) words = g_strsplit (row->tags, ",", -1);
  for (char **word = words; *word != NULL; word++)
    cJSON_AddItemToArray (tags, cJSON_CreateString (*word));
  add_json_text (json, "prompt", row->prompt);
  event_print (json);
}

static bool
visit (void *data, const CacheRow *row, GError **error)
{
  Listing *listing = data;
  bool is_lost = !cache_has (listing->cache, &row->digest);
  listing->n_rows++;
  listing->n_lost += is_lost;
  if (listing->is_json)
    print_json (row, is_lost);
  else
    add_row (listing, row, is_lost);
  return true;
}

static Table *
begin_table (const Listing *listing)
{
  char alignment[G_N_ELEMENTS (listing->chosen) + 1] = "";
  for (unsigned i = 0; i < listing->n_chosen; i++)
    alignment[i] = listing->chosen[i]->alignment;
  Table *table = table_new (listing->n_chosen, alignment);
  for (unsigned i = 0; i < listing->n_chosen; i++)
    table_add_cell (table, listing->chosen[i]->name);
  return table;
}

static void
finish (const Listing *listing, const Cache *cache, const SelectionOptions *selection,
        bool has_words, int64_t n_more)
{
  if (listing->table != NULL && listing->n_rows > 0)
    table_print_within (listing->table, true, terminal_result_width ());
  fflush (stdout);
  if (listing->n_lost > 0)
    terminal_note ("%u of them %s lost: what is told of %s is here, but the bytes are gone; "
                   "'peel cache restore' takes them from a bundle",
                   listing->n_lost, listing->n_lost == 1 ? "is" : "are",
                   listing->n_lost == 1 ? "it" : "them");
  if (n_more > 0)
    terminal_note ("%" G_GINT64_FORMAT " more; --limit 0 lists all", n_more);
  else if (listing->n_rows == 0 && (has_words || selection_is_narrow (selection)))
    terminal_note ("no original is as was asked for");
  else if (listing->n_rows == 0)
    terminal_note ("there are no originals in %s", cache_home (cache));
}

static bool
list (const Invocation *invocation, cJSON *summary, GError **error)
{
  const LsOptions *options = invocation->options;
  g_auto (Selection) selection = { .text = NULL };
  g_autoptr (Table) table = NULL;
  Listing listing = { .is_json = invocation->global->json };
  int64_t n_more = 0;
  if (!choose_columns (&listing, options->columns, error) ||
      !selection_init (&selection, invocation->shared, invocation->arguments, error))
    return false;
  if (terminal_result_width () > 0 && !listing.is_json)
    table = begin_table (&listing);
  listing.table = table;
  selection.query.oldest_first = options->oldest_first;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  listing.cache = cache;
  if (cache == NULL || !selection_visit (&selection, cache, (unsigned)options->limit, visit,
                                         &listing, &n_more, error))
    return false;
  cJSON_AddNumberToObject (summary, "originals", listing.n_rows);
  cJSON_AddNumberToObject (summary, "lost", listing.n_lost);
  cJSON_AddNumberToObject (summary, "more", (double)n_more);
  finish (&listing, cache, invocation->shared, invocation->n_arguments > 0, n_more);
  return true;
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  cJSON *summary = event_begin ("summary");
  (void)list (invocation, summary, &error);
  return event_end (invocation->global->json, summary, error);
}

extern const CommandType command_cache_ls;
const CommandType command_cache_ls = {
  .name = "cache ls",
  .synopsis = "[WORD…]",
  .summary = "List originals, or search them",
  .details =
    "The newest come first. WORDs are searched as --text is. On a terminal the table is as "
    "wide as the terminal; to a program go lines without a heading, with tabs between the "
    "columns, whole hashes, bytes as numbers and times in UTC, or with --json an event "
    "for each original and the summary.",
  .example = "  peel cache ls watch --since 30d\n"
             "  peel cache ls --tag hero --columns hash,date,cost,tags\n"
             "  peel cache ls --paid --limit 0 --json | jq -r '.sha256 // empty'",
  .options = &ls_options,
  .shared = &shared_selection_options,
  .most_arguments = G_MAXUINT,
  .run = run,
};
