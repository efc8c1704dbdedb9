#include "pipeline/config.h"

#include "base/base-error.h"
#include "base/install.h"
#include "base/nearest.h"
#include "base/path.h"
#include "document/document.h"
#include "pipeline/keys.h"
#include "pipeline/merge.h"
#include "pipeline/profile.h"
#include "pipeline/scope.h"
#include "pipeline/secrets.h"

/* Each is checked by reading all files once more, one that nobody trusts yet among them. */
enum { MOST_PROFILES = 64 };

/* One file. Counted (g_rc_box), since the same files are read again with another profile. */
typedef struct {
  Document *document; /* marks borrow from it */
  char *folder;       /* relative files start there */
} Layer;

struct Config {
  char *path;
  char *profile;     /* the one that is chosen, or NULL */
  GPtrArray *layers; /* Layer*; the first is the table that Peel came with */
  void **providers;  /* in parallel to provider_types; NULL: not configured, and it must be */
  ModelTable *models;
  Node *generate; /* of the profile, or NULL */
  Budget budget;
  Signing *signing;
};

static void
clear_layer (gpointer data)
{
  Layer *layer = data;
  document_free (layer->document);
  g_free (layer->folder);
}

static void
unref_layer (gpointer layer)
{
  g_rc_box_release_full (layer, clear_layer);
}

/* Takes over the document. Borrowed. */
static const Layer *
add_layer (Config *config, Document *document, const char *folder)
{
  Layer *layer = g_rc_box_new0 (Layer);
  layer->document = document;
  layer->folder = g_strdup (folder);
  g_ptr_array_add (config->layers, layer);
  return layer;
}

static Config *
config_new (const char *path, const char *profile)
{
  Config *config = g_new0 (Config, 1);
  config->path = g_strdup (path);
  config->profile = g_strdup (profile);
  config->layers = g_ptr_array_new_with_free_func (unref_layer);
  config->providers = g_new0 (void *, provider_n_types ());
  for (unsigned i = 0; i < provider_n_types (); i++)
    if (provider_types[i]->config != NULL && !provider_types[i]->needs_config)
      config->providers[i] = options_new (provider_types[i]->config);
  config->models = model_table_new ();
  budget_init (&config->budget);
  config->signing = options_new (&signing_options);
  return config;
}

void
config_free (Config *config)
{
  if (config == NULL)
    return;
  for (unsigned i = 0; i < provider_n_types (); i++)
    if (config->providers[i] != NULL)
      options_free (provider_types[i]->config, config->providers[i]);
  g_free (config->providers);
  g_free (config->path);
  g_free (config->profile);
  node_unref (config->generate);
  g_ptr_array_unref (config->layers);
  model_table_free (config->models);
  budget_clear (&config->budget);
  options_free (&signing_options, config->signing);
  g_free (config);
}

/* ---- reading ---- */

char *
config_dup_path (Problems *problems)
{
  const char *given = g_getenv ("PEEL_CONFIG");
  if (given == NULL || given[0] == '\0')
    return g_build_filename (g_get_user_config_dir (), "peel", "config.yaml", NULL);
  if (given[0] == '/')
    return g_strdup (given);
  problems_add (problems, NULL,
                "PEEL_CONFIG is '%s', which is another file from each folder: give it an absolute "
                "path",
                given);
  return NULL;
}

static bool
complain_unknown (const Node *key, Problems *problems)
{
  const ProviderType *type = provider_find (key->text);
  const char *near = provider_nearest (key->text);
  if (type != NULL)
    return problems_add (problems, &key->mark, "the provider '%s' needs no configuration",
                         key->text);
  if (near != NULL)
    return problems_add (problems, &key->mark, "there is no provider '%s'; did you mean '%s'?",
                         key->text, near);
  return problems_add (problems, &key->mark, "there is no provider '%s'", key->text);
}

static bool
read_provider (Config *config, const char *folder, const Node *key, const Node *node,
               Problems *problems)
{
  unsigned i = 0;
  while (i < provider_n_types () && strcmp (provider_types[i]->name, key->text) != 0)
    i++;
  if (i == provider_n_types () || provider_types[i]->config == NULL)
    return complain_unknown (key, problems);
  const ProviderType *type = provider_types[i];
  if (config->providers[i] == NULL)
    config->providers[i] = options_new (type->config);
  return options_read (type->config, node, type->name, folder, config->providers[i], problems) &&
         (type->check_config == NULL || type->check_config (config->providers[i], node, problems));
}

static bool
read_providers (Config *config, const char *folder, const Node *providers, Problems *problems)
{
  if (providers == NULL || providers->kind == NODE_NULL)
    return true;
  if (providers->kind != NODE_MAP)
    return problems_add (problems, &providers->mark, "'providers' takes a map of providers, not %s",
                         node_kind_words (providers->kind));
  bool ok = true;
  for (unsigned i = 0; i < node_length (providers); i++)
    ok = read_provider (config, folder, providers->keys->pdata[i], node_item (providers, i),
                        problems) &&
         ok;
  return ok;
}

