#include "run/network.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/clock.h"
#include "run/interrupt.h"
#include "run/network-private.h"

static void
event_free (gpointer data)
{
  NetworkEvent *event = data;
  event->free (event->data);
  g_free (event);
}

static void
join_thread (gpointer data)
{
  (void)g_thread_join (data);
}

Network *
network_new (void)
{
  Network *network = g_new0 (Network, 1);
  network->events = g_async_queue_new_full (event_free);
  network->wake_fd = -1;
  network->logins = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)login_free);
  network->gates = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, gate_free);
  network->ends = g_array_new (FALSE, FALSE, sizeof (GateEnd));
  network->dead_keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  network->dead = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  network->token_calls = g_ptr_array_new_with_free_func (token_call_free);
  network->threads = g_ptr_array_new_with_free_func (join_thread);
  network->exchanges = g_ptr_array_new_with_free_func ((GDestroyNotify)exchange_free);
  return network;
}

void
network_free (Network *network)
{
  if (network == NULL)
    return;
  g_atomic_int_set (&network->is_ending, 1);
  lane_free (network->lane);
  g_ptr_array_unref (network->threads);
  g_ptr_array_unref (network->token_calls);
  g_async_queue_unref (network->events);
  g_ptr_array_unref (network->exchanges);
  g_hash_table_unref (network->gates);
  g_array_unref (network->ends);
  g_hash_table_unref (network->dead_keys);
  g_hash_table_unref (network->logins);
  g_hash_table_unref (network->dead);
  cache_close (network->cache);
  if (network->wake_fd >= 0)
    close (network->wake_fd);
  g_free (network);
}

static bool
start (Run *run, const char *home, GError **error)
{
  Network *network = run->network;
  if (network->lane != NULL)
    return true;
  if (network->wake_fd < 0)
    network->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (network->wake_fd < 0)
    return base_error_set_errno (error, errno, "cannot make an event descriptor");
  if (network->cache == NULL && (network->cache = cache_open (home, error)) == NULL)
    return false;
  if (!run_open_quotas (run, error))
    return false;
  network->lane = lane_new (error);
  return network->lane != NULL;
}

void
network_post (Network *network, const NetworkEvent *event)
{
  static const uint64_t one = 1;
  g_async_queue_push (network->events, g_memdup2 (event, sizeof *event));
  (void)!write (network->wake_fd, &one, sizeof one);
}

static char *
name_of (const ProviderType *provider, const char *model)
{
  return model != NULL ? g_strdup_printf ("%s %s", provider->name, model)
                       : g_strdup (provider->name);
}

void
network_give_up (Network *network, const ProviderType *provider, const char *model, const char *why)
{
  g_hash_table_insert (network->dead, name_of (provider, model), g_strdup (why));
}

static Login *
find_login (Run *run, const PlanChoice *choice, GError **error)
{
  Network *network = run->network;
  Login *login = g_hash_table_lookup (network->logins, choice->provider);
  if (login != NULL)
    return login;
  login = login_new (choice->provider, choice->config, run->settings->token_command,
                     run->listener->warning, run->listener->data, error);
  if (login != NULL)
    g_hash_table_insert (network->logins, (gpointer)choice->provider, login);
  else
    network_give_up (network, choice->provider, NULL, (*error)->message);
  return login;
}

/* The same failure for each of a thousand images would be asked for a thousand times. */
static bool
is_alive (const Network *network, const PlanChoice *choice, GError **error)
{
  g_autofree char *name = name_of (choice->provider, choice->model);
  const char *why = g_hash_table_lookup (network->dead, name);
  if (why == NULL)
    why = g_hash_table_lookup (network->dead, choice->provider->name);
  if (why == NULL)
    return true;
  g_set_error (error, RUN_ERROR, RUN_ERROR_PROVIDER, "not asked, since for another image %s", why);
  return false;
}

/* Each variant has its own. An equal request may be answered with the same picture again, which is not
 * what somebody wants who asks again. */
static int
choose_seed (const Run *run, const ImageRun *image_run)
{
  const PlanRequest *request = image_run->request;
  int64_t seed = (int64_t)request->options->seed + request->variant - 1;
  if (misses_asks_again (run, image_run))
    seed += g_random_int ();
  return (int)(seed & G_MAXINT32);
}

