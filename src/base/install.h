/* Where the files that came with the program are. */
#pragma once

/* The folder of the built-in presets, for a program at `program` (absolute; NULL: this one):
 * run from its build folder, that of the source tree; installed or unpacked anywhere, share/ beside
 * its bin/; else where `cmake --install` would put it. New string; the folder may not exist. */
char *install_dup_preset_folder (const char *program);

/* The program that builds profiles for presses, scripts/build-profiles, of the same place. New string; it
 * may not exist. */
char *install_dup_profile_builder (const char *program);

/* "0.1.0" */
const char *install_version (void);
