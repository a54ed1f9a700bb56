/* SPDX-License-Identifier: Apache-2.0
 * Opening a session: from the cookies of a request to an outcome. */
#ifndef NP_SESSION_H
#define NP_SESSION_H

#include "np_id.h"
#include "np_near.h"
#include "np_policy.h"
#include "np_record.h"
#include "np_revoked.h"
#include "np_scope.h"
#include "np_store.h"

/** Reads of the store that one request may cause by its cookies. */
#define NP_SESSION_MAX_READS 4
/** Characters of the key of a headstone: "x", then the storage key. */
#define NP_HEADSTONE_KEY_LEN (NP_STORAGE_KEY_LEN + 1)

/** Where sessions of one scope live, and by which rules. */
typedef struct np_realm_t {
    const np_crypto_t *crypto;
    np_store_t *store;
    np_scope_t scope;
    np_rules_t rules;
    /** Users all of whose sessions were ended; NULL: nobody knows any. */
    const np_revoked_t *revoked;
    /** What of the store may be believed without asking it; NULL: nothing. Only
     *  np_session_open() does, and only that a session is live; before one is
     *  ended, the store is asked. */
    const np_near_t *near;
} np_realm_t;

/** What a request finds. */
typedef enum np_state_e {
    NP_STATE_NONE,
    NP_STATE_LIVE,
    NP_STATE_IDLE,
    NP_STATE_EXPIRED,
    NP_STATE_ENDED,
    /** The store gave no answer: nothing is known, nothing may change. */
    NP_STATE_UNAVAILABLE,
} np_state_e;

/** The outcome of opening; lives in the pool that np_session_open() got. */
typedef struct np_outcome_t {
    np_state_e state;
    /** The id that decided; nothing where the state is none. */
    np_id_t id;
    /** The session, or what is remembered of one that ended. */
    np_record_t record;
    /** The id was changed a moment ago: accepted, but not to be written. */
    bool old_id;
    /** A limit ended it just now, or the end of all sessions of its user; the
     *  store still holds the live record. */
    bool bury;
    /** It is the near cache that says so: another machine may have changed the
     *  record since then. */
    bool recalled;
    /** Bytes in the store that were not sealed here, or a login that lies in
     *  the future: worth a line in the log. */
    bool damaged;
    bool from_future;
} np_outcome_t;

/** Did the session end, and is that still remembered? */
static inline bool np_state_is_over(np_state_e state)
{
    return state == NP_STATE_IDLE || state == NP_STATE_EXPIRED
           || state == NP_STATE_ENDED;
}

/** The key under which the end of the session at @a storage_key is kept. */
void np_headstone_key(char key[NP_HEADSTONE_KEY_LEN + 1],
                      const char *storage_key);

/**
 * Find the session that the cookie values @a cookies stand for, in their
 * order: the first live one; else the first that is remembered as ended. A
 * value whose MAC is wrong costs no read; the first current one costs one;
 * NP_SESSION_MAX_READS at the most. If any read had no answer and none is
 * live, the state is NP_STATE_UNAVAILABLE. Changes nothing in the store.
 *
 * With realm->near, a record from there is believed without a read if by it the
 * session is live and nothing in it is due to be changed. Else the store is
 * read; if that does not answer, the session is live still.
 */
void np_session_open(const np_realm_t *realm, const np_bytes_t *cookies,
                     int count, apr_time_t now, np_budget_t *budget,
                     np_outcome_t *outcome, apr_pool_t *p);

/** The same, where what the near cache knows is not enough: the store is asked,
 *  and the near cache knows it then. */
void np_session_open_afresh(const np_realm_t *realm,
                            const np_bytes_t *cookies, int count,
                            apr_time_t now, np_budget_t *budget,
                            np_outcome_t *outcome, apr_pool_t *p);

/** The limits in force for a live outcome. */
np_limits_t np_session_limits(const np_realm_t *realm,
                              const np_record_t *record);

/** What a session is at the moment @a now whose record the store holds: live,
 *  idle, expired, ended with all sessions of its user; or none, if it began in
 *  the future. */
np_state_e np_session_judge(const np_realm_t *realm, const np_record_t *record,
                            apr_time_t now, apr_pool_t *scratch);

#endif
