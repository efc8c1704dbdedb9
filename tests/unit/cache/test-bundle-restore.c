/* Bundles that somebody made: what is not as it should be is refused, and harms nothing. */
#include <zstd.h>

#include "bundles.h"
#include "cache/sidecar.h"
#include "cache/tar.h"

#define HEADER(originals)                                                                          \
  "{\n  \"format\": \"peel-bundle\",\n  \"version\": 1,\n  \"originals\": " originals "\n}\n"

typedef struct {
  TarWriter tar;
  int fd;
} Maker;

static void
add (Maker *maker, const char *name, const void *bytes, size_t length)
{
  g_autoptr (GError) error = NULL;
  assert_ok (tar_writer_begin (&maker->tar, name, (int64_t)length, &error), error);
  assert_ok (tar_writer_write (&maker->tar, bytes, length, &error), error);
}

static Maker
begin (const char *header)
{
  int fd = memfd_create ("bundle", MFD_CLOEXEC);
  Maker maker = { { .fd = fd }, fd };
  add (&maker, "peel-bundle.json", header, strlen (header));
  return maker;
}

static void
add_original (Maker *maker, const Digest *digest, const char *suffix, const void *bytes,
              size_t length)
{
  DigestHex hex = digest_to_hex (digest);
  g_autofree char *name = g_strdup_printf ("originals/%.2s/%s%s", hex.text, hex.text, suffix);
  add (maker, name, bytes, length);
}

/* One zstd frame as zstd itself makes it, of `length` bytes of nothing much. */
static GBytes *
frame_of (size_t length, bool tells_size, Digest *out_digest)
{
  g_autofree char *content = g_malloc0 (length + 1);
  *out_digest = digest_of (content, length);
  size_t room = ZSTD_compressBound (length);
  void *frame = g_malloc (room);
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  ZSTD_CCtx_setParameter (context, ZSTD_c_contentSizeFlag, tells_size);
  size_t size = ZSTD_compress2 (context, frame, room, content, length);
  g_assert_false (ZSTD_isError (size));
  ZSTD_freeCCtx (context);
  return g_bytes_new_take (frame, size);
}

static void
add_frame (Maker *maker, const Digest *digest, GBytes *frame)
{
  gsize length;
  const void *bytes = g_bytes_get_data (frame, &length);
  add_original (maker, digest, ".zst", bytes, length);
}

/* The home holds nothing but its folders and one original, and nothing is beside it. */
static void
check_nothing_was_written (Scratch *scratch, unsigned n_originals)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  list_files (scratch->folder, "", lines);
  unsigned n_found = 0;
  for (unsigned i = 0; i < lines->len; i++) {
    const char *line = lines->pdata[i];
    if (strstr (line, ".zst ") != NULL)
      n_found++;
    else /* writers/ holds the mark of this process, and a journal without lines may be there */
      g_assert_true (g_str_has_prefix (line, "home/writers/") ||
                     g_str_has_prefix (line, "home/journal.jsonl 0 "));
  }
  g_assert_cmpuint (n_found, ==, n_originals);
}

/* Restores what was made; `refused` entries are told of with `words` among theirs, the good original
 * at the end is there all the same. */
static void
check_refused (Maker *maker, unsigned refused, const char *words)
{
  g_autoptr (GError) error = NULL;
  Digest digest;
  g_autoptr (GBytes) good = frame_of (100, true, &digest);
  add_frame (maker, &digest, good);
  assert_ok (tar_writer_end (&maker->tar, &error), error);
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_home (scratch, "home");
  g_autoptr (GString) heard = g_string_new (NULL);
  BundleResult result;
  g_autoptr (GBytes) bundle = bytes_of (maker->fd);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  assert_ok (restore (cache, bytes, length, heard, &result, &error), error);
  g_assert_cmpuint (result.n_refused, ==, refused);
  if (strstr (heard->str, words) == NULL)
    g_error ("not told '%s' but '%s'", words, heard->str);
  g_assert_cmpuint (result.n_new, ==, 1);
  g_assert_true (cache_has (cache, &digest));
  check_nothing_was_written (scratch, 1);
}

