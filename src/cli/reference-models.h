/* The page of the models table. */
#pragma once

#include "base/problems.h"

/* `preset_folder` holds models.yaml. */
bool reference_append_models (const char *preset_folder, GString *out, GError **error);
