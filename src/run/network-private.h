/* What the files of the network lane share. */
#pragma once

#include "run/answer-reader.h"
#include "run/call-folder.h"
#include "run/gate.h"
#include "run/login.h"
#include "run/network.h"
#include "run/reference.h"
#include "run/run-private.h"

struct Network {
  Lane *lane;          /* NULL: not started */
  Cache *cache;        /* of the lane's thread */
  GAsyncQueue *events; /* NetworkEvent*, from other threads */
  int wake_fd;
  GHashTable *logins;    /* ProviderType* → Login*, owned */
  GHashTable *gates;     /* char* → Gate*, owned */
  GArray *ends;          /* GateEnd: to be told yet */
  GHashTable *dead_keys; /* Credential* → char*: why nothing is asked with it any more */
  GHashTable
    *dead; /* char*, "PROVIDER" or "PROVIDER MODEL" → char*: why it is not asked any more */
  GPtrArray *exchanges;   /* Exchange*, owned */
  GPtrArray *threads;     /* GThread*: programs that print tokens */
  GPtrArray *token_calls; /* TokenCall*, owned: that wait for their time */
  bool is_stopping;
  int is_ending; /* atomic: it is being freed */
};

/* One image's way to an answer of one choice. */
typedef struct {
  ImageRun *image_run;
  const PlanChoice *choice; /* of its request */
  Login *login;             /* borrowed */
  Gate *gate;               /* likewise */
  GatePass pass;            /* while it is asked: a place among the quotas */
  ProviderRequest asked;
  References references;                    /* that `asked` borrows */
  HttpRequest *proof;                       /* with the headers of the credential that was sent */
  unsigned lane_call;                       /* under way; 0: it is not */
  int64_t due_us;                           /* not before */
  char *url;                                /* of the picture, that is to be fetched */
  unsigned n_asked;                         /* in all */
  unsigned n_throttled, n_trouble, n_empty; /* of these, by what came back, at this location */
  unsigned n_fetches;
  bool has_refreshed; /* the credential, after it was refused */
  bool waits_for_token;
  bool has_failed; /* what went wrong with the provider went wrong for this image */
} Exchange;

/* ---- network.c ---- */

/* What another thread has for the run's. Takes `data`. */
typedef struct {
  void (*take) (Run *run, void *data);
  void (*free) (void *data);
  void *data;
} NetworkEvent;
void network_post (Network *network, const NetworkEvent *event);

/* Asks nothing more of a provider, or of one of its models (NULL: all). */
void network_give_up (Network *network, const ProviderType *provider, const char *model,
                      const char *why);

/* The credential cannot be had: those that wait for it go on without. */
void network_fail_waiting (Run *run, const Credential *credential, const GError *error);

/* The end of an exchange, which is freed. */
void network_drop (Run *run, Exchange *exchange);

/* ---- exchange.c ---- */

void exchange_free (Exchange *exchange);
/* Goes on as far as possible without waiting. */
void exchange_step (Run *run, Exchange *exchange);
/* Asks at another location than before, or (NULL) at the first that has room. */
void exchange_go_to (Run *run, Exchange *exchange, const char *location);
/* The picture is made, and to be had by its address. */
void exchange_fetch (Run *run, Exchange *exchange);

/* ---- exchange-answer.c ---- */

/* Says and does what an answer means. */
void exchange_take (Run *run, Exchange *exchange, AnswerResult *result);
/* The end without an original. */
void exchange_fail (Run *run, Exchange *exchange, const GError *error);
/* The same, if nobody else can be asked instead. */
void exchange_give_up (Run *run, Exchange *exchange, const GError *error);

/* ---- token-call.c ---- */

/* Gets what the credential asks for, in time; it is told when that is there. Takes the request out of
 * `step`. */
void token_call_add (Run *run, Credential *credential, CredentialStep *step);
/* Begins those whose time has come. */
void token_calls_begin (Run *run);
void token_call_free (void *data);
