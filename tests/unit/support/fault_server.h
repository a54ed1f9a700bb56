/* SPDX-License-Identifier: Apache-2.0
 * Something that listens where a memcached should, and misbehaves. */
#ifndef NP_FAULT_SERVER_H
#define NP_FAULT_SERVER_H

#include <stdbool.h>

#include "apr_pools.h"

/** How it answers. */
typedef enum np_fault_e {
    /** Like a memcached in which every key has NP_FAULT_VALUE. */
    NP_FAULT_NONE,
    /** Not at all. */
    NP_FAULT_SILENCE,
    /** The first half of a line. */
    NP_FAULT_HALF,
    /** A line that never ends, one octet every 50 ms. */
    NP_FAULT_DRIP,
    /** Another protocol. */
    NP_FAULT_NONSENSE,
    /** By closing the connection. */
    NP_FAULT_HANG_UP,
    /** "SERVER_ERROR", as a memcached without memory does. */
    NP_FAULT_REFUSAL,
    /** Twice to each question. */
    NP_FAULT_ECHO,
} np_fault_e;

#define NP_FAULT_VALUE "good"

typedef struct np_fault_server_t np_fault_server_t;

/**
 * Listen on a port of 127.0.0.1, in a thread that ends with @a p. Fails the
 * test if it cannot.
 */
np_fault_server_t *np_fault_server_start(apr_pool_t *p);

int np_fault_server_port(const np_fault_server_t *server);

/** Answer so from now on; with @a probes, the connector's probes as well. */
void np_fault_server_set(np_fault_server_t *server, np_fault_e fault,
                         bool probes);

/** The connections that it has accepted. */
int np_fault_server_accepted(np_fault_server_t *server);

#endif
