/* SPDX-License-Identifier: Apache-2.0
 * A memcached server as one child process sees it: its lanes, its health. */
#include "np_memcache_peer.h"

#include "np_clock.h"
#include "np_figures.h"
#include "np_processor.h"

apr_status_t np_peer_create(np_peer_t **peer, const np_memcache_name_t *name,
                            const np_memcache_limits_t *limits,
                            np_deadline_t *keeper, int first_watch,
                            apr_pool_t *p)
{
    np_peer_t *made = apr_pcalloc(p, sizeof(*made));
    made->name = name;
    made->timeout = limits->timeout;
    made->figures = limits->figures;
    made->lane_count = limits->connections;
    made->lanes =
        apr_pcalloc(p, (apr_size_t)limits->connections * sizeof(*made->lanes));
    for (int i = 0; i < made->lane_count; i++) {
        made->lanes[i].watch = np_deadline_watch(keeper, first_watch + i);
        atomic_store(&made->lanes[i].state, NP_LANE_EMPTY);
    }
    atomic_store(&made->health, np_peer_health(0, NP_PEER_TRYING));
    atomic_store(&made->left_at, np_clock_monotonic());
    apr_status_t status = np_gate_create(&made->room, p);
    if (status == APR_SUCCESS) {
        status = np_gate_create(&made->work, p);
    }
    *peer = made;
    return status;
}

void np_peer_leave(np_peer_t *peer, unsigned epoch, np_peer_state_e from,
                   np_peer_state_e to, apr_status_t reason)
{
    unsigned health = np_peer_health(epoch, from);
    const unsigned next = from == NP_PEER_UP ? epoch + 1 : epoch;
    atomic_store(&peer->reason,
                 np_store_unavailable(reason) ? reason : APR_EGENERAL);
    if (from == NP_PEER_UP && atomic_load(&peer->health) == health) {
        atomic_store(&peer->left_at, np_clock_monotonic());
    }
    if (atomic_compare_exchange_strong(&peer->health, &health,
                                       np_peer_health(next, to))) {
        np_cells_add(peer->figures, NP_STORE_CELL_DOWNS, to == NP_PEER_DOWN);
        np_gate_ring(peer->room);
        np_gate_ring(peer->work);
    }
}

void np_peer_close(np_peer_t *peer)
{
    atomic_store(&peer->reason, APR_EGENERAL);
    atomic_store(&peer->health, np_peer_health(0, NP_PEER_CLOSED));
    np_gate_ring(peer->room);
    np_gate_ring(peer->work);
}

static void discard(np_peer_t *peer, np_lane_t *lane)
{
    atomic_store(&lane->state, NP_LANE_BROKEN);
    np_gate_ring(peer->work);
}

void np_peer_give_back(np_peer_t *peer, np_lane_t *lane)
{
    switch (lane->fate) {
    case NP_LANE_GOOD:
        atomic_store(&lane->state, NP_LANE_IDLE);
        break;
    case NP_LANE_REFUSED:
        discard(peer, lane);
        break;
    case NP_LANE_LOST:
        np_peer_leave(peer, lane->epoch, NP_PEER_UP, NP_PEER_TRYING,
                      APR_ECONNRESET);
        discard(peer, lane);
        break;
    case NP_LANE_LATE:
        np_peer_leave(peer, lane->epoch, NP_PEER_UP, NP_PEER_DOWN, APR_TIMEUP);
        discard(peer, lane);
        break;
    }
    if (atomic_load(&peer->waiting) > 0) {
        np_gate_ring_one(peer->room);
    }
}

/* Make an idle lane ours, if its connection still is worth it. */
static bool take_idle(np_peer_t *peer, np_lane_t *lane)
{
    int idle = NP_LANE_IDLE;
    if (atomic_load(&lane->state) != NP_LANE_IDLE
        || !atomic_compare_exchange_strong(&lane->state, &idle, NP_LANE_BUSY)) {
        return false;
    }
    if (lane->epoch != np_peer_epoch(atomic_load(&peer->health))) {
        discard(peer, lane);
        return false;
    }
    if (!np_lane_is_fit(lane)) {
        /* The server closed it while nobody used it: nothing is lost, but its
         * other lanes will be no better. */
        lane->fate = NP_LANE_LOST;
        np_peer_give_back(peer, lane);
        return false;
    }
    return true;
}

static bool find_idle(np_peer_t *peer, np_lane_t **lane)
{
    const unsigned count = (unsigned)peer->lane_count;
    const unsigned first = np_processor_choose(count);
    for (unsigned i = 0; i < count; i++) {
        np_lane_t *candidate = &peer->lanes[(first + i) % count];
        if (take_idle(peer, candidate)) {
            *lane = candidate;
            return true;
        }
    }
    return false;
}

/* Look for a lane. False if there is none now, but may be later. */
static bool look(np_peer_t *peer, np_lane_t **lane, apr_status_t *status)
{
    switch (np_peer_state(atomic_load(&peer->health))) {
    case NP_PEER_TRYING:
        return false;
    case NP_PEER_UP:
        *status = APR_SUCCESS;
        return find_idle(peer, lane);
    case NP_PEER_DOWN:
    case NP_PEER_CLOSED:
        *status = atomic_load(&peer->reason);
        break;
    }
    return true;
}

/* Nobody shall wait in vain for what this request has waited for in vain. */
static apr_status_t give_up(np_peer_t *peer)
{
    const unsigned health = atomic_load(&peer->health);
    np_peer_leave(peer, np_peer_epoch(health), NP_PEER_TRYING, NP_PEER_DOWN,
                  APR_TIMEUP);
    return APR_TIMEUP;
}

static apr_status_t wait_for_lane(np_peer_t *peer, apr_time_t until,
                                  np_lane_t **lane)
{
    apr_status_t status = APR_SUCCESS;
    bool settled = false;
    bool in_time = true;
    atomic_fetch_add(&peer->waiting, 1);
    np_gate_ring(peer->work);
    for (;;) {
        const unsigned ticket = np_gate_ticket(peer->room);
        settled = look(peer, lane, &status);
        if (settled || !in_time) {
            break;
        }
        in_time = np_gate_sleep(peer->room, ticket, until);
    }
    atomic_fetch_sub(&peer->waiting, 1);
    return settled ? status : give_up(peer);
}

apr_status_t np_peer_take(np_peer_t *peer, apr_time_t until, np_lane_t **lane)
{
    apr_status_t status = APR_SUCCESS;
    if (look(peer, lane, &status)) {
        return status;
    }
    return wait_for_lane(peer, until, lane);
}

/* Is it known whether the peer answers again? */
static bool is_known(np_peer_t *peer, bool *up)
{
    const unsigned health = atomic_load(&peer->health);
    const np_peer_state_e state = np_peer_state(health);

    *up = state == NP_PEER_UP;
    return *up || state == NP_PEER_CLOSED
           || (state == NP_PEER_DOWN
               && np_peer_epoch(health) == atomic_load(&peer->failed_epoch));
}

bool np_peer_await(np_peer_t *peer, apr_time_t until)
{
    bool up;
    bool in_time = true;

    for (;;) {
        const unsigned ticket = np_gate_ticket(peer->room);
        const apr_time_t away_at = atomic_load(&peer->left_at) + peer->timeout;
        if (is_known(peer, &up) || !in_time) {
            return up;
        }
        in_time = np_gate_sleep(peer->room, ticket,
                                until < away_at ? until : away_at);
    }
}
