#include "simulator/fault.h"

#include "simulator/body.h"
#include "simulator/options.h"

static const OptionChoice wraps[] = {
  { "none", WRAP_NONE, NULL },
  { "array", WRAP_ARRAY, "a list that holds the one object" },
  { "string", WRAP_STRING, "the error is its message, a plain string" },
  { "code-string", WRAP_CODE_STRING, "the code is a string" },
  { "code-number", WRAP_CODE_NUMBER, "the code is a number, where it is a string else" },
  { NULL, 0, NULL },
};
static const OptionChoice parts[] = {
  { "usual", PARTS_USUAL, NULL },
  { "text", PARTS_TEXT, "words and no picture" },
  { "empty", PARTS_EMPTY, "an empty list" },
  { "missing", PARTS_MISSING, "content without parts" },
  { "no-content", PARTS_NO_CONTENT, "no content" },
  { NULL, 0, NULL },
};
static const OptionChoice paints[] = {
  { "usual", -1, NULL },
  { "scene", PAINT_SCENE, NULL },
  { "noise", PAINT_NOISE, NULL },
  { NULL, 0, NULL },
};
static const OptionChoice escapes[] = {
  { "none", ESCAPE_NONE, NULL },
  { "slashes", ESCAPE_SLASHES, "'/' as '\\/'" },
  { "unicode", ESCAPE_UNICODE, "'/', '+' and '=' as \\u002f, \\u002b and \\u003d" },
  { NULL, 0, NULL },
};
static const OptionChoice cases[] = {
  { "camel", CASE_CAMEL, NULL },
  { "snake", CASE_SNAKE, "inline_data, mime_type and so on" },
  { NULL, 0, NULL },
};
static const OptionChoice delivers[] = {
  { "usual", DELIVER_USUAL, "inlineData, or b64_json" },
  { "url", DELIVER_URL, "fileData with a fileUri, or url" },
  { "data-uri", DELIVER_DATA_URI, "a data URI: as a text part, or in b64_json" },
  { "markdown", DELIVER_MARKDOWN, "a link in a text part" },
  { NULL, 0, NULL },
};
static const OptionChoice base64s[] = {
  { "good", BASE64_GOOD, NULL },
  { "bad", BASE64_BAD, "letters that base64 has not" },
  { "long", BASE64_LONG, "one letter too many at the end" },
  { NULL, 0, NULL },
};