static bool
read_generate (Config *config, Node *generate, Problems *problems)
{
  if (generate == NULL || generate->kind == NODE_NULL)
    return true;
  if (!profile_check_generate (generate, problems))
    return false;
  g_autoptr (Node) below = g_steal_pointer (&config->generate);
  config->generate = node_merge (below, generate);
  return true;
}

bool
config_lay_generate (Config *config, Node *generate, Problems *problems)
{
  return read_generate (config, generate, problems);
}

/* Lays over `config` what a file says, or what a profile in it says: which of the keys there may be is all
 * that differs. `what` is for messages. */
static bool
read_part (Config *config, const Node *part, const PipelineKey *keys, const char *what,
           const char *folder, Problems *problems)
{
  if (part->kind == NODE_NULL)
    return true;
  if (!keys_check (part, keys, what, problems))
    return false;
  const Node *models = node_get (part, "models");
  bool ok = models == NULL || models->kind == NODE_NULL ||
            model_table_read (config->models, models, problems);
  ok = read_generate (config, node_get (part, "generate"), problems) && ok;
  const Node *budget = node_get (part, "budget");
  ok = (budget == NULL || budget_read (&config->budget, budget, problems)) && ok;
  const Node *signing = node_get (part, "signing");
  ok = (signing == NULL || signing_read (config->signing, signing, folder, problems)) && ok;
  return ok && read_providers (config, folder, node_get (part, "providers"), problems);
}

static const Node *
profiles_of (const Layer *layer)
{
  return node_get (layer->document->root, "profiles");
}

static const Node *
chosen_of (const Config *config, const Layer *layer)
{
  return config->profile != NULL ? node_get (profiles_of (layer), config->profile) : NULL;
}

static bool
read_chosen (Config *config, const Layer *layer, Problems *problems)
{
  const Node *profile = chosen_of (config, layer);
  return profile == NULL ||
         read_part (config, profile, profile_keys, "a profile", layer->folder, problems);
}

/* ---- profiles ---- */

static bool
read_builtin_models (Config *config, const Layer *layer, Problems *problems)
{
  const Node *root = layer->document->root;
  return keys_check (root, model_file_keys, "the models table", problems) &&
         model_table_read (config->models, node_get (root, "models"), problems);
}

Config *
config_with_profile (const Config *config, const char *profile, Problems *problems)
{
  g_autoptr (Config) other = config_new (config->path, profile);
  bool ok = true;
  for (unsigned i = 0; i < config->layers->len; i++) {
    Layer *layer = g_rc_box_acquire (config->layers->pdata[i]);
    g_ptr_array_add (other->layers, layer);
    ok = (i == 0 ? read_builtin_models (other, layer, problems)
                 : read_part (other, layer->document->root, config_keys, "the configuration",
                              layer->folder, problems) &&
                     read_chosen (other, layer, problems)) &&
         ok;
  }
  return ok ? g_steal_pointer (&other) : NULL;
}

/* As it would be when it is chosen, since what it leaves out may stand below it. */
static bool
check_profile (const Config *config, const Node *name, Problems *problems)
{
  if (!scope_is_name (name->text))
    return problems_add (problems, &name->mark,
                         "'%s' cannot be a profile: a name has letters, digits, '_' and '-'",
                         name->text);
  g_autoptr (Config) chosen = config_with_profile (config, name->text, problems);
  return chosen != NULL;
}

static bool
check_profiles (const Config *config, const Layer *layer, Problems *problems)
{
  const Node *profiles = profiles_of (layer);
  if (profiles == NULL || profiles->kind == NODE_NULL)
    return true;
  if (profiles->kind != NODE_MAP)
    return problems_add (problems, &profiles->mark, "'profiles' takes a map of profiles, not %s",
                         node_kind_words (profiles->kind));
  if (node_length (profiles) > MOST_PROFILES)
    return problems_add (problems, &profiles->mark, "there are more than %d profiles",
                         MOST_PROFILES);
  bool ok = true;
  for (unsigned i = 0; i < node_length (profiles); i++)
    ok = check_profile (config, profiles->keys->pdata[i], problems) && ok;
  return ok;
}

GPtrArray *
config_profiles (const Config *config)
{
  GPtrArray *names = g_ptr_array_new ();
  for (unsigned i = 1; i < config->layers->len; i++) {
    const Node *profiles = profiles_of (config->layers->pdata[i]);
    for (unsigned k = 0; k < node_length (profiles); k++)
      if (!g_ptr_array_find_with_equal_func (names, node_key (profiles, k), g_str_equal, NULL))
        g_ptr_array_add (names, (gpointer)node_key (profiles, k));
  }
  return names;
}

static void
append_profiles (const Layer *layer, GString *out)
{
  const Node *profiles = profiles_of (layer);
  unsigned n = node_length (profiles);
  g_string_append_printf (out, "%s%s has %s", out->len > 0 ? "; " : "",
                          layer->document->source->name, n == 0 ? "none" : "");
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", node_key (profiles, i));
}

