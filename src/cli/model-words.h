/* What people read of a row of the models table: in `peel models` and in the reference. */
#pragma once

#include "providers/models.h"

/* "$0.134". New string. */
char *model_usd_words (double usd);
/* "1K, 2K: $0.134; 4K: $0.24", with "not known" where nobody wrote a price down. New string. */
char *model_price_words (const Model *model);
/* "vertex, ai-studio"; `otherwise` of an empty or missing list. New string. */
char *model_list_words (char *const *texts, const char *otherwise);
/* Which sizes may be asked for beside a table of ratios, or NULL: only those of its table. New string. */
char *model_free_size_words (const Model *model);

/* A row of the table of ratios: the ratio alone, "16:9". New string. */
char *model_dup_ratio (const char *size);
/* "1376x768", or "-" where the model has not this ratio at this resolution. New string. */
char *model_pixel_words (const Model *model, const char *ratio, const char *resolution);
