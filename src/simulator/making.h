/* Makes the pictures of an answer: draws, keeps, prices. */
#pragma once

#include "simulator/models.h"
#include "simulator/simulator.h"

typedef struct {
  int64_t seed;
  int variant;
  int width, height;
  ImageFormat format;
  int quality;
  bool is_draft;
  const Model *model; /* whose price it has; NULL: none, see `usd` */
  Tier tier;
  double usd;
} MakingSpec;

/* The picture for the exchange's prompt, as its fault and the options bend it; counts as made unless
 * it is a draft. *out_number is for exchange_picture_text. A new reference. */
Picture *making_picture (Simulator *simulator, Exchange *exchange, const MakingSpec *spec,
                         unsigned *out_number, GError **error);
/* png, jpeg or webp; UNKNOWN: none of these. */
ImageFormat making_parse_type (const char *name);
/* What a fault's `pixels` says: "1024x768", or a tier of the spec's ratio. False: neither. */
bool making_parse_pixels (const char *text, const MakingSpec *spec, int *out_width,
                          int *out_height);
/* Where it can be downloaded. New string. */
char *making_url (const Simulator *simulator, const Picture *picture);
