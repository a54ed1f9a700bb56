/* SPDX-License-Identifier: Apache-2.0
 * Finding a session without its cookie: by where its record lay once. */
#include "np_trail.h"

#include <string.h>

/* One walk from id to id. */
typedef struct np_walk_t {
    const np_realm_t *realm;
    np_budget_t *budget;
    apr_pool_t *p;
} np_walk_t;

/* What does not open is nothing. */
static apr_status_t read_record(const np_walk_t *walk, const char *key,
                                np_record_t *record)
{
    const np_realm_t *realm = walk->realm;
    np_bytes_t sealed;

    apr_status_t status =
        realm->store->get(realm->store, key, walk->budget, &sealed, walk->p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_record_open(realm->crypto, &realm->scope, key, sealed, record,
                            walk->p);
    return status == APR_SUCCESS ? APR_SUCCESS : APR_NOTFOUND;
}

/* Where the session went from here, into *key. */
static apr_status_t read_successor(const np_walk_t *walk, const char **key)
{
    char stone[NP_HEADSTONE_KEY_LEN + 1];
    np_record_t record;

    np_headstone_key(stone, *key);
    apr_status_t status = read_record(walk, stone, &record);
    if (status == APR_SUCCESS && record.state != NP_RECORD_SUPERSEDED) {
        return APR_NOTFOUND;
    }
    if (status == APR_SUCCESS) {
        *key = record.successor;
    }
    return status;
}

static apr_status_t conclude(const np_walk_t *walk, const char *key,
                             const np_record_t *record, apr_time_t now,
                             np_outcome_t *outcome)
{
    if (record->state != NP_RECORD_LIVE
        || np_session_judge(walk->realm, record, now, walk->p)
               != NP_STATE_LIVE) {
        return APR_NOTFOUND;
    }
    memset(outcome, 0, sizeof *outcome);
    outcome->state = NP_STATE_LIVE;
    outcome->record = *record;
    memcpy(outcome->id.storage_key, key, NP_STORAGE_KEY_LEN);
    return APR_SUCCESS;
}

apr_status_t np_trail_follow(const np_realm_t *realm, const char *storage_key,
                             apr_time_t now, np_budget_t *budget,
                             np_outcome_t *outcome, apr_pool_t *p)
{
    const np_walk_t walk = { realm, budget, p };
    np_record_t record;

    for (int i = 0; i <= NP_TRAIL_MAX_SUCCESSORS; i++) {
        apr_status_t status = read_record(&walk, storage_key, &record);
        if (status == APR_SUCCESS) {
            return conclude(&walk, storage_key, &record, now, outcome);
        }
        if (status == APR_NOTFOUND) {
            status = read_successor(&walk, &storage_key);
        }
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_NOTFOUND;
}
