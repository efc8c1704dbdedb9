/* The simulator's command line. */
#pragma once

#include "option/option.h"

enum { PAINT_SCENE, PAINT_NOISE };

typedef struct {
  char *host;
  int port;
  char **keys;
  char **access_tokens;
  char *public_key;
  char *account;
  char *refresh_token;
  int token_life_s;
  char *project;
  char *denied_project;
  char *script;
  char *log;
  char *keep;
  char *latency;
  char *type;
  int paint;
  bool same_picture, retired;
  int64_t picture_memory;
  int rpm, rpd, concurrent;
  int64_t minute_ms, day_ms;
  int random;
  bool help, help_script, version;
} SimulatorOptions;

extern const OptionTable simulator_options;

/* "800..2000" or "800", in milliseconds, to a range; false: it is neither. */
bool latency_parse (const char *text, int64_t *out_least_ms, int64_t *out_most_ms);
/* What `--help` prints. New string. */
char *simulator_help (void);
