/* The bytes of a file. Most formats are made in memory, where metadata are put into them and a signature over
 * that. What streams may be larger than memory: it goes to the disk as it is encoded, its metadata
 * are written behind it there, and it is hashed by reading it once more. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/path.h"
#include "image/blobs.h"
#include "metadata/container.h"
#include "metadata/icc-list.h"
#include "metadata/pdf-xmp.h"
#include "run/deliver-private.h"
#include "stages/paper.h"

/* A page that gets too much ink does not dry. Asked before anybody signs it. */
static bool
check_ink (const Making *making, GError **error)
{
  const Ink *ink = &making->result.ink;
  double most = making->file->delivery->max_ink;
  if (most <= 0 || ink->max <= most)
    return true;
  g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_INK,
               "a spot of the page gets %g %% ink (99 %% of it at most %g %%), and 'max-ink' is %g "
               "%%; convert "
               "with a profile that is made for this limit, after 'page' and not before it, or ask "
               "the printer "
               "whether more will do",
               making_percent (ink->max), making_percent (ink->p99), most);
  return false;
}

static bool
open_file (Making *making, GError **error)
{
  const char *path = making->file->path;
  g_autofree char *folder = g_path_get_dirname (path);
  return path_make_folder (folder, error) && atomic_file_open (&making->out, path, error);
}

/* ---- in memory ---- */

/* A limit on the file's size holds for all of the file. */
static void
leave_room (Making *making)
{
  if (making->encode.max_bytes <= 0)
    return;
  making->encode.beside_bytes = (int64_t)container_room (&making->composed);
  if (making->fate == CREDENTIALS_EMBEDDED)
    making->encode.beside_bytes += (int64_t)credentials_room (&making->origin->credentials,
                                                              &making->told);
}

static Digest
digest_of_bytes (GBytes *bytes)
{
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return digest_of (data, length);
}

static bool
put_signature (Making *making, GBytes **file, GError **error)
{
  if (making->fate != CREDENTIALS_EMBEDDED)
    return true;
  making->bare = digest_of_bytes (*file);
  return credentials_embed (&making->origin->credentials, &making->told, file, error);
}

static bool
write_whole (Making *making, GBytes **out_file, GError **error)
{
  g_autoptr (GBytes) bare = NULL, file = NULL;
  leave_room (making);
  if (!image_encode (making->dressed, &making->encode, &bare, &making->result, error) ||
      !check_ink (making, error) || !container_put (bare, &making->composed, &file, error) ||
      !put_signature (making, &file, error) || !open_file (making, error))
    return false;
  size_t length;
  const void *data = g_bytes_get_data (file, &length);
  making->content = digest_of (data, length);
  making->n_bytes = (int64_t)length;
  *out_file = g_steal_pointer (&file);
  return atomic_file_write (&making->out, data, length, error);
}

/* ---- streamed ---- */

static bool
write_at (AtomicFile *file, size_t at, const void *data, size_t length, GError **error)
{
  if (lseek (file->fd, (off_t)at, SEEK_SET) < 0)
    return base_error_set_errno (error, errno, "cannot write %s", file->path);
  return atomic_file_write (file, data, length, error);
}

/* Mapped, of the file only the pages at its end are ever read. */
static bool
put_tail (Making *making, GError **error)
{
  AtomicFile *out = &making->out;
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (out->fd, FALSE, error);
  if (mapped == NULL)
    return false;
  g_autoptr (GBytes) file = g_mapped_file_get_bytes (mapped);
  ContainerTail tail;
  if (!container_put_tail (file, &making->composed, &tail, error))
    return false;
  g_autoptr (GBytes) bytes = tail.tail;
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  if (!write_at (out, 0, tail.header, sizeof tail.header, error) ||
      !write_at (out, tail.at, data, length, error))
    return false;
  return ftruncate (out->fd, (off_t)(tail.at + length)) == 0 ||
         base_error_set_errno (error, errno, "cannot write %s", out->path);
}

/* `page` is of a PDF. */
static bool
encode_to_disk (Making *making, const EncodePage *page, GError **error)
{
  return image_encode_to (making->dressed, &making->encode, page, &making->out, &making->result,
                          error) &&
         check_ink (making, error);
}

static bool
write_tiff (Making *making, GError **error)
{
  return encode_to_disk (making, NULL, error) && put_tail (making, error);
}

/* A PDF has no other place for metadata than its packet, which is part of how it is written. Its name for itself is made of
 * the fingerprint, and its title not of the file's name: equal pictures are equal files. */
static bool
write_pdf (Making *making, GError **error)
{
  g_autoptr (GBytes) icc = image_dup_blob (making->dressed, IMAGE_BLOB_ICC);
  g_auto (IccFacts) profile = { .description = NULL };
  g_autofree char *title = NULL;
  const Sheet *sheet = &making->sheet;
  Shape shape = stage_shape_of (making->dressed);
  ImagePdfStandard standard = image_pdf_standard (&making->encode, making->dressed);
  EncodePage page = {
    .trim_width_mm = sheet->width_mm,
    .trim_height_mm = sheet->height_mm,
    .bleed_mm = sheet->bleed_mm,
    .slug_mm = sheet->slug_mm,
  };
  memcpy (page.id, making->file->fingerprint.bytes, sizeof page.id);
  if (icc != NULL && icc_read (icc, &profile, NULL))
    page.profile_name = profile.description;
  if (sheet->width_mm <= 0) {
    page.trim_width_mm = shape.width / making->encode.density * PAPER_INCH_MM;
    page.trim_height_mm = shape.height / making->encode.density * PAPER_INCH_MM;
  }
  g_autofree char *untitled = g_strdup_printf ("Page of %g x %g mm", page.trim_width_mm,
                                               page.trim_height_mm);
  g_autoptr (GBytes) packet = metadata_pdf_xmp (making->composed.xmp, untitled, page.id,
                                                standard == IMAGE_PDF_X4, &title);
  /* The packet says what it is, and the encoder is not left to find it out again. */
  making->encode.pdf = (int)standard;
  page.xmp = packet;
  page.title = title;
  return encode_to_disk (making, &page, error);
}

static bool
write_stream (Making *making, GError **error)
{
  struct stat status;
  bool is_pdf = making->encode.format == IMAGE_FORMAT_PDF;
  if (!open_file (making, error) ||
      !(is_pdf ? write_pdf (making, error) : write_tiff (making, error)) ||
      !digest_of_fd (making->out.fd, &making->content, error))
    return false;
  if (fstat (making->out.fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", making->out.path);
  making->n_bytes = (int64_t)status.st_size;
  return true;
}

bool
making_write (Making *making, GError **error)
{
  const ImageFormatType *type = image_format_type ((ImageFormat)making->encode.format);
  g_autoptr (GBytes) file = NULL;
  if (!(type->streams ? write_stream (making, error) : write_whole (making, &file, error)))
    return false;
  return credentials_beside (&making->origin->credentials, making->fate, &making->told, file,
                             &making->content, &making->sidecar, error);
}
