#include "pixels/pdf.h"

#include <locale.h>
#include <string.h>
#include <zlib.h>

#include "pixels/pdf-file.h"
#include "pixels/png-filter.h"

static bool
gather (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static bool
refuse (void *data, const void *bytes, size_t length, GError **error)
{
  size_t *left = data;
  if (length > *left)
    return pixels_set_error (error, PIXELS_ERROR_FAILED, "the disk is full");
  *left -= length;
  return true;
}

/* What a profile is looked at for, and nothing else. */
static GBytes *
profile_of (const char *class, const char *space, uint8_t version)
{
  uint8_t bytes[200] = { 0 };
  bytes[8] = version;
  memcpy (bytes + 12, class, 4);
  memcpy (bytes + 16, space, 4);
  return g_bytes_new (bytes, sizeof bytes);
}

static GBytes *packet;

static PdfPage
a_page (PdfStandard standard, int n_channels, int bit_depth)
{
  return (PdfPage){
    .standard = standard,
    .width = 23,
    .height = 11,
    .n_channels = n_channels,
    .bit_depth = bit_depth,
    .width_mm = 230,
    .height_mm = 317,
    .bleed_at_mm = 7,
    .trim_at_mm = 10,
    .xmp = standard == PDF_X4 ? packet : NULL,
    .id = { 0xab, 0xcd },
  };
}

/* Samples with a slope, some noise and a flat part, in the machine's order. */
static uint8_t *
pixels_of (const PdfPage *page, size_t *out_row_bytes)
{
  size_t n = (size_t)page->width * (size_t)page->n_channels;
  size_t row_bytes = n * (size_t)page->bit_depth / 8;
  uint8_t *pixels = g_malloc (row_bytes * (size_t)page->height);
  unsigned noise = 7;
  for (int y = 0; y < page->height; y++)
    for (size_t i = 0; i < n; i++) {
      noise = noise * 1103515245 + 12345;
      unsigned value = y > 7 ? 9 : (unsigned)y * 1000 + (unsigned)i * 300 + (noise >> 22);
      if (page->bit_depth == 8)
        pixels[(size_t)y * row_bytes + i] = (uint8_t)value;
      else
        ((uint16_t *)(void *)pixels)[(size_t)y * n + i] = (uint16_t)value;
    }
  *out_row_bytes = row_bytes;
  return pixels;
}

static GByteArray *
written (const PdfPage *page)
{
  g_autoptr (GError) error = NULL;
  GByteArray *out = g_byte_array_new ();
  const PixelSink sink = { out, gather };
  size_t row_bytes;
  g_autofree uint8_t *pixels = pixels_of (page, &row_bytes);
  g_autoptr (PdfWriter) writer = pdf_writer_new (page, &sink, &error);
  g_assert_no_error (error);
  for (int y = 0; y < page->height; y++)
    g_assert_true (pdf_writer_add_row (writer, pixels + (size_t)y * row_bytes, &error));
  g_assert_true (pdf_writer_finish (writer, &error));
  return out;
}

static const char *
find (const GByteArray *file, const char *needle)
{
  return memmem (file->data, file->len, needle, strlen (needle));
}

static void
expect (const GByteArray *file, const char *needle)
{
  if (find (file, needle) == NULL)
    g_error ("there is no '%s' in the file", needle);
}

/* Every object stands where the table says, and the table where the last lines say. */
static unsigned
check_table (const GByteArray *file)
{
  const char *text = (const char *)file->data;
  const char *last = text + file->len - 10;
  while (memcmp (last, "startxref\n", 10) != 0)
    last--;
  uint64_t at = g_ascii_strtoull (last + 10, NULL, 10);
  g_assert_cmpint (memcmp (text + at, "xref\n0 ", 7), ==, 0);
  char *line;
  unsigned n = (unsigned)g_ascii_strtoull (text + at + 7, &line, 10);
  line++;
  g_assert_cmpint (memcmp (line, "0000000000 65535 f \n", 20), ==, 0);
  for (unsigned i = 1; i < n; i++) {
    line += 20;
    g_assert_cmpint (memcmp (line + 10, " 00000 n \n", 10), ==, 0);
    g_autofree char *head = g_strdup_printf ("%u 0 obj\n", i);
    uint64_t place = g_ascii_strtoull (line, NULL, 10);
    g_assert_cmpint (memcmp (text + place, head, strlen (head)), ==, 0);
  }
  g_assert_cmpint (memcmp (line + 20, "trailer\n", 8), ==, 0);
  return n - 1;
}

/* The picture as a reader unpacks it. */
static uint8_t *
read_back (const GByteArray *file, const PdfPage *page, size_t row_bytes)
{
  const char *picture = find (file, "/Subtype /Image");
  size_t left = file->len - (size_t)(picture - (const char *)file->data);
  const char *stream = memmem (picture, left, "stream\n", 7);
  left = file->len - (size_t)(stream + 7 - (const char *)file->data);
  const char *length_at = memmem (stream, left, "7 0 obj\n", 8);
  uint64_t length = g_ascii_strtoull (length_at + 8, NULL, 10);
  g_assert_cmpint (memcmp (stream + 7 + length, "\nendstream", 10), ==, 0);

  uLongf size = (row_bytes + 1) * (size_t)page->height;
  g_autofree uint8_t *filtered = g_malloc (size);
  g_assert_cmpint (uncompress (filtered, &size, (const uint8_t *)stream + 7, length), ==, Z_OK);
  g_assert_cmpuint (size, ==, (row_bytes + 1) * (size_t)page->height);
  uint8_t *pixels = g_malloc0 (row_bytes * (size_t)page->height);
  g_autofree uint8_t *zeros = g_malloc0 (row_bytes);
  const uint8_t *above = zeros;
  for (int y = 0; y < page->height; y++) {
    uint8_t *row = pixels + (size_t)y * row_bytes;
    const uint8_t *line = filtered + (size_t)y * (row_bytes + 1);
    memcpy (row, line + 1, row_bytes);
    g_assert_cmpuint (line[0], <, PNG_N_FILTERS);
    png_filter_undo (line[0], row, above, row_bytes,
                     (size_t)(page->n_channels * page->bit_depth / 8));
    above = row;
  }
  if (page->bit_depth == 16)
    for (size_t i = 0; i < row_bytes * (size_t)page->height / 2; i++)
      ((uint16_t *)(void *)pixels)[i] = GUINT16_FROM_BE (((uint16_t *)(void *)pixels)[i]);
  return pixels;
}

static void
every_pixel_comes_back (void)
{
  static const int channels[] = { 1, 3, 4 };
  for (size_t i = 0; i < G_N_ELEMENTS (channels); i++)
    for (int depth = 8; depth <= 16; depth += 8) {
      const PdfPage page = a_page (PDF_PLAIN, channels[i], depth);
      size_t row_bytes;
      g_autofree uint8_t *pixels = pixels_of (&page, &row_bytes);
      g_autoptr (GByteArray) file = written (&page);
      g_autofree uint8_t *back = read_back (file, &page, row_bytes);
      size_t n = row_bytes * (size_t)page.height;
      g_assert_cmpmem (back, n, pixels, n);
      g_autofree char *packing = g_strdup_printf (
        "/Predictor 15 /Colors %d /BitsPerComponent %d /Columns 23", channels[i], depth);
      expect (file, packing);
      g_assert_cmpuint (check_table (file), ==, 7);
    }
}

static void
boxes_follow_millimetres (void)
{
  const PdfPage page = a_page (PDF_PLAIN, 3, 8);
  g_autoptr (GByteArray) file = written (&page);
  expect (file, "/MediaBox [0 0 651.9685 898.58268]");
  expect (file, "/BleedBox [19.84252 19.84252 632.12598 878.74016]");
  expect (file, "/TrimBox [28.34646 28.34646 623.62205 870.23622]");
  expect (file, "q 651.9685 0 0 898.58268 0 0 cm /Im0 Do Q");
  g_assert_null (find (file, "UserUnit"));
}

static void
x4_says_what_it_is (void)
{
  PdfPage page = a_page (PDF_X4, 4, 16);
  g_autoptr (GBytes) icc = profile_of ("prtr", "CMYK", 4);
  page.icc = icc;
  page.profile_name = "A (coated) press";
  page.title = "Gr\303\274n \360\237\215\212";
  g_autoptr (GByteArray) file = written (&page);
  g_assert_cmpint (memcmp (file->data, "%PDF-1.6\n%", 10), ==, 0);
  expect (file, "/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFX /OutputConditionIdentifier "
                "(Custom) /Info (A \\(coated\\) press) /DestOutputProfile 9 0 R >>]");
  expect (file, "/Metadata 8 0 R");
  expect (file, "stream\n<?xpacket canary\nendstream");
  expect (file, "/Title <FEFF0047007200FC006E0020D83CDF4A>");
  expect (file, "/GTS_PDFXVersion (PDF/X-4)");
  expect (file, "/Trapped /False");
  expect (file, "/ColorSpace /DeviceCMYK");
  expect (file, "/ID [<ABCD0000000000000000000000000000><ABCD0000000000000000000000000000>]");
  g_assert_null (find (file, "ICCBased"));
  g_assert_null (find (file, "RegistryName"));
  g_assert_cmpuint (check_table (file), ==, 9);
}

static void
x1a_goes_by_a_name_alone (void)
{
  PdfPage page = a_page (PDF_X1A, 4, 8);
  page.condition = "FOGRA39";
  g_autoptr (GByteArray) file = written (&page);
  g_assert_cmpint (memcmp (file->data, "%PDF-1.4\n", 9), ==, 0);
  expect (file, "/OutputConditionIdentifier (FOGRA39) /RegistryName (http://www.color.org) /Info "
                "(FOGRA39) >>]");
  expect (file, "/GTS_PDFXVersion (PDF/X-1a:2003)");
  expect (file, "/Title (Untitled)");
  g_assert_null (find (file, "DestOutputProfile"));
}

static void
plain_colours_are_those_of_their_profile (void)
{
  PdfPage page = a_page (PDF_PLAIN, 3, 8);
  g_autoptr (GBytes) icc = profile_of ("mntr", "RGB ", 4);
  page.icc = icc;
  g_autoptr (GByteArray) file = written (&page);
  expect (file, "/ColorSpace [/ICCBased 8 0 R]");
  expect (file, "/N 3 /Alternate /DeviceRGB");
  g_assert_null (find (file, "OutputIntent"));
  g_assert_null (find (file, "GTS_PDFX"));
}

static void
a_jpeg_is_put_in_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GBytes) jpeg = g_bytes_new_static ("\xff\xd8 canary \xff\xd9", 12);
  const PixelSink sink = { file, gather };
  const PdfPage page = a_page (PDF_PLAIN, 4, 8);
  g_autoptr (PdfWriter) writer = pdf_writer_new (&page, &sink, &error);
  g_assert_true (pdf_writer_put_jpeg (writer, jpeg, true, &error));
  g_assert_true (pdf_writer_finish (writer, &error));
  expect (file, "/Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0] /Length 7 0 R >>\nstream\n\xff\xd8 "
                "canary \xff\xd9\nendstream\nendobj\n7 0 obj\n12\nendobj\n");
  g_assert_null (find (file, "Predictor"));
  check_table (file);
}

