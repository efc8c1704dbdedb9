/* The search: the first rows are inflated once and deflated in every way that may have written
 * them, each until it differs. A way that does not differ is tried on all rows; that every byte
 * agrees there is the proof. */
#include <zlib.h>

#include "pixels/deflate-guesses.h"
#include "pixels/png-chunks.h"
#include "pixels/png-filter.h"
#include "pixels/png-inflate.h"
#include "pixels/recipe-parts.h"

enum {
  /* Enough for the second block of memLevel 9, whose blocks have 32767 literals or matches. */
  TRIAL_STREAM_BYTES = 64 * 1024,
  TRIAL_ROWS_BYTES = 2 * 1024 * 1024,
  TRIAL_STEP = 16 * 1024,
  /* How often all rows are deflated at most, partial tries added up. */
  MOST_WHOLE_TRIES = 3,
  /* What stands around the pixels is held in memory and in the recipe. */
  MOST_AROUND = 64 * 1024 * 1024,
};

typedef struct {
  const uint8_t *png;
  size_t length, idat_at;
  size_t piece; /* a filter byte and a row */
  int64_t n_raw, n_stream;
  uint8_t stream_start[3]; /* the zlib header and the first byte of the first block */
  uint8_t *trial;          /* the first rows, perhaps cut within one */
  size_t n_trial;
  int64_t n_left; /* bytes that may still be deflated; a try of all rows needs n_raw */
} Search;

/* ---- comparing with the stream that is there ---- */

typedef struct {
  PngDataWalk walk;
  const uint8_t *bytes;
  size_t left;
  int64_t n_same;
  bool differs;
} Comparison;

static Comparison
comparison_of (const Search *search)
{
  return (Comparison){ .walk = { search->png, search->length, search->idat_at } };
}

static bool
compare (void *data, const void *bytes, size_t length, GError **error)
{
  Comparison *with = data;
  const uint8_t *at = bytes;
  while (length > 0) {
    bool is_end = false;
    if (with->left == 0 &&
        !png_chunks_next_data (&with->walk, &with->bytes, &with->left, &is_end, error))
      return false;
    size_t n = MIN (length, with->left);
    with->differs = is_end || memcmp (with->bytes, at, n) != 0;
    if (with->differs)
      return pixels_set_error (error, PIXELS_ERROR_FAILED, "the streams differ");
    with->bytes += n;
    with->left -= n;
    with->n_same += (int64_t)n;
    at += n;
    length -= n;
  }
  return true;
}

/* The error of a try: a difference is none. */
static bool
pass_on (GError *failure, const Comparison *with, GError **error)
{
  if (failure == NULL || with->differs) {
    g_clear_error (&failure);
    return true;
  }
  g_propagate_error (error, failure);
  return false;
}

/* Does the way agree on the first rows? */
static bool
try_start (const Search *search, const PngDeflateWay *way, int64_t *out_n_same, bool *out_agrees,
           GError **error)
{
  Comparison with = comparison_of (search);
  PixelSink sink = { &with, compare };
  GError *failure = NULL;
  g_autoptr (PngDeflater) deflater = png_deflater_new (way, NULL, &sink, &failure);
  for (size_t at = 0; at < search->n_trial && failure == NULL; at += search->piece)
    png_deflater_add_row (deflater, search->trial + at, MIN (search->piece, search->n_trial - at),
                          &failure);
  if (failure == NULL && (int64_t)search->n_trial == search->n_raw)
    png_deflater_finish (deflater, &failure);
  *out_n_same = with.n_same;
  *out_agrees = failure == NULL;
  return pass_on (failure, &with, error);
}

/* ---- all rows ---- */

/* Deflates what the inflater gives; notes the filters. Ends early when the streams differ. */
static bool
deflate_all (Search *search, PngRecipe *recipe, PngInflate *inflater, PngDeflater *deflater,
             GError **error)
{
  g_autofree uint8_t *row = g_malloc (search->piece);
  for (int y = 0; y < recipe->shape.height; y++) {
    if (!png_inflate_read (inflater, row, search->piece, error))
      return false;
    if (row[0] >= PNG_N_FILTERS)
      return pixels_set_error (error, PIXELS_ERROR_DAMAGED,
                               "row %d of the PNG names a filter (%u) that the standard does not "
                               "have",
                               y, row[0]);
    recipe->filters[y] = row[0];
    search->n_left -= (int64_t)search->piece;
    if (!png_deflater_add_row (deflater, row, search->piece, error))
      return false;
  }
  return png_inflate_finish (inflater, error) && png_deflater_finish (deflater, error);
}

