#include "transport/headers.h"

#include <stdbool.h>
#include <string.h>
#include <curl/curl.h>

const char *
http_headers_get (const HttpHeaders *headers, const char *name)
{
  size_t length = strlen (name);
  for (unsigned i = headers->lines->len; i > 0; i--) {
    const char *line = headers->lines->pdata[i - 1];
    if (g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':')
      return line + length + 1 + strspn (line + length + 1, " \t");
  }
  return NULL;
}

int64_t
http_date_parse (const char *text)
{
  time_t date = curl_getdate (text, NULL);
  bool is_date = date >= 0 && date <= G_MAXINT64 / G_USEC_PER_SEC;
  return is_date ? (int64_t)date * G_USEC_PER_SEC : -1;
}
