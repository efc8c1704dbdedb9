#include "cli/command.h"

static const OptionChoice colors[] = {
  { "auto", COLOR_AUTO, "on a terminal, unless NO_COLOR is set" },
  { "always", COLOR_ALWAYS, NULL },
  { "never", COLOR_NEVER, NULL },
  { NULL, 0, NULL },
};

static const Option rows[] = {
  { OPTION_BOOL (GlobalOptions, quiet), .name = "quiet", .letter = 'q',
    .help = "Say nothing but results and errors" },
  { OPTION_BOOL (GlobalOptions, verbose), .name = "verbose", .letter = 'v',
    .help = "Say more: also what is up to date" },
  { OPTION_BOOL (GlobalOptions, json), .name = "json",
    .help = "Results as JSON, one object a line" },
  { OPTION_CHOICE (GlobalOptions, color), .name = "color", .help = "Colour in messages",
    .choices = colors, .fallback = "auto", .value_name = "WHEN" },
  { OPTION_FILE (GlobalOptions, home), .name = "home", .value_name = "FOLDER",
    .help = "Where originals are kept, instead of $PEEL_HOME or the data folder" },
  { OPTION_BOOL (GlobalOptions, help), .name = "help", .letter = 'h', .help = "Show help and end" },
  { OPTION_BOOL (GlobalOptions, version), .name = "version", .help = "Show versions and end" },
  { 0 },
};

const OptionTable global_options = { rows, sizeof (GlobalOptions), NULL };
