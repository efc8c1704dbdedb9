/* What can go wrong on the way to a service and back, by what the caller does about it. What the
 * service itself says is no error here, whatever its status. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/always-false.h"

typedef enum {
  TRANSPORT_ERROR_ADDRESS,       /* nobody is to be asked there: the policy, or no address at all */
  TRANSPORT_ERROR_CONNECT,       /* no connection came about; nothing was asked */
  TRANSPORT_ERROR_BODY,          /* what was to be sent cannot be read */
  TRANSPORT_ERROR_TIMEOUT,       /* no whole answer in time */
  TRANSPORT_ERROR_BROKEN,        /* the connection ended before the answer did */
  TRANSPORT_ERROR_TOO_LARGE,     /* the answer is over a limit */
  TRANSPORT_ERROR_CANCELLED,     /* as asked */
  TRANSPORT_ERROR_CREDENTIAL,    /* there is no way to a token until a person does something */
  TRANSPORT_ERROR_NO_CREDENTIAL, /* none was found in any place */
  TRANSPORT_ERROR_UNAVAILABLE,   /* who gives tokens cannot now; later may help */
} TransportErrorCode;

#define TRANSPORT_ERROR (transport_error_quark ())
GQuark transport_error_quark (void);

/* Sets the error to the text with known secrets hidden. Always false. */
bool transport_error_set (GError **error, TransportErrorCode code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define transport_error_set(...) ALWAYS_FALSE (transport_error_set (__VA_ARGS__))