static bool
open_exchange (Run *run, Exchange *exchange, GError **error)
{
  const PlanRequest *request = exchange->image_run->request;
  const PlanChoice *choice = exchange->choice;
  const char *home = cache_home (run->cache);
  if (!start (run, home, error) || !references_open (&exchange->references, request, home, error))
    return false;
  const GArray *items = exchange->references.items;
  bool has_mask = request->options->mask != NULL;
  exchange->asked = (ProviderRequest){
    .options = request->options,
    .config = choice->config,
    .model = choice->model,
    .row = choice->row,
    .variant = request->variant,
    .seed = choose_seed (run, exchange->image_run),
    .width = choice->width,
    .height = choice->height,
    .references = (const ProviderReference *)(const void *)items->data,
    .n_references = items->len - has_mask,
    .has_mask = has_mask,
  };
  exchange_go_to (run, exchange, NULL);
  return true;
}

void
network_begin (Run *run, ImageRun *image_run)
{
  g_autoptr (GError) error = NULL;
  Exchange *exchange = g_new0 (Exchange, 1);
  exchange->image_run = image_run;
  exchange->choice = plan_choice (image_run->request);
  g_ptr_array_add (run->network->exchanges, exchange);
  if (is_alive (run->network, exchange->choice, &error))
    exchange->login = find_login (run, exchange->choice, &error);
  if (exchange->login == NULL)
    exchange_give_up (run, exchange, error);
  else if (!open_exchange (run, exchange, &error))
    exchange_fail (run, exchange, error);
  else
    exchange_step (run, exchange);
}

void
network_drop (Run *run, Exchange *exchange)
{
  g_ptr_array_remove (run->network->exchanges, exchange);
}

void
network_fail_waiting (Run *run, const Credential *credential, const GError *error)
{
  for (unsigned i = 0; i < run->network->exchanges->len; i++) {
    Exchange *exchange = run->network->exchanges->pdata[i];
    if (!exchange->waits_for_token || exchange->pass.credential != credential)
      continue;
    gate_stop_key (run, exchange->gate, credential, true, error->message);
    exchange->waits_for_token = false;
    exchange->has_failed = true;
  }
}

unsigned
network_n_keys (const Network *network, const ProviderType *provider)
{
  const Login *login = g_hash_table_lookup (network->logins, provider);
  return login != NULL ? login->credentials->len : 1;
}

unsigned
network_n_busy (const Network *network)
{
  return network->exchanges->len;
}

int
network_fd (const Network *network)
{
  return network->wake_fd;
}

/* Stepping an exchange may end it, and its failure the run: then no other is asked any more. */
static void
step_those_due (Run *run)
{
  int64_t now_us = clock_monotonic_us ();
  g_autoptr (GPtrArray) due = g_ptr_array_new ();
  for (unsigned i = 0; i < run->network->exchanges->len; i++) {
    Exchange *exchange = run->network->exchanges->pdata[i];
    if (exchange->lane_call == 0 && exchange->due_us <= now_us)
      g_ptr_array_add (due, exchange);
  }
  for (unsigned i = 0; i < due->len && !run->is_stopping; i++)
    exchange_step (run, due->pdata[i]);
}

void
network_work (Run *run)
{
  Network *network = run->network;
  uint64_t n;
  if (network->wake_fd < 0)
    return;
  (void)!read (network->wake_fd, &n, sizeof n);
  for (NetworkEvent *event; (event = g_async_queue_try_pop (network->events)) != NULL;) {
    event->take (run, event->data);
    g_free (event);
  }
  /* The run may know that it is to end before it has told the network. */
  if (network->is_stopping || run->is_stopping)
    return;
  token_calls_begin (run);
  step_those_due (run);
}

void
network_stop (Run *run)
{
  Network *network = run->network;
  g_autoptr (GError) error = g_error_new_literal (RUN_ERROR, RUN_ERROR_INTERRUPTED,
                                                  "the run was ended before it was asked for");
  network->is_stopping = true;
  for (unsigned i = network->exchanges->len; i > 0; i--) {
    Exchange *exchange = network->exchanges->pdata[i - 1];
    if (exchange->lane_call != 0)
      continue;
    /* A picture that is paid for and waits to be fetched is fetched now. */
    if (exchange->url != NULL && interrupt_count () < 2)
      exchange_step (run, exchange);
    else
      exchange_fail (run, exchange, error);
  }
}

void
network_kill (Run *run)
{
  for (unsigned i = 0; i < run->network->exchanges->len; i++) {
    const Exchange *exchange = run->network->exchanges->pdata[i];
    lane_cancel (run->network->lane, exchange->lane_call);
  }
}
