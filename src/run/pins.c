/* A pin says: this request is answered by that original. It holds only while the same is asked, and
 * then it wins over newer answers, so that a machine whose cache has seen more makes the same files
 * as one that has only what the lock names. */
#include "run/pins.h"

#include "run/answers.h"
#include "run/run-private.h"
#include "run/selection.h"

/* Warnings of one kind, and images in one error. */
enum { MOST_TOLD = 10, MOST_LISTED = 20 };

bool
pins_open (Run *run, GError **error)
{
  const char *path = run->pipeline->lock;
  run->pins.made = lock_file_new ();
  run->pins.has_stamp = path != NULL && file_stamp_read (path, &run->pins.stamp);
  run->pins.lock = path != NULL ? lock_file_load (path, error) : lock_file_new ();
  return run->pins.lock != NULL;
}

void
pins_clear (Pins *pins)
{
  g_clear_pointer (&pins->lock, lock_file_free);
  g_clear_pointer (&pins->made, lock_file_free);
}

/* ---- before ---- */

static const LockEntry *
find_entry (const Run *run, const PlanImage *image)
{
  const char *owner = lock_file_owner (run->pipeline->name, image->id);
  return lock_file_find (run->pins.lock, owner, image->id, image->variant);
}

/* Whoever asks again does not want the old answer, however well it is pinned. */
static bool
is_overridden (const Run *run, const PlanImage *image)
{
  return selection_matches (run->settings->regenerate, false, image->id, image->id);
}

static bool
holds (const LockEntry *entry, const PlanRequest *request)
{
  return entry != NULL && plan_find_choice (request, &entry->request) >= 0;
}

/* What keeps the image from being made of what is pinned; NULL: nothing. New string. */
static char *
find_fault (Run *run, const PlanImage *image, const PlanRequest *request)
{
  const LockEntry *entry = find_entry (run, image);
  if (entry == NULL)
    return g_strdup ("no original is pinned");
  if (!holds (entry, request))
    return g_strdup ("its pin is stale: what is asked has changed");
  if (!cache_has (run->cache, &entry->original))
    return g_strdup_printf ("its pinned original %.12s is not in the cache",
                            digest_to_hex (&entry->original).text);
  if (answers_choice_of (run, request, &entry->request, &entry->original) < 0)
    return g_strdup_printf ("its pinned original %.12s is from another provider, which 'accept: "
                            "same-provider' does not take",
                            digest_to_hex (&entry->original).text);
  return NULL;
}

/* The name of an image with its variant, where it is not the only one. New string. */
static char *
describe_image (const PlanImage *image)
{
  return image->has_variants ? g_strdup_printf ("%s (variant %d)", image->id, image->variant)
                             : g_strdup (image->id);
}

/* --only may leave the image out. */
static bool
is_wanted (Run *run, ImageRun *probe)
{
  const RunSettings *settings = run->settings;
  if (settings->only == NULL || settings->only[0] == NULL)
    return true;
  const OriginalFacts facts = image_run_expected_facts (probe);
  return run_expand_outputs (run, probe, &facts, NULL) && run_has_selected (probe);
}

/* Appends a line when there is something wrong with the image's pin. */
static void
check_image (Run *run, unsigned index, GString *list, unsigned *n_faults)
{
  g_autoptr (Problems) told_later = problems_new ();
  ImageRun *probe = g_new0 (ImageRun, 1);
  probe->index = index;
  probe->image = plan_image (run->plan, index);
  if (probe->image->source == PLAN_GENERATED)
    probe->request = plan_request (run->plan, index, told_later);
  g_autofree char *fault = probe->request != NULL ? find_fault (run, probe->image, probe->request)
                                                  : NULL;
  if (fault != NULL && is_wanted (run, probe) && ++*n_faults <= MOST_LISTED) {
    g_autofree char *name = describe_image (probe->image);
    g_string_append_printf (list, "\n  %s: %s", name, fault);
  }
  image_run_free (probe);
}

bool
pins_check (Run *run, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  unsigned n_faults = 0;
  if (!run->settings->locked)
    return true;
  if (run->settings->regenerate != NULL && run->settings->regenerate[0] != NULL) {
    g_set_error_literal (
      error, RUN_ERROR, RUN_ERROR_INVALID,
      "--locked keeps to the originals that are pinned, and --regenerate asks for "
      "others: leave one of them out");
    return false;
  }
  for (unsigned i = 0; i < plan_n_images (run->plan); i++)
    check_image (run, i, list, &n_faults);
  if (n_faults == 0)
    return true;
  if (n_faults > MOST_LISTED)
    g_string_append_printf (list, "\n  … and %u more", n_faults - MOST_LISTED);
  g_set_error (error, RUN_ERROR, RUN_ERROR_MISS,
               "--locked, but the lock is not kept:%s\n"
               "Nothing was made. A run without --locked renews the pins; originals that are not "
               "here are brought back from a bundle: peel cache restore BUNDLE",
               list->str);
  return false;
}

/* ---- one image ---- */

