#include "frame-maker.h"

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

PixelSink
sink_to (GByteArray *bytes)
{
  return (PixelSink){ bytes, append };
}

static bool
read_at (void *data, int64_t offset, void *out, size_t length, GError **error)
{
  const GByteArray *bytes = data;
  g_assert_cmpint (offset, >=, 0);
  g_assert_cmpuint (length, <=, bytes->len);
  g_assert_cmpint (offset, <=, (int64_t)(bytes->len - length));
  memcpy (out, bytes->data + offset, length);
  return true;
}

PixelSource
source_of (const GByteArray *bytes)
{
  return (PixelSource){ (void *)bytes, bytes->len, read_at };
}

GByteArray *
make_frame (const GByteArray *png, bool want_exact, int n_threads, PixelFrameInfo *out_info)
{
  g_autoptr (GError) error = NULL;
  GByteArray *frame = g_byte_array_new ();
  PixelSink sink = sink_to (frame);
  Digest original = digest_of (png->data, png->len);
  bool ok = pixel_frame_write (png->data, png->len, &original, want_exact, n_threads, &sink,
                               out_info, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  return frame;
}
