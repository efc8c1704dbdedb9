/* Making an original known: a file read, or a picture drawn; its facts, and the blob in the cache.
 * Inside a worker. */
#pragma once

#include "cache/cache.h"
#include "document/node.h"
#include "image/image.h"

/* An ingest, import or draw task (task.h) to a record without acquisitions. When this returns true the
 * original is durable, if it was to be stored. */
bool ingest_task (const Node *task, Cache *cache, const ImageLimits *limits,
                  CacheRecord **out_record, GError **error);
/* Any file; *out_record has no format when it is no picture that is read here. */
bool import_task (const Node *task, Cache *cache, const ImageLimits *limits,
                  CacheRecord **out_record, bool *out_was_there, GError **error);
/* The same of bytes that are here; `name` is for messages. */
bool ingest_bytes (GBytes *bytes, const char *name, Cache *cache, bool store,
                   const ImageLimits *limits, CacheRecord **out_record, GError **error);
bool draw_task (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
                GError **error);
