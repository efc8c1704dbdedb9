#include "support/carrier.h"
#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/parameters.h"

#define LINE                                                                                       \
  "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 7, Size: 512x512, "     \
  "Model hash: 6ce0161689, Model: \"v1, 5\", Hires prompt: \"canary, again\", Version: v1.10.1"
#define WEB_UI "a lake,\nin autumn\nNegative prompt: blurry\n" LINE
#define GRAPH                                                                                      \
  "{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 156680208700286, \"steps\": 25, " \
  "\"cfg\": 8.5, \"sampler_name\": \"euler\", \"model\": [\"4\", 0], \"positive\": [\"10\", 0], "  \
  "\"negative\": [\"7\", 0]}}, \"4\": {\"class_type\": \"CheckpointLoaderSimple\", \"inputs\": "   \
  "{\"ckpt_name\": \"sdxl.safetensors\"}}, \"6\": {\"class_type\": \"CLIPTextEncode\", "           \
  "\"inputs\": {\"text\": \"a lake\", \"clip\": [\"4\", 1]}}, \"7\": {\"class_type\": "            \
  "\"CLIPTextEncode\", \"inputs\": {\"text\": \"blurry\"}}, \"10\": {\"class_type\": "             \
  "\"ControlNetApply\", \"inputs\": {\"conditioning\": [\"6\", 0]}}}"

typedef struct {
  MetadataBlobs blobs;
  GPtrArray *found;
} Case;

