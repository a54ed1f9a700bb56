/* SPDX-License-Identifier: Apache-2.0
 * What the module knows of one request, from its first hook to its last. */
#ifndef NP_REQUEST_H
#define NP_REQUEST_H

#include "np_module.h"

#include "np_companion.h"
#include "np_config.h"
#include "np_plan.h"
#include "np_session.h"
#include "np_site.h"

/** What becomes of a cookie of the browser, and its twin, with the response. */
typedef enum np_fate_e {
    NP_FATE_KEEP,
    NP_FATE_SET,
    NP_FATE_REMOVE,
} np_fate_e;

typedef struct np_reply_t {
    np_fate_e fate;
    /** NP_FATE_SET only: its value, and until when the browser keeps it; 0:
     *  until it closes. */
    char value[NP_ID_TEXT_LEN + 1];
    apr_time_t expires_at;
} np_reply_t;

/** A session that was looked for by a tenant, of which nothing was made yet. */
typedef struct np_found_t {
    const np_tenant_t *tenant;
    np_realm_t realm;
    np_outcome_t outcome;
} np_found_t;

/** A session as a place may see it. */
typedef struct np_view_t {
    const np_tenant_t *tenant;
    const np_realm_t *realm;
    const np_outcome_t *outcome;
    /** What the place may know of the outcome's. */
    np_state_e state;
} np_view_t;

/**
 * One for the whole chain of internal redirects and sub-requests; lives in the
 * pool of the first request.
 */
typedef struct np_request_t {
    request_rec *first;
    /** Read once: every judgement of this request is made at this moment. */
    apr_time_t now;
    const np_site_t *site;
    np_budget_t budget;
    /** The Cookie header as it came; NULL if there was none. */
    const char *cookie_header;
    /** An Authorization header with a token of ours, or of whomever in a place
     *  that knows tokens: nobody else sees it. NULL: none. */
    const char *authorization;
    /** The answer by which the browser's run proves its key: nobody else sees
     *  it. NULL: none. */
    const char *run_answer;
    /** What the request is, where it is one of our own; see np_run_gate.h. */
    bool run_is_own;
    np_run_ask_e run_ask;
    /** How strict the places were that have judged by a run, and their verdict. */
    np_run_mode_e run_judged;
    np_run_verdict_e run_verdict;
    /** The document that answers has the script. */
    bool page_has_script;
    /** The response's Location holds a key. */
    bool run_led_on;

    /** What was seen before it was known whose session counts; NULL: nobody
     *  asked so early. */
    np_found_t *glance;
    /** The session: NULL tenant until it was looked for. */
    const np_tenant_t *tenant;
    np_realm_t realm;
    np_outcome_t outcome;
    bool new_login;
    /** The last interaction was written, or need not be. */
    bool touch_settled;

    /** The cookies that accompany the session, by np_request_companion(); NULL:
     *  nobody asked for them. */
    np_companion_t *companions;

    /** What shall become of the cookies, by np_kind_e - 1, and whether that was
     *  sent. */
    np_reply_t replies[NP_KINDS];
    bool sent;
    /** The status that takes the place of the application's answer; 0: its
     *  answer stands. */
    int refusal;
    bool refusal_sent;
    /** The request whose application it was. */
    const request_rec *refused;
    /** A failed login of this request has been counted. */
    bool failure_counted;
    /** With 429: the end of the lock. */
    apr_time_t locked_until;

    /** The Cookie header has what the vault has put in, and this is what it was
     *  without; NULL: none. */
    bool vault_is_in;
    const char *without_vault;

    /** What mod_session got of us; NULL: nothing yet. See np_bridge.c. */
    struct np_bridge_t *bridge;

    /** The request for which the other modules are being asked; see np_access.h. */
    const request_rec *asking;
    /** The request that came to access control without a user. */
    const request_rec *nameless;
    /** The request in which another module authenticated the user. */
    const request_rec *authenticated;
    /** Why our Require rules denied access; NULL if they did not. */
    const char *denied;
} np_request_t;

