/* SPDX-License-Identifier: Apache-2.0
 * The thread that goes round the servers and makes up for what they missed. */
#include "np_keeper.h"

#include <unistd.h>

#include "np_marks.h"
#include "np_reconcile.h"
#include "np_rounds.h"

/* For one key; what is late counts against its server anyway. */
#define ENOUGH apr_time_from_sec(1)

/* From one round to the next: mostly; after something was missed; and as long as
 * a server stays away, at the most. */
#define ROUND   apr_time_from_sec(1)
#define SOONEST apr_time_from_msec(5)
#define HURRY   (ROUND / 4)

/* What was on its way to a server when it was stopped may arrive for so long
 * after it has begun to answer again, besides what a call may take. Meanwhile
 * what is made up for is made up for again. */
#define AFTERMATH (3 * ROUND)
#define AGAIN     (AFTERMATH / 2)

/* So many keys at a time, so that other lists need not wait. */
#define SLICE 256

struct np_keeper_t {
    const np_cluster_t *cluster;
    np_rounds_t *rounds;
    apr_interval_time_t timeout;
    /** Somebody has rung, or need not: the next round is near. */
    atomic_bool rung;
    /** A server does not answer, or what it missed could not be made up for. */
    bool trouble;
    /** There is another slice to do. */
    bool more;
    /** The last wait in this trouble. */
    apr_interval_time_t wait;
    /** Where each process begins in a list is its own: they share the work. */
    int first;
};

void np_keeper_hurry(np_keeper_t *keeper)
{
    if (keeper && !atomic_load(&keeper->rung)
        && !atomic_exchange(&keeper->rung, true)) {
        np_rounds_ring(keeper->rounds);
    }
}

/* Remove there what was removed, or have the others give what was written. */
static bool make_up_for(const np_cluster_t *cluster, int server,
                        np_miss_e miss, const char *key, apr_pool_t *p)
{
    np_store_t *store = cluster->servers[server];
    np_budget_t budget = { ENOUGH };

    if (miss == NP_MISS_REMOVAL) {
        return store->remove(store, key, &budget, p) == APR_SUCCESS;
    }
    const np_item_t item = np_item_find(cluster, key, &budget, p);
    np_copy_t copy;
    return !np_store_unavailable(np_reconcile_all(&item, &copy));
}

/* Make up for what is due in a list, in the order of its entries from @a first
 * on, for at most so many as @a most. Returns how many these were; -1 if it could
 * not be done. */
static int walk(const np_cluster_t *cluster, int server, np_miss_e miss,
                apr_time_t before, int first, int most, apr_pool_t *p)
{
    np_missed_t *missed = np_trust_keys(cluster->trust, server, miss);
    apr_pool_t *scratch;
    int done = 0;

    apr_pool_create(&scratch, p);
    for (int i = 0; i < NP_MISSED_KEYS && done >= 0 && done < most; i++) {
        const int index = (first + i) % NP_MISSED_KEYS;
        const apr_time_t now = cluster->clock();
        char key[NP_MISSED_KEY_MAX + 1];
        if (np_missed_take(missed, index, now, before, key)) {
            const bool made_up =
                make_up_for(cluster, server, miss, key, scratch);
            np_missed_put_back(missed, index, now, made_up);
            apr_pool_clear(scratch);
            done = made_up ? done + 1 : -1;
        }
    }
    apr_pool_destroy(scratch);
    return done;
}

bool np_keeper_make_up(const np_cluster_t *cluster, int server, np_miss_e miss,
                       apr_pool_t *p)
{
    return walk(cluster, server, miss, cluster->clock(), 0, NP_MISSED_KEYS, p)
           >= 0;
}

/* It has to be made up for once more, when that is possible. */
static void fail(np_keeper_t *keeper, int server, np_miss_e miss,
                 apr_time_t now)
{
    keeper->trouble = true;
    np_missed_trouble(np_trust_keys(keeper->cluster->trust, server, miss), now);
}

/* First what never was; then, if there is time, once more what was. */
static void make_up(np_keeper_t *keeper, int server, np_miss_e miss,
                    apr_time_t now, apr_pool_t *p)
{
    const np_cluster_t *cluster = keeper->cluster;
    np_missed_t *missed = np_trust_keys(cluster->trust, server, miss);

    if (atomic_load(&missed->count) == 0) {
        return;
    }
    int done = walk(cluster, server, miss, 0, keeper->first, SLICE, p);
    if (done >= 0 && done < SLICE) {
        done = walk(cluster, server, miss, now - AGAIN, keeper->first, SLICE,
                    p);
    }
    if (done < 0) {
        fail(keeper, server, miss, now);
        return;
    }
    keeper->more |= done == SLICE;
    np_missed_settle(missed, now, AFTERMATH + keeper->timeout);
}

static void visit_all(const np_rounds_t *rounds, np_keeper_t *keeper,
                      apr_pool_t *p)
{
    const np_cluster_t *cluster = keeper->cluster;

    for (int i = 0; i < cluster->list.count; i++) {
        np_budget_t budget = { keeper->timeout };
        if (np_rounds_are_over(rounds)) {
            return;
        }
        np_marks_visit(cluster, i, cluster->clock(), &budget, p);
        if (!cluster->answers(cluster->servers[i])) {
            fail(keeper, i, NP_MISS_REMOVAL, cluster->clock());
            fail(keeper, i, NP_MISS_WRITE, cluster->clock());
            continue;
        }
        /* Removals first: what is given back must not be what was removed. */
        make_up(keeper, i, NP_MISS_REMOVAL, cluster->clock(), p);
        make_up(keeper, i, NP_MISS_WRITE, cluster->clock(), p);
    }
}

/* In trouble the first rounds come soon: mostly a server was just late once. */
static apr_interval_time_t next_wait(np_keeper_t *keeper, bool was_in_trouble)
{
    if (!keeper->trouble && !was_in_trouble) {
        keeper->wait = SOONEST;
        return keeper->more ? SOONEST : ROUND;
    }
    const apr_interval_time_t wait = keeper->wait;
    keeper->wait = wait < HURRY / 2 ? 2 * wait : HURRY;
    return keeper->more ? SOONEST : wait;
}

static apr_interval_time_t go_round(const np_rounds_t *rounds, void *data,
                                    apr_pool_t *p)
{
    np_keeper_t *keeper = data;
    const np_cluster_t *cluster = keeper->cluster;
    const bool was_in_trouble = keeper->trouble;
    np_budget_t all = { keeper->timeout * cluster->list.count };

    /* As long as a server is away, each request misses something there: they
     * need not ring. One more soon round follows that, in which they may. */
    atomic_store(&keeper->rung, was_in_trouble);
    keeper->trouble = false;
    keeper->more = false;
    if (np_trust_is_informed(cluster->trust)) {
        visit_all(rounds, keeper, p);
    }
    else {
        (void)np_marks_inform(cluster, cluster->clock(), &all, p);
    }
    return next_wait(keeper, was_in_trouble);
}

apr_status_t np_keeper_start(np_cluster_t *cluster,
                             apr_interval_time_t timeout, apr_pool_t *p)
{
    np_keeper_t *keeper = apr_pcalloc(p, sizeof *keeper);

    keeper->cluster = cluster;
    keeper->timeout = timeout;
    keeper->wait = SOONEST;
    keeper->first = (int)((unsigned)getpid() * 2654435761U % NP_MISSED_KEYS);
    cluster->keeper = keeper;
    return np_rounds_start(&keeper->rounds, go_round, keeper, p);
}
