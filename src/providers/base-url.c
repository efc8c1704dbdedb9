#include "providers/base-url.h"

#include "transport/address.h"

static const char *
find_fault (const char *url)
{
  for (const char *at = url; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at) || *at == ' ')
      return "takes an address without blanks";
  g_autoptr (GUri) parts = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (parts == NULL || g_uri_get_host (parts) == NULL || g_uri_get_host (parts)[0] == '\0')
    return "takes an address that begins with https://";
  bool is_plain = strcmp (g_uri_get_scheme (parts), "http") == 0;
  if (!is_plain && strcmp (g_uri_get_scheme (parts), "https") != 0)
    return "takes an address that begins with https://";
  if (is_plain && !address_is_loopback_name (g_uri_get_host (parts)))
    return "takes https:// only, but for this machine itself: by http:// everyone on the way could "
           "read the key";
  if (g_uri_get_userinfo (parts) != NULL)
    return "takes no user and password; keys stand under 'key' or 'keys'";
  if (g_uri_get_query (parts) != NULL || g_uri_get_fragment (parts) != NULL)
    return "takes an address without '?' and '#'";
  return NULL;
}

bool
base_url_check (const char *url, const Node *map, Problems *problems)
{
  const char *fault = url != NULL ? find_fault (url) : NULL;
  const Node *node = node_get (map, "base-url");
  if (fault == NULL)
    return true;
  return problems_add_secret (problems, node != NULL ? &node->mark : &map->mark, "'base-url' %s",
                              fault);
}

char *
base_url_join (const char *base, const char *format, ...)
{
  size_t length = strlen (base);
  while (length > 0 && base[length - 1] == '/')
    length--;
  va_list arguments;
  va_start (arguments, format);
  GString *url = g_string_new_len (base, (gssize)length);
  g_string_append_vprintf (url, format, arguments);
  va_end (arguments);
  return g_string_free (url, FALSE);
}

bool
base_url_takes_usual_keys (const char *url)
{
  if (url == NULL)
    return true;
  g_autoptr (GUri) parts = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  return parts != NULL && g_uri_get_host (parts) != NULL &&
         address_is_loopback_name (g_uri_get_host (parts));
}
