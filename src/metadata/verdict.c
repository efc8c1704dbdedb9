#include "metadata/compose-parts.h"

static void
verdict_free (gpointer data)
{
  MetadataVerdict *verdict = data;
  g_free (verdict->group);
  g_free (verdict->why);
  g_free (verdict);
}

GPtrArray *
metadata_verdicts_new (void)
{
  return g_ptr_array_new_with_free_func (verdict_free);
}

static MetadataVerdict *
find (const GPtrArray *verdicts, const char *group)
{
  for (unsigned i = 0; i < verdicts->len; i++) {
    MetadataVerdict *verdict = g_ptr_array_index (verdicts, i);
    if (strcmp (verdict->group, group) == 0)
      return verdict;
  }
  return NULL;
}

/* Consumes `why`. */
static MetadataVerdict *
add_reason (GPtrArray *verdicts, const char *group, char *why)
{
  MetadataVerdict *verdict = find (verdicts, group);
  if (verdict == NULL) {
    verdict = g_new0 (MetadataVerdict, 1);
    verdict->group = g_strdup (group);
    verdict->why = why;
    g_ptr_array_add (verdicts, verdict);
    return verdict;
  }
  g_autofree char *before = verdict->why;
  verdict->why = g_strconcat (before, "; ", why, NULL);
  g_free (why);
  return verdict;
}

bool
compose_stays (const Composition *composition, MetadataGroup group)
{
  return (composition->groups & (1u << group)) != 0;
}

void
compose_judge (Composition *composition, const char *group, bool kept, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  add_reason (composition->verdicts, group, g_strdup_vprintf (format, arguments))->kept = kept;
  va_end (arguments);
}

void
compose_judge_more (Composition *composition, const char *group, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  add_reason (composition->verdicts, group, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
compose_judge_group (Composition *composition, MetadataGroup group)
{
  const char *name = metadata_group_names[group];
  bool kept = compose_stays (composition, group);
  unsigned bit = 1u << group;
  if (composition->options->drop & bit)
    compose_judge (composition, name, kept, "dropped by name");
  else if (composition->options->keep & bit)
    compose_judge (composition, name, kept, "kept by name");
  else
    compose_judge (composition, name, kept, "policy %s",
                   metadata_policy_words[composition->options->policy]);
}
