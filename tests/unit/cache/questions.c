#include "questions.h"

#include <sqlite3.h>

Quotas *
open_quotas (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Quotas *quotas = quotas_open (scratch->folder, &error);
  g_assert_no_error (error);
  return quotas;
}

QuotaQuestion
question (const char *account, const char *model)
{
  return (QuotaQuestion){
    .account = account,
    .provider = "ai-studio",
    .model = model,
    .day_us = day_us,
    .usd = 0.25,
    .budget_usd = -1,
    .budget_day_us = day_us,
  };
}

QuotaReply
ask (Quotas *quotas, const QuotaQuestion *of, int64_t now_us)
{
  g_autoptr (GError) error = NULL;
  QuotaReply reply = { 0 };
  assert_ok (quotas_begin (quotas, of, now_us, &reply, &error), error);
  return reply;
}

int64_t
begin (Quotas *quotas, const QuotaQuestion *of, int64_t now_us)
{
  QuotaReply reply = ask (quotas, of, now_us);
  g_assert_cmpint (reply.answer, ==, QUOTA_GRANTED);
  g_assert_null (reply.why);
  return reply.call;
}

void
assert_answer (Quotas *quotas, const QuotaQuestion *of, int64_t now_us, QuotaAnswer answer,
               int64_t until_us)
{
  g_auto (QuotaReply) reply = ask (quotas, of, now_us);
  g_assert_cmpint (reply.answer, ==, answer);
  g_assert_cmpint (reply.until_us, ==, until_us);
}

void
end (Quotas *quotas, int64_t call, QuotaOutcome outcome, int64_t now_us)
{
  g_autoptr (GError) error = NULL;
  assert_ok (quotas_end (quotas, call, outcome, 0.25, true, now_us, &error), error);
}

void
pause_until (Quotas *quotas, int64_t until_us, bool is_day, const char *why)
{
  g_autoptr (GError) error = NULL;
  assert_ok (quotas_pause (quotas, "a", "ai-studio", "m", until_us, is_day, why, &error), error);
}

int64_t
count_rows (Scratch *scratch, const char *sql)
{
  sqlite3 *handle;
  sqlite3_stmt *select;
  g_assert_cmpint (sqlite3_open (scratch_path (scratch, "quotas.sqlite"), &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &select, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (select), ==, SQLITE_ROW);
  int64_t n = sqlite3_column_int64 (select, 0);
  sqlite3_finalize (select);
  sqlite3_close (handle);
  return n;
}