/** The context of @a r's chain; NULL before np_request_start(). */
np_request_t *np_request_get(const request_rec *r);

/** The context of @a r's chain, made if there is none. */
np_request_t *np_request_start(request_rec *r);

/**
 * Look for the session, once in a chain, by the tenant of @a place. A session
 * that a limit ended is buried, and its cookies will be removed.
 */
void np_request_open(np_request_t *ctx, request_rec *r,
                     const np_place_t *place);

/** Look once more for the session that the near cache knew, in the store
 *  itself. */
void np_request_ask_store(np_request_t *ctx);

/**
 * What a place may know already at a moment when it may not be the last place
 * of @a r. Nothing comes of it: no log line, no cookie, no burial, and
 * np_request_open() may still take another tenant. If it takes the same one it
 * does not read again.
 * @return false where another tenant's session counts; what @a view is set
 *         to is valid until the next call
 */
bool np_request_glance(np_request_t *ctx, const request_rec *r,
                       const np_place_t *place, np_view_t *view);

/** Where the records of cookies of this kind live. */
np_realm_t np_request_realm(const np_request_t *ctx, np_kind_e kind);

/** The device or second-factor cookie that the request brought, or the one
 *  that it will get. Asks no store. */
np_companion_t *np_request_companion(np_request_t *ctx, np_kind_e kind);

/** Send a cookie of this kind with the response, in this mode; a persistent
 *  one until @a expires_at. */
void np_request_set_cookie(np_request_t *ctx, np_kind_e kind,
                           const char *value, np_mode_e mode,
                           apr_time_t expires_at);

/** Remove the session cookies from the browser, or leave them after all. */
void np_request_remove_cookies(np_request_t *ctx, bool remove);

/** Answer with @a status in the place of what the application of @a r answers:
 *  what it said could not be done, or must not be seen. */
void np_request_refuse(np_request_t *ctx, const request_rec *r, int status);

/** Where the records of cookies of this kind live for the tenant of @a place,
 *  which may be another than that of the session. */
np_realm_t np_request_realm_at(const np_request_t *ctx, const request_rec *r,
                               const np_place_t *place, np_kind_e kind);

/** Is the session that was looked for one of this place's tenant? */
bool np_request_sees(const np_request_t *ctx, const request_rec *r,
                     const np_place_t *place);

/**
 * What a place may know: the outcome, or that there is none, where nobody
 * looked or the place belongs to another tenant.
 */
const np_outcome_t *np_request_outcome(const np_request_t *ctx,
                                       const request_rec *r,
                                       const np_place_t *place);

/**
 * The context and the place of @a r, for calls from other modules, with the
 * session looked for; NULL where @a r has no sessions, or those of another
 * tenant than its chain. @a place is filled in anyway.
 */
np_request_t *np_request_enter(request_rec *r, const np_place_t **place);

/** The store failed for what the application of @a r said or set: refuse its
 *  answer, unless @a place lets pass. */
void np_request_store_failed(np_request_t *ctx, const request_rec *r,
                             const np_place_t *place);

/** Is @a type the AuthType of the place of @a r? */
bool np_request_has_auth_type(request_rec *r, const char *type);

/** Carry out @a plan, and log it if the store fails. */
apr_status_t np_request_commit(np_request_t *ctx, request_rec *r,
                               const np_plan_t *plan);

/** A handle as text, for logs and applications, in @a p. */
const char *np_request_handle(const unsigned char handle[NP_HANDLE_LEN],
                              apr_pool_t *p);

/** Is this an https request, or one to be treated so? */
bool np_request_is_secure(const np_request_t *ctx, const request_rec *r);

/** The request that the client made: the first of @a r's chain. */
const request_rec *np_request_first(const request_rec *r);

/** Whether @a r's Accept names HTML: over plain http, and in old browsers, that
 *  is all that tells a person's request from a program's. */
bool np_request_accepts_html(const request_rec *r);

#endif
