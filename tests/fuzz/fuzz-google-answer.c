/* The judges of Google's answers. The first byte chooses the status and whether it is generateContent or
 * :predict that was asked; the rest is the body. */
#include "fuzz-target.h"
#include "judging.h"
#include "providers/gemini.h"
#include "providers/predict.h"
#include "providers/verdict.h"

static const JsonScanPath paths[] = { GEMINI_IMAGE_PATHS, PREDICT_IMAGE_PATHS, { NULL, 0 } };

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autoptr (BuiltAnswer) built = fuzzed_answer (paths, data, size);
  if (built == NULL)
    return 0;
  g_auto (Verdict) verdict = { 0 };
  if (data[0] % 2 == 0)
    gemini_take_answer (&built->answer, "vertex", &verdict);
  else
    predict_take_answer (&built->answer, "vertex", &verdict);
  assert_sound (&verdict, &built->answer);
  if (answer_is_success (&built->answer))
    return 0;
  g_auto (Verdict) other = { 0 };
  google_judge_error (&built->answer, "ai-studio", &other);
  assert_sound (&other, &built->answer);
  return 0;
}
