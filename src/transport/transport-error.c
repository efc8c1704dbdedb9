#include "transport/transport-error.h"

#include "base/secret.h"

G_DEFINE_QUARK (peel_transport_error, transport_error)

#undef transport_error_set
bool
transport_error_set (GError **error, TransportErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *hidden = secret_hide (text);
  g_set_error_literal (error, TRANSPORT_ERROR, (int)code, hidden);
  return false;
}
