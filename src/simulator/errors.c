#include "simulator/errors.h"

#include "simulator/google-error.h"

bool
errors_has (const char *name)
{
  return true;
}

bool
errors_answer (Simulator *simulator, Exchange *exchange)
{
  const Fault *fault = exchange->fault;
  if (fault == NULL || fault->status < 400)
    return false;
  google_error (exchange, fault->status, NULL, "%s", fault->message ? fault->message : "A fault.");
  return true;
}

void
errors_append_markdown (GString *out)
{
}