static void warn (Run *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
static void
warn (Run *run, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  run->listener->warning (run->listener->data, message);
}

void
pins_tell (Run *run, const ImageRun *image_run)
{
  const PlanImage *image = image_run->image;
  const LockEntry *entry = find_entry (run, image);
  bool is_held = holds (entry, image_run->request);
  if (entry == NULL || is_overridden (run, image) ||
      (is_held && cache_has (run->cache, &entry->original)))
    return;
  if (++run->pins.n_told > MOST_TOLD)
    return; /* how many more there are is told at the end */
  g_autofree char *name = describe_image (image);
  if (is_held)
    warn (run,
          "the original %.12s that is pinned for %s is not in the cache; 'peel cache restore "
          "BUNDLE' brings it back, and until then another answer is taken, or asked for",
          digest_to_hex (&entry->original).text, name);
  else
    warn (run, "the pin of %s is stale: what is asked has changed%s", name,
          entry->is_picked ? ", and no variant is picked any more" : "");
}

bool
pins_find (Run *run, ImageRun *image_run, GError **error)
{
  const PlanImage *image = image_run->image;
  const LockEntry *entry = find_entry (run, image);
  GError *problem = NULL;
  if (is_overridden (run, image))
    return true;
  int choice = entry != NULL && cache_has (run->cache, &entry->original)
                 ? answers_choice_of (run, image_run->request, &entry->request, &entry->original)
                 : -1;
  if (choice >= 0) {
    image_run->request->choice = (unsigned)choice;
    run_take_stored (run, image_run, &entry->original, &problem);
  }
  if (problem == NULL && image_run->record == NULL && !image_run->has_untold &&
      run->settings->locked && is_wanted (run, image_run))
    g_set_error (&problem, RUN_ERROR, RUN_ERROR_MISS,
                 "--locked, but the pinned original of %s is not in the cache any more", image->id);
  if (problem == NULL)
    return true;
  g_propagate_error (error, problem);
  return false;
}

void
pins_note (Run *run, const ImageRun *image_run)
{
  const PlanImage *image = image_run->image;
  if (image_run->request == NULL || image_run->record == NULL)
    return;
  const LockEntry entry = {
    .image = image->id,
    .pipeline = (char *)lock_file_owner (run->pipeline->name, image->id),
    .variant = image->variant,
    .is_picked = image->is_picked,
    .request = plan_choice (image_run->request)->fingerprint,
    .original = image_run->record->digest,
  };
  lock_file_put (run->pins.made, &entry);
}

/* ---- after ---- */

/* A pin of this pipeline that the run did not meet: its image is gone, unless the run did not look at
 * all, or the image's other variants wait for the choice to be taken back. */
static bool
is_gone (const Run *run, const LockEntry *entry)
{
  const char *name = run->pipeline->name;
  const RunSettings *settings = run->settings;
  bool is_partial = settings->only != NULL && settings->only[0] != NULL;
  return !is_partial && lock_entry_is_of (entry, name) &&
         lock_file_find (run->pins.made, entry->pipeline, entry->image, entry->variant) == NULL &&
         lock_file_find_picked (run->pins.made, entry->pipeline, entry->image) == NULL;
}

static bool
merge (void *data, LockFile *lock, GError **error)
{
  const Run *run = data;
  g_autoptr (GPtrArray) before = lock_file_list (lock);
  for (unsigned i = 0; i < before->len; i++)
    if (is_gone (run, before->pdata[i]))
      lock_file_remove (lock, before->pdata[i]);
  g_autoptr (GPtrArray) made = lock_file_list (run->pins.made);
  for (unsigned i = 0; i < made->len; i++)
    lock_file_put (lock, made->pdata[i]);
  return true;
}

static bool
is_equal (const LockEntry *a, const LockEntry *b)
{
  return b != NULL && a->is_picked == b->is_picked && digest_equal (&a->request, &b->request) &&
         digest_equal (&a->original, &b->original);
}

/* The file is as it was read, and holds just what would be written: nothing is to be done, which is
 * what most runs find, and reading a long lock twice would be most of their time. */
static bool
is_kept (const Run *run)
{
  FileStamp now;
  const Pins *pins = &run->pins;
  if (!pins->has_stamp || !file_stamp_read (run->pipeline->lock, &now) ||
      !file_stamp_equal (&now, &pins->stamp))
    return false;
  g_autoptr (GPtrArray) before = lock_file_list (pins->lock);
  g_autoptr (GPtrArray) made = lock_file_list (pins->made);
  bool is_same = true;
  for (unsigned i = 0; is_same && i < before->len; i++)
    is_same = !is_gone (run, before->pdata[i]);
  for (unsigned i = 0; is_same && i < made->len; i++) {
    const LockEntry *entry = made->pdata[i];
    is_same = is_equal (entry,
                        lock_file_find (pins->lock, entry->pipeline, entry->image, entry->variant));
  }
  return is_same;
}

bool
pins_write (Run *run, GError **error)
{
  const RunSettings *settings = run->settings;
  if (run->pins.n_told > MOST_TOLD)
    warn (run, "%u more pins are stale or without their original", run->pins.n_told - MOST_TOLD);
  bool is_whole = run->next_image == plan_n_images (run->plan) && !run->is_stopping;
  if (settings->dry_run || settings->locked || settings->originals_only || run->has_failed ||
      !is_whole || run->pipeline->lock == NULL || is_kept (run))
    return true;
  return lock_file_edit (run->pipeline->lock, merge, run, error);
}
