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
      if (at[0] != shapes[i].prefix[0] || strncmp (at, shapes[i].prefix, n) != 0)
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

/* ---- behind the name of an HTTP scheme ---- */

/* Does "Authorization:" end here, blanks and quotes aside? */
static bool
ends_header_name (const char *text, const char *end)
{
  static const char name[] = "authorization";
  const size_t n = sizeof name - 1;
  while (end > text && strchr (" \t\"'", end[-1]) != NULL)
    end--;
  if (end == text || end[-1] != ':')
    return false;
  for (end--; end > text && strchr (" \t\"'", end[-1]) != NULL;)
    end--;
  return (size_t)(end - text) >= n && g_ascii_strncasecmp (end - n, name, n) == 0;
}

/* The length of a scheme's name and the blanks behind it; 0: there is none. */
static size_t
scheme_length (const char *at)
{
  static const char *const schemes[] = { "Bearer", "Basic" };
  for (size_t i = 0; i < G_N_ELEMENTS (schemes); i++) {
    size_t n = strlen (schemes[i]);
    if (g_ascii_strncasecmp (at, schemes[i], n) == 0 && at[n] == ' ')
      return n + strspn (at + n, " ");
  }
  return 0;
}

/* A credential that has no shape of its own, such as "Bearer 0123456789abcdef": what a program says of
 * its requests. Without the header's name only a long one, since "Basic" is a word. That makes mistakes
 * which dots may make, but not a refusal, so secret_find does not find it. */
static bool
find_behind_scheme (const char *text, size_t *out_start, size_t *out_length)
{
  enum { LEAST_ALONE = 16 };
  for (const char *at = text; *at != '\0'; at++) {
    size_t n = at == text || !g_ascii_isalnum (at[-1]) ? scheme_length (at) : 0, length = 0;
    if (n == 0)
      continue;
    while (is_token_letter (at[n + length]) || at[n + length] == '~')
      length++;
    if (length == 0 || (length < LEAST_ALONE && !ends_header_name (text, at)))
      continue;
    *out_start = (size_t)(at - text) + n;
    *out_length = length;
    return true;
  }
  return false;
}

/* The first of either kind. */
static bool
find_any (const char *text, size_t *out_start, size_t *out_length)
{
  size_t start, length;
  bool found = secret_find (text, out_start, out_length);
  if (!find_behind_scheme (text, &start, &length) || (found && *out_start <= start))
    return found;
  *out_start = start;
  *out_length = length;
  return true;
}

/* A byte of UTF-8 that goes on with a character. */
static bool
is_continuation (char c)
{
  return ((unsigned char)c & 0xC0) == 0x80;
}

/* ---- those that were remembered ---- */

enum {
  LEAST_REMEMBERED = 6,   /* characters; less is found in too many words */
  MOST_REMEMBERED = 1000, /* a run of days gets a token each hour */
};

static GMutex known_lock;
static GQueue known = G_QUEUE_INIT; /* char*, oldest first */

void
secret_free (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static int
compare_text (const void *a, const void *b)
{
  return strcmp (a, b);
}

void
secret_remember (const char *text)
{
  if (text == NULL || strlen (text) < LEAST_REMEMBERED)
    return;
  g_mutex_lock (&known_lock);
  if (g_queue_find_custom (&known, text, compare_text) == NULL)
    g_queue_push_tail (&known, g_strdup (text));
  if (known.length > MOST_REMEMBERED)
    secret_free (g_queue_pop_head (&known));
  g_mutex_unlock (&known_lock);
}

static void
mark_known (const char *text, char *is_secret)
{
  g_mutex_lock (&known_lock);
  for (const GList *each = known.head; each != NULL; each = each->next) {
    size_t length = strlen (each->data);
    for (const char *at = text; (at = strstr (at, each->data)) != NULL; at++)
      memset (is_secret + (at - text), 1, length);
  }
  g_mutex_unlock (&known_lock);
}

char *
secret_hide (const char *text)
{
  size_t n = strlen (text), start, length;
  g_autofree char *is_secret = g_malloc0 (n + 1);
  mark_known (text, is_secret);
  for (size_t at = 0; find_any (text + at, &start, &length); at += start + length)
    memset (is_secret + at + start, 1, length);
  GString *out = g_string_sized_new (n);
  for (size_t i = 0; i < n; i++)
    if (!is_secret[i])
      g_string_append_c (out, text[i]);
    else if (!is_continuation (text[i]))
      g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
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

bool
secret_is_key (const char *name)
{
  static const char *const compounds[] = { "apikey", "accesskey", "secretkey", "privatekey",
                                           "authkey" };
  if (!secret_is_name (name))
    return false;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  size_t length = strlen (lower);
  if (!g_str_has_suffix (lower, "key") || length == strlen ("key"))
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (compounds); i++)
    if (g_str_has_suffix (lower, compounds[i]))
      return true;
  return !g_ascii_isalpha (lower[length - 4]) || g_ascii_isupper (name[length - 3]);
}

static bool
is_key_letter (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

/* The key that ends where `colon` stands, quotes and blanks around it aside. New string. */
static char *
key_before (const char *line, const char *colon)
{
  const char *end = colon;
  while (end > line && strchr (" \t\"'", end[-1]) != NULL)
    end--;
  const char *start = end;
  while (start > line && is_key_letter (start[-1]))
    start--;
  return g_strndup (start, (size_t)(end - start));
}

static size_t
value_length (const char *value)
{
  size_t length = strlen (value);
  if (value[0] == '"' || value[0] == '\'') {
    const char *end = strchr (value + 1, value[0]);
    if (end != NULL)
      return (size_t)(end + 1 - value);
  }
  const char *comment = strstr (value, " #");
  if (comment != NULL && (size_t)(comment - value) < length)
    length = (size_t)(comment - value);
  while (length > 0 && g_ascii_isspace (value[length - 1]))
    length--;
  return length;
}

bool
secret_find_named (const char *line, size_t *out_start, size_t *out_length)
{
  for (const char *colon = strchr (line, ':'); colon != NULL; colon = strchr (colon + 1, ':')) {
    const char *value = colon + 1 + strspn (colon + 1, " \t");
    /* { env: NAME }, a list, ${…} and nothing are no secrets. */
    size_t quotes = strspn (value, "\"'");
    if (value[quotes] == '\0' || strchr ("{[$", value[quotes]) != NULL)
      continue;
    g_autofree char *key = key_before (line, colon);
    if (!secret_is_key (key))
      continue;
    *out_start = (size_t)(value - line);
    *out_length = value_length (value);
    return true;
  }
  return false;
}
