/* Quantities as people write them: 180KB, 60s, 30d, 300dpi, 3mm. A number and its unit, nothing else.
 * Each parser takes the whole text and returns false (out untouched) when it is not one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "180KB" (1000), "1.5MiB" (1024), "512B"; a bare number is refused: its unit is unclear. */
bool units_parse_bytes (const char *text, int64_t *out_bytes);
/* "250ms", "60s", "5m", "2h", "30d", "1w" to milliseconds. */
bool units_parse_duration (const char *text, int64_t *out_ms);
/* "300dpi", "300ppi", "118dpcm" to dots per inch. */
bool units_parse_density (const char *text, double *out_dpi);
/* "3mm", "29.7cm", "0.125in" to millimetres. */
bool units_parse_length (const char *text, double *out_mm);
/* A finite decimal number, no unit, no locale. */
bool units_parse_number (const char *text, double *out_number);
/* A decimal integer, no unit. */
bool units_parse_integer (const char *text, int64_t *out_integer);

/* The shortest text that the parser above reads back to the same value: "180KB", "1m", "300dpi", "3mm";
 * numbers without an exponent where that is shorter. New strings. */
char *units_format_bytes (int64_t bytes);
char *units_format_duration (int64_t ms);
char *units_format_density (double dpi);
char *units_format_length (double mm);
char *units_format_number (double number);

/* For people: three significant digits, "18.4 MB". New string. */
char *units_describe_bytes (int64_t bytes);
/* For people, in at most two units: "0.5 s", "33 s", "2 min", "5 h 3 min", "3 d". New string. */
char *units_describe_duration (int64_t ms);
/* For people: whole cents, or four digits of a dollar, "0.05 USD". New string. */
char *units_describe_usd (double usd);
