/* predict: Imagen's pictures and the upscaler. */
#pragma once

#include "simulator/models.h"
#include "simulator/simulator.h"

/* New string. */
char *predict_prompt (const cJSON *json);
/* Credentials, place and quota are settled before. */
void predict_answer (Simulator *simulator, Exchange *exchange, const Model *model,
                     bool is_developer);
