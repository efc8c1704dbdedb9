/* Where libvips's warnings go. A codec may warn once per row of a damaged picture, so only the first
 * few of a kind are passed on; rooms never print, so what becomes of them is the caller's choice. */
#pragma once

/* Called from any thread, never from two at once; `message` is one line. */
typedef void (*ImageLogFunc) (void *data, const char *message);

/* NULL (the default): they are dropped. */
void image_log_set (ImageLogFunc func, void *data);
/* A new run: every kind may speak again. */
void image_log_reset (void);

/* Puts the handler of libvips's log domain in place; image_start calls it. */
void image_log_install (void);
