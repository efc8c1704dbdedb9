/* -j of the commands that work on many originals or files at once. */
#pragma once

#include "cli/command.h"

/* A row of an option table, for an int field. */
#define JOBS_ROW(Struct, field)                                                                    \
  {                                                                                                \
    OPTION_INT (Struct, field), .name = "jobs", .letter = 'j', .value_name = "N", .min = 0,        \
                                .max = 1024, .fallback = "0",                                      \
                                .help = "How many to work on at once; 0 is one for each core"      \
  }

/* What was asked for, at least 1. */
static inline int
jobs_wanted (int jobs)
{
  return jobs > 0 ? jobs : (int)g_get_num_processors ();
}
