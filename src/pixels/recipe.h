/* What turns pixels back into the very bytes of the PNG that they came from.
 *
 * A PNG is its pixels and some choices: a filter for each row, how deflate looked for matches, how
 * the stream was cut into IDAT chunks, and the chunks around it. zlib is deterministic, so where a
 * PNG was written by zlib (libpng, Pillow, libvips, ImageMagick, OpenCV …) a level, a memLevel and
 * a strategy say all of the second. They are found by trying, and held only if every byte agrees.
 * zlib-ng, Chromium's zlib, Rust's and others look for matches in their own way: no recipe. */
#pragma once

#include "pixels/pixels.h"

typedef struct PngRecipe PngRecipe;

/* NULL with no error: it was deflated by nobody who is known here. PIXELS_ERROR_UNSUITABLE, _DAMAGED
 * and _TOO_LARGE as png.h has them; that a PNG is sound to its end is only sure of one with a recipe.
 * Costs an inflate and one deflate of the kind that wrote the file when the first guess that holds
 * for a start is right (the usual case), three such deflates at most; guesses that are wrong are
 * nearly always found out within a block or two. Memory: some 3 MiB and a byte per row. */
PngRecipe *png_recipe_find (const void *png, size_t length, GError **error);
/* What is around the pixels alone, for a PNG of which there is no exact recipe. */
PngRecipe *png_recipe_head_only (const void *png, size_t length, GError **error);
bool png_recipe_is_exact (const PngRecipe *recipe);

/* Canonical bytes: equal recipes give equal bytes. Uncompressed, a byte per row and the chunks. */
GByteArray *png_recipe_store (const PngRecipe *recipe);
/* Of bytes from anywhere: checked throughout, and nothing is allocated that is larger than they. */
PngRecipe *png_recipe_load (const void *bytes, size_t length, GError **error);
void png_recipe_free (PngRecipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PngRecipe, png_recipe_free)

/* A PNG that holds everything before the first IDAT and behind the last as it was, and no pixels (an
 * empty IDAT), so that any PNG reader gets the header and all metadata. */
GBytes *png_recipe_head (const PngRecipe *recipe);

/* Gives the next row without a filter, as PNG holds it (16 bits big-endian). */
typedef bool (*PngRowSource) (void *data, uint8_t *row, GError **error);
/* The exact bytes, in pieces, while rows come in. Rows that are not the PNG's give other bytes or
 * an error, so the caller hashes. Needs a recipe that is exact, and the shape of the PNG. */
bool png_recipe_rebuild (const PngRecipe *recipe, const PixelShape *shape, PngRowSource next_row,
                         void *data, const PixelSink *sink, GError **error);

/* Does the zlib of this process deflate as the zlib whose streams can be rebuilt? False: zlib-ng or
 * another stands in its place. Tried once, on a buffer of which the answers are known. */
bool png_deflate_is_classic (void);
/* "1.2.13": of the running zlib. */
const char *png_deflate_version (void);
