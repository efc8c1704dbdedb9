/* Of a PDF only its XMP is listed, which is what label and rights stand in: a packet that is all of a stream, as
 * it is, whose dictionary says what it is, so that whoever looks for it needs to understand nothing else.
 *
 *     N 0 obj << /Type /Metadata /Subtype /XML … >> stream
 *     <?xpacket begin=… ?> … <?xpacket end="w"?>
 *     endstream endobj
 *
 * A packet that stands elsewhere is that of a picture in it, and one that is packed or encrypted is not found. A
 * program that saves what it changed behind what there was leaves the old packet where it is: the last one counts,
 * and is listed alone. */
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"

static const char begin[] = "<?xpacket begin=";
static const char end[] = "<?xpacket end=";
/* What stands behind `end` at most: a sign in quotes, blanks, "?>". */
enum { MOST_TAIL = 16 };
/* Of a dictionary, before "stream": it has four names and a length. */
enum { MOST_DICTIONARY = 512 };

static const uint8_t *
find (const uint8_t *at, const uint8_t *stop, const char *needle, size_t length)
{
  return memmem (at, (size_t)(stop - at), needle, length);
}

static bool
is_blank (uint8_t byte)
{
  return byte == 0 || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r' || byte == ' ';
}

/* "/Type /Metadata", with any blanks or none between the names. */
static bool
says_metadata (const uint8_t *at, const uint8_t *stop)
{
  static const char type[] = "/Type", metadata[] = "/Metadata";
  while ((at = find (at, stop, type, sizeof type - 1)) != NULL) {
    at += sizeof type - 1;
    while (at < stop && is_blank (*at))
      at++;
    if ((size_t)(stop - at) >= sizeof metadata - 1 &&
        memcmp (at, metadata, sizeof metadata - 1) == 0)
      return true;
  }
  return false;
}

/* The dictionary that ends before `stop`, or as much of it as is looked at: it begins behind the object's "obj". */
static const uint8_t *
dictionary_start (const uint8_t *bytes, const uint8_t *stop)
{
  static const char word[] = "obj";
  const uint8_t *start = stop - MIN ((size_t)(stop - bytes), MOST_DICTIONARY);
  for (const uint8_t *at; (at = find (start, stop, word, sizeof word - 1)) != NULL;)
    start = at + sizeof word - 1;
  return start;
}

/* Is `at` the first byte of a stream of metadata? */
static bool
begins_stream (const Listing *listing, const uint8_t *at)
{
  static const char word[] = "stream";
  const uint8_t *before = at;
  if (before > listing->bytes && before[-1] == '\n')
    before--;
  if (before > listing->bytes && before < at && before[-1] == '\r')
    before--;
  size_t room = (size_t)(before - listing->bytes);
  if (before == at || room < sizeof word - 1 ||
      memcmp (before - (sizeof word - 1), word, sizeof word - 1) != 0)
    return false;
  before -= sizeof word - 1;
  return says_metadata (dictionary_start (listing->bytes, before), before);
}

void
pdf_list (Listing *listing)
{
  const uint8_t *at = listing->bytes, *stop = listing->bytes + listing->length;
  const uint8_t *packet = NULL, *packet_end = NULL; /* the last; end NULL: it is missing */
  while ((at = find (at, stop, begin, sizeof begin - 1)) != NULL) {
    const uint8_t *last = find (at, stop, end, sizeof end - 1);
    bool is_packet = begins_stream (listing, at);
    if (last != NULL) {
      last += sizeof end - 1;
      const uint8_t *close = find (last, last + MIN ((size_t)(stop - last), MOST_TAIL), "?>", 2);
      last = close != NULL ? close + 2 : last;
    }
    if (is_packet) {
      packet = at;
      packet_end = last;
    }
    if (last == NULL)
      break;
    at = last;
  }
  if (packet == NULL)
    return;
  size_t place = (size_t)(packet - listing->bytes);
  size_t length = (size_t)((packet_end != NULL ? packet_end : stop) - packet);
  if (packet_end != NULL)
    listing_add_slice (listing, BLOCK_XMP, "Metadata", place, length, place, length);
  else
    listing_add (listing, BLOCK_XMP, "Metadata", place, length, NULL, "its end is missing");
}
