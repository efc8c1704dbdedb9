#include "stages/deed.h"

/* "c2pa.placed" would need the placed picture as an ingredient with a manifest of its own, and
 * "c2pa.edited" says as much. */
const DeedWords deed_words[N_DEEDS] = {
  [DEED_ORIENTED] = { "c2pa.orientation", NULL },
  [DEED_CROPPED] = { "c2pa.cropped", NULL },
  [DEED_RESIZED] = { "c2pa.resized", NULL },
  [DEED_ADJUSTED_COLOR] = { "c2pa.adjustedColor", NULL },
  [DEED_ENHANCED] = { "c2pa.enhanced", "Sharpened." },
  [DEED_FILTERED] = { "c2pa.filtered", "Blurred." },
  [DEED_FLATTENED] = { "c2pa.edited", "Put on a background." },
  [DEED_PADDED] = { "c2pa.edited", "Given a border." },
  [DEED_PLACED] = { "c2pa.edited", "A picture was placed upon it." },
  [DEED_ADDED_TEXT] = { "c2pa.addedText", NULL },
  [DEED_TRANSCODED] = { "c2pa.transcoded", NULL },
};
