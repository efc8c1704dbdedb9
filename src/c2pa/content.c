/* What a manifest tells: what was done, to what, by a model or not, and where somebody was. */
#include "c2pa/reader.h"

#include "metadata/vocabulary.h"

enum { MOST_ACTIONS = 1024, MOST_KEY_BYTES = 128 };

bool
c2pa_is_label (const char *label, const char *base)
{
  if (!g_str_has_prefix (label, base))
    return false;
  const char *rest = label + strlen (base);
  if (g_str_has_prefix (rest, ".v"))
    rest += 2 + strspn (rest + 2, G_CSET_DIGITS);
  return *rest == '\0' || g_str_has_prefix (rest, "__");
}

/* ---- actions ---- */

/* "Name Version" of {name, version}, or a text as it is. New string, or NULL. */
static char *
agent_name (const Cbor *agent)
{
  if (cbor_text (agent) != NULL)
    return g_strdup (cbor_text (agent));
  const char *name = cbor_get_text (agent, "name"), *version = cbor_get_text (agent, "version");
  if (name == NULL || version == NULL)
    return g_strdup (name);
  return g_strdup_printf ("%s %s", name, version);
}

static const Cbor *
agent_of (const Cbor *action, const Cbor *assertion)
{
  const Cbor *index = cbor_get (action, "softwareAgentIndex");
  if (index == NULL || index->kind != CBOR_INTEGER || index->integer < 0 ||
      index->integer > G_MAXINT)
    return cbor_get (action, "softwareAgent");
  return cbor_item (cbor_get (assertion, "softwareAgents"), (unsigned)index->integer);
}

static const char *
note_source_type (C2paReader *reader, const Cbor *action)
{
  int rank = vocabulary_rank (cbor_get_text (action, "digitalSourceType"));
  reader->source_rank = vocabulary_stronger (reader->source_rank, rank);
  return vocabulary_term (rank);
}

static void
read_actions (C2paPart *part, const Cbor *assertion)
{
  const Cbor *list = cbor_get (assertion, "actions");
  GPtrArray *actions = part->manifest->actions;
  for (unsigned i = 0; i < cbor_length (list) && actions->len < MOST_ACTIONS; i++) {
    const Cbor *value = cbor_item (list, i);
    const char *word = cbor_get_text (value, "action");
    if (word == NULL)
      continue;
    const char *description = cbor_get_text (value, "description");
    if (description == NULL)
      description = cbor_get_text (cbor_get (value, "parameters"), "description");
    C2paAction *action = g_new0 (C2paAction, 1);
    action->action = g_strdup (word);
    action->description = g_strdup (description);
    action->source_type = g_strdup (note_source_type (part->reader, value));
    action->software_agent = agent_name (agent_of (value, assertion));
    action->when = g_strdup (cbor_get_text (value, "when"));
    g_ptr_array_add (actions, action);
  }
  const Cbor *templates = cbor_get (assertion, "templates");
  for (unsigned i = 0; i < cbor_length (templates); i++)
    note_source_type (part->reader, cbor_item (templates, i));
}

static void
read_ingredient (C2paPart *part, const Cbor *value)
{
  C2paIngredient *ingredient = g_new0 (C2paIngredient, 1);
  const C2paPart *other = c2pa_ingredient_part (part, value);
  const char *relationship = cbor_get_text (value, "relationship");
  ingredient->relationship = g_strdup (relationship != NULL ? relationship : "");
  ingredient->title = g_strdup (cbor_get_text (value, "dc:title"));
  ingredient->format = g_strdup (cbor_get_text (value, "dc:format"));
  ingredient->instance_id = g_strdup (cbor_get_text (value, "instanceID"));
  ingredient->manifest = g_strdup (other != NULL ? other->box->label : NULL);
  g_ptr_array_add (part->manifest->ingredients, ingredient);
}

/* ---- words anywhere in a value ---- */

typedef bool (*WordTest) (const char *word, bool is_key);

static bool
any_word (const Cbor *value, bool is_key, WordTest test)
{
  if (cbor_text (value) != NULL)
    return test (cbor_text (value), is_key);
  for (unsigned i = 0; value->items != NULL && i < value->items->len; i++) {
    if (any_word (value->items->pdata[i], value->kind == CBOR_MAP && i % 2 == 0, test))
      return true;
  }
  return false;
}

static bool
holds (const char *text, size_t length, const char *word)
{
  size_t n_letters = strlen (word);
  for (size_t i = 0; i + n_letters <= length; i++) {
    if (g_ascii_strncasecmp (text + i, word, n_letters) == 0)
      return true;
  }
  return false;
}

static bool
names_synthid (const char *word, bool is_key)
{
  return !is_key && holds (word, strlen (word), "synthid");
}

/* Is it one of the words, whatever the namespace in front: "exif:City", "http://…/City"? */
static bool
is_one_of (const char *word, const char *const *keys)
{
  const char *local = word;
  for (const char *at = word; (at = strpbrk (at, ":/#.")) != NULL; at++)
    local = at + 1;
  if (g_ascii_strncasecmp (local, "GPS", 3) == 0)
    return true;
  for (; *keys != NULL; keys++) {
    if (g_ascii_strcasecmp (local, *keys) == 0)
      return true;
  }
  return false;
}

