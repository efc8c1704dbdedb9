/* The reader of CBOR: a tree of values, each of which cost a byte or more of what was read, so that
 * a count that is claimed is never allocated before its items are there. */
#include "c2pa/cbor.h"

#include <math.h>

#include "c2pa/c2pa.h"

enum { MAJOR_SIMPLE = 7, INDEFINITE = 31, BREAK = 0xff };

typedef struct {
  const uint8_t *at, *end;
  unsigned n_values;
  const char *trouble; /* why it ended, or NULL */
} Parser;

/* The first byte of a value, and the number in it or behind it. */
typedef struct {
  unsigned major, minor;
  uint64_t number;
} Head;

static bool
fail (Parser *parser, const char *trouble)
{
  if (parser->trouble == NULL)
    parser->trouble = trouble;
  return false;
}

static bool
read_head (Parser *parser, Head *out_head)
{
  if (parser->at == parser->end)
    return fail (parser, "it ends inside a value");
  Head head = { (unsigned)*parser->at >> 5, *parser->at & 31, *parser->at & 31 };
  parser->at++;
  if (head.minor >= 24 && head.minor <= 27) {
    size_t n_bytes = (size_t)1 << (head.minor - 24);
    if ((size_t)(parser->end - parser->at) < n_bytes)
      return fail (parser, "it ends inside a value");
    head.number = 0;
    for (size_t i = 0; i < n_bytes; i++)
      head.number = head.number << 8 | *parser->at++;
  } else if (head.minor > 27 && head.minor < INDEFINITE) {
    return fail (parser, "a length is of no known form");
  }
  *out_head = head;
  return true;
}

static bool read_value (Parser *parser, unsigned depth, Cbor **out_value);

static bool
is_at_break (const Parser *parser)
{
  return parser->at < parser->end && *parser->at == BREAK;
}

/* What the look-ups tell keys by: a number by its value, a text by its characters. */
static int
compare_keys (const void *a, const void *b)
{
  const Cbor *one = *(Cbor *const *)a, *other = *(Cbor *const *)b;
  if (one->kind != other->kind)
    return one->kind < other->kind ? -1 : 1;
  if (one->kind == CBOR_TEXT)
    return strcmp (one->text, other->text);
  if (one->kind == CBOR_BYTES)
    return g_bytes_compare (one->bytes, other->bytes);
  return (one->integer > other->integer) - (one->integer < other->integer);
}

/* Of two values with one key, one reader takes the first and another the last. Sorted, since what is
 * hashed can be made to collide. Keys of other kinds are never looked up. */
static bool
check_keys (Parser *parser, const GPtrArray *items)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_sized_new (items->len / 2);
  for (unsigned i = 0; i + 1 < items->len; i += 2) {
    Cbor *key = items->pdata[i];
    if (key->kind == CBOR_INTEGER || key->kind == CBOR_TEXT || key->kind == CBOR_BYTES)
      g_ptr_array_add (keys, key);
  }
  g_ptr_array_sort (keys, compare_keys);
  for (unsigned i = 1; i < keys->len; i++)
    if (compare_keys (&keys->pdata[i - 1], &keys->pdata[i]) == 0)
      return fail (parser, "a map has a key twice");
  return true;
}

/* Of an array, or of a map, whose every pair counts as two. */
static bool
read_items (Parser *parser, const Head *head, unsigned depth, Cbor *value)
{
  bool is_open = head->minor == INDEFINITE;
  unsigned step = value->kind == CBOR_MAP ? 2 : 1;
  if (!is_open && head->number > (uint64_t)(parser->end - parser->at) / step)
    return fail (parser, "it claims more items than it has bytes");
  uint64_t wanted = head->number * step, count = 0;
  while (is_open ? !is_at_break (parser) : count < wanted) {
    Cbor *item = NULL;
    if (!read_value (parser, depth + 1, &item))
      return false;
    g_ptr_array_add (value->items, item);
    count++;
  }
  if (!is_open)
    return true;
  parser->at++;
  return count % step == 0 || fail (parser, "a map has a key without a value");
}

static bool
take (Parser *parser, const Head *head, GByteArray *out)
{
  if (head->number > (uint64_t)(parser->end - parser->at))
    return fail (parser, "it ends inside a value");
  g_byte_array_append (out, parser->at, (unsigned)head->number);
  parser->at += head->number;
  return true;
}

/* Of text or bytes, in one piece or in several of the same kind. */
static bool
read_string (Parser *parser, const Head *head, Cbor *value)
{
  g_autoptr (GByteArray) joined = g_byte_array_new ();
  bool is_whole = head->minor != INDEFINITE;
  if (is_whole && !take (parser, head, joined))
    return false;
  while (!is_whole && !is_at_break (parser)) {
    Head piece;
    if (!read_head (parser, &piece))
      return false;
    if (piece.major != head->major || piece.minor == INDEFINITE)
      return fail (parser, "a piece of a string is of another kind");
    if (!take (parser, &piece, joined))
      return false;
  }
  if (!is_whole)
    parser->at++;
  if (value->kind == CBOR_BYTES) {
    value->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&joined));
    return true;
  }
  /* A NUL inside is no valid text for it either. */
  const char *text = joined->len > 0 ? (const char *)joined->data : "";
  if (!g_utf8_validate_len (text, joined->len, NULL))
    return fail (parser, "a text is not UTF-8");
  value->text = g_strndup (text, joined->len);
  return true;
}

