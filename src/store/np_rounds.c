/* SPDX-License-Identifier: Apache-2.0
 * A thread that does something again and again. */
#include "np_rounds.h"

#include <stdatomic.h>

#include "np_clock.h"
#include "np_gate.h"
#include "np_thread.h"

struct np_rounds_t {
    np_round_t *round;
    void *data;
    np_gate_t *gate;
    atomic_bool over;
    apr_thread_t *thread;
    apr_pool_t *scratch;
};

bool np_rounds_are_over(const np_rounds_t *rounds)
{
    return atomic_load(&rounds->over);
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    np_rounds_t *rounds = data;

    for (;;) {
        const unsigned ticket = np_gate_ticket(rounds->gate);
        if (np_rounds_are_over(rounds)) {
            break;
        }
        const apr_interval_time_t wait =
            rounds->round(rounds, rounds->data, rounds->scratch);
        apr_pool_clear(rounds->scratch);
        (void)np_gate_sleep(rounds->gate, ticket, np_clock_monotonic() + wait);
    }
    return NULL;
}

static apr_status_t stop(void *data)
{
    np_rounds_t *rounds = data;
    apr_status_t ended;

    atomic_store(&rounds->over, true);
    np_gate_ring(rounds->gate);
    (void)apr_thread_join(&ended, rounds->thread);
    apr_pool_destroy(rounds->scratch);
    return APR_SUCCESS;
}

void np_rounds_ring(np_rounds_t *rounds)
{
    np_gate_ring(rounds->gate);
}

apr_status_t np_rounds_start(np_rounds_t **started, np_round_t *round,
                             void *data, apr_pool_t *p)
{
    np_rounds_t *rounds = apr_pcalloc(p, sizeof *rounds);

    *started = rounds;
    rounds->round = round;
    rounds->data = data;
    /* With an allocator of its own: this thread alone uses it. */
    apr_status_t status =
        apr_pool_create_unmanaged_ex(&rounds->scratch, NULL, NULL);
    if (status == APR_SUCCESS) {
        status = np_gate_create(&rounds->gate, p);
    }
    if (status == APR_SUCCESS) {
        status = np_thread_start(&rounds->thread, run, rounds, p);
    }
    if (status == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(p, rounds, stop);
    }
    return status;
}
