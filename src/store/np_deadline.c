/* SPDX-License-Identifier: Apache-2.0
 * The deadline keeper: a thread that ends socket operations that are late. */
#include "np_deadline.h"

#include <stdatomic.h>
#include <sys/socket.h>

#include "apr_thread_mutex.h"

#include "np_clock.h"
#include "np_gate.h"
#include "np_thread.h"

/* What a watch's deadline says when it is none. */
#define AT_REST 0
#define WAS_CUT (-1)

struct np_deadline_watch_t {
    /**
     * The deadline of the operation under way, AT_REST or WAS_CUT. Both the
     * operation that ends and the keeper that cuts exchange the deadline they
     * know for something else, so only one of them can succeed. A later
     * operation with the very same deadline is just as late.
     */
    _Atomic apr_time_t until;
    int fd;
    np_deadline_t *keeper;
};

struct np_deadline_t {
    int count;
    np_deadline_watch_t *watches;
    apr_interval_time_t usual;
    /** When the thread will look again by itself. */
    _Atomic apr_time_t looks_at;
    /** Something began since the thread last found nothing under way. */
    atomic_bool busy;
    atomic_bool stopped;
    /** Held while sockets are cut, and while they are taken away. */
    apr_thread_mutex_t *cutting;
    np_gate_t *gate;
    apr_thread_t *thread;
};

/* Cut what is late at now. Returns the next deadline. */
static apr_time_t cut_late(np_deadline_t *keeper, apr_time_t now)
{
    apr_time_t next = NP_GATE_NEVER;
    apr_thread_mutex_lock(keeper->cutting);
    for (int i = 0; i < keeper->count; i++) {
        np_deadline_watch_t *watch = &keeper->watches[i];
        apr_time_t until = atomic_load(&watch->until);
        if (until <= 0) {
            continue;
        }
        if (until > now) {
            next = until < next ? until : next;
        }
        else if (atomic_compare_exchange_strong(&watch->until, &until,
                                                WAS_CUT)) {
            (void)shutdown(watch->fd, SHUT_RDWR);
        }
    }
    apr_thread_mutex_unlock(keeper->cutting);
    return next;
}

/* Cut what is late and say when to look again. */
static apr_time_t look_around(np_deadline_t *keeper)
{
    const apr_time_t now = np_clock_monotonic();
    apr_time_t next = cut_late(keeper, now);
    if (next == NP_GATE_NEVER && atomic_exchange(&keeper->busy, false)) {
        /* To look again spares the operations of a busy time to wake us. */
        next = now + keeper->usual;
    }
    atomic_store(&keeper->looks_at, next);
    /* Whoever began before that store did not see it and will not wake us,
     * but is seen here. */
    const apr_time_t unseen = cut_late(keeper, now);
    return unseen < next ? unseen : next;
}

static void *APR_THREAD_FUNC keep(apr_thread_t *thread, void *data)
{
    np_deadline_t *keeper = data;
    for (;;) {
        const unsigned ticket = np_gate_ticket(keeper->gate);
        if (atomic_load(&keeper->stopped)) {
            break;
        }
        (void)np_gate_sleep(keeper->gate, ticket, look_around(keeper));
    }
    return NULL;
}

void np_deadline_stop(np_deadline_t *keeper)
{
    if (atomic_exchange(&keeper->stopped, true)) {
        return;
    }
    np_gate_ring(keeper->gate);
    apr_status_t ended;
    apr_thread_join(&ended, keeper->thread);
    /* From here on np_deadline_begin() does our work. */
    atomic_store(&keeper->looks_at, NP_GATE_NEVER);
    (void)cut_late(keeper, NP_GATE_NEVER);
}

static apr_status_t keeper_cleanup(void *data)
{
    np_deadline_stop(data);
    return APR_SUCCESS;
}

apr_status_t np_deadline_create(np_deadline_t **keeper, int count,
                                apr_interval_time_t usual, apr_pool_t *p)
{
    np_deadline_t *made = apr_pcalloc(p, sizeof(*made));
    made->count = count;
    made->usual = usual;
    made->watches = apr_pcalloc(p, (apr_size_t)count * sizeof(*made->watches));
    for (int i = 0; i < count; i++) {
        made->watches[i].keeper = made;
        made->watches[i].fd = -1;
    }
    atomic_store(&made->looks_at, NP_GATE_NEVER);
    apr_status_t status = np_gate_create(&made->gate, p);
    if (status == APR_SUCCESS) {
        status = apr_thread_mutex_create(&made->cutting,
                                         APR_THREAD_MUTEX_DEFAULT, p);
    }
    if (status == APR_SUCCESS) {
        status = np_thread_start(&made->thread, keep, made, p);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    apr_pool_pre_cleanup_register(p, made, keeper_cleanup);
    *keeper = made;
    return APR_SUCCESS;
}

np_deadline_watch_t *np_deadline_watch(np_deadline_t *keeper, int i)
{
    return &keeper->watches[i];
}

void np_deadline_attach(np_deadline_watch_t *watch, int fd)
{
    watch->fd = fd;
}

void np_deadline_detach(np_deadline_watch_t *watch)
{
    apr_thread_mutex_lock(watch->keeper->cutting);
    atomic_store(&watch->until, AT_REST);
    watch->fd = -1;
    apr_thread_mutex_unlock(watch->keeper->cutting);
}

void np_deadline_begin(np_deadline_watch_t *watch, apr_time_t until)
{
    np_deadline_t *keeper = watch->keeper;
    atomic_store(&watch->until, until);
    if (!atomic_load_explicit(&keeper->busy, memory_order_relaxed)) {
        atomic_store_explicit(&keeper->busy, true, memory_order_relaxed);
    }
    if (atomic_load(&keeper->looks_at) <= until) {
        return;
    }
    if (atomic_load(&keeper->stopped)) {
        (void)cut_late(keeper, NP_GATE_NEVER);
    }
    else {
        np_gate_ring(keeper->gate);
    }
}

bool np_deadline_end(np_deadline_watch_t *watch)
{
    apr_time_t until = atomic_load(&watch->until);
    return until != WAS_CUT
           && atomic_compare_exchange_strong(&watch->until, &until, AT_REST);
}
