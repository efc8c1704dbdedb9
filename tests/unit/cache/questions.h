/* Questions that ask for nothing special, to which each test of the quotas adds its own. */
#pragma once

#include "cache/quotas.h"
#include "support/scratch.h"

static const int64_t second_us = G_USEC_PER_SEC, minute_us = 60 * (int64_t)G_USEC_PER_SEC;
/* 2026-11-22 at 10:00, and when that day began, in UTC. */
static const int64_t start_us = (int64_t)1795341600 * G_USEC_PER_SEC;
static const int64_t day_us = (int64_t)1795305600 * G_USEC_PER_SEC;

Quotas *open_quotas (Scratch *scratch);
/* One without any limit, of 0.25 USD. */
QuotaQuestion question (const char *account, const char *model);
QuotaReply ask (Quotas *quotas, const QuotaQuestion *of, int64_t now_us);
/* A call that is granted. */
int64_t begin (Quotas *quotas, const QuotaQuestion *of, int64_t now_us);
void assert_answer (Quotas *quotas, const QuotaQuestion *of, int64_t now_us, QuotaAnswer answer,
                    int64_t until_us);
/* It cost 0.25 USD. */
void end (Quotas *quotas, int64_t call, QuotaOutcome outcome, int64_t now_us);
/* Account "a", model "m". */
void pause_until (Quotas *quotas, int64_t until_us, bool is_day, const char *why);
/* The number that a query of quotas.sqlite gives. */
int64_t count_rows (Scratch *scratch, const char *sql);
