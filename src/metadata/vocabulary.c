#include "metadata/vocabulary.h"

#include <glib.h>

#define URI_PATH "://cv.iptc.org/newscodes/digitalsourcetype/"

/* Strongest first. The whole picture by a trained model, then parts of it, then by an algorithm
 * without training, then parts that may be; after these four the order only settles which of
 * several harmless terms is kept: the one that tells of more processing. */
static const char *const terms[] = {
  "trainedAlgorithmicMedia",
  "compositeWithTrainedAlgorithmicMedia",
  "algorithmicMedia",
  "compositeSynthetic",
  "algorithmicallyEnhanced",
  "virtualRecording",
  "dataDrivenMedia",
  "composite",
  "compositeCapture",
  "digitalCreation",
  "digitalArt",    /* retired */
  "softwareImage", /* retired */
  "humanEdits",
  "minorHumanEdits", /* retired */
  "screenCapture",
  "computationalCapture",
  "print",
  "positiveFilm",
  "negativeFilm",
  "digitalCapture",
};
enum { N_AI_TERMS = 4 };

static int
rank_of (const char *word, size_t length)
{
  for (size_t i = 0; i < G_N_ELEMENTS (terms); i++) {
    if (strlen (terms[i]) == length && memcmp (terms[i], word, length) == 0)
      return (int)i;
  }
  return VOCABULARY_NONE;
}

int
vocabulary_rank (const char *value)
{
  if (value == NULL)
    return VOCABULARY_NONE;
  g_autofree char *word = g_strstrip (g_strdup (value));
  const char *term = word;
  if (g_str_has_prefix (word, "http" URI_PATH))
    term += strlen ("http" URI_PATH);
  else if (g_str_has_prefix (word, "https" URI_PATH))
    term += strlen ("https" URI_PATH);
  return rank_of (term, strlen (term));
}

const char *
vocabulary_term (int rank)
{
  return rank >= 0 && rank < (int)G_N_ELEMENTS (terms) ? terms[rank] : NULL;
}

bool
vocabulary_is_ai (int rank)
{
  return rank >= 0 && rank < N_AI_TERMS;
}

char *
vocabulary_uri (int rank)
{
  return g_strconcat ("http" URI_PATH, vocabulary_term (rank), NULL);
}

int
vocabulary_stronger (int a, int b)
{
  if (a == VOCABULARY_NONE || b == VOCABULARY_NONE)
    return MAX (a, b);
  return MIN (a, b);
}

int
vocabulary_scan (const void *bytes, size_t length)
{
  const char *at = bytes, *start = bytes, *end = at + length;
  int best = VOCABULARY_NONE;
  while (at < end) {
    const char *path = memmem (at, (size_t)(end - at), URI_PATH, strlen (URI_PATH));
    if (path == NULL)
      break;
    const char *word = path + strlen (URI_PATH);
    size_t n_letters = 0;
    while (word + n_letters < end && g_ascii_isalnum (word[n_letters]))
      n_letters++;
    size_t before = (size_t)(path - start);
    if ((before >= 4 && memcmp (path - 4, "http", 4) == 0) ||
        (before >= 5 && memcmp (path - 5, "https", 5) == 0))
      best = vocabulary_stronger (best, rank_of (word, n_letters));
    at = word + n_letters;
  }
  return best;
}
