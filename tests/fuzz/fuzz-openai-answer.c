/* The judge of OpenAI's answers, and of gateways that hand on Gemini's. The first byte chooses the
 * status; the rest is the body. */
#include "fuzz-target.h"
#include "judging.h"
#include "providers/openai.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autoptr (BuiltAnswer) built = fuzzed_answer (openai_image_paths, data, size);
  if (built == NULL)
    return 0;
  g_auto (Verdict) verdict = { 0 };
  openai_take_answer (NULL, &built->answer, &verdict);
  assert_sound (&verdict, &built->answer);
  return 0;
}
