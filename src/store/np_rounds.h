/* SPDX-License-Identifier: Apache-2.0
 * A thread that does something again and again. */
#ifndef NP_ROUNDS_H
#define NP_ROUNDS_H

#include <stdbool.h>

#include "apr_pools.h"
#include "apr_time.h"

typedef struct np_rounds_t np_rounds_t;

/**
 * One round.
 * @param data what np_rounds_start() was given
 * @param scratch empty at the beginning of each round
 * @return how long to wait before the next one
 */
typedef apr_interval_time_t np_round_t(const np_rounds_t *rounds, void *data,
                                       apr_pool_t *scratch);

/** Shall this round end early, because the thread has to? */
bool np_rounds_are_over(const np_rounds_t *rounds);

/**
 * Start a thread that goes round at once, and then again and again. It ends
 * before anything in @a p is cleaned up, where @a data has to live.
 * @param started set before the first round begins
 * @return APR_SUCCESS, or why there is no thread
 */
apr_status_t np_rounds_start(np_rounds_t **started, np_round_t *round,
                             void *data, apr_pool_t *p);

/** Do not wait for the next round: it begins when this one is done. */
void np_rounds_ring(np_rounds_t *rounds);

#endif
