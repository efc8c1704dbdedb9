/* Who there is. */
#include "base/nearest.h"
#include "providers/provider.h"
#include "providers/types.h"

G_DEFINE_QUARK (provider_error_quark, provider_error)

#undef provider_fail
bool
provider_fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED, format, arguments);
  va_end (arguments);
  return false;
}

void
provider_step_clear (ProviderStep *step)
{
  g_clear_pointer (&step->program, g_strfreev);
  g_clear_pointer (&step->input, g_free);
  g_clear_pointer (&step->request, http_request_free);
}

const ProviderType *const provider_types[] = {
  &provider_ai_studio, &provider_command, &provider_openai, &provider_synthetic, &provider_vertex,
};

unsigned
provider_n_types (void)
{
  return G_N_ELEMENTS (provider_types);
}

const ProviderType *
provider_find (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (provider_types); i++)
    if (strcmp (provider_types[i]->name, name) == 0)
      return provider_types[i];
  return NULL;
}

const char *
provider_nearest (const char *name)
{
  const char *names[G_N_ELEMENTS (provider_types)];
  for (unsigned i = 0; i < G_N_ELEMENTS (provider_types); i++)
    names[i] = provider_types[i]->name;
  return nearest_name (name, names, G_N_ELEMENTS (names));
}
