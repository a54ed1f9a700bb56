/* SPDX-License-Identifier: Apache-2.0
 * Closing a session's turn: from an outcome to a plan, and carrying it out. */
#ifndef NP_PLAN_H
#define NP_PLAN_H

#include "np_session.h"

typedef enum np_action_e {
    NP_ACTION_NOTHING,
    /** Write the last interaction down. */
    NP_ACTION_TOUCH,
    /** A login: a new session, and the end of the one it replaces. */
    NP_ACTION_BEGIN,
    /** The same session under a new id. */
    NP_ACTION_RENEW,
    /** Put a headstone in the session's place. */
    NP_ACTION_END,
} np_action_e;

/** What is to happen, decided and complete; executed at most once. */
typedef struct np_plan_t {
    np_action_e action;
    /** The session as it shall be stored, or its headstone. */
    np_record_t record;
    /** Its id: a new one with BEGIN and RENEW. */
    np_id_t id;
    /** The cookie's value; BEGIN and RENEW only. */
    char cookie[NP_ID_TEXT_LEN + 1];
    /** BEGIN and RENEW: the headstone of the id that goes, and its key; the
     *  key is empty where there was no session before. */
    np_record_t old_record;
    char old_key[NP_STORAGE_KEY_LEN + 1];
    /** The moment that was planned for. */
    apr_time_t now;
} np_plan_t;

/** Who logs in, and how. Texts must outlive the plan. */
typedef struct np_login_t {
    const char *user;
    const char *auth_type;
    /** The browser will repeat the password unasked (Basic, Digest). */
    bool ask_password_again;
    /** The mode that the application chose, if it did. */
    bool mode_chosen;
    np_mode_e mode;
    /** The second factor's method; NULL without one. */
    const char *mfa;
    np_device_t device;
    /** The key that its redirect takes to the browser; NULL: none. */
    const np_binding_t *binding;
} np_login_t;

/** Plan to write a live session's last interaction, if it is due. */
void np_plan_touch(const np_realm_t *realm, const np_outcome_t *outcome,
                   apr_time_t now, np_plan_t *plan);

/**
 * Plan to write a live session with other data of the application, sealed for
 * its id in @a p.
 * @return APR_SUCCESS; APR_EINVAL if the outcome is not live or an old id;
 *         APR_ENOSPC for more than NP_APP_DATA_MAX; APR_EGENERAL
 */
apr_status_t np_plan_data(const np_realm_t *realm, const np_outcome_t *outcome,
                          np_bytes_t data, apr_time_t now, np_plan_t *plan,
                          apr_pool_t *p);

/**
 * Plan to write a live session with other metadata, which must outlive the plan;
 * NULL: none. Lock the session before: np_lock_take().
 * @return APR_SUCCESS; APR_EINVAL if the outcome is not live or an old id;
 *         APR_ENOSPC for an empty text, more than NP_RECORD_MAX_METADATA, or
 *         more than the application's data leave room for
 */
apr_status_t np_plan_metadata(const np_outcome_t *outcome,
                              const char *metadata, apr_time_t now,
                              np_plan_t *plan);

/**
 * Plan to write a live session with another binding, which must outlive the
 * plan and is not empty. What it knows of pages is left out as far as the
 * application's data leave it no room. Lock the session before: np_lock_take().
 * @return APR_SUCCESS; APR_EINVAL if the outcome is not live or an old id;
 *         APR_ENOSPC if there is no room
 */
apr_status_t np_plan_binding(const np_outcome_t *outcome,
                             np_binding_t *binding, apr_time_t now,
                             np_plan_t *plan);

/**
 * Plan a login: a session with a new id and handle, by the rules of today.
 * @return APR_SUCCESS, or APR_EGENERAL if there are no random bits
 */
apr_status_t np_plan_login(const np_realm_t *realm,
                           const np_outcome_t *outcome,
                           const np_login_t *login, apr_time_t now,
                           np_plan_t *plan);

/**
 * Plan a new id for a live session that is stored as @a changed from now on;
 * the old id is accepted for NP_POLICY_GRACE more, as it was.
 * The application's data is sealed anew for the new id, in @a p.
 * @return APR_SUCCESS; APR_EINVAL if the outcome is not live or itself an old
 *         id; APR_EACCES if the application's data does not open
 */
apr_status_t np_plan_renew(const np_realm_t *realm,
                           const np_outcome_t *outcome,
                           const np_record_t *changed, apr_time_t now,
                           np_plan_t *plan, apr_pool_t *p);

/**
 * Plan the end of the session: by logout, or by the limit that the outcome
 * found passed. Also by an old id that is not accepted any more: who logs out
 * with it means the session that went on without it.
 */
void np_plan_end(const np_outcome_t *outcome, apr_time_t now, np_plan_t *plan);

/**
 * Carry out a plan.
 *
 * The headstone, made by an exclusive add, decides between requests that race:
 * whoever adds it first has ended or renewed the session, and the session's own
 * record is removed after it, never overwritten, so that no write that is still
 * on its way can bring it back.
 *
 * @return APR_SUCCESS; APR_EEXIST if another request ended or renewed the
 *         session first (RENEW; nothing of this plan remains); APR_NOTFOUND if
 *         the session is no longer there (TOUCH); anything else: the store did
 *         not answer, and the caller must not act as if it had
 */
apr_status_t np_plan_commit(const np_realm_t *realm, const np_plan_t *plan,
                            np_budget_t *budget, apr_pool_t *scratch);

#endif
