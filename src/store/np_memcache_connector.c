/* SPDX-License-Identifier: Apache-2.0
 * The thread that opens and closes the lanes of one memcached server. */
#include "np_memcache_connector.h"

#include "np_clock.h"
#include "np_figures.h"
#include "np_thread.h"

static int count_lanes(np_peer_t *peer, np_lane_state_e state)
{
    int count = 0;
    for (int i = 0; i < peer->lane_count; i++) {
        if (atomic_load(&peer->lanes[i].state) == (int)state) {
            count++;
        }
    }
    return count;
}

static np_lane_t *find_lane(np_peer_t *peer, np_lane_state_e state)
{
    for (int i = 0; i < peer->lane_count; i++) {
        if (atomic_load(&peer->lanes[i].state) == (int)state) {
            return &peer->lanes[i];
        }
    }
    return NULL;
}

static void clear_away(np_lane_t *lane)
{
    np_lane_close(lane);
    atomic_store(&lane->state, NP_LANE_EMPTY);
}

/* Close the lanes that are broken, and the idle ones of earlier epochs. */
static void sweep(np_peer_t *peer)
{
    const unsigned epoch = np_peer_epoch(atomic_load(&peer->health));
    for (int i = 0; i < peer->lane_count; i++) {
        np_lane_t *lane = &peer->lanes[i];
        int idle = NP_LANE_IDLE;
        if (atomic_load(&lane->state) == NP_LANE_BROKEN) {
            clear_away(lane);
        }
        else if (lane->epoch != epoch
                 && atomic_compare_exchange_strong(&lane->state, &idle,
                                                   NP_LANE_CONNECTING)) {
            clear_away(lane);
        }
    }
}

/* Is one more lane wanted? */
static bool is_wanted(np_peer_t *peer)
{
    if (np_peer_state(atomic_load(&peer->health)) != NP_PEER_UP) {
        return true;
    }
    const int idle = count_lanes(peer, NP_LANE_IDLE);
    const int busy = count_lanes(peer, NP_LANE_BUSY);
    return idle == 0 && (busy == 0 || atomic_load(&peer->waiting) > 0);
}

/* When to open a lane: now, later, or not before somebody rings. */
static apr_time_t attempt_due(np_peer_t *peer)
{
    if (!is_wanted(peer) || !find_lane(peer, NP_LANE_EMPTY)) {
        return NP_GATE_NEVER;
    }
    return np_peer_epoch(atomic_load(&peer->health))
                   == atomic_load(&peer->failed_epoch)
               ? peer->retry_at
               : 0;
}

/* The peer is up, unless a request has seen it fail since epoch. */
static void come_up(np_peer_t *peer, unsigned epoch)
{
    unsigned health = atomic_load(&peer->health);
    while (np_peer_epoch(health) == epoch
           && (np_peer_state(health) == NP_PEER_TRYING
               || np_peer_state(health) == NP_PEER_DOWN)) {
        if (atomic_compare_exchange_weak(&peer->health, &health,
                                         np_peer_health(epoch, NP_PEER_UP))) {
            np_cells_add(peer->figures, NP_STORE_CELL_UPS,
                         np_peer_state(health) == NP_PEER_DOWN);
            return;
        }
    }
}

/* No lane was opened. If there is no other, the peer is down. */
static void note_failure(np_peer_t *peer, unsigned epoch, apr_time_t began,
                         apr_status_t status)
{
    np_peer_leave(peer, epoch, NP_PEER_TRYING, NP_PEER_DOWN, status);
    if (count_lanes(peer, NP_LANE_IDLE) + count_lanes(peer, NP_LANE_BUSY)
        == 0) {
        np_peer_leave(peer, epoch, NP_PEER_UP, NP_PEER_DOWN, status);
    }
    peer->retry_at = began + NP_CONNECTOR_RETRY;
    atomic_store(&peer->failed_epoch,
                 np_peer_epoch(atomic_load(&peer->health)));
    np_gate_ring(peer->room);
}

static void attempt(np_peer_t *peer)
{
    const unsigned epoch = np_peer_epoch(atomic_load(&peer->health));
    const apr_time_t began = np_clock_monotonic();
    np_lane_t *lane = find_lane(peer, NP_LANE_EMPTY);
    atomic_store(&lane->state, NP_LANE_CONNECTING);
    const apr_status_t status = np_lane_open(lane, peer->name, peer->timeout);
    if (status != APR_SUCCESS) {
        atomic_store(&lane->state, NP_LANE_EMPTY);
        note_failure(peer, epoch, began, status);
        return;
    }
    lane->epoch = epoch;
    atomic_store(&lane->state, NP_LANE_IDLE);
    come_up(peer, epoch);
    np_gate_ring(peer->room);
}

static void *APR_THREAD_FUNC connect_and_clear(apr_thread_t *thread, void *data)
{
    np_peer_t *peer = data;
    for (;;) {
        const unsigned ticket = np_gate_ticket(peer->work);
        if (np_peer_state(atomic_load(&peer->health)) == NP_PEER_CLOSED) {
            break;
        }
        sweep(peer);
        const apr_time_t due = attempt_due(peer);
        if (due <= np_clock_monotonic()) {
            attempt(peer);
        }
        else {
            (void)np_gate_sleep(peer->work, ticket, due);
        }
    }
    return NULL;
}

apr_status_t np_connector_start(np_peer_t *peer, apr_pool_t *p)
{
    return np_thread_start(&peer->connector, connect_and_clear, peer, p);
}

void np_connector_join(np_peer_t *peer)
{
    if (peer->connector) {
        apr_status_t ended;
        apr_thread_join(&ended, peer->connector);
        peer->connector = NULL;
    }
    for (int i = 0; i < peer->lane_count; i++) {
        const int state = atomic_load(&peer->lanes[i].state);
        if (state == NP_LANE_IDLE || state == NP_LANE_BROKEN) {
            clear_away(&peer->lanes[i]);
        }
    }
}