/* Does the way agree to the last byte? */
static bool
try_whole (Search *search, PngRecipe *recipe, const PngDeflateWay *way, int64_t *out_n_same,
           bool *out_agrees, GError **error)
{
  Comparison with = comparison_of (search);
  PixelSink sink = { &with, compare };
  GError *failure = NULL;
  PngInflate inflater;
  if (!png_inflate_init (&inflater, search->png, search->length, search->idat_at, error))
    return false;
  g_autoptr (PngDeflater) deflater = png_deflater_new (way, recipe->blocks, &sink, &failure);
  bool is_whole = deflater != NULL && deflate_all (search, recipe, &inflater, deflater, &failure);
  png_inflate_clear (&inflater);
  *out_n_same = with.n_same;
  *out_agrees = is_whole && with.n_same == search->n_stream;
  return pass_on (failure, &with, error);
}

/* ---- stored streams ---- */

/* The next byte of the stream; -1: there is none. */
static int
next_byte (Comparison *from)
{
  bool is_end = false;
  while (from->left == 0) {
    if (!png_chunks_next_data (&from->walk, &from->bytes, &from->left, &is_end, NULL) || is_end)
      return -1;
  }
  from->left--;
  return *from->bytes++;
}

static bool
skip_bytes (Comparison *from, size_t length)
{
  for (; length > 0; length--) {
    if (next_byte (from) < 0)
      return false;
    size_t more = MIN (length - 1, from->left);
    from->bytes += more;
    from->left -= more;
    length -= more;
  }
  return true;
}

/* The blocks of a stream that is stored throughout; NULL: it is not. */
static GArray *
read_blocks (const Search *search)
{
  Comparison from = comparison_of (search);
  g_autoptr (GArray) blocks = png_runs_new ();
  if (!skip_bytes (&from, 2))
    return NULL;
  for (int n_blocks = 0; n_blocks < PNG_MOST_PIECES; n_blocks++) {
    int header[5];
    for (size_t i = 0; i < G_N_ELEMENTS (header); i++)
      header[i] = next_byte (&from);
    if ((header[0] != 0 && header[0] != 1) || header[4] < 0)
      return NULL;
    uint32_t length = (uint32_t)(header[1] | header[2] << 8);
    if (length != (0xffffu ^ (uint32_t)(header[3] | header[4] << 8)) || !skip_bytes (&from, length))
      return NULL;
    png_runs_add (blocks, length);
    if (header[0] == 1)
      return g_steal_pointer (&blocks);
  }
  return NULL;
}

/* ---- the search ---- */

static bool
inflate_start (Search *search, GError **error)
{
  PngInflate inflater;
  if (!png_inflate_init (&inflater, search->png, search->length, search->idat_at, error))
    return false;
  size_t most = (size_t)MIN (search->n_raw, TRIAL_ROWS_BYTES);
  bool ok = true;
  search->trial = g_malloc (most);
  while (ok && search->n_trial < most && inflater.z.total_in < TRIAL_STREAM_BYTES) {
    size_t n = MIN (TRIAL_STEP, most - search->n_trial);
    ok = png_inflate_read (&inflater, search->trial + search->n_trial, n, error);
    search->n_trial += n;
  }
  png_inflate_clear (&inflater);
  return ok;
}

/* Goes through the guesses; *out_found when one agrees to the last byte, which recipe->way is. */
static bool
try_guesses (Search *search, PngRecipe *recipe, bool *out_found, GError **error)
{
  g_autoptr (GArray)
    guesses = deflate_guesses_new (search->stream_start, search->stream_start[2], search->n_raw);
  PngDeflateWay best = { 0 };
  int64_t n_best = -1;
  for (unsigned i = 0; i < guesses->len && search->n_left >= search->n_raw; i++) {
    PngDeflateWay way = g_array_index (guesses, PngDeflateWay, i);
    int64_t n_same;
    bool agrees;
    if (!try_start (search, &way, &n_same, &agrees, error) ||
        (agrees && !try_whole (search, recipe, &way, &n_same, &agrees, error)))
      return false;
    recipe->way = way;
    *out_found = agrees;
    if (agrees)
      return true;
    if (n_same > n_best) {
      n_best = n_same;
      best = way;
    }
  }
  if (search->n_left < search->n_raw || n_best < 0)
    return true;
  best.feed = PNG_FED_WHOLE;
  recipe->way = best;
  return try_whole (search, recipe, &best, &n_best, out_found, error);
}

