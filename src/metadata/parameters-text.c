/* The shapes that are text:
 *
 *     a lake in autumn, oil                                    prompt, any number of lines
 *     Negative prompt: blurry                                  the same, may be missing
 *     Steps: 20, Sampler: Euler a, Seed: 7, Model: "a, b", …   the last part
 *
 *     "a lake [blurry]" -s 50 -S 7 -W 512 -C 7.5 -A k_lms      InvokeAI's command line
 *     a lake --ar 16:9 --v 6 Job ID: 0a1b…                     Midjourney */
#include "document/json-write.h"
#include "metadata/parameters-kinds.h"

#define NEGATIVE "Negative prompt:"

/* Settings that say how, whatever the prompt was; the rest of the line goes with the prompt, since it
 * may repeat it ("Hires prompt", "Template", "Wildcard prompt", names of styles). */
static const char *const plain_keys[] = {
  "Steps",
  "Sampler",
  "Schedule type",
  "CFG scale",
  "Distilled CFG Scale",
  "Seed",
  "Size",
  "Model hash",
  "Model",
  "VAE hash",
  "VAE",
  "Clip skip",
  "ENSD",
  "Denoising strength",
  "Variation seed",
  "Hires steps",
  "Version",
  "Hires upscale",
  "Hires upscaler",
  "Variation seed strength",
};

/* "Key: value" or "Key: "quoted, value"" up to the next comma. */
typedef struct {
  const char *key, *value;
  size_t key_length, value_length;
} Setting;

/* Returns where it ends; NULL: there is no more. */
static const char *
next_setting (const char *at, Setting *out)
{
  const char *colon;
  for (;; at = colon) {
    at += strspn (at, " ,\n");
    colon = at + strcspn (at, ":,\n");
    if (*colon == '\0')
      return NULL;
    if (*colon == ':')
      break;
  }
  const char *value = colon + 1 + strspn (colon + 1, " ");
  const char *end = value;
  if (*value == '"') {
    for (end++; *end != '\0' && *end != '"'; end++)
      end += *end == '\\' && end[1] != '\0';
    end += *end == '"';
  } else {
    end += strcspn (end, ",\n");
  }
  *out = (Setting){ at, value, (size_t)(colon - at), (size_t)(end - value) };
  return end;
}

static bool
is_key (const Setting *setting, const char *key)
{
  return strlen (key) == setting->key_length &&
         memcmp (key, setting->key, setting->key_length) == 0;
}

static void
take_setting (GenerationParameters *out, const Setting *setting)
{
  const struct {
    const char *key;
    char **field;
  } rows[] = { { "Steps", &out->steps },
               { "Sampler", &out->sampler },
               { "CFG scale", &out->guidance },
               { "Seed", &out->seed },
               { "Model", &out->model } };
  bool is_quoted = setting->value_length >= 2 && setting->value[0] == '"';
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (is_key (setting, rows[i].key))
      parameters_set (rows[i].field, setting->value + is_quoted,
                      setting->value_length - 2 * (size_t)is_quoted, PARAMETERS_MOST_VALUE_BYTES);
  }
}

/* Who wrote it is told by the line itself, if at all. */
static const char *
tool_of_line (const char *settings)
{
  static const struct {
    const char *sign, *tool;
  } rows[] = {
    { "App: SD.Next", "SD.Next" },        { "Version: Fooocus", "Fooocus" },
    { "Version: ComfyUI", "ComfyUI" },    { "Version: f", "Stable Diffusion web UI Forge" },
    { "Version: neo", "Forge Neo" },      { "Generator: Civitai", "Civitai" },
    { "Civitai resources: ", "Civitai" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (strstr (settings, rows[i].sign) != NULL)
      return rows[i].tool;
  }
  return "Stable Diffusion web UI";
}

/* Where the last line that begins with "Steps: " does. */
static const char *
find_settings (const char *text)
{
  const char *found = g_str_has_prefix (text, "Steps: ") ? text : NULL;
  for (const char *at = text; (at = strstr (at, "\nSteps: ")) != NULL; at++)
    found = at + 1;
  return found;
}

static void
take_prompts (GenerationParameters *out, const char *text, size_t length)
{
  g_autofree char *head = g_strndup (text, length);
  char *negative = g_str_has_prefix (head, NEGATIVE) ? head : strstr (head, "\n" NEGATIVE);
  if (negative != NULL) {
    const char *said = negative + (*negative == '\n') + strlen (NEGATIVE);
    parameters_set (&out->negative_prompt, said, strlen (said), PARAMETERS_MOST_FIELD_BYTES);
    *negative = '\0';
  }
  parameters_set (&out->prompt, head, strlen (head), PARAMETERS_MOST_FIELD_BYTES);
}

bool
parameters_read_line (const char *text, GenerationParameters *out)
{
  const char *settings = find_settings (text);
  if (settings == NULL ||
      (strstr (settings, "Sampler: ") == NULL && strstr (settings, "Seed: ") == NULL))
    return false;
  out->tool = tool_of_line (settings);
  take_prompts (out, text, (size_t)(settings - text));
  parameters_set (&out->settings, settings, strlen (settings), PARAMETERS_MOST_BYTES);
  Setting setting;
  for (const char *at = settings; (at = next_setting (at, &setting)) != NULL;)
    take_setting (out, &setting);
  return true;
}

/* A value that is long or has lines of its own is more than a setting. */
static bool
is_plain (const Setting *setting)
{
  return setting->value_length <= PARAMETERS_MOST_VALUE_BYTES &&
         memchr (setting->value, '\n', setting->value_length) == NULL;
}

static void
append_plain (GString *line, const char *settings)
{
  Setting setting;
  for (const char *at = settings; (at = next_setting (at, &setting)) != NULL;) {
    for (size_t i = 0; i < G_N_ELEMENTS (plain_keys); i++) {
      if (is_key (&setting, plain_keys[i]) && is_plain (&setting))
        g_string_append_printf (line, "%s%s: %.*s", line->len > 0 ? ", " : "", plain_keys[i],
                                (int)setting.value_length, setting.value);
    }
    if (line->len > PARAMETERS_MOST_FIELD_BYTES)
      return;
  }
}

static void
append_fields (GString *line, const GenerationParameters *parameters)
{
  const struct {
    const char *key, *value;
  } rows[] = { { "Steps", parameters->steps },
               { "Sampler", parameters->sampler },
               { "CFG scale", parameters->guidance },
               { "Seed", parameters->seed },
               { "Model", parameters->model } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].value == NULL)
      continue;
    g_string_append_printf (line, "%s%s: ", line->len > 0 ? ", " : "", rows[i].key);
    if (strpbrk (rows[i].value, ",:\"\n") != NULL)
      json_append_quoted (line, rows[i].value);
    else
      g_string_append (line, rows[i].value);
  }
}

