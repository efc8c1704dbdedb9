/* PNGs, and a home to put them into. */
#pragma once

#include "cache/blob.h"
#include "support/scratch.h"

enum { ORIGINAL_MOST_BYTES = 64 * 1024 * 1024 };

/* As libpng writes them: their bytes can be rebuilt from their pixels, which take less. */
GBytes *original_png (int width, int height);
GBytes *original_deep_png (int width, int height); /* 16 bits */
/* Of which the deflate is nobody's: it changed its mind half-way. */
GBytes *original_foreign_png (int width, int height);

Cache *originals_open (Scratch *scratch);
Digest originals_put (Cache *cache, GBytes *bytes);
/* "….zst", "….pix", "….json". New string. */
char *originals_path (Cache *cache, const Digest *digest, const char *suffix);
bool originals_have (Cache *cache, const Digest *digest, const char *suffix);
/* A .pix beside what is there. */
void originals_put_pixels (Cache *cache, const Digest *digest, GBytes *png, bool want_exact);
void originals_put_sidecar (Cache *cache, const Digest *digest, const char *format);

void originals_flip (const char *path, size_t offset);
size_t originals_size (const char *path);
/* Files below home/folder. */
unsigned originals_count (Cache *cache, const char *folder);
