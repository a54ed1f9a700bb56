/* SPDX-License-Identifier: Apache-2.0
 * Which server has a key: rendezvous (highest random weight) hashing. */
#ifndef NP_RENDEZVOUS_H
#define NP_RENDEZVOUS_H

#include "apr.h"

/** What a server's name contributes; computed once for each server. */
apr_uint64_t np_rendezvous_seed(const char *name);

/**
 * How much the server of @a seed wants @a key. The server with the highest
 * score has the key, the next one its first copy. The scores of one server do
 * not depend on which others there are: adding a server moves the keys that it
 * takes, removing one moves those that it had, and no others.
 * The values are for good: another function would lose all sessions.
 */
apr_uint64_t np_rendezvous_score(apr_uint64_t seed, const char *key);

/** The index of the server that has @a key; @a count is 1 at least. */
int np_rendezvous_first(const apr_uint64_t *seeds, int count, const char *key);

/**
 * The indices of the @a wanted servers that want @a key most, the first one
 * first; @a wanted is @a count at the most.
 */
void np_rendezvous_rank(const apr_uint64_t *seeds, int count, const char *key,
                        int *ranked, int wanted);

#endif
