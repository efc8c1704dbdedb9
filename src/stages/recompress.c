#include "stages/recompress.h"

#include "stages/given.h"
#include "stages/stage.h"

static const OptionChoice formats[] = {
  { "jpeg", IMAGE_FORMAT_JPEG, "Photographs, opened by everything" },
  { "png", IMAGE_FORMAT_PNG, "Lossless, transparency" },
  { "webp", IMAGE_FORMAT_WEBP, "The web: a quarter smaller than JPEG" },
  { "avif", IMAGE_FORMAT_AVIF, "The web: smallest, slow to write" },
  { "tiff", IMAGE_FORMAT_TIFF, "Print: CMYK, 16 bit" },
  { "pdf", IMAGE_FORMAT_PDF, "Print: a page with its bleed, for a press" },
  { NULL },
};
static const OptionChoice quality_words[] = {
  { "low", IMAGE_QUALITY_LOW, "Previews" },
  { "medium-low", IMAGE_QUALITY_MEDIUM_LOW, "To save data" },
  { "medium", IMAGE_QUALITY_MEDIUM, "Backgrounds, very dense screens" },
  { "good", IMAGE_QUALITY_GOOD, "The web" },
  { "high", IMAGE_QUALITY_HIGH, "Heroes, product zoom" },
  { "highest", IMAGE_QUALITY_HIGHEST, "To be worked on again" },
  { NULL },
};
static const OptionChoice effort_words[] = {
  { "auto", IMAGE_EFFORT_AUTO, "Where more time stops paying" },
  { NULL },
};
static const OptionChoice chromas[] = {
  { "auto", IMAGE_CHROMA_AUTO, "4:2:0, but 4:4:4 at the highest qualities" },
  { "4:2:0", IMAGE_CHROMA_420, "Colour at half size" },
  { "4:4:4", IMAGE_CHROMA_444,
    "Colour at full size: red text, sharp edges; lossy webp only comes near" },
  { NULL },
};
static const OptionChoice webp_presets[] = {
  { "default", IMAGE_WEBP_DEFAULT, NULL },
  { "picture", IMAGE_WEBP_PICTURE, "Portraits, indoors" },
  { "photo", IMAGE_WEBP_PHOTO, "Outdoors, daylight" },
  { "drawing", IMAGE_WEBP_DRAWING, "Lines, much contrast" },
  { "icon", IMAGE_WEBP_ICON, "Small and colourful" },
  { "text", IMAGE_WEBP_TEXT, NULL },
  { NULL },
};
static const OptionChoice png_filters[] = {
  { "none", IMAGE_PNG_FILTER_NONE, "For palettes and flat graphics" },
  { "sub", IMAGE_PNG_FILTER_SUB, "The pixel to the left: fast, good for photographs" },
  { "up", IMAGE_PNG_FILTER_UP, NULL },
  { "average", IMAGE_PNG_FILTER_AVERAGE, NULL },
  { "paeth", IMAGE_PNG_FILTER_PAETH, NULL },
  { "all", IMAGE_PNG_FILTER_ALL, "For each row the one that seems best: smallest for photographs" },
  { NULL },
};
static const OptionChoice compressions[] = {
  { "none", IMAGE_TIFF_NONE, NULL },
  { "lzw", IMAGE_TIFF_LZW, "Read by every print shop" },
  { "deflate", IMAGE_TIFF_DEFLATE, "Smaller; some print shops refuse it" },
  { "zstd", IMAGE_TIFF_ZSTD, "For archives" },
  { "packbits", IMAGE_TIFF_PACKBITS, NULL },
  { NULL },
};
static const OptionChoice pdf_standards[] = {
  { "auto", IMAGE_PDF_AUTO, "x-4 for CMYK with a profile, else plain" },
  { "plain", IMAGE_PDF_PLAIN, "PDF 1.6, any colours" },
  { "x-4", IMAGE_PDF_X4, "PDF/X-4: CMYK of 8 or 16 bits, with its profile" },
  { "x-1a", IMAGE_PDF_X1A, "PDF/X-1a:2003: CMYK of 8 bits, for older presses" },
  { NULL },
};
static const OptionChoice pdf_packings[] = {
  { "deflate", IMAGE_PDF_DEFLATE, "Every pixel exact" },
  { "jpeg", IMAGE_PDF_JPEG, "A tenth of the size, and not exact" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_CHOICE (EncodeOptions, format), .name = "format",
    .help = "File format; not given: the one of the extension in 'to'", .choices = formats },
  { OPTION_NUMBER_OR_WORD (EncodeOptions, quality), .name = "quality",
    .help = "A word that looks alike in all formats, or the encoder's own number", .min = 1,
    .max = 100, .choices = quality_words, .fallback = "good" },
  { OPTION_BYTES (EncodeOptions, max_bytes), .name = "max-bytes",
    .help = "Lower the quality until the file is no larger", .min = 100,
    .max = 1024.0 * 1024 * 1024 },
  { OPTION_INT (EncodeOptions, min_quality), .name = "min-quality",
    .help = "With max-bytes: an error (exit code 9) rather than a quality below this", .min = 1,
    .max = 100, .fallback = "30" },
  { OPTION_NUMBER_OR_WORD (EncodeOptions, effort), .name = "effort",
    .help = "Time spent on a smaller file: webp 0 to 6, avif 0 to 9", .min = 0, .max = 9,
    .choices = effort_words, .fallback = "auto" },
  { OPTION_CHOICE (EncodeOptions, chroma), .name = "chroma",
    .help = "Colour resolution of jpeg, webp, avif, and of RGB in a pdf that is packed as jpeg",
    .choices = chromas, .fallback = "auto" },
  { OPTION_BOOL (EncodeOptions, progressive), .name = "progressive",
    .help = "A coarse picture first, then finer (jpeg; png is interlaced and larger)" },
  { OPTION_BOOL (EncodeOptions, optimize_coding), .name = "optimize-coding",
    .help = "Huffman tables made for this picture: some percent smaller (jpeg)",
    .fallback = "true" },
  { OPTION_INT (EncodeOptions, restart_interval), .name = "restart-interval",
    .help = "Blocks between restart markers, so that damage stays local (jpeg); 0: none", .min = 0,
    .max = 65535, .fallback = "0" },
  { OPTION_BOOL (EncodeOptions, lossless), .name = "lossless",
    .help = "Every pixel exact (webp; png and tiff always are); avif rounds its colours by a "
            "step or two" },
  { OPTION_BOOL (EncodeOptions, near_lossless), .name = "near-lossless",
    .help = "Lossless after smoothing what nobody sees; quality says how much (webp)" },
  { OPTION_BOOL (EncodeOptions, smart_subsample), .name = "smart-subsample",
    .help = "Sharper colour edges at half colour size, slower (webp)" },
  { OPTION_INT (EncodeOptions, alpha_quality), .name = "alpha-quality",
    .help = "Quality of transparency; 100 is lossless (webp)", .min = 0, .max = 100,
    .fallback = "100" },
  { OPTION_CHOICE (EncodeOptions, webp_preset), .name = "webp-preset",
    .help = "What the webp encoder is tuned for", .choices = webp_presets, .fallback = "default" },
  { OPTION_INT (EncodeOptions, depth), .name = "depth",
    .help = "8 or 16 bits a channel (png, tiff, pdf); not given: those of the picture", .min = 8,
    .max = 16, .unit = "bit" },
  { OPTION_INT (EncodeOptions, compression_level), .name = "compression-level",
    .help =
      "Time spent on a smaller png: 1 is fastest, 5 about 2 % larger than 6 in two thirds of its "
      "time, 9 about 4 % smaller in six times; 0: not packed. With palette or progressive, and of "
      "more than 512 MiB of pixels, above 9 is 9",
    .min = 0, .max = 12, .fallback = "6" },
  { OPTION_CHOICE (EncodeOptions, filter), .name = "filter",
    .help = "What png predicts a pixel from", .choices = png_filters, .fallback = "all" },
  { OPTION_BOOL (EncodeOptions, palette), .name = "palette",
    .help = "At most 256 colours: small png for graphics" },
  { OPTION_INT (EncodeOptions, colors), .name = "colors", .help = "Colours in the png palette",
    .min = 2, .max = 256, .fallback = "256" },
  { OPTION_NUMBER (EncodeOptions, dither), .name = "dither",
    .help = "Noise against banding in a png palette", .min = 0, .max = 1, .fallback = "1" },
  { OPTION_CHOICE (EncodeOptions, compression), .name = "compression",
    .help = "How tiff is packed, always lossless", .choices = compressions, .fallback = "lzw" },
  { OPTION_BOOL (EncodeOptions, predictor), .name = "predictor",
    .help = "Pack differences of neighbours: smaller tiff (lzw, deflate, zstd)",
    .fallback = "true" },
  { OPTION_BOOL (EncodeOptions, tile), .name = "tile",
    .help = "Tiles instead of rows in tiff: for viewers of huge pictures, not for print" },
  { OPTION_CHOICE (EncodeOptions, pdf), .name = "pdf",
    .help = "The standard that a pdf is made by; Peel follows it, and nobody has certified that",
    .choices = pdf_standards, .fallback = "auto" },
  { OPTION_CHOICE (EncodeOptions, packing), .name = "packing",
    .help = "How the picture in a pdf is packed", .choices = pdf_packings, .fallback = "deflate" },
  { OPTION_TEXT (EncodeOptions, condition), .name = "condition",
    .help = "The printing condition that a pdf is made for, as the ICC's registry names it: "
            "FOGRA39, CGATS TR 006" },
  { OPTION_DENSITY (EncodeOptions, density), .name = "density",
    .help = "Dots per inch written into the file; changes no pixel", .min = 1, .max = 10000 },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (EncodeOptions), .shorthand = "format" };

