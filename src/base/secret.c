#include "base/secret.h"

#include <glib.h>

typedef struct {
  const char *prefix;
  size_t least_rest; /* characters that must follow: a prefix alone is only a word */
} Shape;

/* Prefixes published by the services that issue them. */
static const Shape shapes[] = {
  { "AIza", 20 },  /* Google API key */
  { "AQ.", 20 },   /* Google, express mode */
  { "ya29.", 20 }, /* Google OAuth access token */
  { "GOCSPX-", 16 },     { "sk-", 16 },   { "gsk_", 16 },       { "ghp_", 16 },
  { "github_pat_", 16 }, { "xoxb-", 10 }, { "eyJhbGciOi", 20 }, { "-----BEGIN ", 10 },
};

static bool
is_token_letter (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("-_.+/=", c) != NULL);
}

bool
secret_find (const char *text, size_t *out_start, size_t *out_length)
{
  for (const char *at = text; *at != '\0'; at++) {
    if (at > text && g_ascii_isalnum (at[-1]))
      continue;
    for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++) {
      size_t n = strlen (shapes[i].prefix);
      if (strncmp (at, shapes[i].prefix, n) != 0)
        continue;
      size_t length = n;
      bool is_block = at[0] == '-';
      while (at[length] != '\0' && at[length] != '\n' && (is_block || is_token_letter (at[length])))
        length++;
      if (length < n + shapes[i].least_rest)
        continue;
      *out_start = (size_t)(at - text);
      *out_length = length;
      return true;
    }
  }
  return false;
}

bool
secret_is_name (const char *name)
{
  static const char *const endings[] = { "key", "token", "secret", "password", "credentials" };
  g_autofree char *lower = g_ascii_strdown (name, -1);
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return true;
  return false;
}
