/* What a reading of Content Credentials found, and its life. */
#include "c2pa/reader.h"

G_DEFINE_QUARK (peel_c2pa_error, c2pa_error)

/* Enough to say what is wrong; a store that was made to fill memory gets no further. */
enum { MOST_FAILURES = 128, MOST_OTHERS = 1024 };

const char *const c2pa_state_words[C2PA_STATE_TRUSTED + 1] = { "unreadable", "invalid", "valid",
                                                               "trusted" };

static void
status_free (gpointer data)
{
  C2paStatus *status = data;
  g_free (status->code);
  g_free (status->url);
  g_free (status->explanation);
  g_free (status);
}

static void
action_free (gpointer data)
{
  C2paAction *action = data;
  g_free (action->action);
  g_free (action->description);
  g_free (action->source_type);
  g_free (action->software_agent);
  g_free (action->when);
  g_free (action);
}

static void
ingredient_free (gpointer data)
{
  C2paIngredient *ingredient = data;
  g_free (ingredient->relationship);
  g_free (ingredient->title);
  g_free (ingredient->format);
  g_free (ingredient->instance_id);
  g_free (ingredient->manifest);
  g_free (ingredient);
}

static void
manifest_free (gpointer data)
{
  C2paManifest *manifest = data;
  char *texts[] = { manifest->label,       manifest->claim_generator,     manifest->title,
                    manifest->format,      manifest->instance_id,         manifest->algorithm,
                    manifest->signer,      manifest->signer_organization, manifest->issuer,
                    manifest->certificate, manifest->valid_from,          manifest->valid_until,
                    manifest->signed_at };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  GPtrArray *lists[] = { manifest->actions,   manifest->ingredients,  manifest->assertions,
                         manifest->successes, manifest->informations, manifest->failures };
  for (unsigned i = 0; i < G_N_ELEMENTS (lists); i++)
    g_ptr_array_unref (lists[i]);
  g_free (manifest);
}

C2paManifest *
c2pa_report_add_manifest (C2paReport *report, const char *label)
{
  C2paManifest *manifest = g_new0 (C2paManifest, 1);
  manifest->label = g_strdup (label);
  manifest->actions = g_ptr_array_new_with_free_func (action_free);
  manifest->ingredients = g_ptr_array_new_with_free_func (ingredient_free);
  manifest->assertions = g_ptr_array_new_with_free_func (g_free);
  manifest->successes = g_ptr_array_new_with_free_func (status_free);
  manifest->informations = g_ptr_array_new_with_free_func (status_free);
  manifest->failures = g_ptr_array_new_with_free_func (status_free);
  g_ptr_array_add (report->manifests, manifest);
  return manifest;
}

C2paReport *
c2pa_report_new (void)
{
  C2paReport *report = g_new0 (C2paReport, 1);
  report->manifests = g_ptr_array_new_with_free_func (manifest_free);
  return report;
}

void
c2pa_report_free (C2paReport *report)
{
  if (report == NULL)
    return;
  g_free (report->trouble);
  g_free (report->source_type);
  g_ptr_array_unref (report->manifests);
  g_free (report);
}

static void
add (GPtrArray *list, unsigned most, const char *code, const char *url, const char *explanation)
{
  if (list->len >= most)
    return;
  C2paStatus *status = g_new0 (C2paStatus, 1);
  status->code = g_strdup (code);
  status->url = g_strdup (url);
  status->explanation = g_strdup (explanation);
  g_ptr_array_add (list, status);
}

void
c2pa_succeed (C2paManifest *manifest, const char *code, const char *url)
{
  add (manifest->successes, MOST_OTHERS, code, url, NULL);
}

void
c2pa_inform (C2paManifest *manifest, const char *code, const char *url, const char *explanation)
{
  add (manifest->informations, MOST_OTHERS, code, url, explanation);
}

bool
c2pa_fail (C2paManifest *manifest, const char *code, const char *url, const char *explanation)
{
  for (unsigned i = 0; i < manifest->failures->len; i++) {
    const C2paStatus *status = manifest->failures->pdata[i];
    if (strcmp (status->code, code) == 0 && g_strcmp0 (status->url, url) == 0)
      return false;
  }
  add (manifest->failures, MOST_FAILURES, code, url, explanation);
  return false;
}

bool
c2pa_is_serious (const C2paStatus *failure)
{
  return strcmp (failure->code, C2PA_UNTRUSTED) != 0;
}

bool
c2pa_manifest_holds (const C2paManifest *manifest)
{
  for (unsigned i = 0; i < manifest->failures->len; i++) {
    if (c2pa_is_serious (manifest->failures->pdata[i]))
      return false;
  }
  return true;
}

const C2paManifest *
c2pa_active (const C2paReport *report)
{
  for (unsigned i = report->manifests->len; i > 0; i--) {
    const C2paManifest *manifest = report->manifests->pdata[i - 1];
    if (manifest->is_active)
      return manifest;
  }
  return NULL;
}

static const char unchecked[] = "unchecked";

char *
c2pa_summary (const C2paReport *report)
{
  if (report->state == C2PA_STATE_UNREADABLE)
    return g_strdup (report->trouble);
  if (report->state != C2PA_STATE_INVALID)
    return g_strdup (report->is_bound ? c2pa_state_words[C2PA_STATE_VALID] : unchecked);
  const C2paManifest *active = c2pa_active (report);
  g_autoptr (GPtrArray) codes = g_ptr_array_new ();
  for (unsigned i = 0; i < active->failures->len; i++) {
    C2paStatus *status = active->failures->pdata[i];
    if (c2pa_is_serious (status) &&
        !g_ptr_array_find_with_equal_func (codes, status->code, g_str_equal, NULL))
      g_ptr_array_add (codes, status->code);
  }
  g_ptr_array_add (codes, NULL);
  return g_strjoinv (" ", (char **)codes->pdata);
}

/* "assertion.dataHash.mismatch": words with points between them. */
static bool
is_code (const char *word)
{
  return strchr (word, '.') != NULL &&
         strspn (word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_") == strlen (word);
}

void
c2pa_report_set_summary (C2paReport *report, const char *summary)
{
  C2paManifest *active = (C2paManifest *)c2pa_active (report);
  if (active == NULL || report->state == C2PA_STATE_UNREADABLE)
    return;
  report->is_bound = strcmp (summary, unchecked) != 0;
  if (!report->is_bound)
    c2pa_inform (active, "peel.hardBinding.unchecked", NULL,
                 "what binds it to the file is of a kind that was not checked");
  g_auto (GStrv) words = g_strsplit (summary, " ", -1);
  bool are_codes = words[0] != NULL;
  for (char **word = words; *word != NULL; word++)
    are_codes = are_codes && is_code (*word);
  for (char **word = words; are_codes && *word != NULL; word++) {
    c2pa_fail (active, *word, NULL, "as it was found when the file was at hand");
    report->state = C2PA_STATE_INVALID;
  }
}
