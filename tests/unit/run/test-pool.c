/* With a worker in a thread: what a worker process does, on the same socket. */
#include "run/pool.h"

#include "support/scratch.h"

enum { MOST_WAITS = 600, WAIT_MS = 100 };

typedef struct {
  Answer last;
  unsigned n_answers, n_crashes;
} Heard;

static void
on_answer (void *data, PoolTask *task, Answer *answer)
{
  Heard *heard = data;
  answer_clear (&heard->last);
  heard->last = *answer;
  *answer = (Answer){ 0 };
  heard->n_answers++;
}

static void
on_crash (void *data, PoolTask *task, const char *how)
{
  ((Heard *)data)->n_crashes++;
}

static const PoolListener listener = { on_answer, on_crash };

static void
give (Pool *pool, unsigned id, char *line)
{
  g_autoptr (GError) error = NULL;
  PoolTask *task = g_new0 (PoolTask, 1);
  task->id = id;
  task->line = line;
  assert_ok (pool_give (pool, task, &error), error);
}

static void
wait_for_answers (Pool *pool, const Heard *heard, unsigned n)
{
  for (int i = 0; i < MOST_WAITS && heard->n_answers < n; i++)
    pool_wait (pool, NULL, 0, WAIT_MS);
  g_assert_cmpuint (heard->n_answers, ==, n);
}

static void
test_tasks (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Heard heard = { .n_answers = 0 };
  Pool *pool = pool_new (scratch_path (scratch, "home"), &image_limits_default, 4, 1, false,
                         &listener, &heard);
  g_assert_true (pool_has_idle (pool));
  const PainterSpec spec = { .prompt = "A gate", .variant = 1, .width = 64, .height = 48 };
  give (pool, 1, task_write_draw (1, &spec));
  g_assert_false (pool_has_idle (pool));
  g_assert_cmpuint (pool_n_busy (pool), ==, 1);
  wait_for_answers (pool, &heard, 1);
  g_assert_cmpint (heard.last.kind, ==, ANSWER_FACTS);
  g_assert_cmpint (heard.last.record->width, ==, 64);
  g_assert_cmpuint (pool_n_busy (pool), ==, 0);

  /* A task that fails leaves the worker fit for the next. */
  const char *text = scratch_write (scratch, "letter.png", "Dear reader");
  give (pool, 2, task_write_ingest (2, text, "letter.png", true));
  wait_for_answers (pool, &heard, 2);
  g_assert_cmpint (heard.last.kind, ==, ANSWER_ERROR);
  g_assert_nonnull (strstr (heard.last.message, "letter.png"));
  give (pool, 3, g_strdup ("{\"task\":\"render\",\"id\":3}"));
  wait_for_answers (pool, &heard, 3);
  g_assert_cmpint (heard.last.kind, ==, ANSWER_ERROR);
  give (pool, 4, task_write_draw (4, &spec));
  wait_for_answers (pool, &heard, 4);
  g_assert_cmpint (heard.last.kind, ==, ANSWER_FACTS);
  g_assert_cmpuint (heard.n_crashes, ==, 0);
  pool_free (pool);
  answer_clear (&heard.last);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/pool/tasks-are-answered-one-after-another", test_tasks);
  return g_test_run ();
}
