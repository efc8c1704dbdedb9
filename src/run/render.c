#include "run/render.h"

#include <glib-object.h>

#include "image/memory.h"
#include "pipeline/chain.h"
#include "run/decode-original.h"
#include "run/deliver.h"
#include "run/proof-file.h"
#include "run/task.h"

/* Derivatives that share all their image stages share the picture these give. */
typedef struct {
  GPtrArray *steps; /* Step* */
  unsigned order;
  double area;        /* px of the picture, by its shape */
  double n_bytes;     /* it takes in memory */
  GArray *deeds;      /* Deed: what the stages did, in order */
  unsigned n_waiting; /* derivatives that still need it */
  bool is_read_once;  /* by each of these: their files are written as they are computed */
  bool is_streamed;   /* and so it is never in memory */
  bool is_done;
  VipsImage *picture; /* in memory; NULL before, and when it failed */
  GError *error;
  GMutex mutex;
} Group;

typedef struct {
  unsigned index;
  const char *path;
  Digest fingerprint;
  GPtrArray *delivery_steps; /* Step*: they own the strings of `delivery` */
  Delivery delivery;
  Group *group;
  double cost;
  bool has_proof;
} Job;

typedef struct {
  VipsImage *original;
  DeliverOrigin origin;
  GPtrArray *groups, *jobs;
  GHashTable *by_chain; /* canonical text of the image stages → Group* */
  const RenderListener *listener;
  GMutex mutex; /* of the listener */
} Render;

static void
unref_step (gpointer step)
{
  step_unref (step);
}

static void
group_free (gpointer data)
{
  Group *group = data;
  g_ptr_array_unref (group->steps);
  g_array_unref (group->deeds);
  g_clear_object (&group->picture);
  g_clear_error (&group->error);
  g_mutex_clear (&group->mutex);
  g_free (group);
}

static void
job_free (gpointer data)
{
  Job *job = data;
  g_ptr_array_unref (job->delivery_steps);
  g_free (job);
}

static void
render_clear (Render *render)
{
  g_clear_pointer (&render->jobs, g_ptr_array_unref);
  g_clear_pointer (&render->by_chain, g_hash_table_unref);
  g_clear_pointer (&render->groups, g_ptr_array_unref);
  g_clear_object (&render->original);
  deliver_origin_clear (&render->origin);
  g_mutex_clear (&render->mutex);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Render, render_clear)

/* ---- reading the task ---- */

static bool
refuse (GError **error, const char *what)
{
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED, "the worker was given a broken task: %s", what);
  return false;
}

static Step *
read_step (const Node *item, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  const char *name = task_text (item, "stage"), *folder = task_text (item, "folder");
  const Node *options = node_get (item, "options");
  const StageType *type = name != NULL ? stage_find (name) : NULL;
  if (type == NULL || folder == NULL || options == NULL) {
    refuse (error, "a stage");
    return NULL;
  }
  Step *step = step_new (type, (Node *)options, folder, &item->mark, problems);
  problems_raise (problems, RUN_ERROR, RUN_ERROR_FAILED, error);
  return step;
}

/* The group with these image stages; consumes `steps`. */
static Group *
find_group (Render *render, const char *chain, GPtrArray *steps)
{
  Group *group = g_hash_table_lookup (render->by_chain, chain);
  if (group != NULL) {
    g_ptr_array_unref (steps);
    return group;
  }
  group = g_new0 (Group, 1);
  group->steps = steps;
  group->order = render->groups->len;
  group->deeds = g_array_new (FALSE, FALSE, sizeof (Deed));
  g_mutex_init (&group->mutex);
  g_ptr_array_add (render->groups, group);
  g_hash_table_insert (render->by_chain, g_strdup (chain), group);
  return group;
}

/* Roughly what encoding costs, so that the longest is begun first: seconds a megapixel on one core,
 * measured for the defaults. */
static double
encoding_cost (const EncodeOptions *encode)
{
  switch ((ImageFormat)encode->format) {
  case IMAGE_FORMAT_AVIF:
    return 1.2;
  case IMAGE_FORMAT_WEBP:
    return 0.15;
  case IMAGE_FORMAT_PDF:
    return 0.1;
  case IMAGE_FORMAT_PNG:
    return 0.07;
  default:
    return 0.03;
  }
}

