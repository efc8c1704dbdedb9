#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache/cache.h"
#include "cache/tar.h"
#include "support/scratch.h"

#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Of a header: where its size and type are. */
enum { SIZE = 124, SIZE_BYTES = 12, TYPE = 156, CHECKSUM = 148, MAGIC = 257 };

static const struct {
  const char *name;
  size_t length;
} files[] = {
  { "peel-bundle.json", 100 },
  { "empty", 0 },
  { "originals/01/" NAME_64 ".json", 1 },
  { "originals/02/" NAME_64 ".zst", 511 },
  { "originals/03/" NAME_64 ".zst", 512 },
  { "originals/04/" NAME_64 ".zst", 513 },
  /* 100 bytes, 101, and as long as it goes: 155 + 1 + 100. */
  { NAME_64 "/0123456789abcdef/012345678901234567", 3 },
  { NAME_64 "/0123456789abcdef/0123456789012345678", 3 },
  { NAME_64 "/" NAME_64 "/0123456789abcdef/01234567/" NAME_64
            "-0123456789abcdef-0123456789abcdef-0",
    100 * 1000 },
};

static void
fill (uint8_t *bytes, size_t length, unsigned seed)
{
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)(i * 31 + seed + (i >> 8));
}

static int
open_bytes (const void *bytes, size_t length)
{
  int fd = memfd_create ("archive", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, bytes, length), ==, (gssize)length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static GBytes *
bytes_of (int fd)
{
  off_t length = lseek (fd, 0, SEEK_END);
  uint8_t *bytes = g_malloc ((size_t)length + 1);
  g_assert_cmpint (pread (fd, bytes, (size_t)length, 0), ==, length);
  return g_bytes_new_take (bytes, (size_t)length);
}

static void
write_file (TarWriter *writer, const char *name, size_t length, unsigned seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree uint8_t *bytes = g_malloc (length + 1);
  fill (bytes, length, seed);
  assert_ok (tar_writer_begin (writer, name, (int64_t)length, &error), error);
  /* In pieces that are no whole blocks. */
  for (size_t at = 0; at < length; at += 700)
    assert_ok (tar_writer_write (writer, bytes + at, MIN (700, length - at), &error), error);
}

static GBytes *
archive_of_files (void)
{
  g_autoptr (GError) error = NULL;
  TarWriter writer = { .fd = memfd_create ("archive", MFD_CLOEXEC) };
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++)
    write_file (&writer, files[i].name, files[i].length, i);
  assert_ok (tar_writer_end (&writer, &error), error);
  GBytes *archive = bytes_of (writer.fd);
  close (writer.fd);
  return archive;
}

static void
check_content (const void *bytes, size_t length, unsigned i)
{
  g_assert_cmpuint (length, ==, files[i].length);
  g_autofree uint8_t *wanted = g_malloc (length + 1);
  fill (wanted, length, i);
  g_assert_cmpmem (bytes, length, wanted, length);
}

static void
check_reads (int fd)
{
  g_autoptr (GError) error = NULL;
  TarReader reader = { .fd = fd };
  TarEntry entry;
  bool at_end;
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++) {
    assert_ok (tar_reader_next (&reader, &entry, &at_end, &error), error);
    g_assert_false (at_end);
    g_assert_null (entry.other_kind);
    g_assert_cmpstr (entry.name, ==, files[i].name);
    g_assert_cmpint (entry.size_bytes, ==, files[i].length);
    if (i % 3 == 2)
      continue; /* passed over */
    g_autoptr (GByteArray) content = g_byte_array_new ();
    uint8_t buffer[1000];
    for (size_t got = 1; got > 0;) {
      assert_ok (tar_reader_read (&reader, buffer, sizeof buffer, &got, &error), error);
      g_byte_array_append (content, buffer, (guint)got);
    }
    check_content (content->data, content->len, i);
  }
  assert_ok (tar_reader_next (&reader, &entry, &at_end, &error), error);
  g_assert_true (at_end);
}

static void
gives_back_what_was_written (void)
{
  g_autoptr (GBytes) archive = archive_of_files ();
  gsize length;
  const void *bytes = g_bytes_get_data (archive, &length);
  g_assert_cmpuint (length % TAR_BLOCK_BYTES, ==, 0);
  int fd = open_bytes (bytes, length);
  check_reads (fd);
  close (fd);
}

static void *
pour (void *data)
{
  g_autoptr (GBytes) archive = archive_of_files ();
  int fd = *(int *)data;
  gsize length;
  const uint8_t *bytes = g_bytes_get_data (archive, &length);
  for (gsize at = 0; at < length; at += 333)
    g_assert_cmpint (write (fd, bytes + at, MIN (333, length - at)), >, 0);
  close (fd);
  return NULL;
}

static void
reads_from_a_pipe (void)
{
  int ends[2];
  g_assert_cmpint (pipe (ends), ==, 0);
  GThread *thread = g_thread_new ("pour", pour, &ends[1]);
  check_reads (ends[0]);
  g_thread_join (thread);
  close (ends[0]);
}

