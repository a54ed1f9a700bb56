/* SPDX-License-Identifier: Apache-2.0
 * The sessions of a user: which ones there are, how many there may be, and
 * their end. */
#ifndef NP_USERS_H
#define NP_USERS_H

#include "apr_tables.h"

#include "np_index.h"
#include "np_plan.h"

/** How long a login may keep others of the same user waiting, at least: twice
 *  its budget else, and never longer than NP_LOCK_LIFE. */
#define NP_USERS_LOCK_LIFE apr_time_from_sec(2)
/** So many records of his sessions are read at a login, the oldest first, to
 *  find one that is over before a live one is ended. Where he is refused
 *  instead, all are read. */
#define NP_USERS_LOOK_AT 16

/** From where somebody logs in. NULL: it is not known. */
typedef struct np_agent_t {
    const char *user_agent;
    const char *address;
} np_agent_t;

/** A login that has been let in, and is not over yet. */
typedef struct np_admission_t {
    /** The key of the user's index; NULL: he is not counted. */
    const char *key;
    /** Other logins of this user wait for np_users_leave(). */
    bool locked;
    /** The store has an index under the key. */
    bool stored;
    /** NULL: it could not be read. */
    np_index_t *index;
    /** The handle of the session that the login ends anyway, or NULL. */
    const unsigned char *own;
    /** The sessions that were ended to make room, as they were:
     *  of np_record_t. */
    apr_array_header_t *ended;
} np_admission_t;

/**
 * Let @a user log in where @a outcome was found, if he has not as many sessions
 * as the quota allows. Where the index says so, those of which nothing lives
 * any more are struck off it, and then either the oldest ones end, or he is
 * refused. The session of @a outcome, which the login will end, does not count.
 * From here to np_users_leave(), which must be called whatever this returns,
 * other logins of the user wait, for half of their budget; then they go on
 * without the lock, and may be one too many, or are refused. @a moment is the time of this call, @a now that
 * of the request. @a outcome must not change before np_users_enter().
 * @return APR_SUCCESS; APR_ENOSPC if he is refused; APR_EBUSY if others of his
 *         logins took for too long and the quota says deny; anything else: the
 *         store did not answer
 */
apr_status_t np_users_admit(const np_realm_t *realm,
                            const np_outcome_t *outcome, const char *user,
                            apr_time_t now, apr_time_t moment,
                            np_budget_t *budget, np_admission_t *admission,
                            apr_pool_t *p);

/**
 * Write down that the session of the login @a plan is one of the user's: before
 * it is committed, so that no session goes unlisted.
 * @return APR_SUCCESS; anything else: the store did not answer
 */
apr_status_t np_users_enter(const np_realm_t *realm, np_admission_t *admission,
                            const np_plan_t *plan, const np_agent_t *agent,
                            np_budget_t *budget, apr_pool_t *p);

/** The login is over, one way or the other. */
void np_users_leave(const np_realm_t *realm, np_admission_t *admission,
                    np_budget_t *budget, apr_pool_t *scratch);

/**
 * Write down that the session of @a record lies at @a storage_key now. Where that
 * fails its headstone leads there for as long as there is one.
 * @return APR_SUCCESS; APR_NOTFOUND if it is not listed; APR_EBUSY; anything
 *         else: the store did not answer
 */
apr_status_t np_users_move(const np_realm_t *realm, const np_record_t *record,
                           const char *storage_key, apr_time_t now,
                           apr_time_t moment, np_budget_t *budget,
                           apr_pool_t *p);

/** A live session of a user. */
typedef struct np_listed_t {
    np_entry_t entry;
    /** Live, of an id without its secret. */
    np_outcome_t outcome;
} np_listed_t;

/** Some of a user's live sessions, the newest login first. */
typedef struct np_listing_t {
    int count;
    np_listed_t *sessions;
    /** What to ask for to get those that follow; NULL: none do. */
    const char *next;
} np_listing_t;

/**
 * List @a take live sessions of @a user at the most, all being 0: from the
 * newest on, or those that stand behind @a from, which is the next of another
 * listing. It stays right when sessions come and go. One read for each session.
 * @return APR_SUCCESS; APR_EINVAL if @a from is no such thing; anything else:
 *         the store did not answer
 */
apr_status_t np_users_list(const np_realm_t *realm, const char *user,
                           const char *from, int take, apr_time_t now,
                           np_budget_t *budget, np_listing_t *listing,
                           apr_pool_t *p);

/**
 * Find the live session of this public handle.
 * @return APR_SUCCESS; APR_NOTFOUND if there is none, or it is not listed;
 *         anything else: the store did not answer
 */
apr_status_t np_users_find(const np_realm_t *realm,
                           const unsigned char handle[NP_HANDLE_LEN],
                           apr_time_t now, np_budget_t *budget,
                           np_listed_t *found, apr_pool_t *p);

/** End the live session of @a outcome as a logout does; see
 *  np_plan_commit(). */
apr_status_t np_users_end(const np_realm_t *realm, const np_outcome_t *outcome,
                          apr_time_t now, np_budget_t *budget,
                          apr_pool_t *scratch);

/**
 * End all listed sessions of @a user. Those that are not listed end by
 * np_revoked_raise(), which is to be called before.
 * @return APR_SUCCESS, and @a ended are those that were, as in np_admission_t;
 *         anything else: the store did not answer to all that it was asked
 */
apr_status_t np_users_end_all(const np_realm_t *realm, const char *user,
                              apr_time_t now, np_budget_t *budget,
                              apr_array_header_t **ended, apr_pool_t *p);

/**
 * Keep @a metadata, NULL being none, with the live session of this public
 * handle, under its lock. @a moment is the time of this call.
 * @return APR_SUCCESS, and @a found is the session as it is then; APR_NOTFOUND
 *         if there is none; APR_ENOSPC as np_plan_metadata(); APR_EBUSY if
 *         others held the lock for too long; anything else: the store did not
 *         answer
 */
apr_status_t np_users_describe(const np_realm_t *realm,
                               const unsigned char handle[NP_HANDLE_LEN],
                               const char *metadata, apr_time_t now,
                               apr_time_t moment, np_budget_t *budget,
                               np_listed_t *found, apr_pool_t *p);

#endif