static double
half_float (uint16_t bits)
{
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double number = exponent == 0    ? ldexp (fraction, -24)
                  : exponent == 31 ? (fraction == 0 ? (double)INFINITY : (double)NAN)
                                   : ldexp (1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -number : number;
}

static bool
read_simple (Parser *parser, const Head *head, Cbor *value)
{
  value->kind = CBOR_FLOAT;
  if (head->minor == 20 || head->minor == 21) {
    value->kind = CBOR_BOOL;
    value->boolean = head->minor == 21;
  } else if (head->minor == 22 || head->minor == 23) {
    value->kind = CBOR_NULL;
  } else if (head->minor == 25) {
    value->number = half_float ((uint16_t)head->number);
  } else if (head->minor == 26) {
    uint32_t bits = (uint32_t)head->number;
    float number;
    memcpy (&number, &bits, sizeof number);
    value->number = (double)number;
  } else if (head->minor == 27) {
    memcpy (&value->number, &head->number, sizeof value->number);
  } else {
    return fail (parser, "a simple value is of no known kind");
  }
  return true;
}

static bool
read_body (Parser *parser, const Head *head, unsigned depth, Cbor *value)
{
  static const CborKind kinds[] = { CBOR_INTEGER, CBOR_INTEGER, CBOR_BYTES,
                                    CBOR_TEXT,    CBOR_ARRAY,   CBOR_MAP };
  if (head->major == MAJOR_SIMPLE)
    return read_simple (parser, head, value);
  value->kind = kinds[head->major];
  if (value->kind == CBOR_INTEGER) {
    if (head->minor == INDEFINITE || head->number > INT64_MAX)
      return fail (parser, "an integer is beyond 64 bits");
    value->integer = head->major == 0 ? (int64_t)head->number : -1 - (int64_t)head->number;
    return true;
  }
  if (value->kind == CBOR_BYTES || value->kind == CBOR_TEXT)
    return read_string (parser, head, value);
  value->items = g_ptr_array_new_with_free_func ((GDestroyNotify)cbor_free);
  return read_items (parser, head, depth, value) &&
         (value->kind != CBOR_MAP || check_keys (parser, value->items));
}

static bool
read_value (Parser *parser, unsigned depth, Cbor **out_value)
{
  enum { TAG = 6 };
  Head head;
  uint64_t tag = 0;
  if (depth >= CBOR_MOST_DEPTH)
    return fail (parser, "it is too deep");
  if (++parser->n_values > CBOR_MOST_VALUES)
    return fail (parser, "it has too many values");
  /* Tags in a row cost a byte each and no depth. */
  do {
    if (!read_head (parser, &head))
      return false;
    if (head.major == TAG && head.minor == INDEFINITE)
      return fail (parser, "a tag is of no known form");
    if (head.major == TAG)
      tag = head.number;
  } while (head.major == TAG);
  g_autoptr (Cbor) value = g_new0 (Cbor, 1);
  value->tag = tag;
  if (!read_body (parser, &head, depth, value))
    return false;
  *out_value = g_steal_pointer (&value);
  return true;
}

Cbor *
cbor_read (const void *bytes, size_t length, GError **error)
{
  Parser parser = { bytes, (const uint8_t *)bytes + length, 0, NULL };
  g_autoptr (Cbor) value = NULL;
  if (read_value (&parser, 0, &value) && parser.at == parser.end)
    return g_steal_pointer (&value);
  fail (&parser, "something follows its end");
  g_set_error (error, C2PA_ERROR, C2PA_ERROR_FAILED, "it is not whole CBOR: %s", parser.trouble);
  return NULL;
}

void
cbor_free (Cbor *value)
{
  if (value == NULL)
    return;
  g_free (value->text);
  g_clear_pointer (&value->bytes, g_bytes_unref);
  g_clear_pointer (&value->items, g_ptr_array_unref);
  g_free (value);
}

/* ---- look-ups ---- */

static bool
is_of (const Cbor *value, CborKind kind)
{
  return value != NULL && value->kind == kind;
}

const Cbor *
cbor_get (const Cbor *map, const char *key)
{
  for (unsigned i = 0; is_of (map, CBOR_MAP) && i + 1 < map->items->len; i += 2) {
    const char *name = cbor_text (map->items->pdata[i]);
    if (name != NULL && strcmp (name, key) == 0)
      return map->items->pdata[i + 1];
  }
  return NULL;
}

const Cbor *
cbor_get_integer (const Cbor *map, int64_t key)
{
  for (unsigned i = 0; is_of (map, CBOR_MAP) && i + 1 < map->items->len; i += 2) {
    const Cbor *name = map->items->pdata[i];
    if (name->kind == CBOR_INTEGER && name->integer == key)
      return map->items->pdata[i + 1];
  }
  return NULL;
}

const Cbor *
cbor_item (const Cbor *array, unsigned index)
{
  return is_of (array, CBOR_ARRAY) && index < array->items->len ? array->items->pdata[index] : NULL;
}

unsigned
cbor_length (const Cbor *value)
{
  if (is_of (value, CBOR_ARRAY))
    return value->items->len;
  return is_of (value, CBOR_MAP) ? value->items->len / 2 : 0;
}

const char *
cbor_text (const Cbor *value)
{
  return is_of (value, CBOR_TEXT) ? value->text : NULL;
}

const char *
cbor_get_text (const Cbor *map, const char *key)
{
  return cbor_text (cbor_get (map, key));
}

GBytes *
cbor_bytes (const Cbor *value)
{
  return is_of (value, CBOR_BYTES) ? value->bytes : NULL;
}
