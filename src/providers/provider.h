/* A provider: who makes an original when it is not in the cache.
 *
 * A provider does no I/O. It says what is to be done next, and run/ does the doing: the synthetic
 * one asks for a drawing, `command` for a program to be started, the others for a request to be sent,
 * whose answer they then judge. */
#pragma once

#include <cjson/cJSON.h>

#include "base/always-false.h"
#include "document/json-scan.h"
#include "image/format.h"
#include "image/painter.h"
#include "option/option.h"
#include "providers/generate.h"
#include "providers/models.h"
#include "transport/headers.h"
#include "transport/request.h"

typedef enum {
  PROVIDER_ERROR_UNSUPPORTED, /* the model cannot do what was asked (size, ratio, …) */
  PROVIDER_ERROR_CONFIG,      /* the configuration does not say what is needed */
} ProviderErrorCode;
#define PROVIDER_ERROR (provider_error_quark ())
GQuark provider_error_quark (void);

/* PROVIDER_ERROR_UNSUPPORTED. Always false. */
bool provider_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
#define provider_fail(...) ALWAYS_FALSE (provider_fail (__VA_ARGS__))

/* A picture that is sent along. */
typedef struct {
  const char *path;
  const char *type; /* "image/png", of its bytes */
  int64_t size_bytes;
} ProviderReference;

/* What is asked of a provider for one original. Everything is borrowed. */
typedef struct {
  const GenerateOptions *options;
  const void *config; /* the struct of the type's config table; NULL: there is none */
  const char *model;  /* as the provider calls it */
  const Model *row;   /* NULL: the provider's models are in no table */
  int variant;        /* from 1 */
  int seed;           /* of this variant, and of this attempt */
  int width, height;  /* px, as expected_size gave them */
  const char *output; /* absolute path of the file that a program is to write */
  const ProviderReference *references; /* in order; the mask, if any, is the last */
  unsigned n_references;               /* without the mask */
  bool has_mask;
  const char *project;  /* that the credential knows, or NULL */
  const char *location; /* of those in the configuration, the one to ask; NULL: the first */
} ProviderRequest;

typedef enum { PROVIDER_DRAW, PROVIDER_SPAWN, PROVIDER_SEND } ProviderStepKind;

/* What is to be done next. */
typedef struct {
  ProviderStepKind kind;
  PainterSpec drawing;  /* DRAW; strings are borrowed from the request */
  char **program;       /* SPAWN: the program's path and its arguments. Owned */
  char *input;          /* SPAWN: its standard input. Owned */
  int64_t timeout_ms;   /* SPAWN */
  HttpRequest *request; /* SEND: all but the credential. Owned */
} ProviderStep;

void provider_step_clear (ProviderStep *step);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProviderStep, provider_step_clear)

/* ---- answers ---- */

/* A picture of an answer, on its way into the cache. */
typedef struct {
  int64_t size_bytes;
  ImageFormat format;        /* by its first bytes */
  const char *declared_type; /* of a data URI, or NULL */
} ProviderBlob;

/* What came back, whole. Borrowed. */
typedef struct {
  int status;
  const HttpHeaders *headers;
  const cJSON *json; /* with a number in place of each picture; NULL: it was no JSON */
  const char *text;  /* the same as it came */
  const ProviderBlob *blobs;
  unsigned n_blobs;
} ProviderAnswer;

typedef enum {
  VERDICT_DONE,    /* `blob` is the original */
  VERDICT_FETCH,   /* it is at `url` */
  VERDICT_REFUSED, /* by the safety policy */
  VERDICT_FAILED,
} VerdictKind;

/* What a failure is about, and so what helps. */
typedef enum {
  FAILURE_ITEM,      /* this request is wrong: another may go well */
  FAILURE_RUN,       /* every request like this one will fail: region, billing, model */
  FAILURE_LOGIN,     /* the credential: a fresh one may do */
  FAILURE_THROTTLE,  /* too many requests: later */
  FAILURE_DAY,       /* the quota of the key's day is used up */
  FAILURE_TRANSIENT, /* the service's own trouble: again */
  FAILURE_NO_IMAGE,  /* an answer without a picture: again, maybe */
} FailureKind;