/* AB and HASH stand for those of the digest. */
static char *
name_after (const char *pattern, const Digest *digest)
{
  DigestHex hex = digest_to_hex (digest);
  g_autofree char *start = g_strndup (hex.text, 2);
  g_autoptr (GString) name = g_string_new (pattern);
  g_string_replace (name, "AB", start, 0);
  g_string_replace (name, "HASH", hex.text, 0);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static void
strange_names_are_refused (void)
{
  static const char *const patterns[] = {
    "../../escaped.zst",
    "/tmp/peel-escaped.zst",
    "originals/../../escaped.zst",
    "originals",
    "",
    "index.sqlite",
    "peel-bundle.json",
    "./journal.jsonl",
    "originals/00/HASH.zst",
    "./originals/AB/HASH.zst",
    "/originals/AB/HASH.zst",
    "originals/AB/HASH.zst/",
    "originals/AB/HASH.zst.zst",
    "originals/AB/HASH",
    "originals/AB/HASH.part",
    "originals/AB/../AB/HASH.zst",
    "originals//AB/HASH.zst",
    "originals/AB/0HASH.zst",
    "originals/AB/HASH .zst",
    "quarantine/AB/HASH.zst",
  };
  Digest digest;
  g_autoptr (GBytes) frame = frame_of (10, true, &digest);
  gsize length;
  const void *bytes = g_bytes_get_data (frame, &length);
  Maker maker = begin (HEADER ("1"));
  for (unsigned i = 0; i < G_N_ELEMENTS (patterns); i++) {
    g_autofree char *name = name_after (patterns[i], &digest);
    add (&maker, name, bytes, length);
  }
  g_autofree char *plain = name_after ("originals/AB/HASH.zst", &digest);
  g_autofree char *upper = g_ascii_strup (plain, -1);
  memcpy (upper, "originals", strlen ("originals"));
  memcpy (strrchr (upper, '.'), ".zst", 4);
  add (&maker, upper, bytes, length);
  check_refused (&maker, G_N_ELEMENTS (patterns) + 1, "no bundle holds anything of that name");
}

/* Writes the header of an entry that this writer would not make. */
static void
add_other_kind (Maker *maker, const char *name, char type, const char *target)
{
  g_autoptr (GError) error = NULL;
  off_t start = lseek (maker->fd, 0, SEEK_CUR);
  assert_ok (tar_writer_begin (&maker->tar, name, 0, &error), error);
  uint8_t block[TAR_BLOCK_BYTES];
  g_assert_cmpint (pread (maker->fd, block, sizeof block, start), ==, sizeof block);
  block[156] = (uint8_t)type;
  memcpy (block + 157, target, strlen (target));
  memset (block + 148, ' ', 8);
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof block; i++)
    sum += block[i];
  g_snprintf ((char *)block + 148, 7, "%06o", sum);
  g_assert_cmpint (pwrite (maker->fd, block, sizeof block, start), ==, sizeof block);
}

static void
what_is_no_file_is_refused (void)
{
  Digest digest = digest_of ("x", 1);
  g_autofree char *name = name_after ("originals/AB/HASH.zst", &digest);
  Maker maker = begin (HEADER ("1"));
  add_other_kind (&maker, name, '2', "/etc/passwd");
  add_other_kind (&maker, name, '1', "/etc/passwd");
  add_other_kind (&maker, "originals/ab", '2', "/tmp");
  add_other_kind (&maker, "originals", '5', "");
  add_other_kind (&maker, "journal.jsonl", '6', "");
  add_other_kind (&maker, name, '3', "");
  check_refused (&maker, 6, "is refused: it is a symbolic link");
}

static void
bytes_of_another_name_are_refused (void)
{
  Digest digest, other = digest_of ("other", 5);
  g_autoptr (GBytes) frame = frame_of (10, true, &digest);
  Maker maker = begin (HEADER ("1"));
  add_frame (&maker, &other, frame);
  add_original (&maker, &other, ".zst", "no frame at all", 15);
  add_original (&maker, &other, ".zst", "", 0);
  add_original (&maker, &other, ".pix", "no frame at all", 15);
  check_refused (&maker, 4, "is refused: its bytes have the SHA-256");
}

/* Whatever a frame promises or holds: no more than the limit is taken. */
static void
bombs_are_refused (void)
{
  Digest large, unknown;
  g_autoptr (GBytes) over = frame_of (MOST_BYTES + 1, true, &large);
  g_autoptr (GBytes) untold = frame_of (64 * 1024 * 1024, false, &unknown);
  Maker maker = begin (HEADER ("1"));
  add_frame (&maker, &large, over);
  add_frame (&maker, &unknown, untold);
  /* A frame that claims 10 GB, and one that claims a byte and holds all of them. */
  gsize length;
  g_autofree uint8_t *liar = g_bytes_unref_to_data (frame_of (MOST_BYTES + 1, true, &large),
                                                    &length);
  g_assert_cmphex (liar[4] & 0xe0, ==, 0x80); /* behind its window: its size, in 4 bytes */
  memcpy (liar + 6, "\x01\0\0\0", 4);
  add_original (&maker, &large, ".zst", liar, length);
  liar[4] |= 0xc0; /* in 8 bytes */
  memcpy (liar + 6, "\0\0\0\x80\x02\0\0\0", 8);
  add_original (&maker, &large, ".zst", liar, length);
  check_refused (&maker, 4, "at most 4194304 are read here");
}

static void
large_entries_are_passed_over (void)
{
  Digest digest = digest_of ("x", 1);
  size_t length = MOST_BYTES + MOST_BYTES / 256 + 1024 * 1024 + 1;
  g_autofree char *zeros = g_malloc0 (length);
  Maker maker = begin (HEADER ("1"));
  add_original (&maker, &digest, ".zst", zeros, length);
  g_autofree char *text = g_malloc0 (SIDECAR_MOST_BYTES + 1);
  add_original (&maker, &digest, ".json", text, SIDECAR_MOST_BYTES + 1);
  check_refused (&maker, 2, "and originals may have 4194304 here");
}

