#include "run/inspect.h"

#include "document/json-write.h"
#include "run/interrupt.h"
#include "run/pool.h"

enum { TICK_MS = 100 };

struct Inspector {
  const InspectSettings *settings;
  Pool *pool;
  unsigned last_id;
  bool is_answered;
  char *json; /* of the last answer, or NULL */
  RunErrorCode error_class;
  char *message; /* why there is none */
  char *crash;   /* how the worker ended, or NULL */
};

static void
on_answer (void *data, PoolTask *task, Answer *answer)
{
  Inspector *inspector = data;
  inspector->is_answered = true;
  inspector->json = g_steal_pointer (&answer->facts);
  inspector->error_class = answer->error_class;
  inspector->message = g_strdup (answer->message);
}

static void
on_crash (void *data, PoolTask *task, const char *how)
{
  Inspector *inspector = data;
  inspector->is_answered = true;
  inspector->crash = g_strdup (how);
}

static const PoolListener pool_listener = { on_answer, on_crash };

Inspector *
inspector_new (const InspectSettings *settings)
{
  Inspector *inspector = g_new0 (Inspector, 1);
  const ImageLimits limits = image_limits_widest (settings->most_bytes);
  inspector->settings = settings;
  inspector->pool = pool_new (settings->home != NULL ? settings->home : "", &limits, 1, 1,
                              settings->isolate, &pool_listener, inspector);
  return inspector;
}

static void
forget_answer (Inspector *inspector)
{
  inspector->is_answered = false;
  g_clear_pointer (&inspector->json, g_free);
  g_clear_pointer (&inspector->message, g_free);
  g_clear_pointer (&inspector->crash, g_free);
}

void
inspector_free (Inspector *inspector)
{
  if (inspector == NULL)
    return;
  pool_free (inspector->pool);
  forget_answer (inspector);
  g_free (inspector);
}

/* False: no worker could be started, or somebody wants it to end: nothing is lost with the answer. */
static bool
ask (Inspector *inspector, const TaskInspect *inspect, GError **error)
{
  PoolTask *task = g_new0 (PoolTask, 1);
  forget_answer (inspector);
  task->id = ++inspector->last_id;
  task->line = task_write_inspect (task->id, inspect);
  if (!pool_give (inspector->pool, task, error)) {
    pool_task_free (task);
    return false;
  }
  while (!inspector->is_answered && interrupt_count () == 0)
    pool_wait (inspector->pool, NULL, 0, TICK_MS);
  if (inspector->is_answered)
    return true;
  pool_kill (inspector->pool);
  return run_fail (error, RUN_ERROR_INTERRUPTED, "it was interrupted");
}

/* The same object with a trouble in front. New string. */
static char *
with_trouble (const char *json, const char *how)
{
  cJSON *object = cJSON_Parse (json);
  cJSON *troubles = cJSON_GetObjectItemCaseSensitive (object, "troubles");
  g_autofree char *text = g_strdup_printf (
    "its pixels cannot be looked at: the process that did %s", how);
  if (troubles == NULL)
    troubles = cJSON_AddArrayToObject (object, "troubles");
  cJSON_InsertItemInArray (troubles, 0, cJSON_CreateString (text));
  char *changed = json_write_line (object);
  cJSON_Delete (object);
  return changed;
}

bool
inspector_look (Inspector *inspector, const TaskInspect *inspect, char **out_json, GError **error)
{
  TaskInspect wanted = *inspect;
  g_autofree char *how = NULL;
  /* Tasks are JSON, which knows no other bytes. */
  if (!g_utf8_validate (inspect->name, -1, NULL) ||
      (inspect->path != NULL && !g_utf8_validate (inspect->path, -1, NULL)))
    return run_fail (error, RUN_ERROR_INVALID, "its name is not UTF-8; rename it");
  wanted.anchors = inspector->settings->anchors;
  wanted.with_pixels = true;
  wanted.with_check = !inspector->settings->is_quick;
  if (!ask (inspector, &wanted, error))
    return false;
  if (inspector->crash != NULL) {
    how = g_steal_pointer (&inspector->crash);
    wanted.with_pixels = wanted.with_check = false;
    if (!ask (inspector, &wanted, error))
      return false;
  }
  if (inspector->crash != NULL)
    return run_fail (error, RUN_ERROR_FAILED, "the worker process that looked at it %s",
                     inspector->crash);
  if (inspector->json == NULL)
    return run_fail (error, inspector->error_class, "%s",
                     inspector->message != NULL ? inspector->message : "the worker gave no answer");
  *out_json = how != NULL ? with_trouble (inspector->json, how)
                          : g_steal_pointer (&inspector->json);
  return true;
}
