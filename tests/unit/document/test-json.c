#include "reading.h"

#define J "p.json"

static void
reads_every_kind (void)
{
  const char *text = "{\"a\":[1,-2.5,1e+30,true,false,null,\"x\"],\"b\":{},\"c\":[]}";
  assert_reads_as (J, text, text);
}

static void
joins_surrogate_pairs (void)
{
  assert_reads_as (J, "[\"\\ud83d\\uDE00\\n\\/\\u00e9\"]", "[\"😀\\n/é\"]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/json/reads-every-kind", reads_every_kind);
  g_test_add_func ("/document/json/joins-surrogate-pairs", joins_surrogate_pairs);
  return g_test_run ();
}
