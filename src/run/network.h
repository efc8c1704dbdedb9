/* The network lane of a run: originals that are asked of a service.
 *
 *     miss ─ gate ─ journal ─ request ─▶ lane ─▶ cache ─ journal ─ worker's look ─ outputs
 *              ▲ (key, token, quotas, budget)│
 *              ├──── again, after a wait ◀───┤ throttled, overloaded, a token that expired
 *              └──── the next provider  ◀────┤ no use in asking this one
 *                                            └▶ refused, failed
 *
 * Sockets, decoding and blobs are the lane's thread's; everything else happens in the run's. */
#pragma once

#include "run/image-run.h"

typedef struct Run Run;
typedef struct Network Network;

/* Nothing is started before the first call. */
Network *network_new (void);
/* Calls under way are cancelled. */
void network_free (Network *network);

/* Takes the image over until it has failed, or its original has landed and a worker is to look at it. */
void network_begin (Run *run, ImageRun *image_run);
/* Keys that a provider is asked with, as far as is known yet. */
unsigned network_n_keys (const Network *network, const ProviderType *provider);
/* Images that it has. */
unsigned network_n_busy (const Network *network);
/* Readable when there is work for network_work; -1: nothing was started. */
int network_fd (const Network *network);
/* Takes what came, and sends what is due. */
void network_work (Run *run);
/* Sends nothing more: what is not under way is dropped, what is may land. */
void network_stop (Run *run);
/* Ends what is under way. */
void network_kill (Run *run);
