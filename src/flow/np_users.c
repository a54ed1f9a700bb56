/* SPDX-License-Identifier: Apache-2.0
 * The sessions of a user: a login is let in, and written down. */
#include "np_users.h"

#include <string.h>

#include "np_lock.h"
#include "np_trail.h"
#include "np_users_store.h"

/* A login that makes room for itself. */
typedef struct np_guest_t {
    const np_realm_t *realm;
    apr_time_t now;
    np_budget_t *budget;
    /** What has to be left of it for the login itself. */
    apr_interval_time_t reserve;
    np_admission_t *admission;
    apr_pool_t *p;
} np_guest_t;

static bool is_own(const np_guest_t *guest, const np_entry_t *entry)
{
    const unsigned char *own = guest->admission->own;

    return own && !memcmp(entry->handle, own, NP_HANDLE_LEN);
}

/* Sessions that are listed, besides the one that goes anyway. */
static int count_others(const np_guest_t *guest)
{
    const unsigned char *own = guest->admission->own;
    np_index_t *index = guest->admission->index;

    return index->count - (own && np_index_find(index, own) ? 1 : 0);
}

static bool is_full(const np_guest_t *guest)
{
    return count_others(guest) >= guest->realm->rules.quota.most;
}

/* Strike off what is over, the oldest first, until there is room. Those who log
 * in again and again without a cookie always have as many as they may: so not
 * all are looked at, unless he would be refused. A store so slow that the login
 * would come to nothing is asked for less. */
