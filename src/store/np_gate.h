/* SPDX-License-Identifier: Apache-2.0
 * Sleeping until something happens, or until a moment of the monotonic clock.
 */
#ifndef NP_GATE_H
#define NP_GATE_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

/** A moment that never comes. */
#define NP_GATE_NEVER APR_INT64_MAX

/**
 * A place to sleep at. Whoever wants to sleep takes a ticket, looks whether
 * there is something to do, and sleeps with the ticket: what was rung in
 * between is not slept through. No lock is held while looking.
 *
 * APR's condition variables would do, but for their timeouts by the wall
 * clock: when that is set back, they sleep on.
 */
typedef struct np_gate_t np_gate_t;

/** Make a gate that lives in @a p. */
apr_status_t np_gate_create(np_gate_t **gate, apr_pool_t *p);

/** To be taken before looking whether to sleep. */
unsigned np_gate_ticket(np_gate_t *gate);

/**
 * Sleep until the gate is rung, or until @a until. Wakes early now and then.
 * @return false if @a until has come and nothing was rung since @a ticket
 */
bool np_gate_sleep(np_gate_t *gate, unsigned ticket, apr_time_t until);

/** Wake one sleeper. */
void np_gate_ring_one(np_gate_t *gate);

/** Wake all sleepers. */
void np_gate_ring(np_gate_t *gate);

#endif
