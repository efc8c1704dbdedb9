/* The OpenAI images API: generations, edits, and the downloads that its answers may point to. */
#pragma once

#include "simulator/simulator.h"

/* A request's fields, from JSON or from a form. */
typedef struct OpenaiForm OpenaiForm;

/* Sets the exchange's model, prompt and log_body. Never NULL: what is wrong is told by
 * openai_answer. */
OpenaiForm *openai_form_read (Exchange *exchange, bool is_edit);
void openai_form_free (OpenaiForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenaiForm, openai_form_free)

/* Credentials and quota are settled before. */
void openai_answer (Simulator *simulator, Exchange *exchange, const OpenaiForm *form, bool is_edit);
/* GET /files/NAME: a picture that was made before, by its hash. */
void openai_answer_file (Simulator *simulator, Exchange *exchange, const char *name);
