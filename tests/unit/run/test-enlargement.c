#include "run/enlargement.h"

#include <glib.h>

static void
expect (const char *recipe, int width, int height, Enlargement wanted, const char *wanted_stage)
{
  const char *stage;
  g_assert_cmpint (enlargement_of (recipe, width, height, &stage), ==, wanted);
  g_assert_cmpstr (stage, ==, wanted_stage);
}

#define HEAD "peel derivative 1\noriginal aa\n"
#define ENLARGING "resize 1 when-smaller=\"enlarge\" width=\"1200\""

/* 600x800 is the original in all of these. */
static void
test_by_size (void)
{
  expect (HEAD ENLARGING, 600, 800, ENLARGEMENT_SOME, "resize");
  expect (HEAD ENLARGING, 1200, 800, ENLARGEMENT_NONE, NULL);
  expect (HEAD "resize 1 width=\"1200\"", 600, 800, ENLARGEMENT_NONE, NULL);
  expect (HEAD "resize 1 when-smaller=\"fail\" width=\"1200\"", 600, 800, ENLARGEMENT_NONE, NULL);
}

static void
test_parts (void)
{
  expect (HEAD "crop 1 height=\"300\" width=\"300\"\n"
               "resize 1 when-smaller=\"enlarge\" width=\"400\"",
          600, 800, ENLARGEMENT_SOME, "resize");
  expect (HEAD "resize 1 width=\"100\"\n"
               "resize 1 when-smaller=\"enlarge\" width=\"200\"",
          600, 800, ENLARGEMENT_SOME, "resize");
  expect (HEAD "rotate 1 angle=\"90\"\n"
               "resize 1 when-smaller=\"enlarge\" width=\"700\"",
          600, 800, ENLARGEMENT_NONE, NULL);
}

static void
test_frames (void)
{
  expect (HEAD "resize 1 fit=\"contain\" height=\"2000\" width=\"2000\"", 600, 800,
          ENLARGEMENT_NONE, NULL);
  expect (HEAD "pad 1 left=\"5000\"", 600, 800, ENLARGEMENT_NONE, NULL);
}

static void
test_upscale (void)
{
  expect (HEAD "upscale 1 factor=\"2\"\nresize 1 width=\"100\"", 600, 800, ENLARGEMENT_SOME,
          "upscale");
  expect (HEAD "upscale 1 factor=\"1\"", 600, 800, ENLARGEMENT_NONE, NULL);
  expect (HEAD "upscale 1 factor=\"2\"", 0, 0, ENLARGEMENT_SOME, "upscale");
}

static void
test_unknown (void)
{
  expect (HEAD ENLARGING, 0, 0, ENLARGEMENT_UNKNOWN, "resize");
  expect (HEAD "trim 1\n" ENLARGING, 600, 800, ENLARGEMENT_UNKNOWN, "resize");
  expect (HEAD "crop 1 of-another-version=\"1\"\n" ENLARGING, 600, 800, ENLARGEMENT_UNKNOWN,
          "resize");
  expect (HEAD "trim 1\nresize 1 width=\"1200\"", 0, 0, ENLARGEMENT_NONE, NULL);
  expect ("", 0, 0, ENLARGEMENT_NONE, NULL);
}

/* A file's hash is no path, and what it is has no say in sizes. */
static void
test_files (void)
{
  expect (HEAD "overlay 1 image=\"77b0\"\n" ENLARGING, 600, 800, ENLARGEMENT_SOME, "resize");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/enlargement/is-told-by-the-original's-size", test_by_size);
  g_test_add_func ("/run/enlargement/of-a-part-is-one", test_parts);
  g_test_add_func ("/run/enlargement/a-wider-frame-is-none", test_frames);
  g_test_add_func ("/run/enlargement/upscale-is-one", test_upscale);
  g_test_add_func ("/run/enlargement/what-cannot-be-told-is-not-claimed", test_unknown);
  g_test_add_func ("/run/enlargement/files-have-no-say", test_files);
  return g_test_run ();
}
