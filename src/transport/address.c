#include "transport/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <glib.h>

/* IPv4 networks that are not the open internet: address, length of the prefix. */
static const struct {
  uint32_t network;
  int prefix;
} closed[] = {
  { 0x00000000, 8 },  /* this network */
  { 0x0a000000, 8 },  /* private */
  { 0x64400000, 10 }, /* carrier-grade NAT */
  { 0x7f000000, 8 },  /* loopback */
  { 0xa83f8110, 32 }, /* what Azure's machines ask about themselves, RFC or no RFC */
  { 0xa9fe0000, 16 }, /* link-local, metadata servers */
  { 0xac100000, 12 }, /* private */
  { 0xc0000000, 24 }, /* protocol assignments */
  { 0xc0000200, 24 }, /* documentation */
  { 0xc0586300, 24 }, /* 6to4 relays */
  { 0xc0a80000, 16 }, /* private */
  { 0xc6120000, 15 }, /* benchmarks */
  { 0xc6336400, 24 }, /* documentation */
  { 0xcb007100, 24 }, /* documentation */
  { 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool
is_public_ipv4 (uint32_t address)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (closed); i++)
    if ((address ^ closed[i].network) >> (32 - closed[i].prefix) == 0)
      return false;
  return true;
}

static uint32_t
ipv4_at (const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool
is_public_ipv6 (const uint8_t *bytes)
{
  static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
  static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
  if (memcmp (bytes, mapped, sizeof mapped) == 0 || memcmp (bytes, nat64, sizeof nat64) == 0)
    return is_public_ipv4 (ipv4_at (bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4 */
    return is_public_ipv4 (ipv4_at (bytes + 2));
  /* Only 2000::/3 is given out; of that, 2001:0000::/23 (protocols, Teredo), 2001:db8::/32 and
   * 3fff::/20 (documentation) are not. */
  bool is_unicast = (bytes[0] & 0xe0) == 0x20;
  bool is_protocol = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02;
  bool is_documentation = ipv4_at (bytes) == 0x20010db8 || ipv4_at (bytes) >> 12 == 0x3fff0;
  return is_unicast && !is_protocol && !is_documentation;
}

bool
address_is_public (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return is_public_ipv4 (
      ntohl (((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
  if (address->sa_family == AF_INET6)
    return is_public_ipv6 (((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
  return false;
}

bool
address_is_public_text (const char *text)
{
  struct sockaddr_in four = { .sin_family = AF_INET };
  struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
  if (inet_pton (AF_INET, text, &four.sin_addr) == 1)
    return address_is_public ((const struct sockaddr *)(const void *)&four);
  return inet_pton (AF_INET6, text, &six.sin6_addr) == 1 &&
         address_is_public ((const struct sockaddr *)(const void *)&six);
}

bool
address_is_loopback_name (const char *host)
{
  size_t length = strlen (host);
  bool has_brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';
  g_autofree char *name = has_brackets ? g_strndup (host + 1, length - 2)
                                       : g_ascii_strdown (host, -1);
  struct in_addr four;
  struct in6_addr six;
  if (inet_pton (AF_INET, name, &four) == 1)
    return ntohl (four.s_addr) >> 24 == 127;
  if (inet_pton (AF_INET6, name, &six) == 1)
    return IN6_IS_ADDR_LOOPBACK (&six);
  return strcmp (name, "localhost") == 0 || g_str_has_suffix (name, ".localhost");
}
