#include "pipeline/signing.h"

static const Option rows[] = {
  { OPTION_FILE (Signing, certificate), .name = "certificate",
    .help = "PEM file with the signer's certificate and those between it and its root" },
  { OPTION_TEXT (Signing, key), .name = "key", .flags = OPTION_SECRET,
    .help = "The certificate's private key, P-256 as PEM; nobody but its owner may read the file" },
  { OPTION_TEXTS (Signing, command), .name = "command", .flags = OPTION_PROGRAM,
    .value_name = "LIST",
    .help =
      "In place of a key: absolute path of a program, and its arguments. It is given the bytes "
      "to sign on its standard input, and prints their ES256 signature, raw or as DER" },
  { OPTION_DURATION (Signing, timeout_ms), .name = "timeout", .fallback = "30s",
    .help = "When the program is ended" },
  { 0 },
};

const OptionTable signing_options = { rows, sizeof (Signing), .shorthand = NULL };

/* NULL: it is not given. */
static const Node *
given (const Node *map, const char *name)
{
  const Node *node = node_get (map, name);
  return node != NULL && node->kind != NODE_NULL ? node : NULL;
}

bool
signing_read (Signing *signing, const Node *map, const char *folder, Problems *problems)
{
  if (map->kind != NODE_NULL && map->kind != NODE_MAP)
    return problems_add (problems, &map->mark,
                         "'signing' takes a map such as { certificate: chain.pem, key: { file: "
                         "key.pem } }, not %s",
                         node_kind_words (map->kind));
  const Node *key = given (map, "key"), *command = given (map, "command");
  if (key != NULL && command != NULL)
    return problems_add (problems, &command->mark,
                         "'signing' takes a 'key' or a 'command', not both: one of them signs");
  if (key != NULL)
    g_clear_pointer (&signing->command, g_strfreev);
  if (command != NULL)
    g_clear_pointer (&signing->key, g_free);
  if (!options_read (&signing_options, map, "signing", folder, signing, problems))
    return false;
  if (command == NULL || signing->command == NULL || signing->command[0] == NULL ||
      signing->command[0][0] == '/')
    return true;
  return problems_add (problems, &command->mark,
                       "'command' begins with the absolute path of a program: a name alone would "
                       "be another program in another environment; '%s' is none",
                       signing->command[0]);
}

bool
signing_is_set (const Signing *signing)
{
  bool has_command = signing != NULL && signing->command != NULL && signing->command[0] != NULL;
  return signing != NULL && (signing->certificate != NULL || signing->key != NULL || has_command);
}
