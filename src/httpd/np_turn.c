/* SPDX-License-Identifier: Apache-2.0
 * A session's turn in a request: login, new id, last interaction, logout. */
#include "np_turn.h"

#include <string.h>

#include "apr_strings.h"

#include "np_answer.h"
#include "np_endpoints.h"
#include "np_log.h"

static bool is_password_type(const char *auth_type)
{
    return !strcasecmp(auth_type, "Basic") || !strcasecmp(auth_type, "Digest");
}

/* The plan became true: from here on the request has this session. */
static void adopt(np_request_t *ctx, const np_plan_t *plan)
{
    ctx->outcome.state = NP_STATE_LIVE;
    ctx->outcome.id = plan->id;
    ctx->outcome.record = plan->record;
    ctx->outcome.old_id = false;
    memcpy(ctx->cookie, plan->cookie, sizeof ctx->cookie);
    ctx->fate = NP_FATE_SET;
    ctx->touch_settled = true;
}

static apr_status_t log_in(np_request_t *ctx, request_rec *r)
{
    const char *auth_type = r->ap_auth_type ? r->ap_auth_type : "";
    const np_login_t login = {
        .user = apr_pstrdup(ctx->first->pool, r->user),
        .auth_type = apr_pstrdup(ctx->first->pool, auth_type),
        .ask_password_again = is_password_type(auth_type),
    };
    np_plan_t plan;

    apr_status_t status =
        np_plan_login(&ctx->realm, &ctx->outcome, &login, ctx->now, &plan);
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_RECORDED, login.user,
                       ctx->tenant->name);
        return status;
    }
    adopt(ctx, &plan);
    ctx->new_login = true;
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGIN, login.user,
                   ctx->tenant->name, np_request_handle(&plan.record, r->pool),
                   plan.record.mode == NP_MODE_PERSISTENT ? "persistent"
                                                          : "non-persistent");
    return APR_SUCCESS;
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

static void reissue(np_request_t *ctx, request_rec *r)
{
    np_record_t changed = ctx->outcome.record;
    np_plan_t plan;

    changed.mode = ctx->realm.rules.mode;
    if (np_plan_renew(&ctx->realm, &ctx->outcome, &changed, ctx->now, &plan,
                      ctx->first->pool)
            == APR_SUCCESS
        && np_request_commit(ctx, r, &plan) == APR_SUCCESS) {
        adopt(ctx, &plan);
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_RENEWED, changed.user,
                       ctx->tenant->name,
                       np_request_handle(&changed, r->pool));
    }
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
    if (plan.action == NP_ACTION_NOTHING) {
        return;
    }
    apr_status_t status = np_request_commit(ctx, r, &plan);
    if (status == APR_SUCCESS) {
        ctx->outcome.record.times = plan.record.times;
    }
    else if (status == APR_NOTFOUND) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_TOUCHED);
    }
}

int np_turn_take(np_request_t *ctx, request_rec *r, const np_place_t *place)
{
    bool logged_in = ctx->authenticated == r && r->user
                     && ctx->outcome.state != NP_STATE_LIVE;

    if (logged_in && log_in(ctx, r) != APR_SUCCESS
        && !place->pass_without_store) {
        return np_answer_unavailable(r, place);
    }
    if (must_be_reissued(ctx)) {
        reissue(ctx, r);
    }
    np_turn_touch(ctx, r, place);
    return OK;
}

apr_status_t np_turn_end(np_request_t *ctx, request_rec *r)
{
    const np_record_t *record = &ctx->outcome.record;
    np_plan_t plan;

    if (ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return APR_EGENERAL;
    }
    if (ctx->outcome.state != NP_STATE_LIVE && !ctx->outcome.old_id) {
        return APR_SUCCESS;
    }
    const char *handle = np_request_handle(record, r->pool);
    np_plan_end(&ctx->outcome, ctx->now, &plan);
    apr_status_t status = np_request_commit(ctx, r, &plan);
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_ENDED, record->user,
                       ctx->tenant->name, handle);
        return status;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGOUT, record->user,
                   ctx->tenant->name, handle);
    ctx->outcome.state = NP_STATE_ENDED;
    return APR_SUCCESS;
}
