/* SPDX-License-Identifier: Apache-2.0
 * Changing a session's data without losing what another request changes. */
#include "np_lock.h"

#include <string.h>

/** The first wait for another request; each one is twice as long. */
#define FIRST_WAIT apr_time_from_msec(1)
/** Who holds a lock that many want gives it back after some milliseconds. */
#define LONGEST_WAIT apr_time_from_msec(8)

static void name_lock(char key[NP_LOCK_KEY_LEN + 1], const char *storage_key)
{
    key[0] = NP_STORE_PASSING;
    memcpy(key + 1, storage_key, NP_STORAGE_KEY_LEN);
    key[NP_LOCK_KEY_LEN] = '\0';
}

/* The one who waits is the store's guest: what he waits is charged. */
static apr_status_t add_lock(const np_realm_t *realm, const char *key,
                             np_patience_e patience, apr_interval_time_t life,
                             apr_time_t now, np_budget_t *budget,
                             apr_pool_t *scratch)
{
    const np_bytes_t value = { (const unsigned char *)"1", 1 };
    const apr_interval_time_t least = budget->left / 2;
    const apr_interval_time_t had = budget->left;
    apr_interval_time_t wait = FIRST_WAIT;

    for (;;) {
        apr_status_t status = realm->store->put(
            realm->store, key, value, NP_PUT_ADD,
            np_policy_sum(now, life + had - budget->left), budget, scratch);
        if (status != APR_EEXIST) {
            return status;
        }
        if (patience == NP_LOCK_TRY || budget->left - wait <= least) {
            return APR_EBUSY;
        }
        apr_sleep(wait);
        budget->left -= wait;
        wait = wait < LONGEST_WAIT ? wait * 2 : wait;
    }
}

apr_status_t np_lock_hold(const np_realm_t *realm, const char *storage_key,
                          apr_interval_time_t life, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *scratch)
{
    char key[NP_LOCK_KEY_LEN + 1];

    name_lock(key, storage_key);
    return add_lock(realm, key, NP_LOCK_WAIT, life, now, budget, scratch);
}

static apr_status_t read_again(const np_realm_t *realm, np_outcome_t *outcome,
                               np_budget_t *budget, apr_pool_t *p)
{
    const char *key = outcome->id.storage_key;
    np_record_t record;
    np_bytes_t sealed;

    apr_status_t status =
        realm->store->get(realm->store, key, budget, &sealed, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_record_open(realm->crypto, &realm->scope, key, sealed, &record,
                            p);
    if (status == APR_SUCCESS && record.state == NP_RECORD_LIVE) {
        outcome->record = record;
        return APR_SUCCESS;
    }
    return APR_NOTFOUND;
}

apr_status_t np_lock_take(const np_realm_t *realm, np_outcome_t *outcome,
                          np_patience_e patience, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *p)
{
    char key[NP_LOCK_KEY_LEN + 1];

    if (outcome->state != NP_STATE_LIVE || outcome->old_id) {
        return APR_EINVAL;
    }
    name_lock(key, outcome->id.storage_key);
    apr_status_t status = add_lock(realm, key, patience, NP_LOCK_LIFE, now, budget, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = read_again(realm, outcome, budget, p);
    if (status != APR_SUCCESS) {
        np_lock_release(realm, outcome->id.storage_key, budget, p);
    }
    return status;
}

void np_lock_release(const np_realm_t *realm, const char *storage_key,
                     np_budget_t *budget, apr_pool_t *scratch)
{
    char key[NP_LOCK_KEY_LEN + 1];

    name_lock(key, storage_key);
    (void)realm->store->remove(realm->store, key, budget, scratch);
}