#define JPEG (1u << IMAGE_FORMAT_JPEG)
#define PNG (1u << IMAGE_FORMAT_PNG)
#define WEBP (1u << IMAGE_FORMAT_WEBP)
#define AVIF (1u << IMAGE_FORMAT_AVIF)
#define TIFF (1u << IMAGE_FORMAT_TIFF)
#define PDF (1u << IMAGE_FORMAT_PDF)

/* The formats that have an option; those not named here are for all. */
static const struct {
  const char *option;
  unsigned formats;
} belongs[] = {
  { "quality", JPEG | PNG | WEBP | AVIF | PDF },
  { "max-bytes", JPEG | PNG | WEBP | AVIF },
  { "min-quality", JPEG | PNG | WEBP | AVIF },
  { "effort", WEBP | AVIF },
  { "chroma", JPEG | WEBP | AVIF | PDF },
  { "progressive", JPEG | PNG },
  { "optimize-coding", JPEG },
  { "restart-interval", JPEG },
  { "lossless", WEBP | AVIF },
  { "near-lossless", WEBP },
  { "smart-subsample", WEBP },
  { "alpha-quality", WEBP },
  { "webp-preset", WEBP },
  { "depth", PNG | TIFF | PDF },
  { "compression-level", PNG },
  { "filter", PNG },
  { "palette", PNG },
  { "colors", PNG },
  { "dither", PNG },
  { "compression", TIFF },
  { "predictor", TIFF },
  { "tile", TIFF },
  { "pdf", PDF },
  { "packing", PDF },
  { "condition", PDF },
};