static void
run (const char *folder, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;
  int status;
  assert_ok (g_spawn_sync (folder, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                           &told, &status, &error),
             error);
  g_assert_cmpstr (told, ==, "");
  g_assert_cmpint (status, ==, 0);
}

static void
any_tar_unpacks_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GBytes) archive = archive_of_files ();
  gsize length;
  const void *bytes = g_bytes_get_data (archive, &length);
  g_autofree char *path = g_build_filename (scratch->folder, "archive.tar", NULL);
  assert_ok (g_file_set_contents (path, bytes, (gssize)length, &error), error);
  const char *const unpack[] = { "tar", "-x", "-f", "archive.tar", NULL };
  run (scratch->folder, unpack);
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *content = NULL;
    assert_ok (
      g_file_get_contents (scratch_path (scratch, files[i].name), &content, &length, &error),
      error);
    check_content (content, length, i);
  }

  /* And the other way round. */
  const char *arguments[G_N_ELEMENTS (files) + 6] = { "tar", "-c", "--format=ustar", "-f",
                                                      "again.tar" };
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++)
    arguments[5 + i] = files[i].name;
  run (scratch->folder, arguments);
  g_autofree char *again = g_build_filename (scratch->folder, "again.tar", NULL);
  int fd = open (again, O_RDONLY | O_CLOEXEC);
  check_reads (fd);
  close (fd);
}

static void
names_that_do_not_fit_are_refused (void)
{
  static const char *const names[] = {
    NAME_64 NAME_64,                                       /* nowhere to divide */
    "a/" NAME_64 NAME_64,                                  /* the end is too long */
    NAME_64 NAME_64 "-0123456789abcdef-0123456789ab/name", /* the beginning is */
    NAME_64 NAME_64 "/",
    NAME_64 "/" NAME_64 "/" NAME_64 "/" NAME_64,
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    TarWriter writer = { .fd = -1 };
    g_assert_false (tar_writer_begin (&writer, names[i], 1, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
  }
  g_autoptr (GError) error = NULL;
  TarWriter writer = { .fd = -1 };
  g_assert_false (tar_writer_begin (&writer, "large", TAR_MOST_BYTES + 1, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE);
}

/* ---- what is not whole ---- */

/* Reads to the end or the first error, which it gives. */
static GError *
read_all (const void *bytes, size_t length, TarEntry *out_last, unsigned *out_n_entries)
{
  GError *error = NULL;
  int fd = open_bytes (bytes, length);
  TarReader reader = { .fd = fd };
  bool at_end = false;
  *out_n_entries = 0;
  while (!at_end && tar_reader_next (&reader, out_last, &at_end, &error))
    *out_n_entries += at_end ? 0 : 1;
  close (fd);
  return error;
}

static void
no_cut_goes_unnoticed (void)
{
  g_autoptr (GError) error = NULL;
  TarWriter writer = { .fd = memfd_create ("archive", MFD_CLOEXEC) };
  write_file (&writer, "first", 600, 0);
  write_file (&writer, "second", 5, 0);
  assert_ok (tar_writer_end (&writer, &error), error);
  g_autoptr (GBytes) archive = bytes_of (writer.fd);
  close (writer.fd);
  gsize length;
  const void *bytes = g_bytes_get_data (archive, &length);
  TarEntry last;
  unsigned n_entries;
  for (size_t cut = 0; cut < length; cut++) {
    g_autoptr (GError) problem = read_all (bytes, cut, &last, &n_entries);
    g_assert_error (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    g_assert_nonnull (strstr (problem->message, "it is cut: it ends after"));
    g_assert_cmpuint (n_entries, ==, cut < 512 ? 0 : cut < 2048 ? 1 : 2);
  }
  g_autoptr (GError) problem = read_all (bytes, length, &last, &n_entries);
  g_assert_no_error (problem);
  g_assert_cmpuint (n_entries, ==, 2);
}

static void
mend_checksum (uint8_t *header)
{
  unsigned sum = 0;
  memset (header + CHECKSUM, ' ', 8);
  for (int i = 0; i < TAR_BLOCK_BYTES; i++)
    sum += header[i];
  g_snprintf ((char *)header + CHECKSUM, 7, "%06o", sum);
}

/* An archive of one file of `length` bytes whose header was changed at one place. */
static GError *
read_changed (size_t length, size_t at, const void *change, size_t change_length,
              TarEntry *out_entry)
{
  g_autoptr (GError) error = NULL;
  TarWriter writer = { .fd = memfd_create ("archive", MFD_CLOEXEC) };
  write_file (&writer, "the/name", length, 0);
  assert_ok (tar_writer_end (&writer, &error), error);
  g_autoptr (GBytes) archive = bytes_of (writer.fd);
  close (writer.fd);
  gsize size;
  g_autofree uint8_t *bytes = g_bytes_unref_to_data (g_steal_pointer (&archive), &size);
  memcpy (bytes + at, change, change_length);
  if (at != CHECKSUM)
    mend_checksum (bytes);
  unsigned n_entries;
  return read_all (bytes, size, out_entry, &n_entries);
}

static void
check_size_refused (const char *field)
{
  TarEntry entry;
  g_autoptr (GError) error = read_changed (10, SIZE, field, SIZE_BYTES, &entry);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "the size of 'the/name' (at byte 0) is"));
}

static void
only_octal_sizes_are_read (void)
{
  check_size_refused ("-0000000012\0");
  check_size_refused ("0000000001a\0");
  check_size_refused ("00000000 12\0");
  check_size_refused ("0x000000012\0");
  check_size_refused ("00000000080\0");
  check_size_refused ("            ");
  check_size_refused ("\0\0\0\0\0\0\0\0\0\0\0\0");
  check_size_refused ("777777777777");                                     /* 64 GiB */
  check_size_refused ("\x80\0\0\0\0\0\0\0\0\0\0\x0a");                     /* base-256 */
  check_size_refused ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf6"); /* -10 */
  TarEntry entry;
  g_autoptr (GError) error = read_changed (10, SIZE, "       12 \0\0", SIZE_BYTES, &entry);
  g_assert_no_error (error);
  g_assert_cmpint (entry.size_bytes, ==, 10);
}

static void
a_size_over_the_end_is_a_cut (void)
{
  TarEntry entry;
  g_autoptr (GError) error = read_changed (10, SIZE, "77777777777", SIZE_BYTES, &entry);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "in the middle of an entry"));
}