static bool
reads_once (const Delivery *delivery)
{
  const ImageFormatType *type = image_format_type ((ImageFormat)delivery->encode.format);
  return type != NULL && type->streams && delivery->placeholders == 0;
}

static bool
read_derivative (Render *render, const Node *item, GError **error)
{
  const Node *index = node_get (item, "index"), *list = node_get (item, "steps");
  const char *hex = task_text (item, "fingerprint");
  Digest fingerprint;
  bool is_named = hex != NULL && strlen (hex) == DIGEST_HEX_CHARACTERS &&
                  digest_from_hex (hex, &fingerprint);
  if (index == NULL || index->kind != NODE_INT || list == NULL || !is_named ||
      task_text (item, "path") == NULL)
    return refuse (error, "a derivative");
  Job *job = g_new0 (Job, 1);
  job->delivery_steps = g_ptr_array_new_with_free_func (unref_step);
  g_ptr_array_add (render->jobs, job);
  job->index = (unsigned)index->integer;
  job->path = task_text (item, "path");
  job->fingerprint = fingerprint;
  job->has_proof = task_flag (item, "proof");

  g_autoptr (GString) chain = g_string_new (NULL);
  GPtrArray *steps = g_ptr_array_new_with_free_func (unref_step);
  for (unsigned i = 0; i < node_length (list); i++) {
    Step *step = read_step (node_item (list, i), error);
    if (step == NULL) {
      g_ptr_array_unref (steps);
      return false;
    }
    bool is_image = step->type->role == STAGE_IMAGE;
    if (is_image)
      node_to_json (node_item (list, i), chain);
    if (step->type->deliver != NULL)
      step->type->deliver (step->options, &job->delivery);
    g_ptr_array_add (is_image ? steps : job->delivery_steps, step);
  }
  job->group = find_group (render, chain->str, steps);
  Group *group = job->group;
  group->is_read_once = reads_once (&job->delivery) &&
                        (group->n_waiting == 0 || group->is_read_once);
  group->n_waiting++;
  job->cost = encoding_cost (&job->delivery.encode);
  return true;
}

/* The largest pictures begin, since the run ends when the last thread does. Groups stay together, so
 * that a picture can be let go early; within one the slow encoders begin. */
static int
compare_jobs (const void *left, const void *right)
{
  const Job *a = *(Job *const *)left, *b = *(Job *const *)right;
  if (a->group->area != b->group->area)
    return a->group->area > b->group->area ? -1 : 1;
  if (a->group != b->group)
    return a->group->order < b->group->order ? -1 : 1;
  return a->cost > b->cost ? -1 : a->cost < b->cost;
}

/* Computed once for each file, a page that several files share takes longer; kept, an A2 with 16 bits a channel takes
 * 285 MB. */
#define LARGE_BYTES (128.0 * 1024 * 1024)

static void
order_jobs (Render *render)
{
  for (unsigned i = 0; i < render->groups->len; i++) {
    Group *group = render->groups->pdata[i];
    Shape shape = stage_shape_of (render->original);
    for (unsigned s = 0; s < group->steps->len; s++) {
      const Step *step = group->steps->pdata[s];
      /* A stage that cannot be applied says so when it is. */
      if (step->type->shape != NULL)
        (void)step->type->shape (step->options, &shape, NULL);
    }
    group->area = (double)shape.width * shape.height;
    group->n_bytes = group->area * (shape.n_channels + shape.has_alpha) * (shape.bit_depth / 8);
    group->is_streamed = group->is_read_once &&
                         (group->n_waiting == 1 || group->n_bytes > LARGE_BYTES);
  }
  g_ptr_array_sort (render->jobs, compare_jobs);
}

/* ---- doing it ---- */

/* What a stage did; nothing where it gives back what it was given. */
static void
note_deeds (const Step *step, VipsImage *before, VipsImage *after, GArray *deeds)
{
  unsigned bits = before != after ? step->type->deeds (step->options, before, after) : 0;
  for (Deed deed = 0; deed < N_DEEDS; deed++)
    if ((bits & 1u << deed) != 0)
      g_array_append_val (deeds, deed);
}

