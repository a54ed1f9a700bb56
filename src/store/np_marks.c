/* SPDX-License-Identifier: Apache-2.0
 * What machines tell each other of the servers, by notes in the servers. */
#include "np_marks.h"

#include "np_keeper.h"

/* A miss reaches so far ahead, so that one note covers many writes... */
#define AHEAD apr_time_from_sec(3)
/* ...and at least so far, because clocks of machines differ. */
#define MARGIN apr_time_from_sec(2)

/* Notes are kept for as long as there may be records. */
#define NOTE_LIFE apr_time_from_sec(400 * 86400)

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

    np_keeper_hurry(cluster->keeper);
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
