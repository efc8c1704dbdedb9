#include "simulator/simulator.h"

#include "base/clock.h"
#include "base/path.h"
#include "simulator/log.h"
#include "simulator/making.h"
#include "simulator/quotas.h"
#include "simulator/script.h"
#include "simulator/tokens.h"

static bool
open_parts (Simulator *simulator, GError **error)
{
  const SimulatorOptions *options = simulator->options;
  if (options->latency != NULL && !latency_parse (options->latency, &simulator->least_latency_ms,
                                                  &simulator->most_latency_ms)) {
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "--latency takes milliseconds, as 800..2000 or 800, not '%s'", options->latency);
    return false;
  }
  if (options->type != NULL && making_parse_type (options->type) == IMAGE_FORMAT_UNKNOWN) {
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                 "--type takes png, jpeg or webp, not '%s'", options->type);
    return false;
  }
  if (options->keep != NULL && !path_make_folder (options->keep, error))
    return false;
  if (options->log != NULL && (simulator->log = log_open (options->log, error)) == NULL)
    return false;
  if (options->script != NULL && (simulator->script = script_load (options->script, error)) == NULL)
    return false;
  simulator->tokens = tokens_new (options, error);
  return simulator->tokens != NULL;
}

Simulator *
simulator_new (const SimulatorOptions *options, GError **error)
{
  g_autoptr (Simulator) simulator = g_new0 (Simulator, 1);
  simulator->options = options;
  simulator->begin_us = clock_monotonic_us ();
  g_mutex_init (&simulator->mutex);
  g_cond_init (&simulator->stopped);
  simulator->random = g_rand_new_with_seed ((guint32)options->random);
  simulator->pictures = picture_store_new (options->picture_memory);
  simulator->quotas = quotas_new ();
  if (!open_parts (simulator, error))
    return NULL;
  return g_steal_pointer (&simulator);
}

void
simulator_free (Simulator *simulator)
{
  if (simulator == NULL)
    return;
  g_free (simulator->url);
  picture_store_free (simulator->pictures);
  log_close (simulator->log);
  script_free (simulator->script);
  tokens_free (simulator->tokens);
  quotas_free (simulator->quotas);
  g_rand_free (simulator->random);
  g_cond_clear (&simulator->stopped);
  g_mutex_clear (&simulator->mutex);
  g_free (simulator);
}

void
simulator_stop (Simulator *simulator)
{
  g_mutex_lock (&simulator->mutex);
  simulator->is_stopping = true;
  g_cond_broadcast (&simulator->stopped);
  g_mutex_unlock (&simulator->mutex);
}

bool
simulator_pause (Simulator *simulator, int64_t ms)
{
  int64_t end = g_get_monotonic_time () + ms * 1000;
  g_mutex_lock (&simulator->mutex);
  while (!simulator->is_stopping && g_cond_wait_until (&simulator->stopped, &simulator->mutex, end))
    continue;
  bool goes_on = !simulator->is_stopping;
  g_mutex_unlock (&simulator->mutex);
  return goes_on;
}

double
simulator_random (Simulator *simulator)
{
  g_mutex_lock (&simulator->mutex);
  double value = g_rand_double (simulator->random);
  g_mutex_unlock (&simulator->mutex);
  return value;
}

int64_t
simulator_latency_ms (Simulator *simulator)
{
  int64_t span = simulator->most_latency_ms - simulator->least_latency_ms;
  return simulator->least_latency_ms + (int64_t)(simulator_random (simulator) * (double)(span + 1));
}