static void
case_clear (Case *item)
{
  metadata_blobs_clear (&item->blobs);
  g_clear_pointer (&item->found, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static const GenerationParameters *
only (Case *item)
{
  g_clear_pointer (&item->found, g_ptr_array_unref);
  item->found = metadata_find_parameters (&item->blobs);
  g_assert_cmpuint (item->found->len, ==, 1);
  return g_ptr_array_index (item->found, 0);
}

static void
expect (const GenerationParameters *found, const char *tool, const char *prompt,
        const char *negative, const char *model, const char *seed, const char *sampler)
{
  g_assert_cmpstr (found->tool, ==, tool);
  g_assert_cmpstr (found->prompt, ==, prompt);
  g_assert_cmpstr (found->negative_prompt, ==, negative);
  g_assert_cmpstr (found->model, ==, model);
  g_assert_cmpstr (found->seed, ==, seed);
  g_assert_cmpstr (found->sampler, ==, sampler);
}

static void
the_web_ui_writes_a_text (void)
{
  g_auto (Case) item = { 0 };
  metadata_blobs_add_text (&item.blobs, "parameters", WEB_UI);
  const GenerationParameters *found = only (&item);
  expect (found, "Stable Diffusion web UI", "a lake,\nin autumn", "blurry", "v1, 5", "7",
          "Euler a");
  g_assert_cmpstr (found->settings, ==, LINE);
  g_assert_cmpstr (found->where, ==, "PNG text");
  g_assert_false (found->settings_tell_prompt);
}

static void
a_line_without_the_prompt_holds_nothing_of_it (void)
{
  g_auto (Case) item = { 0 };
  metadata_blobs_add_text (&item.blobs, "parameters", WEB_UI);
  const GenerationParameters *found = only (&item);
  g_autofree char *line = generation_parameters_line (found);
  g_assert_cmpstr (line, ==,
                   "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 7, "
                   "Size: 512x512, Model hash: 6ce0161689, Model: \"v1, 5\", Version: v1.10.1");
  g_autofree char *text = generation_parameters_text (found);
  g_assert_cmpstr (text, ==, WEB_UI);
}

static void
relatives_of_the_web_ui_are_told_apart (void)
{
  static const struct {
    const char *end, *tool;
  } rows[] = { { "Version: f2.0.1", "Stable Diffusion web UI Forge" },
               { "App: SD.Next, Version: 1", "SD.Next" },
               { "Version: Fooocus v2.5.5", "Fooocus" } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Case) item = { 0 };
    g_autofree char *text = g_strdup_printf ("Steps: 2, Seed: 1, %s", rows[i].end);
    metadata_blobs_add_text (&item.blobs, "parameters", text);
    expect (only (&item), rows[i].tool, NULL, NULL, NULL, "1", NULL);
  }
}

static void
a_graph_leads_to_the_prompt (void)
{
  g_auto (Case) item = { 0 };
  metadata_blobs_add_text (&item.blobs, "prompt", GRAPH);
  metadata_blobs_add_text (&item.blobs, "workflow", "{\"nodes\": [], \"links\": []}");
  const GenerationParameters *found = only (&item);
  expect (found, "ComfyUI", "a lake", "blurry", "sdxl.safetensors", "156680208700286", "euler");
  g_assert_true (found->settings_tell_prompt);
  g_assert_cmpuint (found->texts->len, ==, 2);
  g_autofree char *line = generation_parameters_line (found);
  g_assert_cmpstr (line, ==,
                   "Steps: 25, Sampler: euler, CFG scale: 8.5, Seed: 156680208700286, "
                   "Model: sdxl.safetensors");
}

static void
a_graph_that_goes_round_ends (void)
{
  g_auto (Case) item = { 0 };
  g_autoptr (GString) graph = g_string_new ("{\"0\": {\"inputs\": {\"positive\": [\"1\", 0]}}");
  for (int i = 1; i < 200; i++)
    g_string_append_printf (graph,
                            ", \"%d\": {\"inputs\": {\"text\": [\"%d\"], \"prompt\": [\"%d\"], "
                            "\"value\": [\"%d\"], \"positive\": [\"1\"]}}",
                            i, i % 199 + 1, (i + 7) % 199 + 1, i);
  g_string_append (graph, "}");
  metadata_blobs_add_text (&item.blobs, "prompt", graph->str);
  g_assert_null (only (&item)->prompt);
}

static void
what_is_no_json_is_kept_as_text (void)
{
  g_auto (Case) item = { 0 };
  metadata_blobs_add_text (&item.blobs, "prompt", "{\"1\": {\"is_changed\": [NaN]}}");
  const GenerationParameters *found = only (&item);
  expect (found, "ComfyUI", NULL, NULL, NULL, NULL, NULL);
  g_assert_nonnull (strstr (found->settings, "NaN"));
}

/* keyword, text, … up to NULL; what is to be found in them */
static const struct {
  const char *texts[9];
  const char *tool, *prompt, *negative, *model, *seed, *sampler;
} tools[] = {
  { { "invokeai_metadata",
      "{\"positive_prompt\": \"a lake\", \"negative_prompt\": \"blurry\", \"seed\": 7, "
      "\"scheduler\": \"euler\", \"model\": {\"key\": \"1\", \"name\": \"sdxl\"}}" },
    "InvokeAI",
    "a lake",
    "blurry",
    "sdxl",
    "7",
    "euler" },
  { { "sd-metadata",
      "{\"model\": \"stable diffusion\", \"model_weights\": \"sd-1.5\", \"image\": {\"prompt\": "
      "[{\"prompt\": \"a lake\", \"weight\": 1}], \"seed\": 7, \"sampler\": \"k_lms\"}}",
      "Dream", "\"a lake\" -s 50 -S 7 -A k_lms" },
    "InvokeAI",
    "a lake",
    NULL,
    "sd-1.5",
    "7",
    "k_lms" },
  { { "Dream", "\"a lake [blurry]\" -s 50 -S 7 -C 7.5 -A k_lms" },
    "InvokeAI",
    "a lake",
    "blurry",
    NULL,
    "7",
    "k_lms" },
  { { "Title", "NovelAI generated image", "Software", "NovelAI", "Source", "Stable Diffusion XL",
      "Comment",
      "{\"prompt\": \"a lake\", \"uc\": \"blurry\", \"seed\": 7, \"sampler\": "
      "\"k_euler\"}" },
    "NovelAI",
    "a lake",
    "blurry",
    "Stable Diffusion XL",
    "7",
    "k_euler" },
  { { "parameters",
      "{\"base_model\": \"juggernaut\", \"prompt\": \"a lake\", \"negative_prompt\": \"blurry\", "
      "\"sampler\": \"dpmpp\", \"seed\": \"7\"}",
      "fooocus_scheme", "fooocus" },
    "Fooocus",
    "a lake",
    "blurry",
    "juggernaut",
    "7",
    "dpmpp" },
  { { "parameters",
      "{\"sui_image_params\": {\"prompt\": \"a lake\", \"negativeprompt\": \"blurry\", "
      "\"model\": \"sdxl\", \"seed\": 7, \"sampler\": \"euler\"}, \"sui_extra_data\": {}}" },
    "SwarmUI",
    "a lake",
    "blurry",
    "sdxl",
    "7",
    "euler" },
  { { "use_stable_diffusion_model", "sd-v1-4", "prompt", "a lake", "seed", "7", "sampler_name",
      "euler_a" },
    "Easy Diffusion",
    "a lake",
    NULL,
    "sd-v1-4",
    "7",
    "euler_a" },
  { { "Description", "a lake --ar 16:9 --seed 7 --v 6 Job ID: 0a1b", "Author", "ann" },
    "Midjourney",
    "a lake",
    NULL,
    NULL,
    "7",
    NULL },
};

static void
tools_are_known_by_their_texts (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (tools); i++) {
    g_auto (Case) item = { 0 };
    for (size_t k = 0; k + 1 < G_N_ELEMENTS (tools[i].texts) && tools[i].texts[k] != NULL; k += 2)
      metadata_blobs_add_text (&item.blobs, tools[i].texts[k], tools[i].texts[k + 1]);
    expect (only (&item), tools[i].tool, tools[i].prompt, tools[i].negative, tools[i].model,
            tools[i].seed, tools[i].sampler);
  }
}

