#include "asked.h"

bool
models_add (ModelTable *models, const char *text, char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("m.yaml", text, strlen (text), problems);
  g_assert_nonnull (document);
  bool ok = model_table_read (models, document->root, problems);
  *out_complaint = ok ? NULL : problems_format (problems);
  return ok;
}

ModelTable *
models_with (const char *text)
{
  g_autoptr (Problems) problems = problems_new ();
  ModelTable *models = model_table_new ();
  g_autoptr (Document)
    document = document_load (PEEL_SOURCE "/presets/models.yaml", "models.yaml", NULL, problems);
  bool ok = document != NULL &&
            model_table_read (models, node_get (document->root, "models"), problems);
  g_autofree char *complaint = ok ? NULL : problems_format (problems);
  g_assert_cmpstr (complaint, ==, NULL);
  if (text != NULL)
    models_add (models, text, &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  return models;
}

/* Reads `text` by `table` into new options. */
static void *
read_options (const OptionTable *table, const char *text,
              bool (*check) (const void *, const Node *, Problems *), char **out_complaint)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("o.yaml", text, strlen (text), problems);
  g_assert_nonnull (document);
  void *options = options_new (table);
  bool ok = options_read (table, document->root, "it", "/", options, problems) &&
            (check == NULL || check (options, document->root, problems));
  *out_complaint = ok ? NULL : problems_format (problems);
  return options;
}

char *
config_complaint (const char *provider, const char *config)
{
  const ProviderType *type = provider_find (provider);
  char *complaint;
  options_free (type->config, read_options (type->config, config, type->check_config, &complaint));
  return complaint;
}

Asked *
asked_new (const char *provider, const char *config, const char *rows, const char *model,
           const char *options)
{
  Asked *asked = g_new0 (Asked, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL, *complaint_2 = NULL;
  asked->type = provider_find (provider);
  asked->models = models_with (rows);
  asked->config = read_options (asked->type->config, config != NULL ? config : "{}",
                                asked->type->check_config, &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  asked->options = read_options (&generate_options, options, NULL, &complaint_2);
  g_assert_cmpstr (complaint_2, ==, NULL);
  asked->row = model_table_find (asked->models, provider, model, &error);
  g_assert_no_error (error);
  asked->request = (ProviderRequest){
    .options = asked->options,
    .config = asked->config,
    .model = model_id_at (asked->row, provider),
    .row = asked->row,
    .variant = 1,
    .seed = 7,
    .project = "acme-img",
  };
  return asked;
}

void
asked_free (Asked *asked)
{
  if (asked == NULL)
    return;
  options_free (asked->type->config, asked->config);
  options_free (&generate_options, asked->options);
  model_table_free (asked->models);
  g_free (asked);
}

char *
asked_complaint (Asked *asked)
{
  g_autoptr (GError) error = NULL;
  const char *option = "?";
  if (asked->type->check (asked->options, asked->row, asked->config, &option, &error))
    return g_strdup ("");
  g_assert_true (error->domain == PROVIDER_ERROR);
  g_assert_nonnull (option_find (&generate_options, option));
  return g_strdup_printf ("%s: %s", option, error->message);
}

char *
body_of (const HttpRequest *request, size_t *out_length)
{
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < request->body->len; i++) {
    const Segment *segment = request->body->pdata[i];
    g_autofree char *bytes = NULL;
    size_t length;
    if (segment->kind == SEGMENT_TEXT) {
      g_string_append_len (out, segment->text, (gssize)segment->length);
      continue;
    }
    g_assert_true (g_file_get_contents (segment->text, &bytes, &length, NULL));
    g_assert_cmpint (segment->size_bytes, ==, length);
    g_autofree char *base64 = g_base64_encode ((const uint8_t *)bytes, length);
    if (segment->kind == SEGMENT_FILE)
      g_string_append_len (out, bytes, (gssize)length);
    else
      g_string_append (out, base64);
  }
  g_assert_cmpint (http_request_body_bytes (request), ==, out->len);
  *out_length = out->len;
  return g_string_free (out, FALSE);
}

static ProviderStep
first_step (Asked *asked)
{
  g_autoptr (GError) error = NULL;
  ProviderStep step = { 0 };
  assert_ok (asked->type->expected_size (asked->options, asked->row, &asked->request.width,
                                         &asked->request.height, &error),
             error);
  assert_ok (asked->type->first_step (&asked->request, &step, &error), error);
  g_assert_cmpint (step.kind, ==, PROVIDER_SEND);
  return step;
}

char *
asked_body (Asked *asked)
{
  g_auto (ProviderStep) step = first_step (asked);
  size_t length;
  return body_of (step.request, &length);
}

char *
asked_url (Asked *asked)
{
  g_auto (ProviderStep) step = first_step (asked);
  return g_strdup (step.request->url);
}

char *
asked_text (Asked *asked)
{
  g_auto (ProviderStep) step = first_step (asked);
  size_t length;
  g_autofree char *body = body_of (step.request, &length);
  GString *out = g_string_new (NULL);
  g_string_printf (out, "%s %s\n", step.request->method, step.request->url);
  for (unsigned i = 0; i < step.request->headers->len; i++)
    g_string_append_printf (out, "%s\n", (const char *)step.request->headers->pdata[i]);
  g_string_append_printf (out, "\n%s", body);
  return g_string_free (out, FALSE);
}
