/* One original to its derivatives, inside a worker: decoded once, each distinct chain of image
 * stages computed once, files encoded by several threads. */
#pragma once

#include "run/deliver.h"
#include "document/node.h"
#include "image/image.h"

/* Told of every derivative, from any of the threads but never from two at once. */
typedef struct {
  void *data;
  void (*made) (void *data, unsigned index, const Delivered *delivered);
  void (*failed) (void *data, unsigned index, const GError *error);
  /* Asked before each derivative: true ends the task early. */
  bool (*stopped) (void *data);
} RenderListener;

/* `task` is the tree of a render task (task.h). False: nothing could be made of it at all. */
bool render_task (const Node *task, const char *home, const ImageLimits *limits,
                  const RenderListener *listener, GError **error);