/* "jpeg and png", "jpeg, webp and avif". */
static char *
format_names (unsigned set)
{
  GString *names = g_string_new (NULL);
  for (const OptionChoice *choice = formats; choice->name != NULL; choice++) {
    if ((set & 1u << choice->value) == 0)
      continue;
    bool is_last = set >> (choice->value + 1) == 0;
    g_string_append_printf (names, "%s%s",
                            names->len == 0 ? ""
                            : is_last       ? " and "
                                            : ", ",
                            choice->name);
  }
  return g_string_free (names, FALSE);
}

static const char *
format_name (int format)
{
  for (const OptionChoice *choice = formats; choice->name != NULL; choice++)
    if (choice->value == format)
      return choice->name;
  return "this format";
}

static bool
check_belongs (const EncodeOptions *options, const Node *node, Problems *problems)
{
  bool is_ok = true;
  for (size_t i = 0; i < G_N_ELEMENTS (belongs); i++) {
    if (!given (node, belongs[i].option) || (belongs[i].formats & 1u << options->format) != 0)
      continue;
    g_autofree char *names = format_names (belongs[i].formats);
    is_ok = problems_add (problems, given_mark (node, belongs[i].option), "'%s' is for %s, not %s",
                          belongs[i].option, names, format_name (options->format));
  }
  return is_ok;
}

