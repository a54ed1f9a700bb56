/* SPDX-License-Identifier: Apache-2.0
 * What machines tell each other of the servers, by notes in the servers. */
#include "np_marks.h"

#include "np_reconcile.h"
#include "np_rounds.h"

/* A miss reaches so far ahead, so that one note covers many writes... */
#define AHEAD apr_time_from_sec(3)
/* ...and at least so far, because clocks of machines differ. */
#define MARGIN apr_time_from_sec(2)

/* Notes are kept for as long as there may be records. */
#define NOTE_LIFE apr_time_from_sec(400 * 86400)

/* For one key; what is late counts against its server anyway. */
#define ENOUGH apr_time_from_sec(1)

#define ROUND             apr_time_from_sec(1)
#define HURRY             (ROUND / 4)
#define ROUNDS_TO_MAKE_UP 3

static void write_note(const np_cluster_t *cluster, int server, apr_time_t now,
                       np_budget_t *budget, apr_status_t *status,
                       apr_pool_t *p)
{
    np_store_t *store = cluster->servers[server];
    const np_bytes_t note = np_trust_encode(cluster->trust, &cluster->list, p);

    *status = store->put(store, NP_MARKS_KEY, note, NP_PUT_REPLACE,
                         now + NOTE_LIFE, budget, p);
    if (*status == APR_NOTFOUND) {
        *status = store->put(store, NP_MARKS_KEY, note, NP_PUT_ADD,
                             now + NOTE_LIFE, budget, p);
    }
}

static apr_status_t read_note(const np_cluster_t *cluster, int server,
                              apr_time_t now, np_budget_t *budget,
                              np_trust_news_t *news, apr_pool_t *p)
{
    np_store_t *store = cluster->servers[server];
    np_bytes_t note;

    *news = (np_trust_news_t){ .valid = false };
    const apr_status_t status =
        store->get(store, NP_MARKS_KEY, budget, &note, p);
    if (status == APR_SUCCESS) {
        *news = np_trust_merge(cluster->trust, &cluster->list, note, now);
    }
    return status;
}

/* What the servers said when all of them were asked. */
typedef struct census_t {
    int answers;
    /** Somebody keeps notes here. */
    bool known;
    np_trust_news_t latest;
} census_t;

static void count(census_t *census, apr_status_t status,
                  const np_trust_news_t *news)
{
    census->answers += !np_store_unavailable(status);
    if (!news->valid) {
        return;
    }
    if (!census->known || news->since > census->latest.since
        || (news->since == census->latest.since && !news->same_list)) {
        census->latest = *news;
    }
    census->known = true;
}

apr_status_t np_marks_inform(const np_cluster_t *cluster, apr_time_t now,
                             np_budget_t *budget, apr_pool_t *p)
{
    census_t census = { 0 };

    for (int i = 0; i < cluster->list.count; i++) {
        np_trust_news_t news;
        const apr_status_t status =
            read_note(cluster, i, now, budget, &news, p);
        count(&census, status, &news);
    }
    if (census.answers == 0) {
        return APR_EGENERAL;
    }
    if (census.known) {
        np_trust_set_since(cluster->trust,
                           census.latest.same_list ? census.latest.since : now);
    }
    np_trust_set_informed(cluster->trust);
    for (int i = 0; i < cluster->list.count; i++) {
        apr_status_t ignored;
        if (census.known) {
            np_marks_visit(cluster, i, now, budget, p);
        }
        else {                        /* the first that ever used them */
            write_note(cluster, i, now, budget, &ignored, p);
        }
    }
    return APR_SUCCESS;
}

void np_marks_visit(const np_cluster_t *cluster, int server, apr_time_t now,
                    np_budget_t *budget, apr_pool_t *p)
{
    np_trust_news_t news;
    apr_status_t status = read_note(cluster, server, now, budget, &news, p);

    if (status == APR_NOTFOUND) {
        np_trust_raise(cluster->trust, server, NP_MISS_WRITE, now);
    }
    if (status == APR_NOTFOUND
        || (status == APR_SUCCESS && (!news.valid || news.outdated))) {
        write_note(cluster, server, now, budget, &status, p);
    }
}

/* Put it into the table. True if the others need no note, because they have one
 * that says as much. */
static bool is_told(const np_cluster_t *cluster, int server, np_miss_e miss,
                    const char *key, apr_time_t now)
{
    np_trust_t *trust = cluster->trust;
    /* of a removal some time later, in case the clock of who wrote is ahead */
    const apr_time_t moment = miss == NP_MISS_REMOVAL ? now + MARGIN : now;
    const bool listed =
        np_missed_add(np_trust_keys(trust, server, miss), key, moment);

    if (listed && miss == NP_MISS_REMOVAL) {
        return false;                 /* each key is told */
    }
    if (!listed) {
        np_trust_raise(trust, server, miss, now + AHEAD);
    }
    if (np_trust_told(trust, server, miss) >= now + MARGIN) {
        return true;
    }
    np_trust_announce(trust, server, miss, now + AHEAD);
    return false;
}

