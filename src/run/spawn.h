/* Running a program that writes a picture, inside a worker. */
#pragma once

#include "cache/cache.h"
#include "document/node.h"
#include "image/image.h"

/* A spawn task (task.h) to a record without acquisitions: the picture is durable when this returns
 * true. `is_stopped` is asked now and then: a call that is not paid for ends when it says so, as a
 * RUN_ERROR_INTERRUPTED. What the program did wrong is a RUN_ERROR_PROVIDER. */
bool spawn_task (const Node *task, Cache *cache, const ImageLimits *limits,
                 bool (*is_stopped) (void *data), void *data, CacheRecord **out_record,
                 GError **error);
