/* What targets of answers share. */
#pragma once

#include "providers/usage.h"
#include "unit/providers/built-answer.h"

static inline BuiltAnswer *
fuzzed_answer (const JsonScanPath *paths, const uint8_t *data, size_t size)
{
  static const int statuses[] = { 200, 400, 401, 403, 404, 429, 500, 503, 302, 999 };
  static const char *const headers[] = { "Retry-After: 3", "x-request-id: req_1", NULL };
  int status = data[0] < 128 ? 200 : statuses[data[0] % G_N_ELEMENTS (statuses)];
  return built_answer_new (paths, status, headers, (const char *)data + 1, size - 1);
}

static inline void
assert_words (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  for (const char *at = text; at != NULL && *at != '\0'; at++)
    g_assert_false (g_ascii_iscntrl (*at));
}

/* Everything that is said is fit for a terminal, and nothing points outside of the answer. */
static inline void
assert_sound (const Verdict *verdict, const ProviderAnswer *answer)
{
  g_assert_true (verdict->kind != VERDICT_DONE || verdict->blob < answer->n_blobs);
  g_assert_cmpint (verdict->kind == VERDICT_FETCH, ==, verdict->url != NULL);
  g_assert_cmpint (verdict->kind >= VERDICT_REFUSED, ==, verdict->message != NULL);
  g_assert_true (verdict->retry_after_ms >= -1);
  assert_words (verdict->url);
  assert_words (verdict->message);
  assert_words (verdict->declared_type);
  assert_words (verdict->model_version);
  assert_words (verdict->response_id);
  assert_words (verdict->finish_reason);
  const Model row = { .token_prices = { 120, 12, 2 } };
  UsageCost cost = { 0 };
  if (usage_cost (&row, verdict->usage, &cost))
    g_assert_true (cost.usd >= 0 && cost.usd < 1000);
}
