/* Errors as the OpenAI API words them. */
#pragma once

#include "base/always-false.h"
#include "simulator/exchange.h"

/* Answers {"error":{message, type, param, code}}; `param` and `code` may be NULL. Always false. */
bool openai_error (Exchange *exchange, int status, const char *type, const char *param,
                   const char *code, const char *format, ...) G_GNUC_PRINTF (6, 7);
#define openai_error(...) ALWAYS_FALSE (openai_error (__VA_ARGS__))
