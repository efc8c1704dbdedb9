/* The metadata server of a Google Cloud machine. */
#pragma once

#include "simulator/simulator.h"

void metadata_server_answer (Simulator *simulator, Exchange *exchange);