bool
config_check_profile (const Config *config, const char *unused, Problems *problems)
{
  if (config->profile == NULL)
    return true;
  g_autoptr (GPtrArray) names = config_profiles (config);
  g_autoptr (GString) known = g_string_new (NULL);
  for (unsigned i = 1; i < config->layers->len; i++) {
    if (chosen_of (config, config->layers->pdata[i]) != NULL)
      return true;
    append_profiles (config->layers->pdata[i], known);
  }
  const char *near = nearest_name (config->profile, (const char *const *)names->pdata, names->len);
  if (unused != NULL)
    g_string_append_printf (known, "; %s", unused);
  if (near != NULL)
    return problems_add (problems, NULL, "there is no profile '%s'; did you mean '%s'? %s",
                         config->profile, near, known->str);
  return problems_add (problems, NULL, "there is no profile '%s': %s", config->profile, known->str);
}

/* ---- files ---- */

static bool
read_layer (Config *config, const Layer *layer, Problems *problems)
{
  const Node *root = layer->document->root;
  if (root->kind == NODE_NULL)
    return true;
  bool ok = secrets_check (root, problems) &&
            keys_check (root, config_keys, "the configuration", problems);
  if (!ok)
    return false;
  ok = read_part (config, root, config_keys, "the configuration", layer->folder, problems);
  return check_profiles (config, layer, problems) && ok && read_chosen (config, layer, problems);
}

/* The models that this Peel came with. */
static bool
add_builtin_models (Config *config, Problems *problems)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autofree char *path = g_build_filename (folder, "models.yaml", NULL);
  Document *document = document_load (path, path, NULL, problems);
  return document != NULL &&
         read_builtin_models (config, add_layer (config, document, folder), problems);
}

const Node *
config_add (Config *config, const char *folder, const char *shown, const char *text, size_t length,
            Problems *problems)
{
  Document *document = document_read (shown, text, length, problems);
  if (document == NULL)
    return NULL;
  const Layer *layer = add_layer (config, document, folder);
  return read_layer (config, layer, problems) ? document->root : NULL;
}

Config *
config_read (const char *path, const char *profile, const char *text, size_t length,
             Problems *problems)
{
  g_autoptr (Config) config = config_new (path, profile);
  g_autofree char *folder = g_path_get_dirname (path);
  if (!add_builtin_models (config, problems) ||
      config_add (config, folder, path, text, length, problems) == NULL)
    return NULL;
  return g_steal_pointer (&config);
}

Config *
config_load (const char *profile, Problems *problems)
{
  g_autofree char *path = config_dup_path (problems);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  size_t length;
  if (path == NULL)
    return NULL;
  if (path_read_file (path, DOCUMENT_MOST_BYTES, &text, &length, &error))
    return config_read (path, profile, text, length, problems);
  const char *given = g_getenv ("PEEL_CONFIG");
  bool is_named = given != NULL && given[0] != '\0';
  if (!is_named && g_error_matches (error, BASE_ERROR, BASE_ERROR_NOT_FOUND))
    return config_read (path, profile, "", 0, problems);
  problems_add (problems, NULL, "%s%s", error->message, is_named ? " (PEEL_CONFIG names it)" : "");
  return NULL;
}

/* ---- what it says ---- */

const char *
config_path (const Config *config)
{
  return config != NULL ? config->path : "your configuration";
}

const void *
config_provider (const Config *config, const ProviderType *type)
{
  for (unsigned i = 0; config != NULL && i < provider_n_types (); i++)
    if (provider_types[i] == type)
      return config->providers[i];
  return NULL;
}

/* Has a part a value of `key` in the map `section`? */
static bool
has_entry (const Node *part, const char *section, const char *key)
{
  const Node *map = node_get (part, section);
  return map != NULL && map->kind == NODE_MAP && node_get (map, key) != NULL;
}

static bool
layer_has_entry (const Config *config, unsigned i, const char *section, const char *key)
{
  const Layer *layer = config->layers->pdata[i];
  return has_entry (layer->document->root, section, key) ||
         has_entry (chosen_of (config, layer), section, key);
}

/* The first layer is the table that Peel came with; the others are the user's and the project's. */
static bool
is_told_by_user (const Config *config, const char *section, const char *key)
{
  for (unsigned i = 1; i < config->layers->len; i++)
    if (layer_has_entry (config, i, section, key))
      return true;
  return false;
}

bool
config_names_provider (const Config *config, const ProviderType *type)
{
  return config != NULL && is_told_by_user (config, "providers", type->name);
}

ModelOrigin
config_model_origin (const Config *config, const char *id)
{
  if (!is_told_by_user (config, "models", id))
    return MODEL_ORIGIN_BUILTIN;
  return layer_has_entry (config, 0, "models", id) ? MODEL_ORIGIN_CHANGED : MODEL_ORIGIN_ADDED;
}

Node *
config_generate (const Config *config)
{
  return config != NULL ? config->generate : NULL;
}

const Budget *
config_budget (const Config *config)
{
  return config != NULL ? &config->budget : NULL;
}

const Signing *
config_signing (const Config *config)
{
  return config != NULL ? config->signing : NULL;
}

const ModelTable *
config_models (const Config *config)
{
  return config != NULL ? config->models : NULL;
}
