/* The options of the `generate` stage, which are what a provider is asked. They stand here so that
 * providers/ need not look into stages/. */
#pragma once

#include "option/option.h"

typedef enum { PERSON_UNSET, PERSON_ALL, PERSON_ADULT, PERSON_NONE } PersonGeneration;

/* How likely a harm must be for the service to block it. */
typedef enum {
  SAFETY_UNSET,
  SAFETY_BLOCK_LOW, /* and above */
  SAFETY_BLOCK_MEDIUM,
  SAFETY_BLOCK_HIGH, /* only */
  SAFETY_BLOCK_NONE,
  SAFETY_OFF,
} SafetyThreshold;

typedef struct {
  int all; /* SafetyThreshold, of those that are not named */
  int hate_speech, dangerous_content, harassment, sexually_explicit;
} SafetyOptions;

typedef enum {
  THINKING_UNSET,
  THINKING_MINIMAL,
  THINKING_LOW,
  THINKING_MEDIUM,
  THINKING_HIGH
} Thinking;

typedef enum { OUTPUT_TYPE_UNSET, OUTPUT_TYPE_PNG, OUTPUT_TYPE_JPEG, OUTPUT_TYPE_WEBP } OutputType;

/* What the best of several is, of those that can do what is asked. */
typedef enum { PREFER_QUALITY, PREFER_SPEED, PREFER_COST } Prefer;

/* Whose answers of the cache are taken. */
typedef enum { ACCEPT_ANY, ACCEPT_SAME_PROVIDER } Accept;

typedef enum { OTHER_SIZE_WARN, OTHER_SIZE_FAIL } OtherSize;

/* In place of providers: whoever can do it. */
#define GENERATE_AUTO "auto"

typedef struct {
  char **provider; /* in the order in which they are asked, or GENERATE_AUTO alone */
  int prefer;      /* Prefer, of GENERATE_AUTO */
  int accept;      /* Accept */
  char *model;
  char *prompt;
  char *negative_prompt;
  char **references;
  char *mask; /* a file */
  Ratio aspect_ratio;
  char *resolution; /* "1K", "2K", "4K" or "WIDTHxHEIGHT" */
  int seed;
  int variants;          /* 1 to 16: one image each */
  int person_generation; /* PersonGeneration */
  SafetyOptions safety;
  int thinking;    /* Thinking */
  int output_type; /* OutputType */
  int output_quality;
  char *quality, *background, *moderation; /* words of OpenAI's */
  char **labels;                           /* "key=value" */
  int upscale_factor;
  int on_other_size; /* OtherSize */
} GenerateOptions;

extern const OptionTable generate_options;
