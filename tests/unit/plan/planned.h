/* A pipeline in memory, planned in a world that has three pictures and two originals. */
#pragma once

#include <string.h>

#include "plan/plan.h"

#define FOLDER "/shop"

typedef struct {
  Pipeline *pipeline;
  Plan *plan;
  Problems *problems;
} Planned;

static inline bool
world_list (void *data, const char *folder, const char *pattern, GPtrArray *out_paths,
            GError **error)
{
  static const char *const files[] = { "a.png", "b.png", "sub/a.png" };
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++)
    if (g_pattern_match_simple (pattern, files[i]))
      g_ptr_array_add (out_paths, g_build_filename (folder, files[i], NULL));
  return true;
}

/* A file's content is its path, except that "version" of the world changes all of them. */
static inline bool
world_digest (void *data, const char *path, Digest *out_digest, GError **error)
{
  g_autofree char *content = g_strdup_printf ("%d %s", *(int *)data, path);
  *out_digest = digest_of (content, strlen (content));
  return true;
}

/* Two originals fit every hash but "00000000". */
static inline bool
world_recall (void *data, const RecallOptions *options, GPtrArray *out_originals, GError **error)
{
  static const char *const names[] = { "shop@front-11111111", "watch-22222222" };
  if (strcmp (options->hash[0], "00000000") == 0) {
    g_set_error (error, STAGE_ERROR, STAGE_ERROR_FAILED, "nothing fits %s", options->hash[0]);
    return false;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    Digest digest;
    memset (digest.bytes, i == 0 ? 0x11 : 0x22, sizeof digest.bytes);
    g_ptr_array_add (out_originals, plan_original_new (names[i], &digest));
  }
  return true;
}

/* The one image of which a variant is picked; none while the id is NULL. */
static struct {
  const char *id;
  int variant;
  Digest request;
} world_pick;

static inline bool
world_picked (void *data, const char *image_id, int *out_variant, Digest *out_request)
{
  if (g_strcmp0 (world_pick.id, image_id) != 0)
    return false;
  *out_variant = world_pick.variant;
  *out_request = world_pick.request;
  return true;
}

/* The providers that are set up: NULL is all of them. */
static const char *const *world_ready;

static inline bool
world_is_ready (void *data, const ProviderType *provider, const Config *config)
{
  return world_ready == NULL || g_strv_contains (world_ready, provider->name);
}

static int world_version = 1;
static const PlanWorld world = { &world_version, world_list,   world_digest,  NULL,
                                 world_recall,   world_picked, world_is_ready };

/* `text` is the file after its version line. `config` must outlive it, and may be NULL. */
static inline Planned
planned_with (const char *text, const Config *config)
{
  Planned planned = { .problems = problems_new () };
  static char *folders[] = { NULL, NULL };
  folders[0] = (char *)"/nowhere";
  const PresetPath presets = { folders };
  const PipelineSettings settings = { .presets = &presets, .config = config };
  g_autofree char *whole = g_strconcat ("version: 1\n", text, NULL);
  Document *document = document_read ("p.yaml", whole, strlen (whole), planned.problems);
  if (document != NULL)
    planned.pipeline = pipeline_from_document (document, FOLDER, "shop", &settings,
                                               planned.problems);
  if (planned.pipeline != NULL)
    planned.plan = plan_new (planned.pipeline, &world, planned.problems);
  return planned;
}

static inline Planned
planned (const char *text)
{
  return planned_with (text, NULL);
}

static inline void
planned_clear (Planned *planned)
{
  plan_free (planned->plan);
  pipeline_free (planned->pipeline);
  problems_free (planned->problems);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Planned, planned_clear)

/* The messages without the lines that they show. */
static inline char *
said (const Problems *problems)
{
  g_autofree char *all = problems_format (problems);
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);
  GString *out = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++)
    if (!g_str_has_prefix (*line, "    "))
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", *line);
  return g_string_free (out, FALSE);
}

/* An original of that size that is there. */
static inline OriginalFacts
facts_of (int width, int height)
{
  return (OriginalFacts){
    .digest = digest_of ("original", 8),
    .shape = { width, height, .is_exact = true, .bit_depth = 8, .n_channels = 3 },
    .source_type = "trainedAlgorithmicMedia",
    .prompt = "A watch",
    .ai_system = "painter",
  };
}

/* The derivatives of an image, or NULL. */
static inline Expansion *
expanded (const Planned *planned, unsigned image, int width, int height)
{
  const OriginalFacts facts = facts_of (width, height);
  return planned->plan != NULL ? plan_expand (planned->plan, image, &facts, planned->problems)
                               : NULL;
}

/* "out/a-640.webp 640x480", a line for each derivative; or what was said. */
static inline char *
outputs_of (const char *text, int width, int height)
{
  g_auto (Planned) plan = planned (text);
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; plan.plan != NULL && i < plan_n_images (plan.plan); i++) {
    g_autoptr (Expansion) expansion = expanded (&plan, i, width, height);
    for (unsigned d = 0; expansion != NULL && d < expansion->derivatives->len; d++) {
      const Derivative *derivative = expansion->derivatives->pdata[d];
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", derivative->shown);
      if (derivative->problem != NULL)
        g_string_append_printf (out, ": %s", derivative->problem);
      else
        g_string_append_printf (out, " %dx%d", derivative->shape.width, derivative->shape.height);
    }
  }
  if (problems_count (plan.problems) == 0)
    return g_string_free (out, FALSE);
  g_string_free (out, TRUE);
  return said (plan.problems);
}

#define assert_outputs(text, width, height, wanted)                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *outputs_ = outputs_of (text, width, height);                                  \
    g_assert_cmpstr (outputs_, ==, wanted);                                                        \
  }                                                                                                \
  G_STMT_END
