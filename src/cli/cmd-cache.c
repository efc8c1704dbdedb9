/* The commands of `peel cache`, each in a file cmd-cache-NAME.c. What they share is in the files
 * cache-….c beside them. */
#include "cli/command.h"

/* In order of name. A new one is its file, its line here and its line in CMakeLists.txt. */
#define PARTS(PART)                                                                                \
  PART (cat)                                                                                       \
  PART (export)                                                                                    \
  PART (gc)                                                                                        \
  PART (import)                                                                                    \
  PART (ls)                                                                                        \
  PART (rebuild)                                                                                   \
  PART (repack)                                                                                    \
  PART (restore)                                                                                   \
  PART (show)                                                                                      \
  PART (stat)                                                                                      \
  PART (tag)                                                                                       \
  PART (verify)

#define DECLARE(name) extern const CommandType command_cache_##name;
PARTS (DECLARE)

#define POINT(name) &command_cache_##name,
static const CommandType *const parts[] = { PARTS (POINT) NULL };

extern const CommandType command_cache;
const CommandType command_cache = {
  .name = "cache",
  .synopsis = "COMMAND",
  .summary = "Look at and look after the originals that are kept",
  .details =
    "The cache is where originals live: the exact bytes that were generated, loaded or imported. "
    "It is data, not a store of leftovers: originals may have cost money and cannot be made again. "
    "Where it is: --home, else $PEEL_HOME, else $XDG_DATA_HOME/peel. HASH stands for the "
    "SHA-256 of an original, or as many of its first digits (at least 4) as tell it from the "
    "others.",
  .parts = parts,
};
