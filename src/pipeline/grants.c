#include "pipeline/grants.h"

#include "base/units.h"

static const struct {
  const char *name, *words;
} kinds[] = {
  [GRANT_PROGRAM] = { "program", "runs" },
  [GRANT_ADDRESS] = { "address", "sends keys, prompts and references to" },
  [GRANT_KEY] = { "key", "takes a key from" },
  [GRANT_OPTION] = { "option", "sets" },
  [GRANT_GENERATE] = { "generate", "asks with" },
  [GRANT_MODEL] = { "model", "sets, of a model," },
  [GRANT_BUDGET] = { "budget", "lets be spent at most" },
};

const char *
grant_words (GrantKind kind)
{
  return kinds[kind].words;
}

const char *
grant_kind_name (GrantKind kind)
{
  return kinds[kind].name;
}

static void
free_grant (gpointer data)
{
  Grant *grant = data;
  g_free (grant->profile);
  g_free (grant->owner);
  g_free (grant->text);
  g_free (grant);
}

typedef struct {
  GPtrArray *grants;
  const char *profile;  /* NULL: none */
  const Config *config; /* with it */
} Lister;

/* In all runs, or in those with this profile. */
static bool
is_listed (const Lister *lister, GrantKind kind, const char *owner, const char *text)
{
  for (unsigned i = 0; i < lister->grants->len; i++) {
    const Grant *other = lister->grants->pdata[i];
    bool is_same = other->kind == kind && strcmp (other->owner, owner) == 0 &&
                   strcmp (other->text, text) == 0;
    if (is_same && (other->profile == NULL || g_strcmp0 (other->profile, lister->profile) == 0))
      return true;
  }
  return false;
}

/* Takes over the text. */
static void
take (const Lister *lister, GrantKind kind, const char *owner, char *text)
{
  if (is_listed (lister, kind, owner, text)) {
    g_free (text);
    return;
  }
  Grant *grant = g_new0 (Grant, 1);
  grant->kind = kind;
  grant->profile = g_strdup (lister->profile);
  grant->owner = g_strdup (owner);
  grant->text = text;
  g_ptr_array_add (lister->grants, grant);
}

/* ---- programs ---- */

