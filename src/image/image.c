#include "image/image.h"

#include <vips/vips.h>

#include "image/log.h"

G_DEFINE_QUARK (peel_image_error, image_error)

/* Far above any picture a person sells or prints, far below what takes a machine down: a 65-byte
 * PNG can claim 100000 x 100000 px, and that costs libvips 25 s and 383 MB to find out. */
const ImageLimits image_limits_default = {
  .most_bytes = 256 << 20,
  .most_pixels = 100 * 1000 * 1000,
  .most_edge = 16384,
  .most_pages = 1,
  .most_exif_bytes = 64 << 10,
  .most_xmp_bytes = 1 << 20,
  .most_icc_bytes = 4 << 20,
};

ImageLimits
image_limits_widest (int64_t most_bytes)
{
  return (ImageLimits){
    .most_bytes = most_bytes,
    .most_pixels = G_GINT64_CONSTANT (1) << 40,
    .most_edge = 1 << 20,
    .most_pages = 1 << 20,
    .most_exif_bytes = 64 << 20,
    .most_xmp_bytes = 64 << 20,
    .most_icc_bytes = 64 << 20,
    .allow_damaged = true,
  };
}

static GMutex start_lock;
static bool started;

static bool
start_locked (int n_threads, GError **error)
{
  if (started)
    return true;
  image_log_install ();
  if (VIPS_INIT ("peel") != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "libvips does not start");
  /* Only loaders that upstream fuzzes; SVG, PDF, Magick and the rest are off. */
  vips_block_untrusted_set (TRUE);
  /* Every picture is read once and kept by us: a cache would only hold memory and old errors. */
  vips_cache_set_max (0);
  if (n_threads > 0)
    vips_concurrency_set (n_threads);
  started = true;
  return true;
}

bool
image_start (int n_threads, GError **error)
{
  g_mutex_lock (&start_lock);
  bool ok = start_locked (n_threads, error);
  g_mutex_unlock (&start_lock);
  return ok;
}

void
image_stop (void)
{
  g_mutex_lock (&start_lock);
  if (started)
    vips_shutdown ();
  started = false;
  g_mutex_unlock (&start_lock);
}

/* "VipsPng: libpng read error" is news to nobody up to the colon. */
static const char *
skip_domain (const char *line)
{
  const char *colon = strstr (line, ": ");
  if (colon == NULL || colon[2] == '\0')
    return line;
  for (const char *c = line; c < colon; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      return line;
  return colon + 2;
}

/* libvips stacks the cause first and what failed because of it after. */
static char *
first_useful_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) lines = g_strsplit (valid, "\n", 32);
  for (size_t i = 0; lines[i] != NULL; i++) {
    const char *line = skip_domain (g_strstrip (lines[i]));
    if (*line == '\0')
      continue;
    g_autofree char *cut = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), 200));
    for (char *c = cut; *c != '\0'; c++)
      if (g_ascii_iscntrl (*c))
        *c = ' ';
    return g_steal_pointer (&cut);
  }
  return g_strdup ("it gave no reason");
}

#undef image_set_vips_error
bool
image_set_vips_error (GError **error, ImageErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_autofree char *buffer = vips_error_buffer_copy ();
  g_autofree char *why = first_useful_line (buffer);
  g_set_error (error, IMAGE_ERROR, (int)code, "%s: %s", what, why);
  return false;
}
