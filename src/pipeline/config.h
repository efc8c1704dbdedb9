/* The user's own configuration: what no pipeline or preset may say, since those are passed around.
 *
 *     $PEEL_CONFIG, else $XDG_CONFIG_HOME/peel/config.yaml, else ~/.config/peel/config.yaml
 *
 *     providers:
 *       command: { program: [/opt/sd/make, --prompt, "{prompt}", --out, "{output}"], cost: 0.05 }
 *
 *     models:
 *       gemini-3-pro-image: { prices: { 4K: 0.22 } }
 *
 *     profiles:
 *       staging: { generate: { provider: openai }, providers: { openai: { cost: 0.09 } } }
 *     budget: { per-day: 5 }
 *     signing: { certificate: chain.pem, key: { file: key.pem } }
 *
 * A project has one of its own, if the user trusts it (project.h): it is laid over the user's, option by
 * option. One profile may be chosen: what it says is laid over the file that it stands in, and where both
 * files have it, both count, the project's file last. Profiles that are not chosen are checked all the
 * same. Each provider's options come from its type's config table, and models are rows of the models table,
 * which presets/models.yaml begins. */
#pragma once

#include "base/problems.h"
#include "pipeline/budget.h"
#include "pipeline/signing.h"
#include "providers/provider.h"

typedef struct Config Config;

/* An absolute path, whether the file is there or not. NULL after adding to `problems`. New string. */
char *config_dup_path (Problems *problems);
/* No file is an empty configuration. `profile` is the one that is chosen, or NULL; whether there is one of
 * that name config_check_profile tells, once all files are read. NULL after adding to `problems`. */
Config *config_load (const char *profile, Problems *problems);
/* The same from a text; `path` is shown in errors. */
Config *config_read (const char *path, const char *profile, const char *text, size_t length,
                     Problems *problems);
/* Lays another text over it: what stands there wins, option by option and model by model. Relative
 * files start at `folder`; `shown` is its name in errors. Returns its tree (borrowed); NULL after adding
 * to `problems`, and then the configuration is good for nothing. */
const Node *config_add (Config *config, const char *folder, const char *shown, const char *text,
                        size_t length, Problems *problems);
/* False after adding to `problems` that no file has the profile that is chosen, and which they have.
 * `unused` tells of a file that might have it, and is not used; or NULL. */
bool config_check_profile (const Config *config, const char *unused, Problems *problems);
/* The names of all profiles that the files have, each once: a new array of borrowed texts. */
GPtrArray *config_profiles (const Config *config);
/* The same files with this profile chosen. NULL after adding to `problems`. Not atomic: stays in the
 * thread of `config`. */
Config *config_with_profile (const Config *config, const char *profile, Problems *problems);
/* Lays a map of options over what the profile says of `generate`, checked like that. False after adding to
 * `problems`. */
bool config_lay_generate (Config *config, Node *generate, Problems *problems);
void config_free (Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_free)

/* Where it is, or would be; of NULL: the words for that. */
const char *config_path (const Config *config);
/* The options of the type's config table: as set, or their defaults. NULL: nothing is set for a type
 * that needs it, or `config` is NULL. */
const void *config_provider (const Config *config, const ProviderType *type);
/* Does a file name this provider, outside of profiles that are not chosen? */
bool config_names_provider (const Config *config, const ProviderType *type);

typedef enum { MODEL_ORIGIN_BUILTIN, MODEL_ORIGIN_CHANGED, MODEL_ORIGIN_ADDED } ModelOrigin;
/* Where the row of an id comes from: Peel, the user, or both. */
ModelOrigin config_model_origin (const Config *config, const char *id);
/* What the chosen profile lays over the options of a `generate` stage: a map. Borrowed; NULL: nothing. */
Node *config_generate (const Config *config);
/* What may be spent. Borrowed; NULL when `config` is. */
const Budget *config_budget (const Config *config);
/* Who signs Content Credentials. Borrowed; NULL when `config` is. */
const Signing *config_signing (const Config *config);
/* NULL when `config` is. */
const ModelTable *config_models (const Config *config);
