/* SPDX-License-Identifier: Apache-2.0
 * A memcached of the tests' own, on loopback and on a unix socket. */
#ifndef NP_TEST_MEMCACHED_H
#define NP_TEST_MEMCACHED_H

#include <sys/types.h>

/** Its process and where it listens. */
typedef struct np_memcached_t {
    pid_t pid;
    int port;
    /** The unix socket; "" without one. */
    char path[64];
    /** A directory of its own. */
    char dir[32];
} np_memcached_t;

/** Start one on a port that it picks. Fails the test if it cannot. */
void np_memcached_start(np_memcached_t *memcached);

/** Start one on a unix socket. */
void np_memcached_start_unix(np_memcached_t *memcached);

/** Start it again, empty, on the port that it had. */
void np_memcached_restart(np_memcached_t *memcached);

/** Send it a signal; after SIGKILL and SIGTERM, wait for its end. */
void np_memcached_signal(np_memcached_t *memcached, int signal);

/** End it and remove its directory. */
void np_memcached_stop(np_memcached_t *memcached);

#endif
