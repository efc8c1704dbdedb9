/* A list of mistakes found in what a user wrote, so that all of them are told in one go.
 *
 * Each has a mark and is printed as
 *     pipeline.yaml:12:15: 'width' takes 1 to 65535 px, not 'wide'
 *           - resize: { width: wide }
 *                              ^~~~
 * Nothing in it that looks like a credential is repeated, neither in the text nor in the line.
 * Checks that take a Problems return false after adding to it and go on where they can. */
#pragma once

#include "base/always-false.h"
#include "base/mark.h"

typedef struct Problems Problems;

Problems *problems_new (void);
void problems_free (Problems *problems);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Problems, problems_free)

/* Adds one mistake; `mark` may be NULL (a command line, say). The same text at the same place is
 * kept once: a mistake in a shared stage is found again for every image. Always returns false. */
bool problems_add (Problems *problems, const Mark *mark, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define problems_add(...) ALWAYS_FALSE (problems_add (__VA_ARGS__))

/* The same for a text that must not be shown: the marked part of the line is printed as dots. */
bool problems_add_secret (Problems *problems, const Mark *mark, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define problems_add_secret(...) ALWAYS_FALSE (problems_add_secret (__VA_ARGS__))

unsigned problems_count (const Problems *problems);

/* All of them in order of file and place, as printed above; the first 50, then how many more. */
char *problems_format (const Problems *problems);

/* Sets `error` to problems_format() and returns false if there are any; true if there are none. */
bool problems_raise (const Problems *problems, GQuark domain, int code, GError **error);
