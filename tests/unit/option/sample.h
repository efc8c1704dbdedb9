/* A table with a row of every kind, for the tests of this room. */
#pragma once

#include "option/option.h"

typedef struct {
  char *copyright;
  int rating;
} SampleSet;

typedef struct {
  bool strip;
  int width;
  double sigma;
  NumberOrWord quality;
  int fit;
  unsigned keep;
  char *prompt;
  char **keywords;
  char *image;
  int64_t max_bytes;
  int64_t timeout;
  double density, length;
  Color background;
  Ratio ratio;
  char *key;
  SampleSet set;
} Sample;

static const OptionChoice fits[] = {
  { "cover", 1, "Fills the box and cuts what is over" },
  { "contain", 2, "Fits into the box" },
  { "fill", 3, NULL },
  { 0 },
};
static const OptionChoice keeps[] = {
  { "icc", 2, NULL }, { "exif", 0, NULL }, { "xmp", 1, NULL }, { 0 }
};
static const OptionChoice qualities[] = { { "good", 1, NULL }, { "best", 2, NULL }, { 0 } };

static const Option set_rows[] = {
  { OPTION_TEXT (SampleSet, copyright), .name = "copyright", .help = "Who holds the rights",
    .flags = OPTION_FREE_TEXT },
  { OPTION_INT (SampleSet, rating), .name = "rating", .help = "Stars", .min = 1, .max = 5 },
  { 0 },
};
static const OptionTable set_table = { set_rows, sizeof (SampleSet), NULL };

static const Option sample_rows[] = {
  { OPTION_BOOL (Sample, strip), .name = "strip", .help = "Take everything out" },
  { OPTION_INT (Sample, width), .name = "width", .help = "Width of the result", .min = 1,
    .max = 65535, .unit = "px", .flags = OPTION_REQUIRED },
  { OPTION_NUMBER (Sample, sigma), .name = "sigma", .help = "Radius", .fallback = "0.5",
    .max = 10 },
  { OPTION_NUMBER_OR_WORD (Sample, quality), .name = "quality", .help = "How good", .min = 1,
    .max = 100, .choices = qualities, .fallback = "good" },
  { OPTION_CHOICE (Sample, fit), .name = "fit", .help = "How the picture meets the box",
    .choices = fits, .fallback = "cover" },
  { OPTION_CHOICES (Sample, keep), .name = "keep", .help = "What stays", .choices = keeps,
    .fallback = "icc" },
  { OPTION_TEXT (Sample, prompt), .name = "prompt", .help = "What to draw",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXTS (Sample, keywords), .name = "keywords", .help = "Words to find it by",
    .flags = OPTION_FREE_TEXT },
  { OPTION_FILE (Sample, image), .name = "image", .help = "Picture to lay over" },
  { OPTION_BYTES (Sample, max_bytes), .name = "max-bytes", .help = "Largest size" },
  { OPTION_DURATION (Sample, timeout), .name = "timeout", .help = "Longest wait", .fallback = "60s",
    .flags = OPTION_RUN_ONLY },
  { OPTION_DENSITY (Sample, density), .name = "density", .help = "Dots of the print", .min = 72,
    .max = 1200 },
  { OPTION_LENGTH (Sample, length), .name = "length", .help = "Bleed of the print", .max = 50,
    .fallback = "0mm" },
  { OPTION_COLOR (Sample, background), .name = "background", .help = "Colour of new areas",
    .fallback = "white" },
  { OPTION_RATIO (Sample, ratio), .name = "ratio", .help = "Shape of the result" },
  { OPTION_TEXT (Sample, key), .name = "key", .help = "Key of the service",
    .flags = OPTION_SECRET },
  { OPTION_GROUP (Sample, set, SampleSet, &set_table), .name = "set", .help = "Fields to write" },
  { 0 },
};
static const OptionTable sample_table = { sample_rows, sizeof (Sample), NULL };