static bool
apply_steps (VipsImage *original, const Group *group, VipsImage **out_picture, GError **error)
{
  VipsImage *picture = g_object_ref (original);
  for (unsigned i = 0; i < group->steps->len; i++) {
    const Step *step = group->steps->pdata[i];
    VipsImage *next = NULL;
    bool ok = step->type->apply (step->options, picture, &next, error);
    if (ok)
      note_deeds (step, picture, next, group->deeds);
    g_object_unref (picture);
    if (!ok) {
      g_prefix_error (error, "'%s': ", step->type->name);
      return false;
    }
    picture = next;
  }
  if (group->steps->len > 0 && !group->is_streamed) {
    VipsImage *memory = NULL;
    bool ok = image_to_memory (picture, &memory, error);
    g_object_unref (picture);
    if (!ok)
      return false;
    picture = memory;
  }
  *out_picture = picture;
  return true;
}

/* The group's picture, computed by whoever comes first. A new reference, or NULL. */
static VipsImage *
take_picture (const Render *render, Group *group, GError **error)
{
  g_mutex_lock (&group->mutex);
  if (!group->is_done) {
    apply_steps (render->original, group, &group->picture, &group->error);
    group->is_done = true;
  }
  VipsImage *picture = group->picture != NULL ? g_object_ref (group->picture) : NULL;
  if (picture == NULL && error != NULL)
    *error = g_error_copy (group->error);
  if (--group->n_waiting == 0)
    g_clear_object (&group->picture);
  g_mutex_unlock (&group->mutex);
  return picture;
}

/* The picture as a file, and its proof beside it. The proof is drawn first: what cannot be drawn leaves the file that was
 * there. A page with too much ink is not made, but its proof is: it shows where. */
static bool
deliver_job (Render *render, const Job *job, VipsImage *picture, Delivered *out_delivered,
             GError **error)
{
  DeliverFile file = { job->path, &job->delivery, job->fingerprint, job->group->deeds, NULL };
  const ProofSource source = { render->original, job->group->steps, &job->delivery, job->path,
                               &render->origin };
  g_auto (AtomicFile) proof = ATOMIC_FILE_INIT;
  if (!job->has_proof)
    return deliver_file (picture, &file, &render->origin, out_delivered, error);
  if (!proof_file_draw (&proof, picture, &source, error))
    return false;
  file.proof = &proof;
  return deliver_file (picture, &file, &render->origin, out_delivered, error) ||
         proof_file_explain (&proof, &source, error);
}

static void
do_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  Render *render = user_data;
  const RenderListener *listener = render->listener;
  if (listener->stopped (listener->data))
    return;
  g_autoptr (GError) error = NULL;
  Delivered delivered = { .facts = NULL };
  VipsImage *picture = take_picture (render, job->group, &error);
  bool ok = picture != NULL && deliver_job (render, job, picture, &delivered, &error);
  g_clear_object (&picture);
  g_mutex_lock (&render->mutex);
  if (ok)
    listener->made (listener->data, job->index, &delivered);
  else
    listener->failed (listener->data, job->index, error);
  g_mutex_unlock (&render->mutex);
  delivered_clear (&delivered);
  image_thread_end ();
  c2pa_thread_end ();
}

static bool
open_original (Render *render, const Node *task, const char *home, const ImageLimits *limits,
               int n_threads, GError **error)
{
  g_autoptr (GBytes) told = NULL;
  if (!decode_original (task, home, limits, n_threads, &render->original, &told, error))
    return false;
  return deliver_origin_read (task, told, home, limits, &render->origin, error);
}

bool
render_task (const Node *task, const char *home, const ImageLimits *limits,
             const RenderListener *listener, GError **error)
{
  g_auto (Render) render = { .listener = listener };
  g_mutex_init (&render.mutex);
  render.groups = g_ptr_array_new_with_free_func (group_free);
  render.jobs = g_ptr_array_new_with_free_func (job_free);
  render.by_chain = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const Node *list = node_get (task, "derivatives"), *threads = node_get (task, "threads");
  for (unsigned i = 0; i < node_length (list); i++)
    if (!read_derivative (&render, node_item (list, i), error))
      return false;
  int n_threads = threads != NULL && threads->kind == NODE_INT
                    ? (int)CLAMP (threads->integer, 1, 256)
                    : 1;
  if (!open_original (&render, task, home, limits, n_threads, error))
    return false;
  order_jobs (&render);
  GThreadPool *pool = g_thread_pool_new (do_job, &render, n_threads, TRUE, error);
  if (pool == NULL)
    return false;
  for (unsigned i = 0; i < render.jobs->len; i++)
    g_thread_pool_push (pool, render.jobs->pdata[i], NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  return true;
}