static void
expect_refusal (const PdfPage *page, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const PixelSink sink = { file, gather };
  PdfWriter *writer = pdf_writer_new (page, &sink, &error);
  g_assert_null (writer);
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_UNSUITABLE);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' is not in: %s", words, error->message);
  g_assert_cmpuint (file->len, ==, 0);
}

static void
what_the_standards_forbid_is_refused (void)
{
  g_autoptr (GBytes) press = profile_of ("prtr", "CMYK", 2);
  g_autoptr (GBytes) newer = profile_of ("prtr", "CMYK", 4);
  g_autoptr (GBytes) screen = profile_of ("mntr", "RGB ", 2);
  g_autoptr (GBytes) link = profile_of ("link", "CMYK", 2);
  g_autoptr (GBytes) cut = g_bytes_new_static ("icc", 3);
  PdfPage page = a_page (PDF_X4, 4, 8);
  expect_refusal (&page, "keep the profile");
  page.icc = screen;
  expect_refusal (&page, "not one of a picture with 4 channels");
  page.icc = cut;
  expect_refusal (&page, "or leave it out: 'metadata: { drop: [icc] }'");
  page.icc = link;
  expect_refusal (&page, "the profile of a press");
  page = a_page (PDF_X4, 3, 8);
  page.icc = screen;
  expect_refusal (&page, "the picture is RGB");
  page = a_page (PDF_X4, 4, 8);
  page.icc = press;
  page.xmp = NULL;
  expect_refusal (&page, "in XMP, and there is none");
  page = a_page (PDF_X1A, 4, 8);
  expect_refusal (&page, "condition: FOGRA39");
  page.icc = newer;
  expect_refusal (&page, "version 4");
  page.icc = press;
  page.bit_depth = 16;
  expect_refusal (&page, "not 16");
}

