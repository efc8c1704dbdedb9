#include "providers/usage.h"

#include "asked.h"

static ModelTable *models;

static const Model *
pro (void)
{
  return model_table_find (models, "vertex", "gemini-3-pro-image", NULL);
}

static void
assert_cost (const char *usage, double usd, bool has_picture)
{
  UsageCost cost = { 0 };
  g_assert_true (usage_cost (pro (), usage, &cost));
  g_assert_cmpfloat_with_epsilon (cost.usd, usd, 1e-12);
  g_assert_cmpint (cost.has_picture, ==, has_picture);
}

static void
assert_senseless (const char *usage)
{
  UsageCost cost = { 0.5, true };
  g_assert_false (usage_cost (pro (), usage, &cost));
  g_assert_cmpfloat (cost.usd, ==, 0.5);
}

static void
pictures_thoughts_words_and_the_prompt_are_paid_for (void)
{
  assert_cost ("{\"promptTokenCount\":560,\"candidatesTokenCount\":1128,\"thoughtsTokenCount\":310,"
               "\"candidatesTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":8},"
               "{\"modality\":\"IMAGE\",\"tokenCount\":1120}]}",
               (1120 * 120 + 318 * 12 + 560 * 2) / 1e6, true);
  assert_cost ("{\"promptTokenCount\":2,\"candidatesTokenCount\":20,\"thoughtsTokenCount\":310}",
               (330 * 12 + 2 * 2) / 1e6, false);
  assert_cost ("{\"promptTokenCount\":2}", 4e-6, false);
}

static void
gateways_may_spell_it_their_way (void)
{
  assert_cost (
    "{\"prompt_token_count\":2,\"candidates_token_count\":2000,\"thoughts_token_count\":10,"
    "\"candidates_tokens_details\":[{\"modality\":\"IMAGE\",\"token_count\":2000}]}",
    (2000 * 120 + 10 * 12 + 2 * 2) / 1e6, true);
  assert_cost ("{\"input_tokens\":10,\"output_tokens\":1120}", (1120 * 120 + 10 * 2) / 1e6, true);
  assert_cost ("{\"input_tokens\":10,\"output_tokens\":1120,"
               "\"output_tokens_details\":{\"text_tokens\":20}}",
               (1100 * 120 + 20 * 12 + 10 * 2) / 1e6, true);
}

/* Details that tell of more pictures than there are tokens: the more expensive reading. */
static void
text_is_never_less_than_nothing (void)
{
  assert_cost ("{\"promptTokenCount\":0,\"candidatesTokenCount\":1,"
               "\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":1120}]}",
               1120 * 120 / 1e6, true);
}

static void
what_makes_no_sense_costs_nothing_that_is_known (void)
{
  assert_senseless (NULL);
  assert_senseless ("");
  assert_senseless ("[]");
  assert_senseless ("{}");
  assert_senseless ("{\"totalTokenCount\":9}");
  assert_senseless ("{\"promptTokenCount\":-1}");
  assert_senseless ("{\"promptTokenCount\":\"5\"}");
  assert_senseless ("{\"promptTokenCount\":null}");
  assert_senseless ("{\"promptTokenCount\":1e999}");
  assert_senseless ("{\"promptTokenCount\":2000001}");
  assert_senseless ("{\"promptTokenCount\":1,\"candidatesTokenCount\":1e300}");
  assert_senseless ("{\"promptTokenCount\":1,\"thoughtsTokenCount\":{}}");
  assert_senseless ("{\"promptTokenCount\":1,\"candidatesTokensDetails\":"
                    "[{\"modality\":\"IMAGE\",\"tokenCount\":-5}]}");
  assert_senseless ("{\"promptTokenCount\":1,\"candidatesTokensDetails\":["
                    "{\"modality\":\"IMAGE\",\"tokenCount\":2000000},"
                    "{\"modality\":\"IMAGE\",\"tokenCount\":2000000}]}");
  assert_senseless ("{\"input_tokens\":10,\"output_tokens\":5,"
                    "\"output_tokens_details\":{\"text_tokens\":20}}");
}

static void
details_of_any_shape_are_passed_over (void)
{
  assert_cost ("{\"promptTokenCount\":1,\"candidatesTokensDetails\":5}", 2e-6, false);
  assert_cost ("{\"promptTokenCount\":1,\"candidatesTokensDetails\":[null,[],5,{\"modality\":7}]}",
               2e-6, false);
}

static void
without_prices_for_tokens_usage_tells_nothing (void)
{
  static const char usage[] = "{\"promptTokenCount\":2}";
  UsageCost cost;
  const Model *other = model_table_find (models, "vertex", "gemini-2.5-flash-image", NULL);
  g_assert_false (usage_cost (other, usage, &cost));
  g_assert_false (usage_cost (NULL, usage, &cost));
  g_autoptr (ModelTable) own = models_with ("gemini-3-pro-image: { prices: { 4K: 0.22 } }");
  g_assert_false (
    usage_cost (model_table_find (own, "vertex", "gemini-3-pro-image", NULL), usage, &cost));
}

static void
token_prices_of_a_configuration_count (void)
{
  UsageCost cost;
  g_autoptr (ModelTable)
    own = models_with ("gemini-3-pro-image: { prices: { 4K: 0.1 }, token-prices: { input: 1 } }");
  const Model *row = model_table_find (own, "vertex", "gemini-3-pro-image", NULL);
  g_assert_true (usage_cost (row, "{\"promptTokenCount\":100,\"thoughtsTokenCount\":100}", &cost));
  g_assert_cmpfloat_with_epsilon (cost.usd, (100 * 1 + 100 * 12) / 1e6, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  models = models_with (NULL);
  g_test_add_func ("/providers/usage/pictures-thoughts-words-and-the-prompt-are-paid-for",
                   pictures_thoughts_words_and_the_prompt_are_paid_for);
  g_test_add_func ("/providers/usage/gateways-may-spell-it-their-way",
                   gateways_may_spell_it_their_way);
  g_test_add_func ("/providers/usage/text-is-never-less-than-nothing",
                   text_is_never_less_than_nothing);
  g_test_add_func ("/providers/usage/what-makes-no-sense-costs-nothing-that-is-known",
                   what_makes_no_sense_costs_nothing_that_is_known);
  g_test_add_func ("/providers/usage/details-of-any-shape-are-passed-over",
                   details_of_any_shape_are_passed_over);
  g_test_add_func ("/providers/usage/without-prices-for-tokens-usage-tells-nothing",
                   without_prices_for_tokens_usage_tells_nothing);
  g_test_add_func ("/providers/usage/token-prices-of-a-configuration-count",
                   token_prices_of_a_configuration_count);
  int result = g_test_run ();
  model_table_free (models);
  return result;
}
