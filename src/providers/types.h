/* Each provider's descriptor, the last thing in its file. The list is in providers.c. */
#pragma once

#include "providers/provider.h"

extern const ProviderType provider_ai_studio;
extern const ProviderType provider_command;
extern const ProviderType provider_openai;
extern const ProviderType provider_synthetic;
extern const ProviderType provider_vertex;
