/* SPDX-License-Identifier: Apache-2.0
 * The cookies that accompany a session, for a device and for a second factor
 * that was passed on it: each stands for a browser, and has a record of it. */
#ifndef NP_COMPANION_H
#define NP_COMPANION_H

#include "np_browser.h"
#include "np_session.h"

/** Cookies of one kind that are tried, besides the first. */
#define NP_COMPANION_MAX_OTHERS 3

/** One of several cookies of a name that the browser presented. */
typedef struct np_candidate_t {
    np_id_t id;
    char text[NP_ID_TEXT_LEN + 1];
} np_candidate_t;

/** A device or second-factor cookie, and the record under it. */
typedef struct np_companion_t {
    /** The browser presented one whose MAC is right. */
    bool brought;
    np_id_t id;
    /** The value of its cookie; empty without one. */
    char text[NP_ID_TEXT_LEN + 1];
    /** The store was asked for the record, and this is what it said. */
    bool asked;
    apr_status_t answer;
    /** The record; nothing is known in it unless the answer is APR_SUCCESS. */
    np_browser_t browser;
    /** More of them that are good; somebody may have put one before the
     *  browser's own. */
    np_candidate_t others[NP_COMPANION_MAX_OTHERS];
    int others_count;
} np_companion_t;

/** Find the first of the cookie values @a cookies whose MAC is right for the
 *  kind of @a realm, and those that follow. Asks no store. */
void np_companion_find(const np_realm_t *realm, const np_bytes_t *cookies,
                       int count, np_companion_t *companion);

/**
 * Read the record of a companion that was brought; once, then its answer is
 * given again. What was not sealed here counts as missing.
 * @return APR_SUCCESS, and the record's texts live in @a p; APR_NOTFOUND;
 *         anything else: nothing is known
 */
apr_status_t np_companion_read(const np_realm_t *realm,
                               np_companion_t *companion, np_budget_t *budget,
                               apr_pool_t *p);

/**
 * The same, and of several that were brought one that knows @a user, if there is
 * one; the others cost a read each, the first time.
 */
apr_status_t np_companion_read_for(const np_realm_t *realm,
                                   np_companion_t *companion,
                                   const char *user, np_budget_t *budget,
                                   apr_pool_t *p);

/**
 * Give a companion a new id and text, under which nothing is stored yet.
 * @return APR_SUCCESS, or APR_EGENERAL if there are no random bits
 */
apr_status_t np_companion_mint(const np_realm_t *realm,
                               np_companion_t *companion);

/** Store the record of @a companion under its id, added or replaced by
 *  @a how, for the store to keep until @a keep_until; see np_store_t.put. */
apr_status_t np_companion_write(const np_realm_t *realm,
                                const np_companion_t *companion, np_put_e how,
                                apr_time_t keep_until, np_budget_t *budget,
                                apr_pool_t *scratch);

/**
 * Put @a next, a copy of @a companion that has been read and may have another
 * record, under a new id and text in its place. The old id is forgotten, with
 * the record that the store had. The store keeps the new one until
 * @a keep_until.
 * @return APR_SUCCESS, and @a companion is @a next; anything else: @a companion
 *         is as it was, and as good
 */
apr_status_t np_companion_succeed(const np_realm_t *realm,
                                  np_companion_t *companion,
                                  np_companion_t *next, apr_time_t keep_until,
                                  np_budget_t *budget, apr_pool_t *p);

/**
 * Give a companion that was brought a new id and text, under which its record,
 * if there is one, goes on until @a keep_until. The old id is forgotten.
 * @return APR_SUCCESS; anything else: @a companion is as it was, and as good
 */
apr_status_t np_companion_move(const np_realm_t *realm,
                               np_companion_t *companion,
                               apr_time_t keep_until, np_budget_t *budget,
                               apr_pool_t *p);

#endif
