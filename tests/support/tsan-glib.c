/* GLib is not built with ThreadSanitizer, and its locks are bare futexes: what one thread hands to another
 * through them looks like a race. These stand before GLib's functions and tell the sanitizer what they
 * order. (pthread_create and _join, below GThread's, it knows itself.)
 * Slices that go from thread to thread are hidden likewise: run with G_SLICE=always-malloc, as ctest does. */
#include <dlfcn.h>
#include <pthread.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

#define REAL(name) ((__typeof__ (name) *)dlsym (RTLD_NEXT, #name))

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock) (mutex);
  __tsan_acquire (mutex);
}

void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_mutex_unlock) (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

/* The queue's own lock orders its nodes too. */
static pthread_mutex_t queues = PTHREAD_MUTEX_INITIALIZER;

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  pthread_mutex_lock (&queues);
  REAL (g_async_queue_push) (queue, data);
  pthread_mutex_unlock (&queues);
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  pthread_mutex_lock (&queues);
  gpointer data = REAL (g_async_queue_try_pop) (queue);
  pthread_mutex_unlock (&queues);
  return data;
}
