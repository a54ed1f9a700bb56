/* SPDX-License-Identifier: Apache-2.0
 * The filter that puts our headers on a response, whoever makes it. */
#include "np_output.h"

#include <string.h>

#include "http_protocol.h"
#include "util_filter.h"

#include "np_answer.h"
#include "np_app_cookies.h"
#include "np_bridge.h"
#include "np_cookie.h"
#include "np_request.h"
#include "np_run_document.h"
#include "np_run_login.h"
#include "np_run_place.h"
#include "np_scrub.h"
#include "np_voice.h"

/* Set once, when httpd loads the module: to find a filter by its name would cost
 * each request as much as all else that is done for it here. */
static ap_filter_rec_t *filter;
static ap_filter_rec_t *late_filter;

/* mod_cache needs a word of its own: beside a Pragma in the other table it does
 * not see the header, and CacheStoreNoStore makes it pass over it. */
static void forbid_storing(request_rec *r)
{
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->subprocess_env, "no-cache", "1");
}

static void replace_cache_control(request_rec *r)
{
    apr_table_unset(r->err_headers_out, "Cache-Control");
    forbid_storing(r);
}

/* SameSite=None needs Secure: without it browsers drop the cookie. */
static np_same_site_e same_site(const np_tenant_t *tenant, bool secure)
{
    return tenant->same_site == NP_SAME_SITE_NONE && !secure
               ? NP_SAME_SITE_LAX
               : tenant->same_site;
}

static void add_cookie(const np_request_t *ctx, request_rec *r,
                       np_kind_e kind, const np_cookie_style_t *style)
{
    const np_reply_t *reply = &ctx->replies[kind - 1];
    const char *line =
        reply->fate == NP_FATE_SET
            ? np_cookie_format(style, reply->value, ctx->now, r->pool)
            : np_cookie_format_removal(style, r->pool);
    apr_table_addn(r->err_headers_out, "Set-Cookie", line);
}

/* Without https the twin would be the main cookie once more; but one that the
 * browser has from before must go. */
static bool twin_is_due(const np_request_t *ctx, np_kind_e kind, bool secure)
{
    const char *name = ctx->tenant->twin_name[kind - 1];
    np_bytes_t value;

    return ctx->tenant->compat
           && (secure
               || (ctx->replies[kind - 1].fate == NP_FATE_REMOVE
                   && np_cookie_find(ctx->cookie_header, name, &value, 1)));
}

/* A cookie and its twin, of the same value and life. */
static void add_pair(const np_request_t *ctx, request_rec *r, np_kind_e kind)
{
    const np_tenant_t *tenant = ctx->tenant;
    bool secure = np_request_is_secure(ctx, r);
    np_cookie_style_t style = {
        .name = tenant->cookie_name[kind - 1],
        .path = tenant->cookie_path,
        .domain = tenant->cookie_domain,
        .same_site = same_site(tenant, secure),
        .secure = secure,
        .expires_at = ctx->replies[kind - 1].expires_at,
    };

    add_cookie(ctx, r, kind, &style);
    if (twin_is_due(ctx, kind, secure)) {
        style.name = tenant->twin_name[kind - 1];
        style.same_site = NP_SAME_SITE_ABSENT;
        add_cookie(ctx, r, kind, &style);
    }
}

/* False if there is nothing to send. */
static bool add_cookies(const np_request_t *ctx, request_rec *r)
{
    bool added = false;

    for (int kind = NP_KIND_SESSION; kind <= NP_KINDS; kind++) {
        if (ctx->replies[kind - 1].fate != NP_FATE_KEEP) {
            add_pair(ctx, r, (np_kind_e)kind);
            added = true;
        }
    }
    return added;
}

static bool is_document(const request_rec *r)
{
    static const char *const types[] = { "text/html", "application/xhtml+xml",
                                         "application/pdf" };
    const char *type = r->content_type
                           ? r->content_type
                           : apr_table_get(r->headers_out, "Content-Type");

    for (apr_size_t i = 0; type && i < sizeof types / sizeof types[0]; i++) {
        apr_size_t len = strlen(types[i]);
        if (!strncasecmp(type, types[i], len)
            && (!type[len] || strchr("; \t", type[len]))) {
            return true;
        }
    }
    return false;
}

/* A browser that restores its tabs shows what it stored without asking. */
static bool must_not_be_stored(const np_request_t *ctx, const request_rec *r)
{
    const np_place_t *place = np_config_place(r);

    if (!place->on || r->status == HTTP_NOT_MODIFIED
        || np_request_outcome(ctx, r, place)->state != NP_STATE_LIVE
        || apr_table_get(r->headers_out, "Cache-Control")
        || apr_table_get(r->err_headers_out, "Cache-Control")) {
        return false;
    }
    switch ((np_cache_control_e)place->cache_control) {
    case NP_CACHE_CONTROL_DOCUMENTS:
        return is_document(r);
    case NP_CACHE_CONTROL_ALL:
        return true;
    case NP_CACHE_CONTROL_OFF:
        break;
    }
    return false;
}

/* Our own answer in the place of the application's; without a body httpd is
 * asked for its own. */
