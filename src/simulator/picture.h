/* Pictures as encoded files, drawn once and kept in memory as long as there is room. */
#pragma once

#include "base/digest.h"
#include "image/format.h"

typedef struct {
  const char *prompt;
  int64_t seed;
  int variant; /* from 1 */
  int width, height;
  ImageFormat format;
  int quality;   /* jpeg and webp, 1 to 100 */
  bool is_noise; /* see noise-png.h */
} PictureSpec;

enum { PICTURE_MOST_EDGE = 16384, PICTURE_MOST_PIXELS = 64 * 1000 * 1000 };

typedef struct {
  GBytes *bytes;
  Digest digest;
  ImageFormat format;
  int width, height;
  gatomicrefcount references;
} Picture;

/* Takes the bytes. */
Picture *picture_new (GBytes *bytes, ImageFormat format, int width, int height);
Picture *picture_ref (Picture *picture);
void picture_unref (Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Picture, picture_unref)

typedef struct PictureStore PictureStore;

PictureStore *picture_store_new (int64_t most_bytes);
void picture_store_free (PictureStore *store);

/* The same picture for the same spec. Threads that want one that is being drawn wait for it.
 * A new reference; NULL and an error when it cannot be drawn. */
Picture *picture_store_get (PictureStore *store, const PictureSpec *spec, GError **error);
/* One that was sent, by its hash, as long as it is kept; or NULL. A new reference. */
Picture *picture_store_find (PictureStore *store, const Digest *digest);
