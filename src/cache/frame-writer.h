/* Writes a blob file as its content comes, in constant memory. docs/formats/blob.md has the layout.
 *
 * The size of the content stands at the front of a zstd frame and is known at the end: the header
 * is our own, of fixed length, and is written last. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

#include "base/atomic-file.h"
#include "cache/compression.h"

typedef struct FrameWriter FrameWriter;

/* The file is borrowed, open and empty. */
FrameWriter *frame_writer_new (AtomicFile *file, CacheCompression compression);
bool frame_writer_write (FrameWriter *writer, const void *data, size_t length, GError **error);
/* The file is a whole blob afterwards, and not yet committed. Nothing may follow. */
bool frame_writer_finish (FrameWriter *writer, GError **error);
void frame_writer_free (FrameWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FrameWriter, frame_writer_free)

/* What it holds now, with zstd's own: bytes. */
size_t frame_writer_memory (const FrameWriter *writer);
