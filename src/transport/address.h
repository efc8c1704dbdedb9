/* Where a request may go. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

/* An address of the open internet: none of this machine, of a private or a reserved network
 * (RFC 6890 and the IANA special-purpose registries), in any of IPv6's ways of writing an IPv4 one. */
bool address_is_public (const struct sockaddr *address);
/* The same of "93.184.216.34" or "2606:2800::1"; what is no address is not public. */
bool address_is_public_text (const char *text);

/* "localhost", a name below it, or a literal address of this machine; IPv6 with or without its
 * brackets. */
bool address_is_loopback_name (const char *host);
