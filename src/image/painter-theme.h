/* What a prompt says to the painter, and the dice that its hash throws. */
#pragma once

#include "image/painter-scene.h"

typedef enum {
  PAINT_ANY,
  PAINT_STUDIO,
  PAINT_WATCH,
  PAINT_PORTRAIT,
  PAINT_HILLS,
  PAINT_SEA,
} PaintSubject;

/* SplitMix64 (Steele, Lea, Flood). */
typedef struct {
  uint64_t state;
} PaintDice;

typedef struct {
  PaintSubject subject;
  float hue, accent; /* of the room, of the subject: 0 red, 2 green, 4 blue, 6 red */
  float saturation;
  float gray;   /* lightness of a gray subject, or negative */
  float warmth; /* of the sun: 0 noon, 1 sunset */
  bool is_metal, is_dark;
  PaintDice dice; /* the prompt's alone */
} PaintTheme;

PaintTheme paint_theme_of (const char *prompt);

PaintDice paint_dice_of (const char *text);
uint64_t paint_dice_next (PaintDice *dice);
float paint_dice_between (PaintDice *dice, float low, float high);

/* A hue in linear light, mixed towards gray; `lightness` is its brightest channel. */
PaintColor paint_color_of (float hue, float saturation, float lightness);
