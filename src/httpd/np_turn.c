/* SPDX-License-Identifier: Apache-2.0
 * A session's turn in a request: login, new id, last interaction, logout. */
#include "np_turn.h"

#include <string.h>

#include "apr_strings.h"

#include "np_answer.h"
#include "np_clock.h"
#include "np_endpoints.h"
#include "np_events.h"
#include "np_lock.h"
#include "np_log.h"
#include "np_login.h"
#include "np_run_login.h"

static bool is_password_type(const char *auth_type)
{
    return !strcasecmp(auth_type, "Basic") || !strcasecmp(auth_type, "Digest");
}

/* Another module has authenticated the user in this request. */
static apr_status_t log_in(np_request_t *ctx, request_rec *r)
{
    const char *auth_type = r->ap_auth_type ? r->ap_auth_type : "";
    const np_login_t login = {
        .user = apr_pstrdup(ctx->first->pool, r->user),
        .auth_type = apr_pstrdup(ctx->first->pool, auth_type),
        .ask_password_again = is_password_type(auth_type),
    };

    return np_login(ctx, r, &login);
}

/* The tenant's mode changed under a persistent session: the browser gets the
 * same session once more, as cookies that it will drop. */
static bool must_be_reissued(const np_request_t *ctx)
{
    const np_record_t *record = &ctx->outcome.record;

    return ctx->outcome.state == NP_STATE_LIVE && !ctx->outcome.old_id
           && record->mode
                  != np_policy_mode(record->mode, record->mode_chosen,
                                    &ctx->realm.rules);
}

/* Matched against the path that the client asked for, never the query, in
 * which anybody could write anything. */
static bool is_passive(const request_rec *r, const np_place_t *place)
{
    const apr_array_header_t *patterns = place->passive;
    const char *path = np_request_first(r)->parsed_uri.path;

    if (!patterns || !path) {
        return false;
    }
    char *decoded = apr_pstrdup(r->pool, path);
    if (ap_unescape_url_keep2f(decoded, 0) != OK) {
        return false;
    }
    for (int i = 0; i < patterns->nelts; i++) {
        if (!ap_regexec(APR_ARRAY_IDX(patterns, i, ap_regex_t *), decoded, 0,
                        NULL, 0)) {
            return true;
        }
    }
    return false;
}

/* Another request may be changing the record at this moment: it must not be
 * written over with what it was. Whoever holds the lock is an interaction
 * himself, so there is nothing to wait for. */
static apr_status_t touch(np_request_t *ctx, request_rec *r)
{
    np_plan_t plan;

    apr_status_t status =
        np_lock_take(&ctx->realm, &ctx->outcome, NP_LOCK_TRY, np_clock_now(),
                     &ctx->budget, ctx->first->pool);
    if (status != APR_SUCCESS) {
        return status;
    }
    np_plan_touch(&ctx->realm, &ctx->outcome, ctx->now, &plan);
    status = np_request_commit(ctx, r, &plan);
    if (status == APR_SUCCESS && plan.action == NP_ACTION_TOUCH) {
        ctx->outcome.record.times = plan.record.times;
    }
    np_lock_release(&ctx->realm, ctx->outcome.id.storage_key, &ctx->budget,
                    r->pool);
    return status;
}

void np_turn_touch(np_request_t *ctx, request_rec *r, const np_place_t *place)
{
    np_plan_t plan;

    if (ctx->touch_settled || ctx->outcome.state != NP_STATE_LIVE) {
        return;
    }
    ctx->touch_settled = true;
    if (is_passive(r, place) || np_endpoint_is_status_query(r)) {
        return;
    }
    np_plan_touch(&ctx->realm, &ctx->outcome, ctx->now, &plan);
    if (plan.action == NP_ACTION_TOUCH
        && touch(ctx, r) == APR_NOTFOUND) {
        NP_LOG_REQUEST(r, APR_NOTFOUND, NP_MSG_NOT_TOUCHED);
    }
}

int np_turn_take(np_request_t *ctx, request_rec *r, const np_place_t *place)
{
    bool logged_in = ctx->authenticated == r && r->user
                     && ctx->outcome.state != NP_STATE_LIVE;
    apr_status_t status = logged_in ? log_in(ctx, r) : APR_SUCCESS;

    if (status == APR_ENOSPC) {
        return np_answer_refuse(r, place, HTTP_FORBIDDEN, NP_REASON_SESSIONS);
    }
    if (status != APR_SUCCESS && !place->pass_without_store) {
        return np_answer_unavailable(r, place);
    }
    if (must_be_reissued(ctx)) {
        np_login_reissue(ctx, r);
    }
    np_turn_touch(ctx, r, place);
    return logged_in ? np_run_login_redirect(ctx, r, place) : OK;
}

static apr_status_t end(np_request_t *ctx, request_rec *r)
{
    const np_record_t *record = &ctx->outcome.record;
    np_plan_t plan;

    if (ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return APR_EGENERAL;
    }
    if (ctx->outcome.state != NP_STATE_LIVE && !ctx->outcome.old_id) {
        return APR_SUCCESS;
    }
    const char *handle = np_request_handle(record->handle, r->pool);
    np_plan_end(&ctx->outcome, ctx->now, &plan);
    apr_status_t status = np_request_commit(ctx, r, &plan);
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_ENDED, record->user,
                       ctx->tenant->name, handle);
        return status;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGOUT, record->user,
                   ctx->tenant->name, handle);
    np_events_tell(r, SESSION_NP_EVENT_LOGOUT, record);
    ctx->outcome.state = NP_STATE_ENDED;
    return APR_SUCCESS;
}

/* The cookie of a session that began by a password stays, as the mark that
 * the password must be asked for again; see np_access_authenticate(). */
static bool cookie_is_a_mark(const np_outcome_t *outcome)
{
    return np_state_is_over(outcome->state)
           && outcome->record.ask_password_again;
}

apr_status_t np_turn_log_out(np_request_t *ctx, request_rec *r,
                             const np_place_t *place)
{
    const np_reply_t *reply = &ctx->replies[NP_KIND_SESSION - 1];
    apr_status_t status = end(ctx, r);

    if (ctx->cookie_header || reply->fate == NP_FATE_SET) {
        np_request_remove_cookies(ctx, !cookie_is_a_mark(&ctx->outcome));
    }
    if (*place->clear_site_data) {
        apr_table_setn(r->err_headers_out, "Clear-Site-Data",
                       place->clear_site_data);
    }
    return status;
}