/* Options that only mean something beside another one. */
static bool
check_needs (const Node *node, const char *needed, const char *const *options, Problems *problems)
{
  bool is_ok = true;
  for (; *options != NULL; options++)
    if (given (node, *options))
      is_ok = problems_add (problems, given_mark (node, *options), "'%s' needs '%s'", *options,
                            needed);
  return is_ok;
}

static bool
check_pdf (const EncodeOptions *options, const Node *node, Problems *problems)
{
  static const char *const lossy[] = { "quality", "chroma", NULL };
  static const char *const intents[] = { "condition", NULL };
  bool is_jpeg = options->packing == IMAGE_PDF_JPEG, is_ok = true;
  if (!is_jpeg)
    is_ok = check_needs (node, "packing: jpeg", lossy, problems);
  if (options->depth == 16 && (is_jpeg || options->pdf == IMAGE_PDF_X1A))
    is_ok = problems_add (problems, given_mark (node, "depth"),
                          "%s has 8 bits a channel, not 16; %s",
                          is_jpeg ? "a pdf packed as jpeg" : "PDF/X-1a",
                          is_jpeg ? "take 'packing: deflate'" : "take 'pdf: x-4'");
  if (options->pdf == IMAGE_PDF_PLAIN)
    is_ok = given_exclude (node, "needs 'pdf: x-4' or 'pdf: x-1a'", intents, problems) && is_ok;
  if (given (node, "condition") && (options->condition == NULL || options->condition[0] == '\0'))
    is_ok = problems_add (problems, given_mark (node, "condition"),
                          "'condition' is a name of the ICC's registry, such as FOGRA39");
  return is_ok;
}

bool
recompress_check_format (const EncodeOptions *options, const Node *node, Problems *problems)
{
  if (options->format == IMAGE_FORMAT_UNKNOWN)
    return true;
  if (!check_belongs (options, node, problems))
    return false;
  bool is_ok = true;
  if (options->format == IMAGE_FORMAT_WEBP && !options->effort.is_word &&
      options->effort.number > 6)
    is_ok = problems_add (problems, given_mark (node, "effort"),
                          "'effort' takes 0 to 6 for webp, not %g", options->effort.number);
  if (options->format == IMAGE_FORMAT_PNG && !options->palette) {
    static const char *const lossy[] = { "quality", "max-bytes", "min-quality",
                                         "colors",  "dither",    NULL };
    is_ok = check_needs (node, "palette", lossy, problems) && is_ok;
  }
  if (options->format == IMAGE_FORMAT_PDF)
    is_ok = check_pdf (options, node, problems) && is_ok;
  return is_ok;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const EncodeOptions *options = data;
  bool is_ok = true;
  if (options->depth != 0 && options->depth != 8 && options->depth != 16)
    is_ok = problems_add (problems, given_mark (node, "depth"), "'depth' takes 8 or 16, not %d",
                          options->depth);
  if (options->depth == 16 && options->palette)
    is_ok = problems_add (problems, given_mark (node, "depth"),
                          "a 'palette' has 8 bits a channel, not 16");
  static const char *const limited[] = { "min-quality", NULL };
  if (options->max_bytes == 0)
    is_ok = check_needs (node, "max-bytes", limited, problems) && is_ok;
  static const char *const lossy[] = { "quality", "max-bytes", "near-lossless", NULL };
  if (options->lossless)
    is_ok = given_exclude (node, "does not go with 'lossless'", lossy, problems) && is_ok;
  static const char *const differences[] = { "predictor", NULL };
  if (options->compression == IMAGE_TIFF_NONE || options->compression == IMAGE_TIFF_PACKBITS)
    is_ok = given_exclude (node, "is for compression lzw, deflate and zstd", differences,
                           problems) &&
            is_ok;
  return recompress_check_format (options, node, problems) && is_ok;
}

static void
deliver (const void *data, Delivery *delivery)
{
  delivery->encode = *(const EncodeOptions *)data;
}

/* 2: PNGs are packed by libdeflate, and choose their filters. */
static int
revision_of (const void *data)
{
  const EncodeOptions *options = data;
  return options->format == IMAGE_FORMAT_PNG ? 2 : 1;
}

const StageType stage_recompress = {
  .name = "recompress",
  .summary = "Says how the file is encoded: format, quality, or a size in bytes.",
  .role = STAGE_DELIVERY,
  .revision = 2,
  .revision_of = revision_of,
  .options = &options_table,
  .check = check,
  .deliver = deliver,
};
