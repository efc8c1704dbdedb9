/* generateContent: the Gemini Developer API, Vertex AI and its express mode. */
#pragma once

#include "simulator/models.h"
#include "simulator/simulator.h"

typedef enum { SURFACE_DEVELOPER, SURFACE_VERTEX, SURFACE_EXPRESS } GeminiSurface;

/* What a request asks for, after it was checked. */
typedef struct {
  const Model *model;
  GeminiSurface surface;
  Tier tier;
  int width, height;
  ImageFormat format;
  int quality;
  int64_t seed;
  bool has_thoughts; /* includeThoughts */
  bool has_text;     /* TEXT is among the modalities */
  int n_images;      /* pictures in the prompt */
} GeminiRequest;

/* Credentials, model and quota are settled before. */
void gemini_answer (Simulator *simulator, Exchange *exchange, const Model *model,
                    GeminiSurface surface);