static apr_status_t strike_off(const np_guest_t *guest)
{
    np_index_t *index = guest->admission->index;
    np_outcome_t outcome;

    const int most = guest->realm->rules.quota.deny ? index->count
                                                    : NP_USERS_LOOK_AT;

    for (int i = 0; i < index->count && i < most && is_full(guest);) {
        const np_entry_t *entry = &index->entries[i];
        if (is_own(guest, entry)) {
            i++;
            continue;
        }
        if (guest->budget->left < guest->reserve) {
            return APR_TIMEUP;
        }
        apr_status_t status =
            np_trail_follow(guest->realm, entry->storage_key, guest->now,
                            guest->budget, &outcome, guest->p);
        if (np_store_unavailable(status)) {
            return status;
        }
        if (status == APR_SUCCESS) {
            i++;
        }
        else {
            np_index_remove(index, entry->handle);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t end_entry(const np_guest_t *guest, const np_entry_t *entry)
{
    np_outcome_t outcome;

    apr_status_t status =
        np_trail_follow(guest->realm, entry->storage_key, guest->now,
                        guest->budget, &outcome, guest->p);
    if (status == APR_NOTFOUND) {
        return APR_SUCCESS;
    }
    if (status == APR_SUCCESS) {
        status = np_users_end(guest->realm, &outcome, guest->now,
                              guest->budget, guest->p);
    }
    if (status == APR_SUCCESS) {
        APR_ARRAY_PUSH(guest->admission->ended, np_record_t) = outcome.record;
    }
    return status;
}

/* The oldest logins end, until there is room. */
static apr_status_t end_oldest(const np_guest_t *guest)
{
    np_index_t *index = guest->admission->index;

    for (int i = 0; i < index->count && is_full(guest);) {
        const np_entry_t *entry = &index->entries[i];
        if (is_own(guest, entry)) {
            i++;
            continue;
        }
        apr_status_t status = end_entry(guest, entry);
        if (status != APR_SUCCESS) {
            return status;
        }
        np_index_remove(index, entry->handle);
    }
    return APR_SUCCESS;
}

static apr_status_t make_room(const np_guest_t *guest)
{
    const np_quota_t *quota = &guest->realm->rules.quota;

    np_index_sweep(guest->admission->index, guest->now);
    apr_status_t status = strike_off(guest);
    if (status == APR_TIMEUP && !quota->deny) {
        status = APR_SUCCESS;         /* the oldest it is, live or not */
    }
    if (status != APR_SUCCESS || !is_full(guest)) {
        return status;
    }
    return quota->deny ? APR_ENOSPC : end_oldest(guest);
}

static apr_status_t open_index(const np_guest_t *guest, const char *user,
                               apr_time_t moment)
{
    np_admission_t *admission = guest->admission;

    apr_status_t status =
        np_users_key(guest->realm, user, &admission->key, guest->p);
    if (status == APR_SUCCESS) {
        status = np_users_lock(guest->realm, admission->key, moment,
                               guest->budget, guest->p);
    }
    admission->locked = status == APR_SUCCESS;
    if (status == APR_EBUSY && !guest->realm->rules.quota.deny) {
        status = APR_SUCCESS;
    }
    if (status == APR_SUCCESS) {
        status = np_users_read(guest->realm, user, guest->budget,
                               &admission->index, &admission->stored,
                               guest->p);
    }
    if (status != APR_SUCCESS) {
        admission->index = NULL;      /* it would be written over */
    }
    return status;
}

apr_status_t np_users_admit(const np_realm_t *realm,
                            const np_outcome_t *outcome, const char *user,
                            apr_time_t now, apr_time_t moment,
                            np_budget_t *budget, np_admission_t *admission,
                            apr_pool_t *p)
{
    const np_guest_t guest = {
        .realm = realm,
        .now = now,
        .budget = budget,
        .reserve = budget->left / 2,
        .admission = admission,
        .p = p,
    };

    memset(admission, 0, sizeof *admission);
    admission->ended = apr_array_make(p, 1, sizeof(np_record_t));
    if (outcome->state == NP_STATE_LIVE) {
        admission->own = outcome->record.handle;
    }
    if (realm->rules.quota.most < 1) {
        return APR_SUCCESS;
    }
    apr_status_t status = open_index(&guest, user, moment);
    return status == APR_SUCCESS ? make_room(&guest) : status;
}

/* The session that goes stays on the list until another login finds it over, if
 * there is room: this login may fail yet, and then it lives on. */
static void leave_room(const np_realm_t *realm, np_admission_t *admission)
{
    if (admission->own
        && admission->index->count >= realm->rules.quota.most) {
        np_index_remove(admission->index, admission->own);
    }
}

apr_status_t np_users_enter(const np_realm_t *realm, np_admission_t *admission,
                            const np_plan_t *plan, const np_agent_t *agent,
                            np_budget_t *budget, apr_pool_t *p)
{
    const np_record_t *record = &plan->record;
    np_entry_t entry = {
        .login_at = record->times.login_at,
        .expires_at = np_policy_expires_at(&record->times, record->limits),
        .agent = np_index_text(agent->user_agent, NP_INDEX_MAX_AGENT, p),
        .address = np_index_text(agent->address, NP_INDEX_MAX_ADDRESS, p),
    };

    if (!admission->index) {
        return APR_SUCCESS;
    }
    memcpy(entry.handle, record->handle, NP_HANDLE_LEN);
    memcpy(entry.storage_key, plan->id.storage_key, sizeof entry.storage_key);
    leave_room(realm, admission);
    apr_status_t status = np_index_insert(admission->index, &entry);
    if (status == APR_SUCCESS) {
        status = np_users_write(realm, admission->key, admission->index,
                                admission->stored, plan->now, budget, p);
    }
    return status == APR_SUCCESS
               ? np_users_point(realm, &entry, record->user, budget, p)
               : status;
}

void np_users_leave(const np_realm_t *realm, np_admission_t *admission,
                    np_budget_t *budget, apr_pool_t *scratch)
{
    if (admission->locked) {
        np_lock_release(realm, admission->key, budget, scratch);
        admission->locked = false;
    }
}

static apr_status_t move_locked(const np_realm_t *realm, const char *key,
                                const np_record_t *record,
                                const char *storage_key, apr_time_t now,
                                np_budget_t *budget, apr_pool_t *p)
{
    np_index_t *index;
    bool stored;

    apr_status_t status =
        np_users_read(realm, record->user, budget, &index, &stored, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    np_entry_t *entry = np_index_find(index, record->handle);
    if (!entry) {
        return APR_NOTFOUND;
    }
    memcpy(entry->storage_key, storage_key, sizeof entry->storage_key);
    return np_users_write(realm, key, index, stored, now, budget, p);
}

apr_status_t np_users_move(const np_realm_t *realm, const np_record_t *record,
                           const char *storage_key, apr_time_t now,
                           apr_time_t moment, np_budget_t *budget,
                           apr_pool_t *p)
{
    const char *key;

    if (realm->rules.quota.most < 1) {
        return APR_SUCCESS;
    }
    apr_status_t status = np_users_key(realm, record->user, &key, p);
    if (status == APR_SUCCESS) {
        status = np_users_lock(realm, key, moment, budget, p);
    }
    if (status == APR_SUCCESS) {
        status = move_locked(realm, key, record, storage_key, now, budget, p);
        np_lock_release(realm, key, budget, p);
    }
    return status;
}
