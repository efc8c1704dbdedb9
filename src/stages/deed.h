/* What was done to a picture, in the words of C2PA's actions (specification 2.2, section 18.15). */
#pragma once

/* In no order of their own: a file tells them in the order in which they were done. */
typedef enum {
  DEED_ORIENTED,
  DEED_CROPPED,
  DEED_RESIZED,
  DEED_ADJUSTED_COLOR,
  DEED_ENHANCED,
  DEED_FILTERED,
  DEED_FLATTENED,
  DEED_PADDED,
  DEED_PLACED, /* a picture upon it */
  DEED_ADDED_TEXT,
  DEED_TRANSCODED,
  N_DEEDS,
} Deed;

typedef struct {
  const char *action;      /* "c2pa.resized" */
  const char *description; /* where the action alone does not tell; else NULL */
} DeedWords;
extern const DeedWords deed_words[N_DEEDS];
