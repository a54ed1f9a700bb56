/* SPDX-License-Identifier: Apache-2.0
 * The sessions of a user: listing, finding and ending them. */
#include "np_users.h"

#include <string.h>

#include "apr_strings.h"

#include "np_lock.h"
#include "np_name.h"
#include "np_number.h"
#include "np_trail.h"
#include "np_users_store.h"

/** Octets of a position: the login, and the handle, of the session before it. */
#define POSITION_LEN (8 + NP_HANDLE_LEN)
/** How often a session may get a new id while it is described. */
#define MAX_TRIES 3

static const char *write_position(const np_entry_t *entry, apr_pool_t *p)
{
    unsigned char octets[POSITION_LEN];
    char *text = apr_palloc(p, NP_BASE64URL_LEN(POSITION_LEN) + 1);

    memcpy(np_number_write(octets, entry->login_at, 8), entry->handle,
           NP_HANDLE_LEN);
    np_base64url_encode(text, octets, POSITION_LEN);
    return text;
}

static bool read_position(const char *text, np_entry_t *entry)
{
    unsigned char octets[POSITION_LEN];

    if (np_base64url_decode(octets, POSITION_LEN,
                            (np_bytes_t){ (const unsigned char *)text,
                                          strlen(text) })
        != APR_SUCCESS) {
        return false;
    }
    entry->login_at = np_number_read(octets, 8);
    memcpy(entry->handle, octets + 8, NP_HANDLE_LEN);
    return true;
}

/* One more than there is room for says that there is more. */
static apr_status_t collect(const np_realm_t *realm, const np_index_t *index,
                            const np_entry_t *behind, int room, apr_time_t now,
                            np_budget_t *budget, np_listing_t *listing,
                            apr_pool_t *p)
{
    for (int i = index->count - 1; i >= 0; i--) {
        const np_entry_t *entry = &index->entries[i];
        np_listed_t listed = { .entry = *entry };
        if (behind && !np_index_is_before(entry, behind)) {
            continue;
        }
        apr_status_t status =
            np_trail_follow(realm, entry->storage_key, now, budget,
                            &listed.outcome, p);
        if (np_store_unavailable(status)) {
            return status;
        }
        if (status == APR_SUCCESS && listing->count == room) {
            listing->next =
                write_position(&listing->sessions[room - 1].entry, p);
            return APR_SUCCESS;
        }
        if (status == APR_SUCCESS) {
            listing->sessions[listing->count++] = listed;
        }
    }
    return APR_SUCCESS;
}

apr_status_t np_users_list(const np_realm_t *realm, const char *user,
                           const char *from, int take, apr_time_t now,
                           np_budget_t *budget, np_listing_t *listing,
                           apr_pool_t *p)
{
    const int room = take > 0 && take < NP_INDEX_MAX ? take : NP_INDEX_MAX;
    np_entry_t behind;
    np_index_t *index;
    bool stored;

    if (from && !read_position(from, &behind)) {
        return APR_EINVAL;
    }
    apr_status_t status =
        np_users_read(realm, user, budget, &index, &stored, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    *listing = (np_listing_t){ .count = 0 };
    listing->sessions =
        apr_palloc(p, (apr_size_t)room * sizeof *listing->sessions);
    return collect(realm, index, from ? &behind : NULL, room, now, budget,
                   listing, p);
}

apr_status_t np_users_find(const np_realm_t *realm,
                           const unsigned char handle[NP_HANDLE_LEN],
                           apr_time_t now, np_budget_t *budget,
                           np_listed_t *found, apr_pool_t *p)
{
    const char *user;
    np_index_t *index;
    bool stored;

    apr_status_t status = np_users_owner(realm, handle, budget, &user, p);
    if (status == APR_SUCCESS) {
        status = np_users_read(realm, user, budget, &index, &stored, p);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    const np_entry_t *entry = np_index_find(index, handle);
    if (!entry) {
        return APR_NOTFOUND;
    }
    found->entry = *entry;
    return np_trail_follow(realm, entry->storage_key, now, budget,
                           &found->outcome, p);
}

apr_status_t np_users_end(const np_realm_t *realm, const np_outcome_t *outcome,
                          apr_time_t now, np_budget_t *budget,
                          apr_pool_t *scratch)
{
    np_plan_t plan;

    np_plan_end(outcome, now, &plan);
    return np_plan_commit(realm, &plan, budget, scratch);
}

apr_status_t np_users_end_all(const np_realm_t *realm, const char *user,
                              apr_time_t now, np_budget_t *budget,
                              apr_array_header_t **ended, apr_pool_t *p)
{
    np_listing_t listing;

    *ended = apr_array_make(p, 8, sizeof(np_record_t));
    apr_status_t status =
        np_users_list(realm, user, NULL, 0, now, budget, &listing, p);
    for (int i = 0; status == APR_SUCCESS && i < listing.count; i++) {
        const np_outcome_t *outcome = &listing.sessions[i].outcome;
        status = np_users_end(realm, outcome, now, budget, p);
        if (status == APR_SUCCESS) {
            APR_ARRAY_PUSH(*ended, np_record_t) = outcome->record;
        }
    }
    return status;
}

static apr_status_t describe_locked(const np_realm_t *realm,
                                    np_outcome_t *outcome,
                                    const char *metadata, apr_time_t now,
                                    np_budget_t *budget, apr_pool_t *p)
{
    np_plan_t plan;

    apr_status_t status = np_plan_metadata(outcome, metadata, now, &plan);
    if (status == APR_SUCCESS) {
        status = np_plan_commit(realm, &plan, budget, p);
    }
    if (status == APR_SUCCESS) {
        outcome->record = plan.record;
    }
    return status;
}

apr_status_t np_users_describe(const np_realm_t *realm,
                               const unsigned char handle[NP_HANDLE_LEN],
                               const char *metadata, apr_time_t now,
                               apr_time_t moment, np_budget_t *budget,
                               np_listed_t *found, apr_pool_t *p)
{
    apr_status_t status = APR_NOTFOUND;

    for (int i = 0; i < MAX_TRIES && status == APR_NOTFOUND; i++) {
        status = np_users_find(realm, handle, now, budget, found, p);
        if (status != APR_SUCCESS) {
            return status;
        }
        status = np_lock_take(realm, &found->outcome, NP_LOCK_WAIT, moment,
                              budget, p);
        if (status == APR_SUCCESS) {
            status = describe_locked(realm, &found->outcome, metadata, now,
                                     budget, p);
            np_lock_release(realm, found->outcome.id.storage_key, budget, p);
        }
    }
    return status;
}