static apr_status_t replace_body(ap_filter_t *f, apr_bucket_brigade *bb,
                                 const np_request_t *ctx, const char *body)
{
    apr_bucket_alloc_t *alloc = f->c->bucket_alloc;

    apr_brigade_cleanup(bb);
    if (!body) {
        APR_BRIGADE_INSERT_TAIL(bb, ap_bucket_error_create(
                                        ctx->refusal, NULL, f->r->pool,
                                        alloc));
    }
    else if (!f->r->header_only) {
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_pool_create(
                                        body, strlen(body), f->r->pool,
                                        alloc));
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    return ap_pass_brigade(f->next, bb);
}

/* What the application still has to say to an answer that was replaced. It is
 * told that nobody listens: its answer may have no end. */
static apr_status_t swallow(ap_filter_t *f, apr_bucket_brigade *bb)
{
    apr_brigade_cleanup(bb);
    return AP_FILTER_ERROR;
}

static void put_cookies(np_request_t *ctx, request_rec *r)
{
    if (!ctx->sent && add_cookies(ctx, r)) {
        replace_cache_control(r);
    }
    ctx->sent = true;
}

static void settle_run(np_request_t *ctx, request_rec *r)
{
    const np_place_t *place = np_config_place(r);

    if (place->run) {
        np_run_login_leads_on(ctx, r, place);
        np_run_document_leaves(ctx, r, place);
    }
}

static void add_ours(np_request_t *ctx, request_rec *r)
{
    settle_run(ctx, r);
    if (ctx->refusal) {
        np_answer_mark_replaced(ctx, r);
    }
    else if (must_not_be_stored(ctx, r)) {
        forbid_storing(r);
    }
    put_cookies(ctx, r);
}

/* The response goes out with what we add to it. A 304 may be meant for
 * mod_cache alone, which would hand it on if it were told not to store it. So
 * that waits for the late filter. */
static apr_status_t complete(ap_filter_t *f, apr_bucket_brigade *bb,
                             np_request_t *ctx)
{
    if (f->r->status != HTTP_NOT_MODIFIED) {
        add_ours(ctx, f->r);
    }
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, bb);
}

/* Another response goes out, and what comes after this is lost. */
static apr_status_t replace(ap_filter_t *f, apr_bucket_brigade *bb,
                            np_request_t *ctx)
{
    const char *body = np_answer_replace(ctx, f->r);

    ctx->refusal_sent = true;
    f->ctx = ctx;
    if (body) {
        put_cookies(ctx, f->r);
    }
    apr_status_t status = replace_body(f, bb, ctx, body);
    if (!body) {                      /* httpd took us out for its own page */
        ap_add_output_filter_handle(filter, ctx, f->r, f->c);
    }
    return status == APR_SUCCESS ? AP_FILTER_ERROR : status;
}

/* mod_include passes what stands before the first part of a page, even if that
 * is nothing. The response does not go out by it yet. */
static bool has_nothing(const apr_bucket_brigade *bb)
{
    for (const apr_bucket *b = APR_BRIGADE_FIRST(bb);
         b != APR_BRIGADE_SENTINEL(bb); b = APR_BUCKET_NEXT(b)) {
        if (b->length || APR_BUCKET_IS_METADATA(b)) {
            return false;
        }
    }
    return true;
}

static apr_status_t put_headers(ap_filter_t *f, apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    np_request_t *ctx = np_request_get(r);

    if (f->ctx) {
        return swallow(f, bb);
    }
    if (has_nothing(bb)) {
        apr_brigade_cleanup(bb);
        return APR_SUCCESS;
    }
    if (!ctx) {
        ap_remove_output_filter(f);
        np_scrub_response(r);
        return ap_pass_brigade(f->next, bb);
    }
    np_voice_listen(ctx, r);
    np_bridge_settle(ctx, r);
    np_app_cookies_take(ctx, r);
    np_run_place_check_response(ctx, r);
    return ctx->refusal && !ctx->refusal_sent ? replace(f, bb, ctx)
                                              : complete(f, bb, ctx);
}

/* Behind mod_cache: an answer of its own does not pass the filter above. And
 * trailers are there only at the end. */
static apr_status_t put_headers_late(ap_filter_t *f, apr_bucket_brigade *bb)
{
    np_request_t *ctx = np_request_get(f->r);

    if (ctx && !f->ctx && !ctx->refusal_sent) {
        add_ours(ctx, f->r);
    }
    f->ctx = ctx;
    np_scrub_trailers(f->r);
    return ap_pass_brigade(f->next, bb);
}

void np_output_register(void)
{
    filter = ap_register_output_filter("SESSION_NP", put_headers, NULL,
                                       AP_FTYPE_CONTENT_SET);
    late_filter = ap_register_output_filter(
        "SESSION_NP_LATE", put_headers_late, NULL, AP_FTYPE_PROTOCOL - 1);
}

void np_output_insert(request_rec *r)
{
    if (!r->main) {
        ap_add_output_filter_handle(filter, NULL, r, r->connection);
        ap_add_output_filter_handle(late_filter, NULL, r, r->connection);
    }
}

void np_output_insert_error(request_rec *r)
{
    np_request_t *ctx = np_request_get(r);

    if (!r->main && ctx) {
        np_voice_listen(ctx, r);
    }
    np_output_insert(r);
}
