/* SPDX-License-Identifier: Apache-2.0
 * What the module knows of one request, from its first hook to its last. */
#include "np_request.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"

#include "np_base64url.h"
#include "np_clock.h"
#include "np_documents.h"
#include "np_events.h"
#include "np_log.h"
#include "np_metrics.h"
#include "np_run_gate.h"

const request_rec *np_request_first(const request_rec *r)
{
    while (r->prev || r->main) {
        r = r->prev ? r->prev : r->main;
    }
    return r;
}

bool np_request_accepts_html(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");
    return accept && ap_strcasestr(accept, "text/html");
}

np_request_t *np_request_get(const request_rec *r)
{
    return ap_get_module_config(np_request_first(r)->request_config,
                                &session_np_module);
}

/* What cookies are made of does not outlive the request in memory that others
 * will get. */
static apr_status_t forget(void *data)
{
    np_request_t *ctx = data;
    np_id_wipe(&ctx->outcome.id);
    if (ctx->glance) {
        np_id_wipe(&ctx->glance->outcome.id);
    }
    if (ctx->companions) {
        np_crypto_wipe(ctx->companions, NP_KINDS * sizeof *ctx->companions);
    }
    for (int i = 0; i < NP_KINDS; i++) {
        if (*ctx->replies[i].value) {
            np_crypto_wipe(ctx->replies[i].value, sizeof ctx->replies[i].value);
        }
    }
    return APR_SUCCESS;
}

np_request_t *np_request_start(request_rec *r)
{
    np_request_t *ctx = np_request_get(r);
    if (ctx) {
        return ctx;
    }
    request_rec *first = (request_rec *)np_request_first(r);
    ctx = apr_pcalloc(first->pool, sizeof *ctx);
    ctx->first = first;
    ctx->now = np_clock_now();
    ctx->site = np_config_server(r->server)->site;
    ctx->budget.left = ctx->site->store_timeout;
    ctx->cookie_header = apr_table_get(first->headers_in, "Cookie");
    ap_set_module_config(first->request_config, &session_np_module, ctx);
    apr_pool_cleanup_register(first->pool, ctx, forget, apr_pool_cleanup_null);
    return ctx;
}

static np_realm_t make_realm(const np_request_t *ctx,
                             const np_tenant_t *tenant, np_kind_e kind)
{
    return (np_realm_t){
        .crypto = ctx->site->crypto,
        .store = np_backend_store(ctx->site->backend),
        .scope = { kind, tenant->name, tenant->scope_host },
        .rules = np_site_rules(tenant),
        .revoked = np_documents_revoked(ctx->site->documents),
        .near = np_backend_near(ctx->site->backend),
    };
}

np_realm_t np_request_realm_at(const np_request_t *ctx, const request_rec *r,
                               const np_place_t *place, np_kind_e kind)
{
    return make_realm(ctx, np_site_tenant(ctx->site, place, r->hostname),
                      kind);
}

/* Main cookies first, then their twins, four in all. */
static int collect_cookies(const np_request_t *ctx,
                           const np_tenant_t *tenant, np_kind_e kind,
                           np_bytes_t *values)
{
    int found = np_cookie_find(ctx->cookie_header,
                               tenant->cookie_name[kind - 1], values,
                               NP_COOKIE_MAX_TRIED);
    if (tenant->compat) {
        found += np_cookie_find(ctx->cookie_header,
                                tenant->twin_name[kind - 1], values + found,
                                NP_COOKIE_MAX_TRIED - found);
    }
    return found;
}

np_realm_t np_request_realm(const np_request_t *ctx, np_kind_e kind)
{
    np_realm_t realm = ctx->realm;
    realm.scope.kind = kind;
    return realm;
}

static void find_companion(np_request_t *ctx, np_kind_e kind)
{
    const np_realm_t realm = np_request_realm(ctx, kind);
    np_bytes_t cookies[NP_COOKIE_MAX_TRIED];
    int count = collect_cookies(ctx, ctx->tenant, kind, cookies);

    np_companion_find(&realm, cookies, count, &ctx->companions[kind - 1]);
}

np_companion_t *np_request_companion(np_request_t *ctx, np_kind_e kind)
{
    if (!ctx->companions) {
        ctx->companions = apr_pcalloc(ctx->first->pool,
                                      NP_KINDS * sizeof *ctx->companions);
        find_companion(ctx, NP_KIND_MFA);
        find_companion(ctx, NP_KIND_DEVICE);
    }
    return &ctx->companions[kind - 1];
}

