/* SPDX-License-Identifier: Apache-2.0
 * Opening a session: from the cookies of a request to an outcome. */
#include "np_session.h"

#include <string.h>

#include "np_cookie.h"

/* One walk over the cookies of a request. */
typedef struct np_search_t {
    const np_realm_t *realm;
    apr_time_t now;
    np_budget_t *budget;
    np_outcome_t *outcome;
    apr_pool_t *p;
    /** What the near cache knows is not enough. */
    bool afresh;
    np_id_t ids[NP_COOKIE_MAX_TRIED];
    int id_count;
    int reads;
    /** The octets of the record that was read last. */
    np_bytes_t sealed;
    /** The id that is being tried, and a bit for each of which the store did not
     *  say all. */
    int current;
    unsigned unanswered;
} np_search_t;

void np_headstone_key(char key[NP_HEADSTONE_KEY_LEN + 1],
                      const char *storage_key)
{
    key[0] = NP_STORE_HEADSTONE;
    memcpy(key + 1, storage_key, NP_STORAGE_KEY_LEN);
    key[NP_HEADSTONE_KEY_LEN] = '\0';
}

np_limits_t np_session_limits(const np_realm_t *realm,
                              const np_record_t *record)
{
    np_mode_e mode =
        np_policy_mode(record->mode, record->mode_chosen, &realm->rules);
    return np_policy_limits(record->limits, mode, &realm->rules);
}

/* Main cookie and twin carry the same id: it is looked up once. */
static bool already_known(const np_search_t *search, const np_id_t *id)
{
    for (int i = 0; i < search->id_count; i++) {
        if (!strcmp(search->ids[i].storage_key, id->storage_key)) {
            return true;
        }
    }
    return false;
}

static void collect_ids(np_search_t *search, const np_bytes_t *cookies,
                        int count)
{
    for (int i = 0; i < count && search->id_count < NP_COOKIE_MAX_TRIED; i++) {
        np_id_t *id = &search->ids[search->id_count];
        if (np_id_parse(search->realm->crypto, &search->realm->scope,
                        cookies[i], id) == APR_SUCCESS
            && !already_known(search, id)) {
            search->id_count++;
        }
    }
}

/* Read one record. False if there is nothing to be had under this key. */
static bool read_record(np_search_t *search, const char *key,
                        np_record_t *record)
{
    const np_realm_t *realm = search->realm;

    search->reads++;
    apr_status_t status = realm->store->get(realm->store, key, search->budget,
                                            &search->sealed, search->p);
    if (status != APR_SUCCESS) {
        if (np_store_unavailable(status)) {
            search->unanswered |= 1U << search->current;
        }
        return false;
    }
    if (np_record_open(realm->crypto, &realm->scope, key, search->sealed,
                       record, search->p)
        != APR_SUCCESS) {
        search->outcome->damaged = true;
        return false;
    }
    return true;
}

static void conclude(np_search_t *search, np_state_e state, const np_id_t *id,
                     const np_record_t *record)
{
    np_outcome_t *outcome = search->outcome;
    if (state != NP_STATE_LIVE && outcome->state != NP_STATE_NONE) {
        return;                       /* the first one that ended counts */
    }
    outcome->state = state;
    outcome->id = *id;
    outcome->record = *record;
    outcome->old_id = record->state == NP_RECORD_SUPERSEDED;
    outcome->bury =
        record->state == NP_RECORD_LIVE && np_state_is_over(state);
}

/* Were all sessions of its user ended since it began? By each key of the ring:
 * another one may have been the first when that was written down. Without a name
 * nobody knows, and then it is. */
static bool is_revoked(const np_realm_t *realm, const np_record_t *record,
                       apr_pool_t *p)
{
    unsigned char name[NP_NAME_LEN];

    if (!realm->revoked || np_revoked_is_empty(realm->revoked)) {
        return false;
    }
    for (int key = 0; key < np_crypto_key_count(realm->crypto); key++) {
        if (np_name_user(realm->crypto, key, &realm->scope, record->user,
                         name, p)
                != APR_SUCCESS
            || record->times.login_at
                   <= np_revoked_until(realm->revoked, name)) {
            return true;
        }
    }
    return false;
}