static void
exif_and_xmp_tell_it_too (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_auto (Case)
    comment = { .blobs = { .exif = exif_build (&record, &(ExifFacts){ .comment = WEB_UI }) } };
  const GenerationParameters *found = only (&comment);
  expect (found, "Stable Diffusion web UI", "a lake,\nin autumn", "blurry", "v1, 5", "7",
          "Euler a");
  g_assert_cmpstr (found->where, ==, "EXIF");

  g_auto (Case) packet = {
    .blobs = { .xmp = bytes_of (
                 "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
                 "<rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/'><exif:UserComment>"
                 "<rdf:Alt><rdf:li xml:lang='x-default'>{\"c\":\"a lake\",\"uc\":\"blurry\","
                 "\"model\":\"sdxl\",\"seed\":7,\"sampler\":\"DDIM\"}</rdf:li></rdf:Alt>"
                 "</exif:UserComment></rdf:Description></rdf:RDF>") }
  };
  found = only (&packet);
  expect (found, "Draw Things", "a lake", "blurry", "sdxl", "7", "DDIM");
  g_assert_cmpstr (found->where, ==, "XMP");
}

/* ComfyUI's WebP. */
/* All of its nodes lead to one that leads to itself: what each costs would be a walk through all of them. */
static void
a_graph_whose_nodes_all_go_round_ends_soon (void)
{
  g_auto (Case) item = { 0 };
  g_autoptr (GString) graph = g_string_new ("{");
  for (int i = 0; i < 10000; i++)
    g_string_append_printf (
      graph, "\"%d\":{\"inputs\":{\"positive\":[\"z\",0],\"negative\":[\"z\",0]}},", i);
  g_string_append (graph, "\"z\":{\"inputs\":{\"text\":[\"z\",0]}}}");
  metadata_blobs_add_text (&item.blobs, "prompt", graph->str);
  g_assert_null (only (&item)->prompt);
}

static void
a_graph_may_stand_where_a_camera_does (void)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  static const char graph[] = "prompt:" GRAPH;
  put_text (block, "MM");
  put_big (block, 2, 42);
  put_big (block, 4, 8);
  put_big (block, 2, 1);
  put_big (block, 2, 0x0110);
  put_big (block, 2, 2);
  put_big (block, 4, sizeof graph);
  put_big (block, 4, 26);
  put_big (block, 4, 0);
  g_byte_array_append (block, (const guint8 *)graph, sizeof graph);
  g_auto (Case) item = { .blobs = { .exif = g_bytes_new (block->data, block->len) } };
  const GenerationParameters *found = only (&item);
  expect (found, "ComfyUI", "a lake", "blurry", "sdxl.safetensors", "156680208700286", "euler");
  const MetadataText *text = g_ptr_array_index (found->texts, 0);
  g_assert_cmpstr (text->keyword, ==, "prompt");
}

static void
the_same_is_told_once_and_many_are_bounded (void)
{
  g_auto (MetadataRecord) record = { 0 };
  g_auto (Case)
    twice = { .blobs = { .exif = exif_build (&record, &(ExifFacts){ .comment = WEB_UI }) } };
  metadata_blobs_add_text (&twice.blobs, "parameters", WEB_UI);
  only (&twice);
  g_auto (Case) many = { 0 };
  for (int i = 0; i < 100; i++) {
    g_autofree char *text = g_strdup_printf ("Steps: 1, Seed: %d", i);
    metadata_blobs_add_text (&many.blobs, "x", text);
  }
  many.found = metadata_find_parameters (&many.blobs);
  g_assert_cmpuint (many.found->len, ==, PARAMETERS_MOST_FOUND);
}

static void
other_texts_are_nothing (void)
{
  static const char *const texts[] = {
    "a lake", "{}", "{", "[1]", "Steps: up, then left", "\"", "", "{\"title\": \"x\"}"
  };
  g_auto (Case) item = { 0 };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    metadata_blobs_add_text (&item.blobs, "Comment", texts[i]);
  item.found = metadata_find_parameters (&item.blobs);
  g_assert_cmpuint (item.found->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/parameters/" name, function)
  ADD ("the-web-ui-writes-a-text", the_web_ui_writes_a_text);
  ADD ("a-line-without-the-prompt-holds-nothing-of-it",
       a_line_without_the_prompt_holds_nothing_of_it);
  ADD ("relatives-of-the-web-ui-are-told-apart", relatives_of_the_web_ui_are_told_apart);
  ADD ("a-graph-leads-to-the-prompt", a_graph_leads_to_the_prompt);
  ADD ("a-graph-that-goes-round-ends", a_graph_that_goes_round_ends);
  ADD ("what-is-no-json-is-kept-as-text", what_is_no_json_is_kept_as_text);
  ADD ("tools-are-known-by-their-texts", tools_are_known_by_their_texts);
  ADD ("exif-and-xmp-tell-it-too", exif_and_xmp_tell_it_too);
  ADD ("a-graph-whose-nodes-all-go-round-ends-soon", a_graph_whose_nodes_all_go_round_ends_soon);
  ADD ("a-graph-may-stand-where-a-camera-does", a_graph_may_stand_where_a_camera_does);
  ADD ("the-same-is-told-once-and-many-are-bounded", the_same_is_told_once_and_many_are_bounded);
  ADD ("other-texts-are-nothing", other_texts_are_nothing);
  return g_test_run ();
}
