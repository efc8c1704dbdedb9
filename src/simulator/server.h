/* HTTP on loopback: from a socket to an Exchange and back, with what a fault does on the wire. */
#pragma once

#include "simulator/simulator.h"

typedef struct Server Server;

/* Listens; sets simulator->url. */
Server *server_start (Simulator *simulator, GError **error);
/* Ends every connection and waits for its thread. Call simulator_stop first. */
void server_stop (Server *server);
