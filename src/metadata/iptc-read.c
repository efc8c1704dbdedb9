#include "metadata/iptc.h"

static const struct {
  uint8_t dataset;
  MetadataProperty property;
} rows[] = {
  { 5, METADATA_TITLE },    { 25, METADATA_KEYWORDS }, { 80, METADATA_CREATOR },
  { 105, METADATA_TITLE }, /* headline, where there is no title: the first one stays */
  { 110, METADATA_CREDIT }, { 116, METADATA_RIGHTS },  { 120, METADATA_DESCRIPTION },
};

static void
take_dataset (const IptcDataset *read, void *data)
{
  MetadataRecord *record = data;
  uint8_t dataset = read->dataset;
  static const uint8_t location_datasets[] = { 26, 27, 90, 92, 95, 100, 101 };
  if (read->record != 2)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].dataset == dataset) {
      metadata_record_add_bytes (record, rows[i].property, read->value, read->length);
      return;
    }
  }
  bool is_location = memchr (location_datasets, dataset, sizeof location_datasets) != NULL;
  if (dataset != 0) /* 0 is the version of the block */
    record->strangers |= is_location ? METADATA_STRANGER_LOCATION : METADATA_STRANGER_OTHER;
}

bool
iptc_read (GBytes *block, MetadataRecord *record, GError **error)
{
  bool has_thumbnail = false;
  if (!iptc_each (block, take_dataset, record, &has_thumbnail, error))
    return false;
  if (has_thumbnail)
    record->strangers |= METADATA_STRANGER_THUMBNAIL;
  return true;
}
