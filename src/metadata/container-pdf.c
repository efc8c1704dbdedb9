/* Of a PDF only its XMP is listed, which is what label and rights stand in: a packet that is all of a stream, as
 * it is, so that whoever looks for it needs to understand nothing else.
 *
 *     N 0 obj << /Type /Metadata /Subtype /XML … >> stream
 *     <?xpacket begin=… ?> … <?xpacket end="w"?>
 *     endstream endobj
 *
 * A packet that stands elsewhere is that of a picture in it, and one that is packed or encrypted is not found. */
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"

static const char begin[] = "<?xpacket begin=";
static const char end[] = "<?xpacket end=";
/* What stands behind `end` at most: a sign in quotes, blanks, "?>". */
enum { MOST_TAIL = 16 };

static const uint8_t *
find (const uint8_t *at, const uint8_t *stop, const char *needle, size_t length)
{
  return memmem (at, (size_t)(stop - at), needle, length);
}

/* Is `at` the first byte of a stream? */
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
  return before < at && room >= sizeof word - 1 &&
         memcmp (before - (sizeof word - 1), word, sizeof word - 1) == 0;
}

void
pdf_list (Listing *listing)
{
  const uint8_t *at = listing->bytes, *stop = listing->bytes + listing->length;
  while ((at = find (at, stop, begin, sizeof begin - 1)) != NULL) {
    size_t place = (size_t)(at - listing->bytes);
    bool is_whole_stream = begins_stream (listing, at);
    const uint8_t *last = find (at, stop, end, sizeof end - 1);
    if (last == NULL) {
      if (is_whole_stream)
        listing_add (listing, BLOCK_XMP, "Metadata", place, (size_t)(stop - at), NULL,
                     "its end is missing");
      return;
    }
    last += sizeof end - 1;
    const uint8_t *close = find (last, last + MIN ((size_t)(stop - last), MOST_TAIL), "?>", 2);
    if (close != NULL)
      last = close + 2;
    if (is_whole_stream)
      listing_add_slice (listing, BLOCK_XMP, "Metadata", place, (size_t)(last - at), place,
                         (size_t)(last - at));
    at = last;
  }
}
