/* How one derivative is written: what the delivery stages fill and run/deliver.c carries out. */
#pragma once

#include "image/encode.h"
#include "metadata/policy.h"

typedef enum {
  PLACEHOLDER_THUMBHASH,
  PLACEHOLDER_BLURHASH,
  PLACEHOLDER_LQIP,  /* a tiny WebP as a data URI */
  PLACEHOLDER_COLOR, /* the dominant colour */
} PlaceholderKind;

typedef struct {
  EncodeOptions encode;
  MetadataOptions metadata;
  unsigned placeholders; /* bits of 1u << PlaceholderKind; they go into the manifest */
  double max_ink;        /* percent, the sum of all four; 0: no limit. Of `color` */
} Delivery;