static void
sidecars_of_nothing_or_another_are_refused (void)
{
  Digest digest, other = digest_of ("other", 5);
  g_autoptr (GBytes) frame = frame_of (100, true, &digest);
  Maker maker = begin (HEADER ("1"));
  g_autoptr (CacheRecord) stranger = record_of (&other, 5, 1);
  g_autofree char *of_nothing = sidecar_format (stranger);
  add_original (&maker, &other, ".json", of_nothing, strlen (of_nothing));
  add_frame (&maker, &digest, frame);
  add_original (&maker, &digest, ".json", of_nothing, strlen (of_nothing));
  g_autoptr (CacheRecord) own = record_of (&digest, 100, 1);
  g_autofree char *damaged = sidecar_format (own);
  damaged[10] ^= 1;
  add_original (&maker, &digest, ".json", damaged, strlen (damaged));
  check_refused (&maker, 3, "is refused: it tells of another original");
}

static void
check_error (const char *header, const char *words, CacheErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_home (scratch, "home");
  g_autoptr (GString) heard = g_string_new (NULL);
  Maker maker = begin (header);
  Digest digest;
  g_autoptr (GBytes) frame = frame_of (100, true, &digest);
  add_frame (&maker, &digest, frame);
  add_frame (&maker, &digest, frame);
  assert_ok (tar_writer_end (&maker.tar, &error), error);
  g_autoptr (GBytes) bundle = bytes_of (maker.fd);
  gsize length;
  const void *bytes = g_bytes_get_data (bundle, &length);
  BundleResult result;
  g_assert_false (restore (cache, bytes, length, heard, &result, &error));
  g_assert_error (error, CACHE_ERROR, (int)code);
  if (strstr (error->message, words) == NULL)
    g_error ("not told '%s' but '%s'", words, error->message);
}

static void
other_archives_and_newer_bundles_are_no_bundles (void)
{
  static const char no_header[] = "it has no sound peel-bundle.json";
  check_error ("", no_header, CACHE_ERROR_CORRUPT);
  check_error ("[]", no_header, CACHE_ERROR_CORRUPT);
  check_error ("{\"format\":\"tar\",\"version\":1,\"originals\":1}", no_header,
               CACHE_ERROR_CORRUPT);
  check_error ("{\"format\":\"peel-bundle\",\"version\":0,\"originals\":1}", no_header,
               CACHE_ERROR_CORRUPT);
  check_error ("{\"format\":\"peel-bundle\",\"version\":1,\"originals\":-1}", no_header,
               CACHE_ERROR_CORRUPT);
  check_error ("{\"format\":\"peel-bundle\",\"version\":2}",
               "it was made by a newer Peel (version 2, this one reads 1)", CACHE_ERROR_FAILED);
}

/* In check_error one original comes twice. */
static void
another_number_of_originals_than_announced_is_told (void)
{
  check_error (HEADER ("1"), "it announces 1 originals and holds 2", CACHE_ERROR_CORRUPT);
  check_error (HEADER ("3"), "it announces 3 originals and holds 2", CACHE_ERROR_CORRUPT);
}

static void
damaged_lines_of_a_journal_are_told (void)
{
  static const char lines[] = "{}\n\nno line\n{\"cut\":";
  Maker maker = begin (HEADER ("1"));
  add (&maker, "journal.jsonl", lines, strlen (lines));
  add (&maker, "journal.jsonl", "", 0);
  g_autofree char *long_line = g_malloc0 (33 * 1024 * 1024);
  add (&maker, "journal.jsonl", long_line, 33 * 1024 * 1024);
  check_refused (&maker, 2, "4 of its lines are damaged; the others are taken");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/bundle-restore/" name, function)
  CLAIM ("strange-names-are-refused", strange_names_are_refused);
  CLAIM ("what-is-no-file-is-refused", what_is_no_file_is_refused);
  CLAIM ("bytes-of-another-name-are-refused", bytes_of_another_name_are_refused);
  CLAIM ("bombs-are-refused", bombs_are_refused);
  CLAIM ("large-entries-are-passed-over", large_entries_are_passed_over);
  CLAIM ("sidecars-of-nothing-or-another-are-refused", sidecars_of_nothing_or_another_are_refused);
  CLAIM ("other-archives-and-newer-bundles-are-no-bundles",
         other_archives_and_newer_bundles_are_no_bundles);
  CLAIM ("another-number-of-originals-than-announced-is-told",
         another_number_of_originals_than_announced_is_told);
  CLAIM ("damaged-lines-of-a-journal-are-told", damaged_lines_of_a_journal_are_told);
#undef CLAIM
  return g_test_run ();
}
