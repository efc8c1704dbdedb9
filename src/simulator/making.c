#include "simulator/making.h"

#include <fcntl.h>

#include "base/atomic-file.h"
#include "base/units.h"

ImageFormat
making_parse_type (const char *name)
{
  ImageFormat format = image_format_of_name (name);
  bool is_served = format == IMAGE_FORMAT_PNG || format == IMAGE_FORMAT_JPEG ||
                   format == IMAGE_FORMAT_WEBP;
  return is_served ? format : IMAGE_FORMAT_UNKNOWN;
}

bool
making_parse_pixels (const char *text, const MakingSpec *spec, int *out_width, int *out_height)
{
  static const struct {
    const char *name;
    int edge;
  } tiers[] = { { "512", 512 }, { "1K", 1024 }, { "2K", 2048 }, { "4K", 4096 } };
  for (unsigned i = 0; i < G_N_ELEMENTS (tiers); i++) {
    if (strcmp (tiers[i].name, text) != 0)
      continue;
    int edge = MAX (spec->width, spec->height);
    *out_width = MAX (1, (int)((int64_t)spec->width * tiers[i].edge / edge));
    *out_height = MAX (1, (int)((int64_t)spec->height * tiers[i].edge / edge));
    return true;
  }
  g_auto (GStrv) parts = g_strsplit (text, "x", 3);
  int64_t width, height;
  if (g_strv_length (parts) != 2 || !units_parse_integer (parts[0], &width) ||
      !units_parse_integer (parts[1], &height) || MIN (width, height) < 1 ||
      MAX (width, height) > PICTURE_MOST_EDGE || width * height > PICTURE_MOST_PIXELS)
    return false;
  *out_width = (int)width;
  *out_height = (int)height;
  return true;
}

static ImageFormat
format_for (const Simulator *simulator, const Exchange *exchange, const MakingSpec *spec)
{
  const Fault *fault = exchange->fault;
  if (fault != NULL && fault->type != NULL)
    return making_parse_type (fault->type);
  if (spec->format != IMAGE_FORMAT_UNKNOWN)
    return spec->format;
  if (simulator->options->type != NULL)
    return making_parse_type (simulator->options->type);
  return spec->model != NULL ? spec->model->format : IMAGE_FORMAT_JPEG;
}

static void
keep (const Simulator *simulator, const Picture *picture)
{
  const char *folder = simulator->options->keep;
  g_autoptr (GError) error = NULL;
  if (folder == NULL)
    return;
  g_autofree char *path = g_strdup_printf ("%s/%s.%s", folder,
                                           digest_to_hex (&picture->digest).text,
                                           image_format_type (picture->format)->extension);
  gsize length;
  const void *data = g_bytes_get_data (picture->bytes, &length);
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !atomic_file_put (path, data, length, &error))
    g_printerr ("peel-simulator: %s\n", error->message);
}

Picture *
making_picture (Simulator *simulator, Exchange *exchange, const MakingSpec *spec,
                unsigned *out_number, GError **error)
{
  const SimulatorOptions *options = simulator->options;
  const Fault *fault = exchange->fault;
  int paint = fault != NULL && fault->paint >= 0 ? fault->paint : options->paint;
  PictureSpec wanted = {
    .prompt = options->same_picture ? "the same for all" : exchange->prompt,
    .seed = options->same_picture ? 0 : spec->seed,
    .variant = spec->variant,
    .width = spec->width,
    .height = spec->height,
    .format = format_for (simulator, exchange, spec),
    .quality = spec->quality,
    .is_noise = paint == PAINT_NOISE,
  };
  if (fault != NULL && fault->pixels != NULL && !spec->is_draft)
    making_parse_pixels (fault->pixels, spec, &wanted.width, &wanted.height);
  Picture *picture = picture_store_get (simulator->pictures, &wanted, error);
  if (picture == NULL)
    return NULL;
  keep (simulator, picture);
  *out_number = exchange_add_picture (exchange, picture);
  if (!spec->is_draft) {
    exchange->price_images++;
    exchange->price_usd += spec->model != NULL ? spec->model->usd[spec->tier] : spec->usd;
  }
  return picture;
}

char *
making_url (const Simulator *simulator, const Picture *picture)
{
  return g_strdup_printf ("%s/files/%s.%s", simulator->url, digest_to_hex (&picture->digest).text,
                          image_format_type (picture->format)->extension);
}
