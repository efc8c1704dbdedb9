/* The end of a run: the PNGs that it stored become pixel frames, when all outputs are made and told
 * of. */
#pragma once

#include "cli/command.h"

/* `stored`: Digest. Takes no longer than the run did (`run_us`), or some seconds after a short one,
 * and a minute at most; what is left is for 'peel cache repack'. A Ctrl-C ends it at once. */
void repack_after (const Invocation *invocation, const GArray *stored, int64_t run_us);