static bool
is_line (const char *settings)
{
  return settings != NULL && g_str_has_prefix (settings, "Steps: ");
}

char *
generation_parameters_line (const GenerationParameters *parameters)
{
  g_autoptr (GString) line = g_string_new (NULL);
  if (is_line (parameters->settings))
    append_plain (line, parameters->settings);
  else
    append_fields (line, parameters);
  return line->len > 0 ? g_strdup (line->str) : NULL;
}

char *
generation_parameters_text (const GenerationParameters *parameters)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *line = is_line (parameters->settings) ? g_strdup (parameters->settings)
                                                         : generation_parameters_line (parameters);
  if (parameters->prompt != NULL)
    g_string_append (text, parameters->prompt);
  if (parameters->negative_prompt != NULL)
    g_string_append_printf (text, "%s" NEGATIVE " %s", text->len > 0 ? "\n" : "",
                            parameters->negative_prompt);
  if (line != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", line);
  return g_strdup (text->str);
}

/* `-S 7` of a command line. */
static void
take_flag (const char *command, const char *flag, char **field)
{
  const char *at = strstr (command, flag);
  if (at == NULL)
    return;
  at += strlen (flag);
  parameters_set (field, at, strcspn (at, " \n"), PARAMETERS_MOST_VALUE_BYTES);
}

bool
parameters_read_command (const char *text, GenerationParameters *out)
{
  const char *end = *text == '"' ? strrchr (text + 1, '"') : NULL;
  if (end == NULL || strstr (end, " -S") == NULL)
    return false;
  out->tool = "InvokeAI";
  out->settings_tell_prompt = true;
  parameters_set (&out->settings, text, strlen (text), PARAMETERS_MOST_BYTES);
  const char *open = memchr (text, '[', (size_t)(end - text));
  const char *close = open != NULL ? memchr (open, ']', (size_t)(end - open)) : NULL;
  const char *prompt_end = close != NULL ? open : end;
  parameters_set (&out->prompt, text + 1, (size_t)(prompt_end - text - 1),
                  PARAMETERS_MOST_FIELD_BYTES);
  if (close != NULL)
    parameters_set (&out->negative_prompt, open + 1, (size_t)(close - open - 1),
                    PARAMETERS_MOST_FIELD_BYTES);
  take_flag (end, " -s ", &out->steps);
  take_flag (end, " -S ", &out->seed);
  take_flag (end, " -C ", &out->guidance);
  take_flag (end, " -A ", &out->sampler);
  return true;
}

bool
parameters_read_job (const char *text, GenerationParameters *out)
{
  const char *job = strstr (text, "Job ID: ");
  if (job == NULL)
    return false;
  out->tool = "Midjourney";
  const char *flags = strstr (text, " --");
  const char *end = flags != NULL && flags < job ? flags : job;
  parameters_set (&out->prompt, text, (size_t)(end - text), PARAMETERS_MOST_FIELD_BYTES);
  if (flags != NULL)
    take_flag (flags, " --seed ", &out->seed);
  /* "--no trees" and "--sref URL" are words of the prompt, too. */
  out->settings_tell_prompt = true;
  parameters_set (&out->settings, end, strlen (end), PARAMETERS_MOST_BYTES);
  return true;
}
