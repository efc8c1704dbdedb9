#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/evp.h>

#include "base/base-error.h"

enum { READ_BYTES = 256 * 1024 };

struct DigestStream {
  EVP_MD_CTX *context;
};

/* EVP fails only when it has no memory, or SHA-256 is not compiled in: both end the program, as
 * g_malloc does. */
static void
must (int result)
{
  if (result != 1)
    g_error ("OpenSSL cannot compute SHA-256");
}

DigestHex
digest_to_hex (const Digest *digest)
{
  static const char digits[] = "0123456789abcdef";
  DigestHex hex;
  for (int i = 0; i < DIGEST_BYTES; i++) {
    hex.text[2 * i] = digits[digest->bytes[i] >> 4];
    hex.text[2 * i + 1] = digits[digest->bytes[i] & 15];
  }
  hex.text[DIGEST_HEX_CHARACTERS] = '\0';
  return hex;
}

bool
digest_from_hex (const char *text, Digest *out_digest)
{
  Digest digest;
  for (int i = 0; i < DIGEST_BYTES; i++) {
    int high = g_ascii_xdigit_value (text[2 * i]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value (text[2 * i + 1]);
    if (low < 0)
      return false;
    digest.bytes[i] = (uint8_t)(high << 4 | low);
  }
  if (text[DIGEST_HEX_CHARACTERS] != '\0')
    return false;
  *out_digest = digest;
  return true;
}

bool
digest_equal (const Digest *a, const Digest *b)
{
  return memcmp (a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

unsigned
digest_hash_key (const void *digest)
{
  unsigned key;
  memcpy (&key, digest, sizeof key);
  return key;
}

int
digest_equal_key (const void *a, const void *b)
{
  return digest_equal (a, b);
}

DigestStream *
digest_stream_new (void)
{
  DigestStream *stream = g_new0 (DigestStream, 1);
  stream->context = EVP_MD_CTX_new ();
  must (stream->context != NULL);
  must (EVP_DigestInit_ex (stream->context, EVP_sha256 (), NULL));
  return stream;
}

void
digest_stream_update (DigestStream *stream, const void *data, size_t length)
{
  must (EVP_DigestUpdate (stream->context, data, length));
}

Digest
digest_stream_finish (DigestStream *stream)
{
  Digest digest;
  must (EVP_DigestFinal_ex (stream->context, digest.bytes, NULL));
  return digest;
}

void
digest_stream_free (DigestStream *stream)
{
  if (stream == NULL)
    return;
  EVP_MD_CTX_free (stream->context);
  g_free (stream);
}

Digest
digest_of (const void *data, size_t length)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  digest_stream_update (stream, data, length);
  return digest_stream_finish (stream);
}

bool
digest_of_fd (int fd, Digest *out_digest, GError **error)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  g_autofree uint8_t *buffer = g_malloc (READ_BYTES);
  if (lseek (fd, 0, SEEK_SET) < 0)
    return base_error_set_errno (error, errno, "cannot read from the start of the file");
  for (;;) {
    ssize_t got = read (fd, buffer, READ_BYTES);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read");
    if (got == 0)
      break;
    digest_stream_update (stream, buffer, (size_t)got);
  }
  *out_digest = digest_stream_finish (stream);
  return true;
}

bool
digest_of_file (const char *path, Digest *out_digest, GError **error)
{
  struct stat status;
  /* A pipe would be waited for, and a device has no end. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat (fd, &status) != 0) {
    int why = errno;
    if (fd >= 0)
      close (fd);
    return base_error_set_errno (error, why, "cannot open %s", path);
  }
  if (!S_ISREG (status.st_mode)) {
    close (fd);
    return base_error_set_errno (error, S_ISDIR (status.st_mode) ? EISDIR : EINVAL,
                                 "%s is no regular file", path);
  }
  bool ok = digest_of_fd (fd, out_digest, error);
  close (fd);
  if (!ok)
    g_prefix_error (error, "%s: ", path);
  return ok;
}
