/* The reader of Content Credentials: length(4) store file, whatever these are. */
#include <glib.h>

#include "fuzz-target.h"
#include "c2pa/c2pa.h"

static void
check_report (C2paReport *report)
{
  const C2paManifest *active = c2pa_active (report);
  bool is_readable = report->state != C2PA_STATE_UNREADABLE;
  g_assert_cmpint (is_readable, ==, active != NULL && report->trouble == NULL);
  g_assert_true (is_readable || report->trouble != NULL);
  g_autofree char *summary = c2pa_summary (report);
  g_assert_true (summary[0] != '\0' && strchr (summary, '\n') == NULL);
  /* What was found before is found again. */
  C2paState state = report->state;
  c2pa_report_set_summary (report, summary);
  g_assert_cmpint (report->state, ==, state);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 4)
    return 0;
  size_t n_store = (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
  n_store = MIN (n_store, size - 4);
  g_autoptr (GBytes) store = g_bytes_new (data + 4, n_store);
  g_autoptr (GBytes) file = g_bytes_new (data + 4 + n_store, size - 4 - n_store);
  g_autoptr (C2paReport) report = c2pa_read (store, file, NULL);
  check_report (report);
  g_autoptr (C2paReport) unbound = c2pa_read (store, NULL, NULL);
  check_report (unbound);
  g_assert_false (report->state > unbound->state);
  return 0;
}
