/* JSON as Google's services print it: two spaces an indent, every member on a line of its own, with
 * base64 put in while it is sent. */
#pragma once

#include "simulator/exchange.h"

#define JSON_PICTURE_END '>'

/* What marks a picture in a string: drawn anew for each process, so that no prompt holds it. */
const char *json_picture_mark (void);
/* "@fill:N>" as a whole string stands for N letters. New string. */
char *json_filler_text (int64_t length);
/* Adds the text to the exchange's answer, escaped as its fault wants it. */
void json_print (const cJSON *json, Exchange *exchange);
