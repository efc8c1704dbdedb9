/* JSON Schema (2020-12) of the files of the language, for editors and for checks in CI. Made from
 * the tables of keys, stages and options; where it and the reader differ it is the looser one, since
 * an editor must not underline what runs. */
#pragma once

#include <cjson/cJSON.h>

/* Of a pipeline file. Caller deletes. */
cJSON *pipeline_schema (void);
/* Of a preset. Caller deletes. */
cJSON *preset_schema (void);
/* Of the user's configuration. Caller deletes. */
cJSON *config_schema (void);
