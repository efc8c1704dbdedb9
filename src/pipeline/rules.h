/* What a place takes: "rules: { formats: [jpeg, png], min-width: 500, max-bytes: 16MB }" of a preset.
 *
 * Finished files are checked against it (run/rules-check.h), whoever made them; a run is not. */
#pragma once

#include "option/option.h"

typedef struct {
  unsigned formats; /* bits; 0: any */
  int min_width, min_height, min_long_edge, max_width, max_height;
  double max_megapixels;
  Ratio aspect_ratio, min_aspect_ratio, max_aspect_ratio;
  double aspect_tolerance; /* percent */
  int64_t max_bytes;
  double min_dpi;
  unsigned color;      /* bits of 1u << PresetRulesColor; 0: any */
  bool alpha;          /* false: the file has none */
  bool enlarged;       /* false: no pixel of it was made up */
  bool needs_ai_label; /* if its original is known to be generated */
} PresetRules;

typedef enum { PRESET_RULES_SRGB, PRESET_RULES_GRAY, PRESET_RULES_CMYK } PresetRulesColor;

extern const OptionTable preset_rules_options;

/* A map that asks for something. NULL after adding to `problems`. */
PresetRules *preset_rules_read (const Node *map, Problems *problems);
void preset_rules_free (PresetRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PresetRules, preset_rules_free)

/* `format` is a name: "jpeg". True where any format is taken. */
bool preset_rules_take_format (const PresetRules *rules, const char *format);