void np_request_set_cookie(np_request_t *ctx, np_kind_e kind,
                           const char *value, np_mode_e mode,
                           apr_time_t expires_at)
{
    np_reply_t *reply = &ctx->replies[kind - 1];

    reply->fate = NP_FATE_SET;
    memcpy(reply->value, value, sizeof reply->value);
    reply->expires_at = mode == NP_MODE_PERSISTENT ? expires_at : 0;
}

void np_request_remove_cookies(np_request_t *ctx, bool remove)
{
    ctx->replies[NP_KIND_SESSION - 1].fate =
        remove ? NP_FATE_REMOVE : NP_FATE_KEEP;
}

static void log_outcome(const np_outcome_t *outcome, request_rec *r)
{
    if (outcome->state == NP_STATE_UNAVAILABLE) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_STORE_UNAVAILABLE);
    }
    if (outcome->damaged) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_DAMAGED);
    }
    if (outcome->from_future) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_FROM_FUTURE);
    }
}

/* A limit passed since the last request, or all sessions of its user were ended:
 * put that on record. If the store
 * fails now, the next request does it. */
static void bury(np_request_t *ctx, request_rec *r)
{
    const np_record_t *record = &ctx->outcome.record;
    const char *handle = np_request_handle(record->handle, r->pool);
    np_plan_t plan;

    if (ctx->outcome.state == NP_STATE_IDLE) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_IDLE, record->user,
                       ctx->tenant->name, handle);
        np_events_tell(r, SESSION_NP_EVENT_IDLE, record);
    }
    else if (ctx->outcome.state == NP_STATE_ENDED) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_REVOKED, record->user,
                       ctx->tenant->name, handle);
        np_events_tell(r, SESSION_NP_EVENT_REVOKED, record);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_REVOKED);
    }
    else {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_EXPIRED, record->user,
                       ctx->tenant->name, handle);
        np_events_tell(r, SESSION_NP_EVENT_EXPIRED, record);
    }
    np_plan_end(&ctx->outcome, ctx->now, &plan);
    (void)np_request_commit(ctx, r, &plan);
}

/* Cookies of a session that is over go, with two exceptions: an old id, whose
 * successor the browser may hold by now; and that of a session whose password
 * the browser repeats unasked, which marks that it must be asked for. */
static bool cookies_must_go(const np_outcome_t *outcome)
{
    return np_state_is_over(outcome->state) && !outcome->old_id
           && !outcome->record.ask_password_again;
}

/* Into a realm and an outcome that are empty. */
static void look(np_request_t *ctx, const np_tenant_t *tenant,
                 np_realm_t *realm, np_outcome_t *outcome)
{
    np_bytes_t cookies[NP_COOKIE_MAX_TRIED];

    if (!ctx->site->backend) {
        return;
    }
    *realm = make_realm(ctx, tenant, NP_KIND_SESSION);
    int count = collect_cookies(ctx, tenant, NP_KIND_SESSION, cookies);
    if (!count) {
        return;
    }
    if (!realm->store) {
        outcome->state = NP_STATE_UNAVAILABLE;
        return;
    }
    np_session_open(realm, cookies, count, ctx->now, &ctx->budget, outcome,
                    ctx->first->pool);
}

void np_request_ask_store(np_request_t *ctx)
{
    np_bytes_t cookies[NP_COOKIE_MAX_TRIED];
    const int count =
        collect_cookies(ctx, ctx->tenant, NP_KIND_SESSION, cookies);

    np_session_open_afresh(&ctx->realm, cookies, count, ctx->now, &ctx->budget,
                           &ctx->outcome, ctx->first->pool);
}

static const np_found_t *look_early(np_request_t *ctx,
                                    const np_tenant_t *tenant)
{
    np_found_t *found = ctx->glance;

    if (found && found->tenant == tenant) {
        return found;
    }
    if (found) {
        np_id_wipe(&found->outcome.id);
    }
    else {
        found = apr_palloc(ctx->first->pool, sizeof *found);
        ctx->glance = found;
    }
    *found = (np_found_t){ .tenant = tenant };
    look(ctx, tenant, &found->realm, &found->outcome);
    return found;
}

