#include "cli/inspect-credentials.h"

#include "cli/inspect-rows.h"

static const cJSON *
active_of (const cJSON *c2pa)
{
  const cJSON *manifest;
  cJSON_ArrayForEach (
    manifest, found_get (c2pa, "manifests")) if (found_flag (manifest, "active")) return manifest;
  return NULL;
}

static void
append_codes (GString *out, const cJSON *manifest)
{
  const cJSON *failure;
  cJSON_ArrayForEach (failure, found_get (manifest, "failures"))
    g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", found_text (failure, "code"));
}

/* That nobody vouches for a signer is no fault: it is valid, and whether it is trusted is known only to who has a
 * list of whom to trust. */
static void
add_state (InspectRows *rows, const cJSON *c2pa)
{
  const char *state = found_text (c2pa, "state");
  g_autoptr (GString) codes = g_string_new (NULL);
  append_codes (codes, active_of (c2pa));
  if (g_strcmp0 (state, "trusted") == 0)
    inspect_rows_add (rows, "state", "valid, and trusted");
  else if (g_strcmp0 (state, "invalid") == 0)
    inspect_rows_add (rows, "state", "invalid: %s",
                      codes->len > 0 ? codes->str : "see its manifests");
  else if (g_strcmp0 (state, "unreadable") == 0)
    inspect_rows_add (rows, "state", "unreadable: %s",
                      found_text (c2pa, "trouble") != NULL ? found_text (c2pa, "trouble")
                                                           : "no manifest");
  else
    inspect_rows_add (rows, "state", "%s", state);
}

static void
add_binding (InspectRows *rows, const cJSON *c2pa)
{
  const char *binding = found_text (c2pa, "binding");
  if (g_strcmp0 (binding, "holds") == 0)
    inspect_rows_add (rows, "binding", "holds: the file is the one that was signed");
  else if (g_strcmp0 (binding, "broken") == 0)
    inspect_rows_add (rows, "binding", "broken: the file was changed after it was signed");
  else
    inspect_rows_add (rows, "binding", "not checked");
}

static void
add_signer (InspectRows *rows, const cJSON *manifest)
{
  const char *signer = found_text (manifest, "signer");
  const char *organization = found_text (manifest, "organization");
  const char *issuer = found_text (manifest, "issuer");
  g_autoptr (GString) text = g_string_new (signer);
  if (organization != NULL && g_strcmp0 (organization, signer) != 0)
    g_string_append_printf (text, text->len > 0 ? " (%s)" : "%s", organization);
  if (text->len == 0)
    return;
  if (issuer != NULL)
    g_string_append_printf (text, ", issued by %s", issuer);
  if (found_text (manifest, "algorithm") != NULL)
    g_string_append_printf (text, ", %s", found_text (manifest, "algorithm"));
  if (found_flag (manifest, "trusted"))
    g_string_append (text, ", trusted");
  inspect_rows_add (rows, "  signed by", "%s", text->str);
  if (found_text (manifest, "signed-at") != NULL)
    inspect_rows_add (rows, "  signed at", "%s", found_text (manifest, "signed-at"));
}

/* A row for each of a list: its first member, then those of the others that it has. */
static void
add_listed (InspectRows *rows, const char *label, const cJSON *list, const char *const *members)
{
  const cJSON *item;
  cJSON_ArrayForEach (item, list)
  {
    g_autoptr (GString) text = g_string_new (found_text (item, members[0]));
    for (size_t i = 1; members[i] != NULL; i++)
      if (found_text (item, members[i]) != NULL)
        g_string_append_printf (text, ", %s", found_text (item, members[i]));
    inspect_rows_add (rows, label, "%s", text->str);
  }
}

static void
add_actions (InspectRows *rows, const cJSON *manifest)
{
  static const char *const members[] = { "action",         "description", "source-type",
                                         "software-agent", "when",        NULL };
  add_listed (rows, "  action", found_get (manifest, "actions"), members);
}

static void
add_ingredients (InspectRows *rows, const cJSON *manifest)
{
  static const char *const members[] = { "relationship", "title", "format", "manifest", NULL };
  add_listed (rows, "  ingredient", found_get (manifest, "ingredients"), members);
}

static void
add_manifest (InspectRows *rows, const cJSON *manifest)
{
  g_autoptr (GString) codes = g_string_new (NULL);
  append_codes (codes, manifest);
  inspect_rows_add (rows, "manifest", "%s%s%s", found_text (manifest, "label"),
                    found_flag (manifest, "active") ? " (active)" : "",
                    found_flag (manifest, "update") ? " (update)" : "");
  if (found_text (manifest, "claim-generator") != NULL)
    inspect_rows_add (rows, "  made by", "%s", found_text (manifest, "claim-generator"));
  add_signer (rows, manifest);
  add_actions (rows, manifest);
  add_ingredients (rows, manifest);
  if (codes->len > 0)
    inspect_rows_add (rows, "  fails", "%s", codes->str);
}

void
inspect_credentials_print (const cJSON *json, bool is_verbose)
{
  const cJSON *c2pa = found_get (json, "c2pa"), *manifest;
  g_autoptr (InspectRows) rows = inspect_rows_new (is_verbose);
  if (c2pa == NULL)
    return;
  add_state (rows, c2pa);
  if (g_strcmp0 (found_text (c2pa, "from"), "file") != 0)
    inspect_rows_add (rows, "beside it", "%s", found_text (c2pa, "from"));
  add_binding (rows, c2pa);
  if (found_text (c2pa, "source-type") != NULL)
    inspect_rows_add (rows, "source type", "%s", found_text (c2pa, "source-type"));
  if (found_flag (c2pa, "tells-location"))
    inspect_rows_add (rows, "location", "an assertion tells one");
  cJSON_ArrayForEach (manifest, found_get (c2pa, "manifests")) add_manifest (rows, manifest);
  inspect_rows_print_section (rows, "Content Credentials");
}