static bool
find_way (Search *search, PngRecipe *recipe, bool *out_found, GError **error)
{
  int64_t n_same;
  memcpy (recipe->way.header, search->stream_start, sizeof recipe->way.header);
  recipe->blocks = read_blocks (search);
  if (recipe->blocks != NULL) {
    recipe->way.method = PNG_DEFLATE_STORED;
    return try_whole (search, recipe, &recipe->way, &n_same, out_found, error);
  }
  return !png_deflate_is_classic () ||
         (inflate_start (search, error) && try_guesses (search, recipe, out_found, error));
}

/* The lengths of the IDATs, how the stream begins, the tail. *out_is_laid_out false: more chunks
 * or more around them than is recorded. */
static bool
lay_out (Search *search, PngRecipe *recipe, bool *out_is_laid_out, GError **error)
{
  PngDataWalk walk = { search->png, search->length, search->idat_at };
  recipe->idats = png_runs_new ();
  for (int n_chunks = 0; n_chunks <= PNG_MOST_PIECES; n_chunks++) {
    const uint8_t *bytes;
    size_t length;
    bool is_end;
    if (!png_chunks_next_data (&walk, &bytes, &length, &is_end, error))
      return false;
    if (is_end) {
      size_t n_tail = search->length - walk.at;
      *out_is_laid_out = search->idat_at + n_tail <= MOST_AROUND;
      if (*out_is_laid_out)
        recipe->tail = g_bytes_new (search->png + walk.at, n_tail);
      return png_chunks_check_tail (search->png, search->length, walk.at, error);
    }
    for (size_t i = 0; i < length && search->n_stream + (int64_t)i < 3; i++)
      search->stream_start[search->n_stream + (int64_t)i] = bytes[i];
    search->n_stream += (int64_t)length;
    png_runs_add (recipe->idats, (uint32_t)length);
  }
  *out_is_laid_out = false;
  return true;
}

static PngRecipe *
take_head (const void *png, size_t length, GError **error)
{
  PngHead head;
  if (!png_chunks_read_head (png, length, &head, error))
    return NULL;
  if (head.length > MOST_AROUND) {
    pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                      "the PNG has %zu bytes before its pixels; %d are taken", head.length,
                      MOST_AROUND);
    return NULL;
  }
  PngRecipe *recipe = g_new0 (PngRecipe, 1);
  recipe->head = g_bytes_new (png, head.length);
  recipe->shape = head.shape;
  return recipe;
}

PngRecipe *
png_recipe_head_only (const void *png, size_t length, GError **error)
{
  g_autoptr (PngRecipe) recipe = take_head (png, length, error);
  if (recipe == NULL)
    return NULL;
  PngDataWalk walk = { png, length, g_bytes_get_size (recipe->head) };
  for (bool is_end = false; !is_end;) {
    const uint8_t *bytes;
    size_t n_bytes;
    if (!png_chunks_next_data (&walk, &bytes, &n_bytes, &is_end, error))
      return NULL;
  }
  size_t n_tail = length - walk.at;
  if (n_tail > MOST_AROUND) {
    pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                      "the PNG has %zu bytes behind its pixels; %d are taken", n_tail, MOST_AROUND);
    return NULL;
  }
  if (!png_chunks_check_tail (png, length, walk.at, error))
    return NULL;
  recipe->tail = g_bytes_new ((const uint8_t *)png + walk.at, n_tail);
  return g_steal_pointer (&recipe);
}

PngRecipe *
png_recipe_find (const void *png, size_t length, GError **error)
{
  g_autoptr (PngRecipe) recipe = take_head (png, length, error);
  if (recipe == NULL)
    return NULL;
  size_t piece = 1 + pixel_shape_row_bytes (&recipe->shape);
  int64_t n_raw = (int64_t)piece * recipe->shape.height;
  Search search = { .png = png,
                    .length = length,
                    .idat_at = g_bytes_get_size (recipe->head),
                    .piece = piece,
                    .n_raw = n_raw,
                    .n_left = MOST_WHOLE_TRIES * n_raw };
  bool is_laid_out = false, is_found = false;
  if (!lay_out (&search, recipe, &is_laid_out, error))
    return NULL;
  recipe->filters = g_malloc0 ((size_t)recipe->shape.height);
  bool ok = !is_laid_out || find_way (&search, recipe, &is_found, error);
  g_free (search.trial);
  if (!ok || !is_found)
    return NULL;
  recipe->is_exact = true;
  return g_steal_pointer (&recipe);
}