static const Option rows[] = {
  { OPTION_TEXT (Fault, error), .name = "error", .value_name = "NAME",
    .help = "An error of the service, by its name in the list below" },
  { OPTION_INT (Fault, status), .name = "status", .min = 200, .max = 599,
    .help = "The HTTP status; alone, the error that the service has for it" },
  { OPTION_TEXT (Fault, message), .name = "message", .help = "The error's message" },
  { OPTION_TEXT (Fault, retry_delay), .name = "retry-delay",
    .help = "A RetryInfo detail, \"0.5s\" or \"39s\"" },
  { OPTION_TEXT (Fault, retry_after), .name = "retry-after",
    .help = "The header Retry-After, seconds or a date" },
  { OPTION_INT (Fault, retry_after_ms), .name = "retry-after-ms", .min = 0, .max = 1e9,
    .unit = "ms", .help = "The header retry-after-ms" },
  { OPTION_CHOICE (Fault, wrap), .name = "wrap", .choices = wraps, .fallback = "none",
    .help = "How the error is wrapped" },
  { OPTION_TEXT (Fault, body), .name = "body",
    .help = "This text in place of a body; \"\" is none" },
  { OPTION_TEXT (Fault, content_type), .name = "content-type", .help = "The body's type" },

  { OPTION_TEXT (Fault, block_reason), .name = "block-reason",
    .help = "The prompt is refused for this reason" },
  { OPTION_TEXT (Fault, finish_reason), .name = "finish-reason",
    .help = "Why the answer ends; anything but STOP comes without a picture" },
  { OPTION_TEXT (Fault, finish_message), .name = "finish-message", .help = "The words beside it" },
  { OPTION_TEXT (Fault, rai_reason), .name = "rai-reason",
    .help = "Imagen: the prediction is this raiFilteredReason" },
  { OPTION_BOOL (Fault, no_predictions), .name = "no-predictions",
    .help = "Imagen: the answer is {}" },
  { OPTION_CHOICE (Fault, parts), .name = "parts", .choices = parts, .fallback = "usual",
    .help = "What the content holds" },

  { OPTION_INT (Fault, images), .name = "images", .min = 1, .max = 10, .fallback = "1",
    .help = "How many final pictures a Gemini answer holds" },
  { OPTION_BOOL (Fault, draft), .name = "draft",
    .help = "Draft pictures as thoughts, though they were not asked for" },
  { OPTION_TEXT (Fault, type), .name = "type", .help = "What the picture is: png, jpeg, webp" },
  { OPTION_TEXT (Fault, declare), .name = "declare",
    .help = "What the picture is said to be, a MIME type" },
  { OPTION_TEXT (Fault, pixels), .name = "pixels",
    .help = "The picture's size whatever was asked for: 1024x1024, 512, 1K, 2K or 4K" },
  { OPTION_CHOICE (Fault, paint), .name = "paint", .choices = paints, .fallback = "usual",
    .help = "How the picture is drawn" },
  { OPTION_CHOICE (Fault, escapes), .name = "escapes", .choices = escapes, .fallback = "none",
    .help = "How base64 is escaped in JSON" },
  { OPTION_CHOICE (Fault, key_case), .name = "case", .choices = cases, .fallback = "camel",
    .help = "How the names of a Gemini answer are spelt" },
  { OPTION_CHOICE (Fault, deliver), .name = "deliver", .choices = delivers, .fallback = "usual",
    .help = "How the picture comes" },
  { OPTION_CHOICE (Fault, base64), .name = "base64", .choices = base64s, .fallback = "good",
    .help = "How the picture's base64 is spoilt" },
  { OPTION_BOOL (Fault, duplicate_keys), .name = "duplicate-keys",
    .help = "Names that stand twice in an object, the right value last" },
  { OPTION_BYTES (Fault, signature_bytes), .name = "signature-bytes", .min = 1, .max = 1e9,
    .help = "Length of the thoughtSignature" },
  { OPTION_TEXT (Fault, model_version), .name = "model-version",
    .help = "The modelVersion that is told" },

  { OPTION_DURATION (Fault, delay_ms), .name = "delay", .help = "Silence before the first byte" },
  { OPTION_BYTES (Fault, drip_bytes), .name = "drip", .min = 1, .max = 1e9,
    .help = "Send so much at a time" },
  { OPTION_DURATION (Fault, drip_ms), .name = "drip-pause", .fallback = "100ms",
    .help = "Silence between two drips" },
  { OPTION_BOOL (Fault, chunked), .name = "chunked", .help = "Chunks and no Content-Length" },
  { OPTION_BOOL (Fault, gzip), .name = "gzip", .help = "Content-Encoding gzip" },
  { OPTION_BOOL (Fault, cut), .name = "cut",
    .help = "The connection ends in the middle of the body" },
  { OPTION_BYTES (Fault, cut_after), .name = "cut-after", .min = 1, .max = 1e12,
    .help = "The connection ends after so much of the body" },
  { OPTION_BOOL (Fault, reset), .name = "reset",
    .help = "The connection is reset before any answer" },
  { OPTION_BOOL (Fault, hang), .name = "hang",
    .help = "The answer is made and billed, and no byte of it sent until the client goes away" },
  { OPTION_BYTES (Fault, reset_after), .name = "reset-after", .min = 1, .max = 1e12,
    .help = "The connection is reset after so much of the body" },
  { OPTION_BOOL (Fault, endless), .name = "endless",
    .help = "After the body come spaces for ever" },
  { OPTION_BYTES (Fault, header_bytes), .name = "header-bytes", .min = 1, .max = 900000,
    .help = "A header of this length" },
  { OPTION_TEXT (Fault, header), .name = "header", .help = "One more header, \"Name: value\"" },
  { OPTION_INT (Fault, redirects), .name = "redirects", .min = 1, .max = 100,
    .help = "A picture's URL leads so often to another before it answers" },
  { 0 },
};

const OptionTable fault_options = { rows, sizeof (Fault), NULL };
