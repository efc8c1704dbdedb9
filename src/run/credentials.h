/* What becomes of an original's Content Credentials in the files made of it: carried on in a manifest of
 * their own, which names the original as its parent; or, where nobody signs, kept beside them. */
#pragma once

#include "base/digest.h"
#include "image/format.h"
#include "c2pa/write.h"
#include "metadata/policy.h"
#include "run/signer.h"

#define CREDENTIALS_SUFFIX ".c2pa"

typedef enum {
  CREDENTIALS_NONE,     /* the original has none */
  CREDENTIALS_DROPPED,  /* as it was asked, or because they tell what never leaves */
  CREDENTIALS_EMBEDDED, /* signed, in the file */
  CREDENTIALS_BESIDE,   /* signed, for the file, in FILE.c2pa */
  CREDENTIALS_KEPT,     /* nobody signs: the original's own, as they came, in FILE.c2pa */
} CredentialsFate;

/* As the manifest and events name them: "embedded", "sidecar", "original"; NULL for the first two. */
extern const char *const credentials_words[CREDENTIALS_KEPT + 1];

typedef struct {
  GBytes *store;       /* NULL: the original has none, or see trouble */
  const char *trouble; /* why what it has cannot be taken out of it; NULL: nothing is wrong */
  C2paReport *report;  /* of the store */
  Signer *signer;      /* NULL: nobody signs */
  Digest original;
  const char *original_type; /* "image/png" */
} CredentialsOrigin;

/* Of a format that is written. */
ContainerKind credentials_container (ImageFormat format);
void credentials_origin_clear (CredentialsOrigin *origin);

/* *out_why (new string; NULL for NONE): for the file's report. */
CredentialsFate credentials_decide (const CredentialsOrigin *origin, const MetadataOptions *options,
                                    ImageFormat format, char **out_why);

/* One file that is to be signed. */
typedef struct {
  ImageFormat format;
  Digest fingerprint;
  const GArray *deeds;     /* Deed */
  const char *source_type; /* term, or NULL */
} CredentialsFile;

/* How many bytes an embedded store adds to the file, at most. */
size_t credentials_room (const CredentialsOrigin *origin, const CredentialsFile *file);
/* EMBEDDED: *file becomes the file with its store. */
bool credentials_embed (const CredentialsOrigin *origin, const CredentialsFile *told, GBytes **file,
                        GError **error);
/* What is to stand beside the file, if anything is. Of a file that is not in memory (NULL) its SHA-256 suffices. */
bool credentials_beside (const CredentialsOrigin *origin, CredentialsFate fate,
                         const CredentialsFile *told, GBytes *file, const Digest *content,
                         GBytes **out_sidecar, GError **error);
