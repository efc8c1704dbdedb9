#include "metadata/iptc-list.h"

#include "metadata/foreign-text.h"
#include "metadata/iptc.h"

/* IPTC-IIM 4.2, records 1 and 2: what programs write. */
static const struct {
  uint8_t record, dataset;
  const char *name;
} rows[] = {
  { 1, 0, "EnvelopeRecordVersion" },
  { 1, 90, "CodedCharacterSet" },
  { 2, 0, "ApplicationRecordVersion" },
  { 2, 4, "ObjectAttributeReference" },
  { 2, 5, "ObjectName" },
  { 2, 7, "EditStatus" },
  { 2, 10, "Urgency" },
  { 2, 12, "SubjectReference" },
  { 2, 15, "Category" },
  { 2, 20, "SupplementalCategories" },
  { 2, 25, "Keywords" },
  { 2, 26, "ContentLocationCode" },
  { 2, 27, "ContentLocationName" },
  { 2, 40, "SpecialInstructions" },
  { 2, 55, "DateCreated" },
  { 2, 60, "TimeCreated" },
  { 2, 62, "DigitalCreationDate" },
  { 2, 63, "DigitalCreationTime" },
  { 2, 65, "OriginatingProgram" },
  { 2, 70, "ProgramVersion" },
  { 2, 80, "By-line" },
  { 2, 85, "By-lineTitle" },
  { 2, 90, "City" },
  { 2, 92, "Sub-location" },
  { 2, 95, "Province-State" },
  { 2, 100, "Country-PrimaryLocationCode" },
  { 2, 101, "Country-PrimaryLocationName" },
  { 2, 103, "OriginalTransmissionReference" },
  { 2, 105, "Headline" },
  { 2, 110, "Credit" },
  { 2, 115, "Source" },
  { 2, 116, "CopyrightNotice" },
  { 2, 118, "Contact" },
  { 2, 120, "Caption-Abstract" },
  { 2, 122, "Writer-Editor" },
};

static void
line_free (gpointer data)
{
  IptcLine *line = data;
  g_free (line->name);
  g_free (line->value);
  g_free (line);
}

void
iptc_list_clear (IptcList *list)
{
  g_clear_pointer (&list->lines, g_ptr_array_unref);
}

static char *
dup_name (const IptcDataset *dataset)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].record == dataset->record && rows[i].dataset == dataset->dataset)
      return g_strdup (rows[i].name);
  return g_strdup_printf ("%u:%u", dataset->record, dataset->dataset);
}

static char *
dup_value (const IptcDataset *dataset)
{
  /* The version of a record is a number of two bytes, the character set an escape sequence. */
  bool is_version = dataset->dataset == 0 && dataset->length == 2;
  if (is_version)
    return g_strdup_printf ("%u", (unsigned)(dataset->value[0] << 8 | dataset->value[1]));
  if (dataset->record == 1 && dataset->dataset == 90)
    return g_strdup (
      dataset->length == 3 && memcmp (dataset->value, "\x1b%G", 3) == 0 ? "UTF-8" : "not UTF-8");
  for (size_t i = 0; i < dataset->length; i++) {
    uint8_t byte = dataset->value[i];
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != 0)
      return g_strdup_printf ("%zu bytes", dataset->length);
  }
  return foreign_text (dataset->value, dataset->length, IPTC_LIST_MOST_VALUE_BYTES);
}

static void
take_dataset (const IptcDataset *dataset, void *data)
{
  IptcList *list = data;
  if (list->lines->len >= IPTC_LIST_MOST_LINES) {
    list->n_left_out++;
    return;
  }
  IptcLine *line = g_new0 (IptcLine, 1);
  line->record = dataset->record;
  line->dataset = dataset->dataset;
  line->name = dup_name (dataset);
  line->value = dup_value (dataset);
  g_ptr_array_add (list->lines, line);
}

bool
iptc_list (GBytes *block, IptcList *out_list, GError **error)
{
  g_auto (IptcList) list = { .lines = g_ptr_array_new_with_free_func (line_free) };
  if (!iptc_each (block, take_dataset, &list, &list.has_thumbnail, error))
    return false;
  *out_list = list;
  list.lines = NULL;
  return true;
}
