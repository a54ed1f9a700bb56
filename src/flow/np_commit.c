/* SPDX-License-Identifier: Apache-2.0
 * Committing: carrying out a plan, in an order that no race can turn round. */
#include "np_plan.h"

#include <string.h>

#include "np_trail.h"

/* What a commit needs at every step. */
typedef struct np_commit_t {
    const np_realm_t *realm;
    apr_time_t now;
    np_budget_t *budget;
    apr_pool_t *scratch;
} np_commit_t;

static apr_status_t write_record(const np_commit_t *commit, const char *key,
                                 const np_record_t *record, np_put_e how,
                                 apr_time_t keep_until)
{
    const np_realm_t *realm = commit->realm;
    np_bytes_t sealed;

    apr_status_t status = np_record_seal(realm->crypto, &realm->scope, key,
                                         record, &sealed, commit->scratch);
    if (status != APR_SUCCESS) {
        return status == APR_NOTFOUND ? APR_EGENERAL : status;
    }
    return realm->store->put(realm->store, key, sealed, how, keep_until,
                             commit->budget, commit->scratch);
}

static apr_status_t remove_key(const np_commit_t *commit, const char *key)
{
    np_store_t *store = commit->realm->store;
    return store->remove(store, key, commit->budget, commit->scratch);
}

static apr_status_t write_session(const np_commit_t *commit, const char *key,
                                  const np_record_t *record, np_put_e how)
{
    return write_record(commit, key, record, how,
                        np_policy_keep_until(&record->times, record->limits,
                                             record->ask_password_again));
}

/* A headstone stays for as long as a copy of the session could: another
 * request may just have written one. */
static apr_status_t write_headstone(const np_commit_t *commit, const char *key,
                                    const np_record_t *stone, np_put_e how)
{
    np_times_t latest = stone->times;
    latest.used_at = commit->now;
    apr_time_t keep_until = np_policy_keep_until(&latest, stone->limits,
                                                 stone->ask_password_again);
    apr_time_t at_least = np_policy_sum(commit->now, NP_POLICY_REMEMBER);
    return write_record(commit, key, stone, how,
                        keep_until > at_least ? keep_until : at_least);
}

/* Read the headstone that somebody else put up. */
static apr_status_t read_headstone(const np_commit_t *commit, const char *key,
                                   np_record_t *stone)
{
    const np_realm_t *realm = commit->realm;
    np_bytes_t sealed;

    apr_status_t status = realm->store->get(realm->store, key, commit->budget,
                                            &sealed, commit->scratch);
    if (status == APR_SUCCESS) {
        status = np_record_open(realm->crypto, &realm->scope, key, sealed,
                                stone, commit->scratch);
    }
    return status;
}

/* A session that was found in the near cache may lie where nobody answers. Then
 * a headstone, which lies elsewhere, would say that it is over, and the record
 * could not be removed: once it is there again, so would be the session. */
static apr_status_t see_it_answers(const np_commit_t *commit, const char *key)
{
    np_store_t *store = commit->realm->store;
    np_bytes_t sealed;

    apr_status_t status = APR_SUCCESS;
    if (commit->realm->near) {
        status =
            store->get(store, key, commit->budget, &sealed, commit->scratch);
    }
    return status == APR_NOTFOUND ? APR_SUCCESS : status;
}

/*
 * End the session at storage_key. If its id was changed meanwhile, sets *next
 * to where it lives now, for the caller to go on there.
 */
static apr_status_t end_one(const np_commit_t *commit, const char *storage_key,
                            const np_record_t *stone, const char **next)
{
    char key[NP_HEADSTONE_KEY_LEN + 1];
    np_record_t found;

    *next = NULL;
    np_headstone_key(key, storage_key);
    apr_status_t status = see_it_answers(commit, storage_key);
    if (status == APR_SUCCESS) {
        status = write_headstone(commit, key, stone, NP_PUT_ADD);
    }
    if (status == APR_EEXIST) {
        status = read_headstone(commit, key, &found);
        if (status == APR_SUCCESS && found.state == NP_RECORD_SUPERSEDED) {
            *next = found.successor;
            status = write_headstone(commit, key, stone, NP_PUT_REPLACE);
        }
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    return remove_key(commit, storage_key);
}

static apr_status_t end_session(const np_commit_t *commit,
                                const char *storage_key,
                                const np_record_t *stone)
{
    for (int i = 0; i < NP_TRAIL_MAX_SUCCESSORS; i++) {
        apr_status_t status =
            end_one(commit, storage_key, stone, &storage_key);
        if (status == APR_NOTFOUND) {
            return APR_EGENERAL;      /* the headstone went under our hands */
        }
        if (status != APR_SUCCESS || !storage_key) {
            return status;
        }
    }
    return APR_EGENERAL;
}

static apr_status_t begin(const np_commit_t *commit, const np_plan_t *plan)
{
    const char *key = plan->id.storage_key;
    apr_status_t status =
        write_session(commit, key, &plan->record, NP_PUT_ADD);
    if (status != APR_SUCCESS) {
        return status == APR_EEXIST ? APR_EGENERAL : status;
    }
    if (plan->old_key[0]) {
        status = end_session(commit, plan->old_key, &plan->old_record);
    }
    if (status != APR_SUCCESS) {
        (void)remove_key(commit, key);     /* nobody will ever know its id */
    }
    return status;
}

static apr_status_t renew(const np_commit_t *commit, const np_plan_t *plan)
{
    char old_headstone[NP_HEADSTONE_KEY_LEN + 1];
    np_record_t old = plan->old_record;

    old.successor = plan->id.storage_key;
    np_headstone_key(old_headstone, plan->old_key);
    apr_status_t status = write_session(commit, plan->id.storage_key,
                                        &plan->record, NP_PUT_ADD);
    if (status != APR_SUCCESS) {
        return status == APR_EEXIST ? APR_EGENERAL : status;
    }
    status = write_headstone(commit, old_headstone, &old, NP_PUT_ADD);
    if (status != APR_SUCCESS) {
        (void)remove_key(commit, plan->id.storage_key);
    }
    /* Also when another request came first: it may have died before this. */
    apr_status_t removed = np_store_unavailable(status)
                               ? APR_SUCCESS
                               : remove_key(commit, plan->old_key);
    return status != APR_SUCCESS ? status : removed;
}

apr_status_t np_plan_commit(const np_realm_t *realm, const np_plan_t *plan,
                            np_budget_t *budget, apr_pool_t *scratch)
{
    const np_commit_t commit = {
        .realm = realm,
        .now = plan->now,
        .budget = budget,
        .scratch = scratch,
    };

    switch (plan->action) {
    case NP_ACTION_NOTHING:
        return APR_SUCCESS;
    case NP_ACTION_TOUCH:
        return write_session(&commit, plan->id.storage_key, &plan->record,
                             NP_PUT_REPLACE);
    case NP_ACTION_BEGIN:
        return begin(&commit, plan);
    case NP_ACTION_RENEW:
        return renew(&commit, plan);
    case NP_ACTION_END:
        return end_session(&commit, plan->id.storage_key, &plan->record);
    }
    return APR_EINVAL;
}
