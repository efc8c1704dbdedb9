#include "transport/address.h"

#include <glib.h>
#include <sys/un.h>

static void
check_all (const char *const *texts, bool is_public)
{
  for (; *texts != NULL; texts++) {
    if (address_is_public_text (*texts) != is_public)
      g_error ("%s is %s", *texts, is_public ? "public" : "not public");
  }
}

/* First and last of each. */
static void
special_networks_are_closed (void)
{
  static const char *const texts[] = {
    "0.0.0.0",
    "0.255.255.255", /* this network */
    "10.0.0.0",
    "10.255.255.255", /* private */
    "100.64.0.0",
    "100.127.255.255", /* carrier-grade NAT */
    "100.100.100.200", /* a metadata server there */
    "127.0.0.0",
    "127.0.0.1",
    "127.255.255.255", /* loopback */
    "168.63.129.16",   /* Azure's */
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255", /* link-local */
    "172.16.0.0",
    "172.31.255.255", /* private */
    "192.0.0.0",
    "192.0.0.255", /* protocols */
    "192.0.2.0",
    "192.0.2.255", /* documentation */
    "192.88.99.0",
    "192.88.99.255", /* 6to4 relays */
    "192.168.0.0",
    "192.168.255.255", /* private */
    "198.18.0.0",
    "198.19.255.255", /* benchmarks */
    "198.51.100.0",
    "198.51.100.255", /* documentation */
    "203.0.113.0",
    "203.0.113.255", /* documentation */
    "224.0.0.0",
    "239.255.255.255", /* multicast */
    "240.0.0.0",
    "255.255.255.255", /* reserved, broadcast */
    NULL,
  };
  check_all (texts, false);
}

/* The neighbours of those. */
static void
the_rest_is_open (void)
{
  static const char *const texts[] = {
    "1.0.0.0",
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    NULL,
  };
  check_all (texts, true);
}

static void
special_networks_of_ipv6_are_closed (void)
{
  static const char *const texts[] = {
    "::",                                                  /* nobody */
    "::1",                                                 /* loopback */
    "::127.0.0.1",                                         /* "IPv4-compatible", given up */
    "::8.8.8.8",   "64:ff9b:1::8.8.8.8",                   /* NAT64 of one's own network */
    "100::",                                               /* discard */
    "2001::",      "2001:0:4136:e378:8000:63bf:3fff:fdd2", /* Teredo */
    "2001:2::",                                            /* benchmarks */
    "2001:10::",   "2001:1ff:ffff::",                      /* protocols */
    "2001:db8::",  "2001:db8:ffff::1",                     /* documentation */
    "3fff::",      "3fff:fff:ffff::1",                     /* documentation */
    "4000::",      "5f00::1",                              /* not given out; segment routing */
    "fc00::",      "fd00:ec2::254",                        /* private, a metadata server there */
    "fe80::1",     "febf::1",                              /* link-local */
    "fec0::1",                                             /* site-local, given up */
    "ff02::1",                                             /* multicast */
    NULL,
  };
  check_all (texts, false);
}

static void
the_rest_of_ipv6_is_open (void)
{
  static const char *const texts[] = {
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2606:2800:220:1::1",
    "2a00:1450:4001::200e",
    "3ffe::1",
    "3fff:1000::1",
    NULL,
  };
  check_all (texts, true);
}

static void
an_ipv4_address_within_ipv6_counts (void)
{
  static const char *const closed[] = {
    "::ffff:127.0.0.1",   "::ffff:10.0.0.1",      "::ffff:169.254.169.254",   "::ffff:0:0",
    "64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1", "64:ff9b::169.254.169.254", "2002:7f00:1::",
    "2002:a00:1::1",      "2002:c0a8:101::1",     "2002:a9fe:a9fe::",         NULL,
  };
  static const char *const open[] = { "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
                                      NULL };
  check_all (closed, false);
  check_all (open, true);
}

static void
what_is_no_address_is_closed (void)
{
  static const char *const texts[] = { "",         "example.com", "8.8.8",          "8.8.8.8.8",
                                       "08.8.8.8", "8.8.8.8 ",    "[2606:2800::1]", "fe80::1%lo",
                                       NULL };
  check_all (texts, false);
  const struct sockaddr_un local = { .sun_family = AF_UNIX };
  g_assert_false (address_is_public ((const struct sockaddr *)(const void *)&local));
}

static void
names_of_this_machine (void)
{
  static const char *const ours[] = { "localhost", "LocalHost",        "api.localhost",
                                      "127.0.0.1", "127.255.255.254",  "::1",
                                      "[::1]",     "[0:0:0:0:0:0:0:1]" };
  static const char *const others[] = { "",
                                        "[]",
                                        "localhost.",
                                        "localhost.example.com",
                                        "notlocalhost",
                                        "127.0.0.1.example.com",
                                        "128.0.0.1",
                                        "0.0.0.0",
                                        "::",
                                        "[::]",
                                        "::ffff:127.0.0.1",
                                        "[::ffff:127.0.0.1]",
                                        "example.com",
                                        "2130706433",
                                        "127.1" };
  for (unsigned i = 0; i < G_N_ELEMENTS (ours); i++)
    if (!address_is_loopback_name (ours[i]))
      g_error ("'%s' is this machine", ours[i]);
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++)
    if (address_is_loopback_name (others[i]))
      g_error ("'%s' is not this machine", others[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/address/special-networks-are-closed", special_networks_are_closed);
  g_test_add_func ("/transport/address/the-rest-is-open", the_rest_is_open);
  g_test_add_func ("/transport/address/special-networks-of-ipv6-are-closed",
                   special_networks_of_ipv6_are_closed);
  g_test_add_func ("/transport/address/the-rest-of-ipv6-is-open", the_rest_of_ipv6_is_open);
  g_test_add_func ("/transport/address/an-ipv4-address-within-ipv6-counts",
                   an_ipv4_address_within_ipv6_counts);
  g_test_add_func ("/transport/address/what-is-no-address-is-closed", what_is_no_address_is_closed);
  g_test_add_func ("/transport/address/names-of-this-machine", names_of_this_machine);
  return g_test_run ();
}
