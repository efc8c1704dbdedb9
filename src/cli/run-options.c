#include "cli/run-options.h"

#include "cli/project-config.h"

static const OptionChoice on_miss_choices[] = {
  { "ask", ON_MISS_ASK, "make free ones; ask once for all that are paid for" },
  { "generate", ON_MISS_GENERATE, "make all" },
  { "fail", ON_MISS_FAIL, "make none" },
  { NULL },
};

static const OptionChoice max_cost_choices[] = { { "none", 0, "no limit" }, { NULL } };

static const Option rows[] = {
  { OPTION_BOOL (RunOptions, dry_run), .name = "dry-run", .letter = 'n',
    .help = "Tell what would be made, make nothing" },
  { OPTION_INT (RunOptions, jobs), .name = "jobs", .letter = 'j', .value_name = "N", .min = 0,
    .max = 1024, .help = "Processor threads to keep busy; 0 is one for each core",
    .fallback = "0" },
  { OPTION_BOOL (RunOptions, keep_going), .name = "keep-going", .letter = 'k',
    .help = "Go on with the rest when an output fails" },
  { OPTION_TEXTS (RunOptions, variables), .name = "var", .value_name = "NAME=VALUE",
    .flags = OPTION_REPEATED, .help = "Set a variable of the pipeline" },
  PROFILE_ROW (RunOptions, profile),
  { OPTION_TEXTS (RunOptions, only), .name = "only", .value_name = "GLOB", .flags = OPTION_REPEATED,
    .help = "Only outputs whose path, or image id, matches" },
  { OPTION_TEXTS (RunOptions, refresh), .name = "refresh", .value_name = "GLOB",
    .flags = OPTION_REPEATED, .help = "Make these outputs again even if they are up to date" },
  { OPTION_TEXTS (RunOptions, regenerate), .name = "regenerate", .value_name = "GLOB",
    .flags = OPTION_REPEATED,
    .help = "Ask again for the originals of these images; the old ones stay in the cache" },
  { OPTION_CHOICE (RunOptions, on_miss), .name = "on-miss", .choices = on_miss_choices,
    .value_name = "WHAT",
    .help = "What to do when an original is not in the cache; unset: ask on a terminal, elsewhere "
            "make free ones and fail for the others" },
  { OPTION_BOOL (RunOptions, offline), .name = "offline",
    .help = "Ask nobody for originals: what is not in the cache fails" },
  { OPTION_NUMBER_OR_WORD (RunOptions, max_cost), .name = "max-cost", .value_name = "USD", .min = 0,
    .max = 1e6, .unit = "USD", .choices = max_cost_choices, .fallback = "none",
    .help = "Begin nothing when the originals to be made cost more in all" },
  { OPTION_TEXT (RunOptions, token_command), .name = "token-command", .value_name = "COMMAND",
    .help = "A shell command that prints an access token for Vertex AI, as in "
            "'gcloud auth print-access-token'; used in place of every other credential" },
  { OPTION_BOOL (RunOptions, locked), .name = "locked",
    .help = "Make everything of the originals that peel.lock pins, or nothing; leave it alone" },
  { OPTION_BOOL (RunOptions, refresh_drift), .name = "refresh-drift",
    .help = "Make again what other library versions made" },
  { OPTION_BOOL (RunOptions, verify_outputs), .name = "verify-outputs",
    .help = "Hash every output instead of trusting its size and time" },
  { OPTION_BOOL (RunOptions, allow_outside), .name = "allow-outside",
    .help = "Let outputs leave the pipeline's folder, and references lie outside it" },
  { OPTION_BOOL (RunOptions, allow_damaged), .name = "allow-damaged",
    .help = "Read truncated or corrupt pictures as far as they go" },
  { OPTION_BOOL (RunOptions, isolate), .name = "isolate", .fallback = "true",
    .help = "Decode and encode in worker processes, so that a codec that crashes ends one output, "
            "not the run" },
  { OPTION_BOOL (RunOptions, proof), .name = "proof",
    .help =
      "Draw a proof beside each output that has a 'page' or is CMYK, as OUTPUT.proof.png: what "
      "the press makes of it, where it is cut, what cannot be printed, where there is too much "
      "ink. Those outputs are made again" },
  { OPTION_BOOL (RunOptions, repack), .name = "repack", .fallback = "true",
    .help = "When all is made, store new PNG originals as pixel frames (see 'peel cache repack')" },
  { OPTION_NUMBER (RunOptions, max_pixels), .name = "max-pixels", .value_name = "N", .min = 0.001,
    .max = 4000, .unit = "megapixels", .fallback = "100", .help = "Refuse pictures with more" },
  { OPTION_INT (RunOptions, max_edge), .name = "max-edge", .value_name = "N", .min = 1,
    .max = 1000000, .unit = "px", .fallback = "16384",
    .help = "Refuse pictures that are wider or taller" },
  { OPTION_BYTES (RunOptions, max_file_size), .name = "max-file-size", .value_name = "SIZE",
    .min = 1, .max = 1e11, .fallback = "256MiB", .help = "Refuse larger files" },
  { OPTION_INT (RunOptions, max_pages), .name = "max-pages", .value_name = "N", .min = 1,
    .max = 100000, .fallback = "1",
    .help = "Refuse pictures with more pages or frames; of several the first is read" },
  { OPTION_BYTES (RunOptions, max_metadata), .name = "max-metadata", .value_name = "SIZE", .min = 1,
    .max = 1e9,
    .help = "Refuse pictures with a larger block of metadata; unset: 64KiB of EXIF, 1MiB of XMP, "
            "4MiB of ICC" },
  { 0 },
};

static const OptionTable run_options = { rows, sizeof (RunOptions), NULL };
const SharedOptions shared_run_options = { &run_options, "Options of a run", true };

RunSettings
run_options_settings (const RunOptions *options, const GlobalOptions *global)
{
  RunSettings settings = {
    .home = global->home,
    .n_jobs = options->jobs > 0 ? options->jobs : (int)g_get_num_processors (),
    .dry_run = options->dry_run,
    .keep_going = options->keep_going,
    .verify_outputs = options->verify_outputs,
    .refresh_drift = options->refresh_drift,
    .isolate = options->isolate,
    .with_proofs = options->proof,
    .on_miss = (OnMiss)options->on_miss,
    .offline = options->offline,
    .max_cost_usd = options->max_cost.is_word ? -1 : options->max_cost.number,
    .token_command = options->token_command,
    .regenerate = options->regenerate,
    .locked = options->locked,
    .only = options->only,
    .refresh = options->refresh,
    .limits = image_limits_default,
  };
  settings.limits.most_pixels = (int64_t)(options->max_pixels * 1e6);
  settings.limits.most_edge = options->max_edge;
  settings.limits.most_bytes = options->max_file_size;
  settings.limits.most_pages = options->max_pages;
  settings.limits.allow_damaged = options->allow_damaged;
  if (options->max_metadata > 0) {
    settings.limits.most_exif_bytes = options->max_metadata;
    settings.limits.most_xmp_bytes = options->max_metadata;
    settings.limits.most_icc_bytes = options->max_metadata;
  }
  return settings;
}

PipelineSettings
run_options_pipeline_settings (const RunOptions *options, const PresetPath *presets,
                               const Config *config)
{
  return (PipelineSettings){
    .variables = options->variables,
    .config = config,
    .presets = presets,
    .allow_outside = options->allow_outside,
  };
}