bool np_request_glance(np_request_t *ctx, const request_rec *r,
                       const np_place_t *place, np_view_t *view)
{
    const np_tenant_t *tenant = np_site_tenant(ctx->site, place, r->hostname);

    if (ctx->tenant && ctx->tenant != tenant) {
        return false;
    }
    view->tenant = tenant;
    if (ctx->tenant) {                /* that one counts, as it is by now */
        view->realm = &ctx->realm;
        view->outcome = &ctx->outcome;
    }
    else {
        const np_found_t *found = look_early(ctx, tenant);
        view->realm = &found->realm;
        view->outcome = &found->outcome;
    }
    view->state = np_run_gate_foresee(ctx, place, view);
    return true;
}

/* A place that binds sessions to a browser's run may come late in a chain. */
static void judge_run(np_request_t *ctx, request_rec *r,
                      const np_place_t *place)
{
    if (place->run && np_request_sees(ctx, r, place)
        && np_run_gate_judge(ctx, r, place)
        && cookies_must_go(&ctx->outcome)) {
        np_request_remove_cookies(ctx, true);
    }
}

void np_request_open(np_request_t *ctx, request_rec *r,
                     const np_place_t *place)
{
    if (ctx->tenant) {
        judge_run(ctx, r, place);
        return;
    }
    ctx->tenant = np_site_tenant(ctx->site, place, r->hostname);
    if (ctx->glance && ctx->glance->tenant == ctx->tenant) {
        ctx->realm = ctx->glance->realm;
        ctx->outcome = ctx->glance->outcome;
    }
    else {
        look(ctx, ctx->tenant, &ctx->realm, &ctx->outcome);
    }
    judge_run(ctx, r, place);
    np_metrics_count_request(ctx->tenant, &ctx->outcome);
    if (!ctx->realm.store) {
        return;
    }
    log_outcome(&ctx->outcome, r);
    if (ctx->outcome.bury) {
        bury(ctx, r);
    }
    if (cookies_must_go(&ctx->outcome)) {
        np_request_remove_cookies(ctx, true);
    }
}

void np_request_refuse(np_request_t *ctx, const request_rec *r, int status)
{
    ctx->refusal = status;
    ctx->refused = r;
}

bool np_request_sees(const np_request_t *ctx, const request_rec *r,
                     const np_place_t *place)
{
    return ctx->tenant
           && np_site_tenant(ctx->site, place, r->hostname) == ctx->tenant;
}

const np_outcome_t *np_request_outcome(const np_request_t *ctx,
                                       const request_rec *r,
                                       const np_place_t *place)
{
    static const np_outcome_t nothing = { .state = NP_STATE_NONE };

    return np_request_sees(ctx, r, place) ? &ctx->outcome : &nothing;
}

np_request_t *np_request_enter(request_rec *r, const np_place_t **place)
{
    np_request_t *ctx = np_request_get(r);

    *place = np_config_place(r);
    if (!ctx || !(*place)->on || !ctx->site->backend) {
        return NULL;
    }
    np_request_open(ctx, r, *place);   /* a sub-request may be the first here */
    return np_request_sees(ctx, r, *place) ? ctx : NULL;
}

void np_request_store_failed(np_request_t *ctx, const request_rec *r,
                             const np_place_t *place)
{
    if (!place->pass_without_store) {
        np_request_refuse(ctx, r, HTTP_SERVICE_UNAVAILABLE);
    }
}

bool np_request_has_auth_type(request_rec *r, const char *type)
{
    const char *configured = ap_auth_type(r);
    return configured && !strcasecmp(configured, type);
}

apr_status_t np_request_commit(np_request_t *ctx, request_rec *r,
                               const np_plan_t *plan)
{
    if (!ctx->realm.store) {
        return APR_ENOTIMPL;
    }
    apr_status_t status =
        np_plan_commit(&ctx->realm, plan, &ctx->budget, ctx->first->pool);
    if (np_store_unavailable(status)) {
        NP_LOG_REQUEST(r, status, NP_MSG_STORE_UNAVAILABLE);
    }
    return status;
}

const char *np_request_handle(const unsigned char handle[NP_HANDLE_LEN],
                              apr_pool_t *p)
{
    char *text = apr_palloc(p, NP_BASE64URL_LEN(NP_HANDLE_LEN) + 1);
    np_base64url_encode(text, handle, NP_HANDLE_LEN);
    return text;
}

bool np_request_is_secure(const np_request_t *ctx, const request_rec *r)
{
    return (ctx->tenant && ctx->tenant->secure_always)
           || !strcmp(ap_run_http_scheme(r), "https");
}