np_state_e np_session_judge(const np_realm_t *realm, const np_record_t *record,
                            apr_time_t now, apr_pool_t *p)
{
    np_limits_t limits = np_session_limits(realm, record);

    switch (np_policy_judge(&record->times, limits, now)) {
    case NP_ALIVE:
        return is_revoked(realm, record, p) ? NP_STATE_ENDED : NP_STATE_LIVE;
    case NP_IDLE:
        return NP_STATE_IDLE;
    case NP_EXPIRED:
        return NP_STATE_EXPIRED;
    case NP_FROM_FUTURE:
        break;
    }
    return NP_STATE_NONE;
}

static void judge(np_search_t *search, const np_id_t *id,
                  const np_record_t *record)
{
    np_state_e state =
        np_session_judge(search->realm, record, search->now, search->p);

    if (state == NP_STATE_NONE) {
        search->outcome->from_future = true;
    }
    else {
        conclude(search, state, id, record);
    }
}

/* What lies under the storage key itself can only be a live session. */
static void try_store(np_search_t *search, const np_id_t *id)
{
    np_record_t record;
    if (!read_record(search, id->storage_key, &record)) {
        return;
    }
    if (record.state == NP_RECORD_LIVE) {
        judge(search, id, &record);
    }
    else {
        search->outcome->damaged = true;
    }
}

/* Will this session be written because of its age, or of the tenant's mode?
 * Then what the store has by now is wanted. */
static bool change_is_due(const np_search_t *search, const np_record_t *record)
{
    const np_realm_t *realm = search->realm;
    const np_limits_t limits = np_session_limits(realm, record);

    return np_policy_touch_due(&record->times, limits, search->now)
           || record->mode
                  != np_policy_mode(record->mode, record->mode_chosen,
                                    &realm->rules);
}

/* A record that the store had a moment ago, if the session is live by it.
 * Another machine may have prolonged it since then: so it cannot end by it. */
static bool recall(np_search_t *search, const np_id_t *id,
                   np_record_t *record, bool *ask)
{
    const np_realm_t *realm = search->realm;
    const char *key = id->storage_key;
    np_bytes_t sealed;

    if (!np_near_find(realm->near, key, search->now, &sealed, ask, search->p)
        || np_record_open(realm->crypto, &realm->scope, key, sealed, record,
                          search->p)
               != APR_SUCCESS
        || np_session_judge(realm, record, search->now, search->p)
               != NP_STATE_LIVE) {
        return false;
    }
    *ask |= change_is_due(search, record);
    return true;
}

/* With a near cache. If the store was asked and said nothing, what is known
 * from there holds. */
static void try_near(np_search_t *search, const np_id_t *id)
{
    const np_near_t *near = search->realm->near;
    np_record_t record;
    bool ask = false;
    const bool known = !search->afresh && recall(search, id, &record, &ask);

    np_near_count(near, known && !ask);
    if (!known || ask) {
        const np_near_mark_t mark =
            np_near_mark(near, id->storage_key, search->now);
        try_store(search, id);
        if (search->outcome->state == NP_STATE_LIVE) {
            np_near_keep(near, id->storage_key, mark, search->sealed);
        }
    }
    if (known && (!ask || search->unanswered & 1U << search->current)) {
        conclude(search, NP_STATE_LIVE, id, &record);
        search->outcome->recalled = true;
    }
}

static void try_session(np_search_t *search, const np_id_t *id)
{
    if (search->realm->near) {
        try_near(search, id);
    }
    else {
        try_store(search, id);
    }
}

static bool read_headstone(np_search_t *search, const char *storage_key,
                           np_record_t *record)
{
    char key[NP_HEADSTONE_KEY_LEN + 1];
    np_headstone_key(key, storage_key);
    return read_record(search, key, record);
}

