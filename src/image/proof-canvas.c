#include "image/proof-canvas.h"

static const ProofColor white = { 255, 255, 255 };

void
proof_canvas_init (ProofCanvas *canvas, int width, int height, ProofColor color)
{
  const ProofBox all = { 0, 0, width, height };
  *canvas = (ProofCanvas){ width, height, g_malloc ((size_t)width * (size_t)height * 3) };
  proof_canvas_fill (canvas, &all, color, 256);
}

void
proof_canvas_clear (ProofCanvas *canvas)
{
  g_clear_pointer (&canvas->rgb, g_free);
}

static void
mix (ProofCanvas *canvas, int x, int y, ProofColor color, int part)
{
  if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
    return;
  uint8_t *at = canvas->rgb + ((size_t)y * (size_t)canvas->width + (size_t)x) * 3;
  const uint8_t ink[3] = { color.red, color.green, color.blue };
  for (int i = 0; i < 3; i++)
    at[i] = (uint8_t)((at[i] * (256 - part) + ink[i] * part + 128) / 256);
}

void
proof_canvas_fill (ProofCanvas *canvas, const ProofBox *box, ProofColor color, int part)
{
  for (int y = box->top; y < box->top + box->height; y++)
    for (int x = box->left; x < box->left + box->width; x++)
      mix (canvas, x, y, color, part);
}

void
proof_canvas_put (ProofCanvas *canvas, const ProofBox *box, const uint8_t *rgb)
{
  for (int y = 0; y < box->height; y++)
    for (int x = 0; x < box->width; x++, rgb += 3)
      mix (canvas, box->left + x, box->top + y, (ProofColor){ rgb[0], rgb[1], rgb[2] }, 256);
}

/* `at` counts along the line. */
static bool
is_drawn (int at, bool is_dashed)
{
  enum { DASH = 14, GAP = 9 };
  return !is_dashed || at % (DASH + GAP) < DASH;
}

/* Two pixels on either side of an edge: what lies nearest to it in colour, beyond it light. */
static void
draw_edge (ProofCanvas *canvas, int edge, int from, int to, bool is_upright, ProofColor color,
           bool is_dashed)
{
  enum { LIGHT = 150 };
  for (int at = from; at < to; at++) {
    if (!is_drawn (at - from, is_dashed))
      continue;
    for (int across = edge - 2; across < edge + 2; across++) {
      bool is_line = across == edge - 1 || across == edge;
      mix (canvas, is_upright ? across : at, is_upright ? at : across, is_line ? color : white,
           is_line ? 256 : LIGHT);
    }
  }
}

void
proof_canvas_frame (ProofCanvas *canvas, const ProofBox *box, ProofColor color, bool is_dashed)
{
  int right = box->left + box->width, bottom = box->top + box->height;
  draw_edge (canvas, box->top, box->left - 1, right + 1, false, color, is_dashed);
  draw_edge (canvas, bottom, box->left - 1, right + 1, false, color, is_dashed);
  draw_edge (canvas, box->left, box->top - 1, bottom + 1, true, color, is_dashed);
  draw_edge (canvas, right, box->top - 1, bottom + 1, true, color, is_dashed);
}

void
proof_canvas_hatch (ProofCanvas *canvas, const ProofBox *box, const uint8_t *mask, ProofColor color,
                    bool is_rising)
{
  enum { PERIOD = 10, LINE = 2, TINT = 40, SHINE = 150 };
  for (int y = 0; y < box->height; y++)
    for (int x = 0; x < box->width; x++, mask++) {
      if (*mask == 0)
        continue;
      /* Of the place on the canvas, so that hatches of neighbouring boxes meet. */
      int across = box->left + x, down = box->top + y;
      int phase = (is_rising ? across + down : across - down + PERIOD * 4096) % PERIOD;
      bool is_shine = phase == LINE;
      mix (canvas, across, down, is_shine ? white : color,
           phase < LINE ? 256
           : is_shine   ? SHINE
                        : TINT);
    }
}

void
proof_canvas_stamp (ProofCanvas *canvas, const ProofBox *box, const uint8_t *mask, ProofColor color)
{
  for (int y = 0; y < box->height; y++)
    for (int x = 0; x < box->width; x++, mask++)
      if (*mask > 0)
        mix (canvas, box->left + x, box->top + y, color, *mask + (*mask >> 7));
}
