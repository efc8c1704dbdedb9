/* Who may ask next. Each key of a login has quotas, which all processes of the home share
 * (cache/quotas.h), and pauses that the service asked for; some keys are of no use any more.
 *
 *     gate_enter ─ a key that is free? ─ its token? ─ its quotas, the budget of the day ─▶ OPEN
 *                    LATER: not yet      TOKEN         LATER, BUDGET
 *                    SHUT: none ever
 *
 * A pause holds for the key and not for the image that heard of it: nothing else is asked with it
 * meanwhile, by this process or another. */
#pragma once

#include "cache/quotas.h"
#include "plan/plan.h"
#include "providers/pace.h"
#include "run/charge.h"
#include "run/login.h"

typedef struct Run Run;
typedef struct Gate Gate; /* of a provider, one of its models and a location in a run */

typedef enum {
  GATE_OPEN,  /* ask now, with the pass */
  GATE_LATER, /* enter again at `due_us` */
  GATE_TOKEN, /* the credential's token is on its way: enter again when it may be there */
  GATE_SHUT,  /* nobody will be let in: the error tells why */
} GateAnswer;

typedef struct {
  Credential *credential; /* OPEN and TOKEN: borrowed from the login */
  int64_t call;           /* OPEN: its number among the quotas; 0: none */
  int64_t due_us;         /* LATER: monotonic */
} GatePass;

/* A call that is over, which the quotas could not be told. */
typedef struct {
  int64_t call;
  QuotaOutcome outcome;
  Charge charge;
} GateEnd;

/* One of the run's, made when it is first looked for. `location` may be NULL. */
Gate *gate_find (Run *run, const Login *login, const PlanChoice *choice, const char *location);
void gate_free (void *gate);
const Pace *gate_pace (const Gate *gate);
/* How long to wait after so many failures in a row, when the service does not say. */
int64_t gate_backoff_ms (const Gate *gate, unsigned n_in_row);
/* No key is free now, or soon. */
bool gate_is_paused (const Gate *gate);

/* `usd` is what the call is expected to cost; `has_tried`: the caller knows already what the error
 * would tell of the first failure. SHUT: RUN_ERROR_PROVIDER, or RUN_ERROR_BUDGET. */
GateAnswer gate_enter (Run *run, Gate *gate, double usd, bool has_tried, GatePass *out_pass,
                       GError **error);
/* The call is over, and cost that. */
void gate_leave (Run *run, Gate *gate, const GatePass *pass, QuotaOutcome outcome,
                 const Charge *charge);

/* An image got nothing after all its attempts. True: so did so many in a row that the others need not try. */
bool gate_note_failure (Gate *gate);

/* After gate_leave with QUOTA_OUTCOME_THROTTLED: nothing is asked with the key for as long as the
 * service says (-1: it did not). `why` is what it said. */
void gate_pause (Run *run, Gate *gate, const GatePass *pass, int64_t wanted_ms, const char *why);
/* Nothing is asked with the key before the service's next day. */
void gate_stop_for_day (Run *run, Gate *gate, const GatePass *pass, const char *why);
/* Nothing is asked with the key any more in this run, of this model or (`is_all`) of any. */
void gate_stop_key (Run *run, Gate *gate, const Credential *credential, bool is_all,
                    const char *why);
