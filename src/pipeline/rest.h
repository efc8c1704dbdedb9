/* The mistakes of stages in a pipeline that has others: all are told in one go. */
#pragma once

#include "pipeline/pipeline.h"

/* Reads every list of stages for one image and one derivative, as far as the pipeline is known.
 * Stages that need values which are not known are passed over. */
void pipeline_check_stages (const Pipeline *pipeline, Problems *problems);
