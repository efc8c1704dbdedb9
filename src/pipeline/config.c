#include "pipeline/config.h"

#include "base/base-error.h"
#include "base/install.h"
#include "base/path.h"
#include "document/document.h"
#include "pipeline/keys.h"
#include "pipeline/secrets.h"

struct Config {
  char *path;
  GPtrArray *documents; /* Document*: marks borrow from them */
  void **providers;     /* in parallel to provider_types; NULL: not configured, and it must be */
  ModelTable *models;
};

static void
free_document (gpointer document)
{
  document_free (document);
}

static Config *
config_new (const char *path)
{
  Config *config = g_new0 (Config, 1);
  config->path = g_strdup (path);
  config->documents = g_ptr_array_new_with_free_func (free_document);
  config->providers = g_new0 (void *, provider_n_types ());
  for (unsigned i = 0; i < provider_n_types (); i++)
    if (provider_types[i]->config != NULL && !provider_types[i]->needs_config)
      config->providers[i] = options_new (provider_types[i]->config);
  config->models = model_table_new ();
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
  g_ptr_array_unref (config->documents);
  model_table_free (config->models);
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
read_root (Config *config, const Node *root, const char *folder, Problems *problems)
{
  const Node *providers = node_get (root, "providers");
  if (root->kind == NODE_NULL)
    return true;
  bool ok = secrets_check (root, problems) &&
            keys_check (root, config_keys, "the configuration", problems);
  const Node *models = node_get (root, "models");
  if (ok && models != NULL && models->kind != NODE_NULL)
    ok = model_table_read (config->models, models, problems);
  if (!ok || providers == NULL || providers->kind == NODE_NULL)
    return ok;
  if (providers->kind != NODE_MAP)
    return problems_add (problems, &providers->mark, "'providers' takes a map of providers, not %s",
                         node_kind_words (providers->kind));
  for (unsigned i = 0; i < node_length (providers); i++)
    ok = read_provider (config, folder, providers->keys->pdata[i], node_item (providers, i),
                        problems) &&
         ok;
  return ok;
}

/* The models that this Peel came with. */
static bool
read_builtin_models (Config *config, Problems *problems)
{
  g_autofree char *folder = install_dup_preset_folder (NULL);
  g_autofree char *path = g_build_filename (folder, "models.yaml", NULL);
  Document *document = document_load (path, path, NULL, problems);
  if (document == NULL)
    return false;
  g_ptr_array_add (config->documents, document);
  return keys_check (document->root, model_file_keys, "the models table", problems) &&
         model_table_read (config->models, node_get (document->root, "models"), problems);
}

const Node *
config_add (Config *config, const char *folder, const char *shown, const char *text, size_t length,
            Problems *problems)
{
  Document *document = document_read (shown, text, length, problems);
  if (document == NULL)
    return NULL;
  g_ptr_array_add (config->documents, document);
  return read_root (config, document->root, folder, problems) ? document->root : NULL;
}

Config *
config_read (const char *path, const char *text, size_t length, Problems *problems)
{
  g_autoptr (Config) config = config_new (path);
  g_autofree char *folder = g_path_get_dirname (path);
  if (!read_builtin_models (config, problems) ||
      config_add (config, folder, path, text, length, problems) == NULL)
    return NULL;
  return g_steal_pointer (&config);
}

Config *
config_load (Problems *problems)
{
  g_autofree char *path = config_dup_path (problems);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  size_t length;
  if (path == NULL)
    return NULL;
  if (path_read_file (path, DOCUMENT_MOST_BYTES, &text, &length, &error))
    return config_read (path, text, length, problems);
  const char *given = g_getenv ("PEEL_CONFIG");
  bool is_named = given != NULL && given[0] != '\0';
  if (!is_named && g_error_matches (error, BASE_ERROR, BASE_ERROR_NOT_FOUND))
    return config_read (path, "", 0, problems);
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

/* Has a document a value of `key` in the map `section`? */
static bool
has_entry (const Document *document, const char *section, const char *key)
{
  const Node *map = node_get (document->root, section);
  return map != NULL && map->kind == NODE_MAP && node_get (map, key) != NULL;
}

/* The first document is the table that Peel came with; the others are the user's and the project's. */
static bool
is_told_by_user (const Config *config, const char *section, const char *key)
{
  for (unsigned i = 1; i < config->documents->len; i++)
    if (has_entry (config->documents->pdata[i], section, key))
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
  return has_entry (config->documents->pdata[0], "models", id) ? MODEL_ORIGIN_CHANGED
                                                               : MODEL_ORIGIN_ADDED;
}

const ModelTable *
config_models (const Config *config)
{
  return config != NULL ? config->models : NULL;
}
