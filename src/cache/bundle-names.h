/* What the entries of a bundle are called. */
#pragma once

#include "base/digest.h"

#define BUNDLE_HEADER_NAME "peel-bundle.json"
#define BUNDLE_JOURNAL_NAME "journal.jsonl"
#define BUNDLE_FORMAT "peel-bundle"

enum { BUNDLE_VERSION = 1 };

/* "originals/ab/ab12….zst"; the suffix with its point. New string. */
static inline char *
bundle_dup_name (const Digest *digest, const char *suffix)
{
  DigestHex hex = digest_to_hex (digest);
  return g_strdup_printf ("originals/%.2s/%s%s", hex.text, hex.text, suffix);
}
