/* What is wrong with a YAML text that libyaml refused, in words for people who never read the YAML
 * specification. */
#pragma once

#include <yaml.h>

#include "base/problems.h"

/* Adds one problem for the parser's error. Always false. */
bool yaml_explain (const yaml_parser_t *parser, SourceText *source, Problems *problems);
