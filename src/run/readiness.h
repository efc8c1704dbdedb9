/* Could a provider be asked, as far as can be seen on this machine? */
#pragma once

#include "pipeline/config.h"

/* Files are read; nobody is asked, and no program is run. `token_command` as in RunSettings. */
bool readiness_of (const ProviderType *provider, const Config *config, const char *token_command);
