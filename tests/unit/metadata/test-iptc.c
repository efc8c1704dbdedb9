#include "support/carrier.h"
#include "metadata/iptc.h"

static void
put_dataset (GByteArray *out, unsigned dataset, const char *value)
{
  put_big (out, 2, 0x1c02);
  put_big (out, 1, dataset);
  put_big (out, 2, strlen (value));
  put_text (out, value);
}

static GByteArray *
records (void)
{
  GByteArray *out = g_byte_array_new ();
  put_dataset (out, 0, "\x04");
  put_dataset (out, 105, "Headline");
  put_dataset (out, 80, "Ana");
  put_dataset (out, 80, "Bob");
  put_dataset (out, 90, "canary-city");
  put_dataset (out, 116, "\xa9 Ana");
  put_dataset (out, 25, "lake");
  put_dataset (out, 110, "Agency");
  put_dataset (out, 120, "\xc5\xbb");
  return out;
}

static GByteArray *
photoshop (void)
{
  g_autoptr (GByteArray) iim = records ();
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const uint8_t *)"Photoshop 3.0", 14);
  put_text (out, "8BIM");
  put_big (out, 2, 0x03ed);
  put_text (out, "\x03"
                 "abc"); /* a name, even with its length byte */
  put_big (out, 4, 3);
  put_text (out, "xyz");
  put_big (out, 1, 0);
  put_text (out, "8BIM");
  put_big (out, 2, 0x0404);
  put_big (out, 2, 0);
  put_big (out, 4, iim->len);
  g_byte_array_append (out, iim->data, iim->len);
  return out;
}

static void
check (GByteArray *block)
{
  g_auto (MetadataRecord) record = { 0 };
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (block);
  g_autoptr (GError) error = NULL;
  assert_ok (iptc_read (bytes, &record, &error), error);
  g_assert_cmpstr (metadata_record_text (&record, METADATA_TITLE), ==, "Headline");
  g_assert_cmpuint (metadata_record_count (&record, METADATA_CREATOR), ==, 2);
  g_assert_cmpstr (metadata_record_text (&record, METADATA_RIGHTS), ==, "\xc2\xa9 Ana");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_KEYWORDS), ==, "lake");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_CREDIT), ==, "Agency");
  g_assert_cmpstr (metadata_record_text (&record, METADATA_DESCRIPTION), ==, "\xc5\xbb");
  g_assert_cmpuint (record.strangers, ==, METADATA_STRANGER_LOCATION);
}

static void
reads_bare_records (void)
{
  check (records ());
}

static void
reads_the_photoshop_block (void)
{
  check (photoshop ());
}

static void
survives_damage (void)
{
  g_autoptr (GByteArray) whole = photoshop ();
  for (unsigned i = 0; i < whole->len; i++) {
    g_autofree uint8_t *copy = g_memdup2 (whole->data, whole->len);
    copy[i] ^= 0xff;
    for (int is_cut = 0; is_cut < 2; is_cut++) {
      g_auto (MetadataRecord) record = { 0 };
      g_autoptr (GBytes) block = g_bytes_new (copy, is_cut ? i : whole->len);
      iptc_read (block, &record, NULL);
    }
  }
}

static void
believes_no_length (void)
{
  static const char *const blocks[] = {
    "\x1c\x02\x74\x84\x7f\xff\xff",         /* the length has 1151 bytes */
    "\x1c\x02\x74\x80\x04\xff\xff\xff\xff", /* 4 GB */
    "\x1c\x02\x74\x7f\xff",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
    g_auto (MetadataRecord) record = { 0 };
    g_autoptr (GBytes) block = bytes_of (blocks[i]);
    g_autoptr (GError) error = NULL;
    assert_ok (iptc_read (block, &record, &error), error);
    g_assert_cmpuint (metadata_record_count (&record, METADATA_RIGHTS), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/iptc/reads-bare-records", reads_bare_records);
  g_test_add_func ("/metadata/iptc/reads-the-photoshop-block", reads_the_photoshop_block);
  g_test_add_func ("/metadata/iptc/survives-damage", survives_damage);
  g_test_add_func ("/metadata/iptc/believes-no-length", believes_no_length);
  return g_test_run ();
}
