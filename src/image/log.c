#include "image/log.h"

#include <stdbool.h>
#include <glib.h>

enum { MOST_OF_A_KIND = 3, MOST_KINDS = 256 };

static GMutex lock;
static ImageLogFunc log_func;
static void *log_data;
static GHashTable *counts; /* kind (owned) → times seen */

void
image_log_set (ImageLogFunc func, void *data)
{
  g_mutex_lock (&lock);
  log_func = func;
  log_data = data;
  g_mutex_unlock (&lock);
}

void
image_log_reset (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&counts, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

/* Messages differ by row and address only: without its digits a message is its kind. */
static char *
kind_of (const char *message)
{
  GString *kind = g_string_new (NULL);
  for (const char *c = message; *c != '\0' && kind->len < 120; c++)
    if (!g_ascii_isdigit (*c))
      g_string_append_c (kind, *c);
  return g_string_free (kind, FALSE);
}

static bool
may_speak (const char *message)
{
  if (counts == NULL)
    counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *kind = kind_of (message);
  unsigned seen = GPOINTER_TO_UINT (g_hash_table_lookup (counts, kind));
  if (seen >= MOST_OF_A_KIND || (seen == 0 && g_hash_table_size (counts) >= MOST_KINDS))
    return false;
  g_hash_table_insert (counts, g_steal_pointer (&kind), GUINT_TO_POINTER (seen + 1));
  return true;
}

static void
take_message (const char *domain, GLogLevelFlags level, const char *message, void *data)
{
  if ((level & (G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG)) != 0 || message == NULL)
    return;
  g_mutex_lock (&lock);
  if (log_func != NULL && may_speak (message)) {
    g_autofree char *line = g_utf8_make_valid (message, -1);
    g_strdelimit (line, "\r\n\t", ' ');
    log_func (log_data, g_strstrip (line));
  }
  g_mutex_unlock (&lock);
}

void
image_log_install (void)
{
  g_log_set_handler ("VIPS", G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                     take_message, NULL);
}
