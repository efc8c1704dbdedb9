/* The models table: what each model can do, what it costs and where it is, as data. Model ids retire
 * several times a year, and what is data needs no new Peel.
 *
 * The built-in table is presets/models.yaml; rows in the user's configuration add to it, or change
 * single options of its rows. */
#pragma once

#include "base/problems.h"
#include "option/option.h"

/* How it is spoken to. */
typedef enum {
  MODEL_API_GEMINI,  /* generateContent */
  MODEL_API_PREDICT, /* :predict of Imagen-shaped models */
  MODEL_API_IMAGES,  /* images/generations and images/edits */
} ModelApi;

/* USD for a picture, by resolution; 0: the row's `price` */
typedef struct {
  double half_k, one_k, two_k, four_k;
} ModelPrices;

/* USD for a million tokens */
typedef struct {
  double image, text; /* going out; thoughts are text */
  double input;
} TokenPrices;
/* Seconds for a picture, by resolution; 0: not known */
typedef struct {
  double half_k, one_k, two_k, four_k;
} ModelSeconds;

typedef struct {
  char *id;              /* the row's name: what is asked for, unless `ids` says otherwise */
  char **aliases;        /* other names for pipelines */
  char **ids;            /* "PROVIDER=ID" where a provider knows it by another id */
  char *family;          /* NULL: the id. Models of one family answer each other's requests */
  char **providers;      /* who has it */
  int api;               /* ModelApi */
  char **resolutions;    /* "1K", …; NULL: WIDTHxHEIGHT only */
  char **sizes;          /* "RATIO WIDTHxHEIGHT" at 1K; NULL: any ratio */
  char **small_sizes;    /* the same at 512 */
  bool sends_resolution; /* false: the model has one, and its name is refused */
  int size_step;         /* px; > 0: any WIDTHxHEIGHT of such steps */
  int most_edge;         /* px */
  int most_pixels;       /* 0: no limit */
  double most_ratio;
  int most_references;
  int64_t most_reference_bytes;
  char **reference_types; /* "png", … */
  char **options;         /* of `generate`, beyond the usual: those that this model takes */
  char **locations;       /* of Vertex AI, where it is; NULL: anywhere */
  double price;           /* USD for a picture; 0: not known, unless is_free */
  ModelPrices prices;
  double reference_price;   /* USD for each reference picture */
  TokenPrices token_prices; /* what is billed in the end; image 0: `price` and `prices` are */
  char *prices_as_of;       /* a date */
  bool is_free;
  int quality; /* 1 to 100; 0: nobody has ranked it */
  ModelSeconds seconds;
  int requests_per_minute; /* what the service publishes; 0: nothing */
  char *retired;           /* a date: it is gone */
  char *successor;         /* the row to use instead */
} Model;

extern const OptionTable model_options;

typedef struct ModelTable ModelTable;

ModelTable *model_table_new (void);
void model_table_free (ModelTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelTable, model_table_free)
/* Adds or changes rows; `map` is "id: {…}". False after adding to `problems`. */
bool model_table_read (ModelTable *table, const Node *map, Problems *problems);

unsigned model_table_length (const ModelTable *table);
const Model *model_table_row (const ModelTable *table, unsigned i);

/* The row of an id or alias that `provider` has. PROVIDER_ERROR: there is none, or it has retired;
 * the text says what to use. */
const Model *model_table_find (const ModelTable *table, const char *provider, const char *name,
                               GError **error);
/* What requests for it are kept under. */
const char *model_family (const Model *model);
bool model_is_at (const Model *model, const char *provider);
/* What `provider` calls it. */
const char *model_id_at (const Model *model, const char *provider);
/* USD for a picture; false: nobody wrote it down. */
bool model_price (const Model *model, const char *resolution, unsigned n_references,
                  double *out_usd);
/* Typical seconds for a picture; 0: not known. */
double model_seconds (const Model *model, const char *resolution);
/* An empty date takes a retirement back, in a configuration that knows better. */
bool model_is_retired (const Model *model);
/* The row of an id or alias that is gone, or NULL. */
const Model *model_table_find_retired (const ModelTable *table, const char *name);
/* Does a pipeline ask for it by that name: its id, or an alias? */
bool model_is_named (const Model *model, const char *name);
bool model_takes (const Model *model, const char *option);
