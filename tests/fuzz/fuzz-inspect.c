/* What lists foreign blocks for people: never a crash, and all that is told is UTF-8 of a bounded size. The same
 * bytes stand for the block of every kind. */
#include "fuzz-target.h"
#include "metadata/exif-list.h"
#include "metadata/icc-list.h"
#include "metadata/iptc-list.h"
#include "metadata/xmp-list.h"

static void
check_text (const char *text, size_t most)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), <=, most + 3);
}

static void
check_exif (GBytes *bytes, bool is_file)
{
  g_auto (ExifList) list = { NULL };
  if (!exif_list (bytes, is_file, &list, NULL))
    return;
  g_assert_cmpuint (list.lines->len, <=, EXIF_LIST_MOST_LINES);
  for (unsigned i = 0; i < list.lines->len; i++)
    check_text (((const ExifLine *)list.lines->pdata[i])->value, EXIF_LIST_MOST_VALUE_BYTES);
}

static void
check_xmp (GBytes *bytes)
{
  g_auto (XmpList) list = { NULL };
  xmp_list (bytes, &list, NULL);
  g_assert_cmpuint (list.lines->len, <=, XMP_LIST_MOST_LINES);
  for (unsigned i = 0; i < list.lines->len; i++) {
    const XmpLine *line = list.lines->pdata[i];
    check_text (line->path, XMP_LIST_MOST_PATH_BYTES);
    check_text (line->value, XMP_LIST_MOST_VALUE_BYTES);
    g_assert_cmpuint (strlen (line->value), >, 0);
  }
}

static void
check_iptc (GBytes *bytes)
{
  g_auto (IptcList) list = { NULL };
  if (!iptc_list (bytes, &list, NULL))
    return;
  for (unsigned i = 0; i < list.lines->len; i++)
    check_text (((const IptcLine *)list.lines->pdata[i])->value, IPTC_LIST_MOST_VALUE_BYTES);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_auto (IccFacts) facts = { NULL };
  check_exif (bytes, false);
  check_exif (bytes, true);
  check_xmp (bytes);
  check_iptc (bytes);
  if (icc_read (bytes, &facts, NULL) && facts.description != NULL)
    check_text (facts.description, 1024);
  return 0;
}
