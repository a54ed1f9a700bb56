/* SPDX-License-Identifier: Apache-2.0
 * Sleeping until something happens, or until a moment of the monotonic clock.
 */
#include "np_gate.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct np_gate_t {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    /** How often it was rung; under the mutex. */
    unsigned rung;
};

static apr_status_t gate_cleanup(void *data)
{
    np_gate_t *gate = data;
    (void)pthread_cond_destroy(&gate->cond);
    (void)pthread_mutex_destroy(&gate->mutex);
    return APR_SUCCESS;
}

static int cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int err = pthread_condattr_init(&attr);
    if (err != 0) {
        return err;
    }
    err = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (err == 0) {
        err = pthread_cond_init(cond, &attr);
    }
    (void)pthread_condattr_destroy(&attr);
    return err;
}

apr_status_t np_gate_create(np_gate_t **gate, apr_pool_t *p)
{
    np_gate_t *made = apr_pcalloc(p, sizeof(*made));
    int err = pthread_mutex_init(&made->mutex, NULL);
    if (err != 0) {
        return APR_FROM_OS_ERROR(err);
    }
    err = cond_init(&made->cond);
    if (err != 0) {
        (void)pthread_mutex_destroy(&made->mutex);
        return APR_FROM_OS_ERROR(err);
    }
    apr_pool_cleanup_register(p, made, gate_cleanup, apr_pool_cleanup_null);
    *gate = made;
    return APR_SUCCESS;
}

unsigned np_gate_ticket(np_gate_t *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    const unsigned ticket = gate->rung;
    (void)pthread_mutex_unlock(&gate->mutex);
    return ticket;
}

static int wait_until(np_gate_t *gate, apr_time_t until)
{
    if (until == NP_GATE_NEVER) {
        return pthread_cond_wait(&gate->cond, &gate->mutex);
    }
    const struct timespec moment = {
        .tv_sec = (time_t)apr_time_sec(until),
        .tv_nsec = (long)apr_time_usec(until) * 1000,
    };
    return pthread_cond_timedwait(&gate->cond, &gate->mutex, &moment);
}

bool np_gate_sleep(np_gate_t *gate, unsigned ticket, apr_time_t until)
{
    (void)pthread_mutex_lock(&gate->mutex);
    int err = 0;
    if (gate->rung == ticket) {
        err = wait_until(gate, until);
    }
    const bool timed_out = err == ETIMEDOUT && gate->rung == ticket;
    (void)pthread_mutex_unlock(&gate->mutex);
    return !timed_out;
}

void np_gate_ring_one(np_gate_t *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->rung++;
    (void)pthread_cond_signal(&gate->cond);
    (void)pthread_mutex_unlock(&gate->mutex);
}

void np_gate_ring(np_gate_t *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->rung++;
    (void)pthread_cond_broadcast(&gate->cond);
    (void)pthread_mutex_unlock(&gate->mutex);
}