typedef struct {
  VerdictKind kind;
  unsigned blob; /* DONE */
  char *url;     /* FETCH */
  FailureKind failure;
  int64_t retry_after_ms; /* THROTTLE, TRANSIENT: what the service asks for; -1: it did not say */
  bool may_move;          /* FAILED: another location may have it, or room for it */
  bool may_change_key;    /* RUN: it is about the key, its account or its quota */
  bool is_overloaded;     /* TRANSIENT: fewer at a time would help */
  bool is_billed; /* REFUSED, FAILED: the service worked on it, so money may have been taken */
  char *message;  /* REFUSED, FAILED: what the service said, what it means, what to do */
  char *declared_type, *model_version, *response_id, *finish_reason;
  char *usage; /* JSON */
} Verdict;

void verdict_clear (Verdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verdict, verdict_clear)

/* ---- who may ask ---- */

/* How a provider wants to be asked by somebody it knows. Borrowed from the configuration. */
typedef struct {
  const char *address; /* of the service; NULL: Google's host of the location */
  const char *header;  /* of a key: "x-goog-api-key"; "Authorization" takes "Bearer" before it */
  char *const *keys;   /* references to secrets ("env:NAME", "file:PATH"); NULL: none are set */
  const char *key;     /* a single one */
  const char *const *key_names; /* environment variables to look into when none are set */
  bool takes_google;            /* without a key: Google's own search order */
  const char *key_file;         /* of Google's; NULL: to be searched */
  bool uses_token_endpoint;     /* a service account's key buys a token instead of signing one */
  char *const *token_command;   /* program and arguments; NULL: none */
} ProviderLogin;

typedef struct Pace Pace; /* pace.h */

typedef struct ProviderType ProviderType;
struct ProviderType {
  const char *name, *summary;
  const char *default_model;
  const char *source_type; /* DigitalSourceType term of what it makes */
  bool has_models;         /* its models are in the models table */
  bool needs_config;       /* nothing can be asked before something is configured */

  /* What the user's own configuration says of it; NULL: nothing. Without needs_config its defaults
   * stand when nothing is configured; else functions are given NULL for `config`. */
  const OptionTable *config;
  /* Rules across options of the configuration, or NULL. `node` is the map. */
  bool (*check_config) (const void *config, const Node *node, Problems *problems);

  /* The model that is asked, borrowed; NULL, or no function: default_model. `config` may be NULL, since
   * what is cached needs no configuration. */
  const char *(*model) (const GenerateOptions *options, const void *config);
  /* USD for one picture, where that is not in the models table; 0, or no function: it is free. */
  double (*cost) (const void *config);

  /* How many calls are made at a time, with each key if there are keys; no function: as many as there
   * are workers. */
  int (*most_at_once) (const void *config);

  /* Can the model (NULL: has_models is false) do what the options ask? PROVIDER_ERROR: no, and *out_option is the option that
   * says so. NULL: whatever it is. */
  bool (*check) (const GenerateOptions *options, const Model *row, const void *config,
                 const char **out_option, GError **error);
  /* The pixels the answer will have. PROVIDER_ERROR when the model cannot do that. */
  bool (*expected_size) (const GenerateOptions *options, const Model *row, int *out_width,
                         int *out_height, GError **error);
  /* `request->config` is set if the type has a config table. */
  bool (*first_step) (const ProviderRequest *request, ProviderStep *out_step, GError **error);

  /* The location to ask after `location` (NULL: the first) failed, or NULL. No function: there is
   * but one. */
  const char *(*next_location) (const void *config, const Model *row, const char *location);

  /* ---- of those that send ---- */

  /* How fast it may be asked, and how often again. */
  void (*pace) (const void *config, const Model *row, Pace *out_pace);
  const char *day_rule;  /* where its day begins: a rule for day_begin_us */
  const char *day_words; /* the same for people: "midnight Pacific time" */
  void (*login) (const void *config, ProviderLogin *out_login);
  /* Where pictures stand in an answer; ends with a NULL path. */
  const JsonScanPath *image_paths;
  /* In the lane's thread. Fills a zeroed verdict. Any status, any text: nothing in it may be trusted. */
  void (*take_answer) (const ProviderRequest *request, const ProviderAnswer *answer,
                       Verdict *out_verdict);
};

/* In order of name. */
extern const ProviderType *const provider_types[];
unsigned provider_n_types (void);
const ProviderType *provider_find (const char *name);
const char *provider_nearest (const char *name);
