/* Each piece gives the next few kilobytes when what it gave before was read. gzip is a layer on top:
 * deflate's stored blocks, which any reader unpacks and which cost nothing to make. */
#include "simulator/body.h"

#include "simulator/noise-png.h"

enum { STEP_BYTES = 3 * 8192, MOST_STORED = 65535 };

typedef enum { PIECE_BYTES, PIECE_BASE64, PIECE_FILLER } PieceKind;

typedef struct {
  PieceKind kind;
  GBytes *bytes;
  BodyEscape escape;
  char letter;
  int64_t length; /* of PIECE_FILLER */
} Piece;

struct Body {
  GArray *pieces;
  unsigned at;     /* the piece that is being read */
  int64_t at_byte; /* of the piece's source */
  GByteArray *ready;
  unsigned ready_at;
  int64_t plain_length;
  bool is_packed;
  /* While gzip is written: */
  enum { GZIP_HEAD, GZIP_BLOCKS, GZIP_END } gzip;
  GByteArray *packed;
  unsigned packed_at;
  uint32_t crc;
};

static const struct {
  char letter;
  const char *texts[ESCAPE_COUNT];
} escapes[] = {
  { '/', { NULL, "\\/", "\\u002f" } },
  { '+', { NULL, "+", "\\u002b" } },
  { '=', { NULL, "=", "\\u003d" } },
};

static void
piece_clear (gpointer data)
{
  Piece *piece = data;
  if (piece->bytes != NULL)
    g_bytes_unref (piece->bytes);
}

Body *
body_new (void)
{
  Body *body = g_new0 (Body, 1);
  body->pieces = g_array_new (FALSE, TRUE, sizeof (Piece));
  g_array_set_clear_func (body->pieces, piece_clear);
  body->ready = g_byte_array_new ();
  body->packed = g_byte_array_new ();
  return body;
}

void
body_free (Body *body)
{
  if (body == NULL)
    return;
  g_array_unref (body->pieces);
  g_byte_array_unref (body->ready);
  g_byte_array_unref (body->packed);
  g_free (body);
}

static const char *
escape_of (char letter, BodyEscape escape)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (escapes) && escape != ESCAPE_NONE; i++)
    if (escapes[i].letter == letter)
      return escapes[i].texts[escape];
  return NULL;
}

static void
append_escaped (GByteArray *out, const char *base64, size_t length, BodyEscape escape)
{
  if (escape == ESCAPE_NONE) {
    g_byte_array_append (out, (const uint8_t *)base64, (unsigned)length);
    return;
  }
  for (size_t i = 0; i < length; i++) {
    const char *text = escape_of (base64[i], escape);
    if (text != NULL)
      g_byte_array_append (out, (const uint8_t *)text, (unsigned)strlen (text));
    else
      g_byte_array_append (out, (const uint8_t *)base64 + i, 1);
  }
}

/* A multiple of three bytes gives base64 without padding, so the steps can be put together. */
static void
append_base64_step (GByteArray *out, const uint8_t *data, size_t length, BodyEscape escape)
{
  char text[STEP_BYTES / 3 * 4 + 8];
  int state = 0, save = 0;
  size_t n = g_base64_encode_step (data, length, FALSE, text, &state, &save);
  n += g_base64_encode_close (FALSE, text + n, &state, &save);
  append_escaped (out, text, n, escape);
}

static int64_t
base64_length (GBytes *bytes, BodyEscape escape)
{
  gsize length;
  const uint8_t *data = g_bytes_get_data (bytes, &length);
  if (escape == ESCAPE_NONE)
    return (int64_t)(length + 2) / 3 * 4;
  g_autoptr (GByteArray) step = g_byte_array_new ();
  int64_t total = 0;
  for (size_t at = 0; at < length; at += STEP_BYTES) {
    g_byte_array_set_size (step, 0);
    append_base64_step (step, data + at, MIN (length - at, STEP_BYTES), escape);
    total += step->len;
  }
  return total;
}

void
body_add_text (Body *body, const char *text, size_t length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  body_add_bytes (body, bytes);
}

void
body_add_bytes (Body *body, GBytes *bytes)
{
  Piece piece = { .kind = PIECE_BYTES, .bytes = g_bytes_ref (bytes) };
  g_array_append_val (body->pieces, piece);
  body->plain_length += (int64_t)g_bytes_get_size (bytes);
}

