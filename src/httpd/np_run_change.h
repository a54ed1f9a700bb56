/* SPDX-License-Identifier: Apache-2.0
 * Changing what a session knows of its browser's run. */
#ifndef NP_RUN_CHANGE_H
#define NP_RUN_CHANGE_H

#include "np_request.h"

/** What is to be changed; how, says its function. */
typedef struct np_run_change_t {
    /** False: nothing worth being written. */
    bool (*make)(np_binding_t *binding, const struct np_run_change_t *change);
    np_run_rules_t rules;
    apr_time_t now;
    /** By whom and what, where a page speaks. */
    np_page_event_e event;
    unsigned char id[NP_PAGE_ID_LEN];
    /** A new key, and the HA1 of one that was proved; NULL: none. */
    const unsigned char *key;
    const unsigned char *ha1;
} np_run_change_t;

/**
 * Make @a change to the live session of @a ctx, in the store too, unless it is
 * not worth that.
 * @return APR_SUCCESS; APR_EINVAL where the session has another id by now, which
 *         is not changed by the old one; APR_NOTFOUND if it ended or got another
 *         id just now; APR_EBUSY if other requests of it are in the way; anything
 *         else: the store did not answer
 */
apr_status_t np_run_change(np_request_t *ctx, request_rec *r,
                           const np_run_change_t *change);

/** Is @a status of np_run_change() no reason to say it again? Where the session
 *  has another id by now, or has ended, what the page says next comes with what
 *  is then true. */
bool np_run_change_is_done(apr_status_t status);

/** A np_run_change_t.make: only bind the session to the key that was proved, if
 *  there was one. */
bool np_run_change_bind(np_binding_t *binding, const np_run_change_t *change);

#endif
