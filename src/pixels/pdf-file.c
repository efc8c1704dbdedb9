#include "pixels/pdf-file.h"

#include <string.h>

/* What the table of places holds: ten digits. */
static const int64_t most_offset = INT64_C (9999999999);

bool
pdf_file_write (PdfFile *file, const void *bytes, size_t length, GError **error)
{
  if (!file->sink.write (file->sink.data, bytes, length, error))
    return false;
  file->at += (int64_t)length;
  return true;
}

bool
pdf_file_print (PdfFile *file, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return pdf_file_write (file, text, strlen (text), error);
}

static bool
check_offset (const PdfFile *file, GError **error)
{
  if (file->at <= most_offset)
    return true;
  return pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                           "a PDF is at most 10 GB large; make the picture smaller, or write a "
                           "TIFF");
}

bool
pdf_file_begin (PdfFile *file, unsigned number, GError **error)
{
  g_return_val_if_fail (number >= 1 && number <= PDF_MOST_OBJECTS, false);
  if (!check_offset (file, error))
    return false;
  file->offsets[number] = file->at;
  return pdf_file_print (file, error, "%u 0 obj\n", number);
}

bool
pdf_file_put_stream (PdfFile *file, unsigned number, const char *entries, const void *bytes,
                     size_t length, GError **error)
{
  return pdf_file_begin (file, number, error) &&
         pdf_file_print (file, error, "<< %s /Length %zu >>\nstream\n", entries, length) &&
         pdf_file_write (file, bytes, length, error) &&
         pdf_file_print (file, error, "\nendstream\nendobj\n");
}

bool
pdf_file_finish (PdfFile *file, unsigned n_objects, unsigned root, unsigned info,
                 const uint8_t id[16], GError **error)
{
  int64_t table_at = file->at;
  g_autoptr (GString) text = g_string_new (NULL);
  if (!check_offset (file, error))
    return false;
  /* Every line is 20 bytes long: a reader goes to the one it wants. */
  g_string_append_printf (text, "xref\n0 %u\n0000000000 65535 f \n", n_objects + 1);
  for (unsigned i = 1; i <= n_objects; i++)
    g_string_append_printf (text, "%010" G_GINT64_FORMAT " 00000 n \n", file->offsets[i]);
  g_string_append_printf (text, "trailer\n<< /Size %u /Root %u 0 R /Info %u 0 R /ID [",
                          n_objects + 1, root, info);
  /* The first names the document, the second this state of it, which is its first. */
  for (int twice = 0; twice < 2; twice++) {
    g_string_append_c (text, '<');
    for (int i = 0; i < 16; i++)
      g_string_append_printf (text, "%02X", id[i]);
    g_string_append_c (text, '>');
  }
  g_string_append_printf (text, "] >>\nstartxref\n%" G_GINT64_FORMAT "\n%%%%EOF\n", table_at);
  return pdf_file_write (file, text->str, text->len, error);
}

static bool
is_plain (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x20 || *text > 0x7e)
      return false;
  return true;
}

/* PDFDocEncoding is ASCII for ASCII; everything else is UTF-16, which any reader knows too. */
void
pdf_append_text (GString *out, const char *text)
{
  if (is_plain (text)) {
    g_string_append_c (out, '(');
    for (; *text != '\0'; text++) {
      if (strchr ("()\\", *text) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text);
    }
    g_string_append_c (out, ')');
    return;
  }
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append (out, "<FEFF");
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    if (letter >= 0x10000)
      g_string_append_printf (out, "%04X%04X", 0xd800 + ((letter - 0x10000) >> 10),
                              0xdc00 + (letter & 0x3ff));
    else
      g_string_append_printf (out, "%04X", letter);
  }
  g_string_append_c (out, '>');
}

void
pdf_append_number (GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (text, sizeof text, "%.5f", number);
  size_t length = strlen (text);
  while (text[length - 1] == '0')
    length--;
  if (text[length - 1] == '.')
    length--;
  g_string_append_len (out, text, (gssize)length);
}
