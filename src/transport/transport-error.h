/* What can go wrong on the way to a service and back. What the service itself says is no error here,
 * whatever its status. */
#pragma once

#include <glib.h>

typedef enum {
  TRANSPORT_ERROR_ADDRESS,   /* nobody is to be asked there: the policy, or no address at all */
  TRANSPORT_ERROR_CONNECT,   /* no connection came about; nothing was asked */
  TRANSPORT_ERROR_BODY,      /* what was to be sent cannot be read */
  TRANSPORT_ERROR_TIMEOUT,   /* no whole answer in time */
  TRANSPORT_ERROR_BROKEN,    /* the connection ended before the answer did */
  TRANSPORT_ERROR_TOO_LARGE, /* the answer is over a limit */
  TRANSPORT_ERROR_CANCELLED, /* as asked */
} TransportErrorCode;
#define TRANSPORT_ERROR (transport_error_quark ())
GQuark transport_error_quark (void);