static void
a_changed_header_is_found (void)
{
  TarEntry entry;
  g_autoptr (GError) sum = read_changed (10, CHECKSUM, "000000", 6, &entry);
  g_assert_error (sum, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (sum->message, "its checksum does not match"));
  g_autoptr (GError) magic = read_changed (10, MAGIC, "ustar  ", 8, &entry);
  g_assert_error (magic, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (magic->message, "there is no ustar header at byte 0"));
  /* Gzip, for one. */
  unsigned n_entries;
  char gzip[2048] = "\x1f\x8b";
  g_autoptr (GError) other = read_all (gzip, sizeof gzip, &entry, &n_entries);
  g_assert_error (other, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (other->message, "there is no ustar header at byte 0"));
}

static void
what_is_no_regular_file_is_named (void)
{
  static const struct {
    const char *type, *kind;
  } kinds[] = {
    { "1", "a hard link" },
    { "2", "a symbolic link" },
    { "3", "a device" },
    { "4", "a device" },
    { "5", "a folder" },
    { "6", "a named pipe" },
    { "x", "a pax header" },
    { "g", "a pax header" },
    { "L", "a long name as GNU tar has it" },
    { "S", "no regular file" },
    { "7", "no regular file" },
  };
  TarEntry entry;
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GError) error = read_changed (0, TYPE, kinds[i].type, 1, &entry);
    g_assert_no_error (error);
    g_assert_cmpstr (entry.other_kind, ==, kinds[i].kind);
  }
  g_autoptr (GError) old = read_changed (10, TYPE, "\0", 1, &entry);
  g_assert_no_error (old);
  g_assert_null (entry.other_kind);
  g_autoptr (GError) link = read_changed (10, TYPE, "2", 1, &entry);
  g_assert_error (link, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (link->message, "is a symbolic link with content"));
}

static void
nothing_follows_the_end (void)
{
  g_autoptr (GBytes) archive = archive_of_files ();
  gsize length;
  const void *bytes = g_bytes_get_data (archive, &length);
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_byte_array_append (longer, bytes, (guint)length);
  static const uint8_t zeros[10000];
  g_byte_array_append (longer, zeros, sizeof zeros);
  TarEntry last;
  unsigned n_entries;
  g_autoptr (GError) filled = read_all (longer->data, longer->len, &last, &n_entries);
  g_assert_no_error (filled);
  g_byte_array_append (longer, bytes, (guint)length);
  g_autoptr (GError) error = read_all (longer->data, longer->len, &last, &n_entries);
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "something follows the end of the archive"));
  g_assert_cmpuint (n_entries, ==, G_N_ELEMENTS (files));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/tar/" name, function)
  CLAIM ("gives-back-what-was-written", gives_back_what_was_written);
  CLAIM ("reads-from-a-pipe", reads_from_a_pipe);
  CLAIM ("any-tar-unpacks-it", any_tar_unpacks_it);
  CLAIM ("names-that-do-not-fit-are-refused", names_that_do_not_fit_are_refused);
  CLAIM ("no-cut-goes-unnoticed", no_cut_goes_unnoticed);
  CLAIM ("only-octal-sizes-are-read", only_octal_sizes_are_read);
  CLAIM ("a-size-over-the-end-is-a-cut", a_size_over_the_end_is_a_cut);
  CLAIM ("a-changed-header-is-found", a_changed_header_is_found);
  CLAIM ("what-is-no-regular-file-is-named", what_is_no_regular_file_is_named);
  CLAIM ("nothing-follows-the-end", nothing_follows_the_end);
#undef CLAIM
  return g_test_run ();
}