/* As a shell would be told it, so that one argument is told from two. */
static char *
join_command (char *const *words)
{
  GString *line = g_string_new (NULL);
  for (unsigned i = 0; words[i] != NULL; i++) {
    bool is_plain = words[i][0] != '\0' && strspn (words[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS
                                                   "_-./:=,+@%{}") == strlen (words[i]);
    g_autofree char *quoted = is_plain ? g_strdup (words[i]) : g_shell_quote (words[i]);
    g_string_append_printf (line, "%s%s", i > 0 ? " " : "", quoted);
  }
  return g_string_free (line, FALSE);
}

static void
add_programs (const Lister *lister, const ProviderType *type, const void *options)
{
  for (const Option *row = type->config->rows; row->name != NULL; row++) {
    if (!(row->flags & OPTION_PROGRAM))
      continue;
    char *const *words = *(char **const *)((const char *)options + row->offset);
    if (words != NULL && words[0] != NULL)
      take (lister, GRANT_PROGRAM, type->name, join_command (words));
  }
}

/* ---- keys ---- */

static void
add_secret (const Lister *lister, const char *owner, const char *reference)
{
  const char *name = strchr (reference, ':') + 1;
  bool is_file = g_str_has_prefix (reference, "file:");
  take (lister, GRANT_KEY, owner,
        g_strconcat (is_file ? "the file " : "the environment's ", name, NULL));
}

static void
add_usual_places (const Lister *lister, const char *owner, const ProviderLogin *login)
{
  g_autofree char *names = login->key_names != NULL ? g_strjoinv (" or ", (char **)login->key_names)
                                                    : NULL;
  if (names != NULL)
    take (lister, GRANT_KEY, owner, g_strconcat ("the environment's ", names, NULL));
  if (login->key_file != NULL)
    take (lister, GRANT_KEY, owner, g_strconcat ("the file ", login->key_file, NULL));
  else if (login->takes_google)
    take (lister, GRANT_KEY, owner, g_strdup ("where Google's tools look for credentials"));
}

/* The order in which a login looks: a token's program, the keys that are named, the usual places. */
static void
add_login (const Lister *lister, const ProviderType *type, const void *options)
{
  ProviderLogin login = { 0 };
  type->login (options, &login);
  take (lister, GRANT_ADDRESS, type->name,
        g_strdup (login.address != NULL ? login.address : "Google's own hosts"));
  if (login.token_command != NULL && login.token_command[0] != NULL)
    return;
  bool has_own = login.key != NULL || (login.keys != NULL && login.keys[0] != NULL);
  if (login.key != NULL)
    add_secret (lister, type->name, login.key);
  for (unsigned i = 0; login.keys != NULL && login.keys[i] != NULL; i++)
    add_secret (lister, type->name, login.keys[i]);
  if (!has_own)
    add_usual_places (lister, type->name, &login);
}

/* ---- what else it says ---- */

static void
add_options (const Lister *lister, const ProviderType *type, const void *options, const Node *map)
{
  for (unsigned i = 0; i < node_length (map); i++) {
    const Option *row = option_find (type->config, node_key (map, i));
    g_autofree char *value = row->flags & (OPTION_PROGRAM | OPTION_SECRET)
                               ? NULL
                               : option_format (row, options);
    if (value != NULL)
      take (lister, GRANT_OPTION, type->name, g_strdup_printf ("%s: %s", row->name, value));
  }
}

static void
add_models (const Lister *lister, const Node *models)
{
  for (unsigned i = 0; i < node_length (models); i++) {
    GString *text = g_string_new (NULL);
    node_to_json (node_item (models, i), text);
    take (lister, GRANT_MODEL, node_key (models, i), g_string_free (text, FALSE));
  }
}

static void
add_generate (const Lister *lister, const Node *options)
{
  for (unsigned i = 0; i < node_length (options); i++) {
    GString *text = g_string_new (NULL);
    g_string_append_printf (text, "%s: ", node_key (options, i));
    node_to_json (node_item (options, i), text);
    take (lister, GRANT_GENERATE, "generate", g_string_free (text, FALSE));
  }
}

/* Who would be asked by what the project says of providers; `providers` is a map of it, or NULL. */
static void
add_logins (const Lister *lister, const Node *providers)
{
  for (unsigned i = 0; i < node_length (providers); i++) {
    const ProviderType *type = provider_find (node_key (providers, i));
    const void *options = config_provider (lister->config, type);
    add_programs (lister, type, options);
    if (type->login != NULL)
      add_login (lister, type, options);
  }
}

/* The lower of the two counts, so it says what holds in the end. */
static void
add_budget (const Lister *lister, const Node *map)
{
  double per_day_usd = config_budget (lister->config)->per_day_usd;
  if (node_get (map, "per-day") == NULL || per_day_usd < 0)
    return;
  g_autofree char *usd = units_describe_usd (per_day_usd);
  take (lister, GRANT_BUDGET, "budget", g_strdup_printf ("%s a day", usd));
}

/* Its program is run, or its key signs in the user's name. */
static void
add_signing (const Lister *lister, const Node *map)
{
  const Signing *signing = config_signing (lister->config);
  if (map == NULL || map->kind != NODE_MAP)
    return;
  if (signing->command != NULL && signing->command[0] != NULL)
    take (lister, GRANT_PROGRAM, "signing", join_command (signing->command));
  if (signing->key != NULL)
    add_secret (lister, "signing", signing->key);
  if (signing->certificate != NULL)
    take (lister, GRANT_OPTION, "signing",
          g_strconcat ("certificate: ", signing->certificate, NULL));
}

/* `part` is the project's tree, or a profile in it, or NULL. */
static void
add_part (const Lister *lister, const Node *part)
{
  const Node *providers = node_get (part, "providers");
  add_logins (lister, providers);
  for (unsigned i = 0; i < node_length (providers); i++) {
    const ProviderType *type = provider_find (node_key (providers, i));
    add_options (lister, type, config_provider (lister->config, type), node_item (providers, i));
  }
  add_generate (lister, node_get (part, "generate"));
  add_models (lister, node_get (part, "models"));
  add_budget (lister, node_get (part, "budget"));
  add_signing (lister, node_get (part, "signing"));
}

static void
add_profile (GPtrArray *grants, const Config *config, const Node *root, const char *name)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Config) chosen = config_with_profile (config, name, problems);
  const Lister lister = { grants, name, chosen };
  /* One of the user's that contradicts the project: chosen there, it is an error. */
  if (chosen == NULL)
    return;
  add_part (&lister, node_get (node_get (root, "profiles"), name));
  add_logins (&lister, node_get (root, "providers"));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Grant *first = *(const Grant *const *)a, *second = *(const Grant *const *)b;
  return (int)first->kind - (int)second->kind;
}

GPtrArray *
grants_of (const Config *config, const Node *root)
{
  GPtrArray *grants = g_ptr_array_new_with_free_func (free_grant);
  const Lister always = { grants, NULL, config };
  add_part (&always, root);
  g_autoptr (GPtrArray) names = config_profiles (config);
  for (unsigned i = 0; i < names->len; i++)
    add_profile (grants, config, root, names->pdata[i]);
  g_ptr_array_sort (grants, compare); /* it keeps the order of equal ones */
  return grants;
}