/* A key that has a place behind it, whoever uses it. */
static bool
names_place (const char *word, bool is_key)
{
  static const char *const keys[] = {
    "City",
    "Sublocation",
    "Sub-location",
    "Latitude",
    "Longitude",
    "LocationShown",
    "LocationCreated",
    "ContentLocation",
    "GeoLocation",
    "SpatialCoverage",
    "CountryCode",
    "ContentLocationName",
    "Lat",
    "Lon",
    "Lng",
    "Coordinates",
    "AddressLocality",
    NULL,
  };
  return is_key && is_one_of (word, keys);
}

/* The same among metadata, where also such words are places that elsewhere are addresses of data. */
static bool
names_any_place (const char *word, bool is_key)
{
  static const char *const keys[] = {
    "Location",       "Country", "CountryName", "CountryPrimaryLocationName", "Province",
    "Province-State", "State",   "WorldRegion", "PrimaryLocationName",        "ProvinceState",
    "Place",          "Geo",     NULL,
  };
  return is_key && (names_place (word, true) || is_one_of (word, keys));
}

/* ---- JSON, of which only the keys are looked at ---- */

/* Reads the string whose opening quote is at *at; escapes of ASCII are undone, others become '?'.
 * What is beyond `out` is cut. */
static void
read_json_string (const char **at, const char *end, char out[MOST_KEY_BYTES])
{
  size_t length = 0;
  const char *here = *at + 1;
  while (here < end && *here != '"') {
    char letter = *here++;
    if (letter == '\\' && here < end) {
      letter = *here++;
      if (letter == 'u' && end - here >= 4) {
        char digits[5] = { here[0], here[1], here[2], here[3], '\0' };
        uint64_t code = g_ascii_strtoull (digits, NULL, 16);
        letter = code > 0 && code < 0x80 ? (char)code : '?';
        here += 4;
      }
    }
    if (length < MOST_KEY_BYTES - 1 && letter != '\0')
      out[length++] = letter;
  }
  out[length] = '\0';
  *at = here < end ? here + 1 : end;
}

static bool
any_json_key (const char *text, size_t length, WordTest test)
{
  const char *at = text, *end = text + length;
  while (at < end && (at = memchr (at, '"', (size_t)(end - at))) != NULL) {
    char word[MOST_KEY_BYTES];
    read_json_string (&at, end, word);
    while (at < end && g_ascii_isspace (*at))
      at++;
    if (at < end && *at == ':' && test (word, true))
      return true;
  }
  return false;
}

/* ---- all of it ---- */

static bool
may_name_watermark (const char *label)
{
  return c2pa_is_label (label, "c2pa.actions") || c2pa_is_label (label, "c2pa.soft-binding") ||
         holds (label, strlen (label), "watermark");
}

static WordTest
place_test (const char *label)
{
  bool is_metadata = g_str_has_prefix (label, "stds.") || holds (label, strlen (label), "metadata");
  return is_metadata ? names_any_place : names_place;
}

static void
read_assertion (C2paPart *part, const C2paAssertion *assertion)
{
  C2paReader *reader = part->reader;
  C2paReport *report = reader->report;
  const JumbfBox *box = assertion->box;
  const Cbor *value = assertion->value;
  if (value != NULL) {
    if (c2pa_is_label (box->label, "c2pa.actions"))
      read_actions (part, value);
    else if (c2pa_is_label (box->label, "c2pa.ingredient"))
      read_ingredient (part, value);
    if (may_name_watermark (box->label) && any_word (value, false, names_synthid))
      report->declares_synthid = true;
    if (any_word (value, false, place_test (box->label)))
      report->tells_location = true;
  } else if (strcmp (box->data_type, "json") == 0) {
    const char *text = (const char *)reader->bytes + box->data_at;
    if (any_json_key (text, box->data_length, place_test (box->label)))
      report->tells_location = true;
    if (may_name_watermark (box->label) && holds (text, box->data_length, "synthid"))
      report->declares_synthid = true;
    reader->source_rank = vocabulary_stronger (reader->source_rank,
                                               vocabulary_scan (text, box->data_length));
  } else if (strcmp (box->data_type, "cbor") == 0) {
    report->tells_location = true; /* it cannot be read, and may */
  }
}

static void
read_claim (C2paPart *part)
{
  C2paManifest *manifest = part->manifest;
  const Cbor *info = cbor_get (part->claim, "claim_generator_info");
  info = cbor_length (info) > 0 && info->kind == CBOR_ARRAY ? cbor_item (info, 0) : info;
  manifest->claim_generator = agent_name (info);
  if (manifest->claim_generator == NULL)
    manifest->claim_generator = g_strdup (cbor_get_text (part->claim, "claim_generator"));
  manifest->title = g_strdup (cbor_get_text (part->claim, "dc:title"));
  manifest->format = g_strdup (cbor_get_text (part->claim, "dc:format"));
  manifest->instance_id = g_strdup (cbor_get_text (part->claim, "instanceID"));
}

void
c2pa_read_content (C2paPart *part)
{
  read_claim (part);
  for (unsigned i = 0; i < part->assertions->len; i++) {
    const C2paAssertion *assertion = part->assertions->pdata[i];
    g_ptr_array_add (part->manifest->assertions, g_strdup (assertion->box->label));
    read_assertion (part, assertion);
  }
}