/* An old id lives only as long as the session that went on without it; the
 * last of its ids tells. When the reads are used up, it does not live. */
static bool goes_on(np_search_t *search, const np_record_t *old)
{
    np_record_t next = *old;

    while (search->reads < NP_SESSION_MAX_READS) {
        const char *storage_key = next.successor;
        if (read_record(search, storage_key, &next)) {
            return next.state == NP_RECORD_LIVE;
        }
        if (search->reads >= NP_SESSION_MAX_READS
            || !read_headstone(search, storage_key, &next)
            || next.state != NP_RECORD_SUPERSEDED) {
            return false;
        }
    }
    return false;
}

/* The headstone of an end tells all, whatever else was not answered. */
static void conclude_end(np_search_t *search, np_state_e state,
                         const np_id_t *id, const np_record_t *record)
{
    search->unanswered &= ~(1U << search->current);
    conclude(search, state, id, record);
}

static void try_headstone(np_search_t *search, const np_id_t *id)
{
    np_record_t record;

    if (!read_headstone(search, id->storage_key, &record)) {
        return;
    }
    switch (record.state) {
    case NP_RECORD_SUPERSEDED:
        if (search->now < record.accepted_until && goes_on(search, &record)) {
            judge(search, id, &record);
        }
        else {
            conclude(search, NP_STATE_ENDED, id, &record);
        }
        break;
    case NP_RECORD_IDLE:
        conclude_end(search, NP_STATE_IDLE, id, &record);
        break;
    case NP_RECORD_EXPIRED:
        conclude_end(search, NP_STATE_EXPIRED, id, &record);
        break;
    case NP_RECORD_ENDED:
        conclude_end(search, NP_STATE_ENDED, id, &record);
        break;
    case NP_RECORD_LIVE:
        search->outcome->damaged = true;
        break;
    }
}

/* Every id is tried as a session before any is looked up among the dead, so
 * that the reads, which are few, go to where a live session may be. */
static void try_all(np_search_t *search,
                    void (*try)(np_search_t *, const np_id_t *))
{
    for (int i = 0; i < search->id_count; i++) {
        if (search->outcome->state == NP_STATE_LIVE
            || search->reads >= NP_SESSION_MAX_READS) {
            return;
        }
        search->current = i;
        try(search, &search->ids[i]);
    }
}

static void open_session(np_search_t *search, const np_bytes_t *cookies,
                         int count)
{
    np_outcome_t *outcome = search->outcome;

    memset(outcome, 0, sizeof *outcome);
    collect_ids(search, cookies, count);
    try_all(search, try_session);
    if (outcome->state == NP_STATE_NONE) {
        try_all(search, try_headstone);
    }
    if (search->unanswered && outcome->state != NP_STATE_LIVE) {
        outcome->state = NP_STATE_UNAVAILABLE;
        outcome->bury = false;
    }
    for (int i = 0; i < search->id_count; i++) {
        np_id_wipe(&search->ids[i]);
    }
}

static np_search_t search_for(const np_realm_t *realm, apr_time_t now,
                              np_budget_t *budget, np_outcome_t *outcome,
                              apr_pool_t *p)
{
    return (np_search_t){
        .realm = realm,
        .now = now,
        .budget = budget,
        .outcome = outcome,
        .p = p,
    };
}

void np_session_open(const np_realm_t *realm, const np_bytes_t *cookies,
                     int count, apr_time_t now, np_budget_t *budget,
                     np_outcome_t *outcome, apr_pool_t *p)
{
    np_search_t search = search_for(realm, now, budget, outcome, p);

    open_session(&search, cookies, count);
}

void np_session_open_afresh(const np_realm_t *realm,
                            const np_bytes_t *cookies, int count,
                            apr_time_t now, np_budget_t *budget,
                            np_outcome_t *outcome, apr_pool_t *p)
{
    np_search_t search = search_for(realm, now, budget, outcome, p);

    search.afresh = true;
    open_session(&search, cookies, count);
}
