/* What one call cost. */
#pragma once

#include <stdbool.h>

typedef struct {
  double usd;
  bool is_certain; /* false: it may have been charged, and nobody knows */
} Charge;