apr_status_t np_marks_missed(const np_cluster_t *cluster, int server,
                             np_miss_e miss, const char *key, apr_time_t now,
                             np_budget_t *budget, apr_pool_t *p)
{
    bool told = false;

    if (is_told(cluster, server, miss, key, now)) {
        return APR_SUCCESS;
    }
    for (int i = 0; i < cluster->list.count; i++) {
        apr_status_t status = APR_EGENERAL;
        if (i != server) {
            write_note(cluster, i, now, budget, &status, p);
        }
        told |= !np_store_unavailable(status);
    }
    if (told && miss == NP_MISS_WRITE) {
        np_trust_set_told(cluster->trust, server, miss, now + AHEAD);
    }
    return told ? APR_SUCCESS : APR_EGENERAL;
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

bool np_marks_make_up(const np_cluster_t *cluster, int server, np_miss_e miss,
                      apr_pool_t *p)
{
    const np_missed_t *missed = np_trust_keys(cluster->trust, server, miss);
    apr_pool_t *scratch;
    bool done = true;

    apr_pool_create(&scratch, p);
    for (int i = 0; i < NP_MISSED_KEYS && done; i++) {
        char key[NP_MISSED_KEY_MAX + 1];
        apr_time_t moment;
        if (np_missed_get(missed, i, key, &moment)) {
            done = make_up_for(cluster, server, miss, key, scratch);
            apr_pool_clear(scratch);
        }
    }
    apr_pool_destroy(scratch);
    return done;
}

/* What the thread that goes round knows. */
typedef struct keeper_t {
    const np_cluster_t *cluster;
    apr_interval_time_t timeout;
    /* There is something that nobody has made up for. */
    bool in_a_hurry;
    /* In how many rounds without a failure each server was made up for, by
     * what it missed. */
    int *made_up;
} keeper_t;

/* What was on its way to a server when it was stopped may arrive after it has
 * begun to answer again: so this is repeated for a while. One process does it
 * for all; if another one does the next round, it begins to count anew. */
static void make_up(keeper_t *keeper, int server, np_miss_e miss,
                    apr_time_t now, apr_pool_t *p)
{
    np_missed_t *missed = np_trust_keys(keeper->cluster->trust, server, miss);
    int *made_up = &keeper->made_up[NP_MISSES * server + (int)miss];

    if (atomic_load(&missed->count) == 0) {
        *made_up = 0;
        return;
    }
    if (!np_marks_make_up(keeper->cluster, server, miss, p)) {
        *made_up = 0;
        keeper->in_a_hurry = true;
        return;
    }
    np_missed_make_up(missed, now - 1);
    if (++*made_up >= ROUNDS_TO_MAKE_UP) {
        np_missed_clear(missed, now - ROUNDS_TO_MAKE_UP * ROUND);
    }
}

/* Removals first: what is given back must not be what was removed. */
static void make_up_all(keeper_t *keeper, int server, apr_time_t now,
                        apr_pool_t *p)
{
    const np_cluster_t *cluster = keeper->cluster;

    if (!cluster->answers(cluster->servers[server])) {
        keeper->in_a_hurry = true;    /* to see it come back */
    }
    else if (np_trust_claim(cluster->trust, server, now, HURRY / 2)) {
        make_up(keeper, server, NP_MISS_REMOVAL, now, p);
        make_up(keeper, server, NP_MISS_WRITE, now, p);
    }
}

static void visit_all(const np_rounds_t *rounds, keeper_t *keeper,
                      apr_pool_t *p)
{
    const np_cluster_t *cluster = keeper->cluster;

    for (int i = 0; i < cluster->list.count && !np_rounds_are_over(rounds);
         i++) {
        np_budget_t budget = { keeper->timeout };
        np_marks_visit(cluster, i, cluster->clock(), &budget, p);
        make_up_all(keeper, i, cluster->clock(), p);
    }
}

static apr_interval_time_t go_round(const np_rounds_t *rounds, void *data,
                                    apr_pool_t *p)
{
    keeper_t *keeper = data;
    const np_cluster_t *cluster = keeper->cluster;
    np_budget_t all = { keeper->timeout * cluster->list.count };

    keeper->in_a_hurry = false;
    if (np_trust_is_informed(cluster->trust)) {
        visit_all(rounds, keeper, p);
    }
    else {
        (void)np_marks_inform(cluster, cluster->clock(), &all, p);
    }
    return keeper->in_a_hurry ? HURRY : ROUND;
}

apr_status_t np_marks_keep(const np_cluster_t *cluster,
                           apr_interval_time_t timeout, apr_pool_t *p)
{
    keeper_t *keeper = apr_pcalloc(p, sizeof *keeper);

    keeper->cluster = cluster;
    keeper->timeout = timeout;
    keeper->made_up =
        apr_pcalloc(p, NP_MISSES * (apr_size_t)cluster->list.count
                           * sizeof(int));
    return np_rounds_start(go_round, keeper, p);
}