void
body_add_base64 (Body *body, GBytes *bytes, BodyEscape escape)
{
  Piece piece = { .kind = PIECE_BASE64, .bytes = g_bytes_ref (bytes), .escape = escape };
  g_array_append_val (body->pieces, piece);
  body->plain_length += base64_length (bytes, escape);
}

void
body_add_filler (Body *body, char letter, int64_t length)
{
  Piece piece = { .kind = PIECE_FILLER, .letter = letter, .length = length };
  g_array_append_val (body->pieces, piece);
  body->plain_length += length;
}

void
body_pack (Body *body)
{
  body->is_packed = true;
}

int64_t
body_length (const Body *body)
{
  if (!body->is_packed)
    return body->plain_length;
  int64_t n_blocks = (body->plain_length + MOST_STORED - 1) / MOST_STORED;
  return 10 + body->plain_length + 5 * MAX (n_blocks, 1) + 8;
}

/* Refills `ready` from the piece at hand; false: there is nothing left. */
static bool
refill (Body *body)
{
  g_byte_array_set_size (body->ready, 0);
  body->ready_at = 0;
  while (body->at < body->pieces->len) {
    const Piece *piece = &g_array_index (body->pieces, Piece, body->at);
    gsize length = (gsize)piece->length;
    const uint8_t *data = NULL;
    if (piece->bytes != NULL)
      data = g_bytes_get_data (piece->bytes, &length);
    size_t n = MIN (length - (size_t)body->at_byte, STEP_BYTES);
    if (n == 0) {
      body->at++;
      body->at_byte = 0;
      continue;
    }
    if (piece->kind == PIECE_BASE64) {
      append_base64_step (body->ready, data + body->at_byte, n, piece->escape);
    } else if (piece->kind == PIECE_BYTES) {
      g_byte_array_append (body->ready, data + body->at_byte, (unsigned)n);
    } else {
      g_byte_array_set_size (body->ready, (unsigned)n);
      memset (body->ready->data, piece->letter, n);
    }
    body->at_byte += (int64_t)n;
    return true;
  }
  return false;
}

static size_t
read_plain (Body *body, void *out, size_t most)
{
  size_t done = 0;
  while (done < most) {
    if (body->ready_at == body->ready->len && !refill (body))
      break;
    size_t n = MIN (most - done, body->ready->len - body->ready_at);
    memcpy ((uint8_t *)out + done, body->ready->data + body->ready_at, n);
    body->ready_at += (unsigned)n;
    done += n;
  }
  return done;
}

static void
append_le32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24) };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
pack_block (Body *body)
{
  g_autofree uint8_t *block = g_malloc (MOST_STORED);
  size_t n = read_plain (body, block, MOST_STORED);
  bool is_last = body->at >= body->pieces->len ||
                 (n < MOST_STORED && body->ready_at == body->ready->len);
  /* A body that ends with a full block: look whether anything is behind it. */
  if (!is_last && body->ready_at == body->ready->len)
    is_last = !refill (body);
  const uint8_t head[] = { is_last, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
                           (uint8_t)(~n >> 8) };
  g_byte_array_append (body->packed, head, sizeof head);
  g_byte_array_append (body->packed, block, (unsigned)n);
  body->crc = crc32_update (body->crc, block, n);
  if (is_last) {
    append_le32 (body->packed, body->crc);
    append_le32 (body->packed, (uint32_t)body->plain_length);
    body->gzip = GZIP_END;
  }
}

static bool
refill_packed (Body *body)
{
  static const uint8_t head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
  g_byte_array_set_size (body->packed, 0);
  body->packed_at = 0;
  if (body->gzip == GZIP_END)
    return false;
  if (body->gzip == GZIP_HEAD) {
    g_byte_array_append (body->packed, head, sizeof head);
    body->gzip = GZIP_BLOCKS;
  }
  pack_block (body);
  return true;
}

size_t
body_read (Body *body, void *out, size_t most)
{
  if (!body->is_packed)
    return read_plain (body, out, most);
  size_t done = 0;
  while (done < most) {
    if (body->packed_at == body->packed->len && !refill_packed (body))
      break;
    size_t n = MIN (most - done, body->packed->len - body->packed_at);
    memcpy ((uint8_t *)out + done, body->packed->data + body->packed_at, n);
    body->packed_at += (unsigned)n;
    done += n;
  }
  return done;
}