static void
too_few_rows_are_no_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const PixelSink sink = { file, gather };
  const PdfPage page = a_page (PDF_PLAIN, 3, 8);
  g_autoptr (PdfWriter) writer = pdf_writer_new (&page, &sink, &error);
  g_assert_false (pdf_writer_finish (writer, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
  g_autofree char *message = g_strdup_printf ("a PDF of %d rows was given 0", page.height);
  g_assert_cmpstr (error->message, ==, message);
}

static void
a_huge_page_has_a_larger_unit (void)
{
  g_autoptr (GBytes) press = profile_of ("prtr", "CMYK", 2);
  PdfPage page = a_page (PDF_X4, 4, 8);
  page.icc = press;
  page.width_mm = 5080; /* 14400 points */
  g_autoptr (GByteArray) largest = written (&page);
  expect (largest, "/MediaBox [0 0 14400 898.58268]");
  g_assert_null (find (largest, "UserUnit"));
  page.width_mm = 12700;
  g_autoptr (GByteArray) larger = written (&page);
  expect (larger, "/MediaBox [0 0 12000 299.52756]");
  expect (larger, "/TrimBox [9.44882 9.44882 11990.55118 290.07874] /UserUnit 3");
  expect (larger, "q 12000 0 0 299.52756 0 0 cm");
  page.standard = PDF_X1A;
  expect_refusal (&page,
                  "at most 5080 mm a side, and this one is 12700 x 317 mm; write 'pdf: x-4'");
  page = a_page (PDF_PLAIN, 3, 8);
  page.width_mm = 1;
  page.trim_at_mm = page.bleed_at_mm = 0;
  expect_refusal (&page, "at least 1.06 mm");
}

static void
texts_are_escaped_or_utf_16 (void)
{
  static const char *const rows[][2] = {
    { "plain", "(plain)" },
    { "a (b) \\c", "(a \\(b\\) \\\\c)" },
    { "", "()" },
    { "\xc3\xa9", "<FEFF00E9>" },
    { "a\nb", "<FEFF0061000A0062>" },
    { "\xf0\x9f\x98\x80", "<FEFFD83DDE00>" },
    { "\xff", "<FEFFFFFD>" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    pdf_append_text (out, rows[i][0]);
    g_assert_cmpstr (out->str, ==, rows[i][1]);
  }
}

static void
numbers_have_a_point (void)
{
  static const struct {
    double number;
    const char *text;
  } rows[] = { { 0, "0" },     { 595, "595" }, { 595.275590551, "595.27559" },
               { 0.5, "0.5" }, { 100, "100" }, { 14400, "14400" } };
  setlocale (LC_ALL, "");
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    pdf_append_number (out, rows[i].number);
    g_assert_cmpstr (out->str, ==, rows[i].text);
  }
}

/* Ten digits are what the table of places holds. */
static void
a_file_of_over_10_gb_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  PdfFile file = { .sink = { out, gather }, .at = INT64_C (9999999999) };
  const uint8_t id[16] = { 0 };
  g_assert_true (pdf_file_begin (&file, 1, &error));
  g_assert_false (pdf_file_begin (&file, 2, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (pdf_file_finish (&file, 1, 1, 1, id, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_TOO_LARGE);
}

static void
a_full_disk_stops_it (void)
{
  const PdfPage page = a_page (PDF_PLAIN, 3, 8);
  g_autoptr (GByteArray) whole = written (&page);
  size_t row_bytes;
  g_autofree uint8_t *pixels = pixels_of (&page, &row_bytes);
  for (size_t room = 0; room < whole->len; room += 7) {
    g_autoptr (GError) error = NULL;
    size_t left = room;
    const PixelSink sink = { &left, refuse };
    g_autoptr (PdfWriter) writer = pdf_writer_new (&page, &sink, &error);
    bool ok = writer != NULL;
    for (int y = 0; ok && y < page.height; y++)
      ok = pdf_writer_add_row (writer, pixels + (size_t)y * row_bytes, &error);
    ok = ok && pdf_writer_finish (writer, &error);
    g_assert_false (ok);
    g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_FAILED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  packet = g_bytes_new_static ("<?xpacket canary", 16);
#define TEST(name, function) g_test_add_func ("/pixels/pdf/" name, function)
  TEST ("every-pixel-comes-back", every_pixel_comes_back);
  TEST ("boxes-follow-millimetres", boxes_follow_millimetres);
  TEST ("x4-says-what-it-is", x4_says_what_it_is);
  TEST ("x1a-goes-by-a-name-alone", x1a_goes_by_a_name_alone);
  TEST ("plain-colours-are-those-of-their-profile", plain_colours_are_those_of_their_profile);
  TEST ("a-jpeg-is-put-in-whole", a_jpeg_is_put_in_whole);
  TEST ("what-the-standards-forbid-is-refused", what_the_standards_forbid_is_refused);
  TEST ("too-few-rows-are-no-file", too_few_rows_are_no_file);
  TEST ("a-huge-page-has-a-larger-unit", a_huge_page_has_a_larger_unit);
  TEST ("texts-are-escaped-or-utf-16", texts_are_escaped_or_utf_16);
  TEST ("numbers-have-a-point", numbers_have_a_point);
  TEST ("a-file-of-over-10-gb-is-refused", a_file_of_over_10_gb_is_refused);
  TEST ("a-full-disk-stops-it", a_full_disk_stops_it);
  int code = g_test_run ();
  g_bytes_unref (packet);
  return code;
}
