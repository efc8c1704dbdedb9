/* The errors that a script can name, and what the options of `do` make of them. */
#pragma once

#include "simulator/simulator.h"

bool errors_has (const char *name);
/* Answers in place of the service, if the exchange's fault asks for that; false: it does not. */
bool errors_answer (Simulator *simulator, Exchange *exchange);
/* One of them without a script; `retry_delay` may be NULL. */
void errors_answer_named (Exchange *exchange, const char *name, const char *retry_delay);
/* A Markdown table of the names. */
void errors_append_markdown (GString *out);
