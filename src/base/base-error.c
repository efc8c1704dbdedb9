#include "base/base-error.h"

#include <errno.h>

G_DEFINE_QUARK (peel_base_error, base_error)

#undef base_error_set_errno
bool
base_error_set_errno (GError **error, int error_number, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (error_number == ENOSPC || error_number == EDQUOT)
    g_set_error (error, BASE_ERROR, BASE_ERROR_NO_SPACE,
                 "%s: the disk is full (%s); free some space and run again", what,
                 g_strerror (error_number));
  else if (error_number == ENOENT)
    g_set_error (error, BASE_ERROR, BASE_ERROR_NOT_FOUND, "%s: there is no such file or folder",
                 what);
  else
    g_set_error (error, BASE_ERROR, BASE_ERROR_SYSTEM, "%s: %s", what, g_strerror (error_number));
  return false;
}
