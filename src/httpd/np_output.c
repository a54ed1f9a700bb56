/* SPDX-License-Identifier: Apache-2.0
 * The filter that puts our headers on a response, whoever makes it. */
#include "np_output.h"

#include <string.h>

#include "util_filter.h"

#include "np_cookie.h"
#include "np_request.h"
#include "np_scrub.h"

static const char filter_name[] = "SESSION_NP";

static void replace_cache_control(request_rec *r)
{
    apr_table_unset(r->err_headers_out, "Cache-Control");
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
}

/* Persistent cookies last as long as the session may at the longest. */
static apr_time_t cookie_expires_at(const np_request_t *ctx)
{
    const np_record_t *record = &ctx->outcome.record;

    if (record->mode == NP_MODE_NON_PERSISTENT) {
        return 0;
    }
    return np_policy_expires_at(&record->times,
                                np_session_limits(&ctx->realm, record));
}

/* SameSite=None needs Secure: without it browsers drop the cookie. */
static np_same_site_e same_site(const np_tenant_t *tenant, bool secure)
{
    return tenant->same_site == NP_SAME_SITE_NONE && !secure
               ? NP_SAME_SITE_LAX
               : tenant->same_site;
}

static void add_cookie(const np_request_t *ctx, request_rec *r,
                       const np_cookie_style_t *style)
{
    apr_pool_t *p = r->pool;
    const char *line =
        ctx->fate == NP_FATE_SET
            ? np_cookie_format(style, ctx->cookie, ctx->now, p)
            : np_cookie_format_removal(style, p);
    apr_table_addn(r->err_headers_out, "Set-Cookie", line);
}

/* Without https the twin would be the main cookie once more; but one that the
 * browser has from before must go. */
static bool twin_is_due(const np_request_t *ctx, bool secure)
{
    const char *name = ctx->tenant->twin_name[NP_KIND_SESSION - 1];
    np_bytes_t value;

    return ctx->tenant->compat
           && (secure
               || (ctx->fate == NP_FATE_REMOVE
                   && np_cookie_find(ctx->cookie_header, name, &value, 1)));
}

static void add_cookies(const np_request_t *ctx, request_rec *r)
{
    const np_tenant_t *tenant = ctx->tenant;
    bool secure = np_request_is_secure(ctx, r);
    np_cookie_style_t style = {
        .name = tenant->cookie_name[NP_KIND_SESSION - 1],
        .path = tenant->cookie_path,
        .domain = tenant->cookie_domain,
        .same_site = same_site(tenant, secure),
        .secure = secure,
        .expires_at =
            ctx->fate == NP_FATE_SET ? cookie_expires_at(ctx) : 0,
    };

    add_cookie(ctx, r, &style);
    if (twin_is_due(ctx, secure)) {
        style.name = tenant->twin_name[NP_KIND_SESSION - 1];
        style.same_site = NP_SAME_SITE_ABSENT;
        add_cookie(ctx, r, &style);
    }
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
    np_place_t place = np_config_place(r);

    if (!place.on || r->status == HTTP_NOT_MODIFIED
        || np_request_outcome(ctx, r, &place)->state != NP_STATE_LIVE
        || apr_table_get(r->headers_out, "Cache-Control")
        || apr_table_get(r->err_headers_out, "Cache-Control")) {
        return false;
    }
    switch (place.cache_control) {
    case NP_CACHE_CONTROL_DOCUMENTS:
        return is_document(r);
    case NP_CACHE_CONTROL_ALL:
        return true;
    case NP_CACHE_CONTROL_OFF:
        break;
    }
    return false;
}

static apr_status_t put_headers(ap_filter_t *f, apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    np_request_t *ctx = np_request_get(r);

    ap_remove_output_filter(f);
    np_scrub_response(r);
    if (ctx && must_not_be_stored(ctx, r)) {
        apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    }
    if (ctx && ctx->fate != NP_FATE_KEEP && !ctx->sent) {
        ctx->sent = true;
        add_cookies(ctx, r);
        replace_cache_control(r);
    }
    return ap_pass_brigade(f->next, bb);
}

void np_output_register(void)
{
    ap_register_output_filter(filter_name, put_headers, NULL,
                              AP_FTYPE_CONTENT_SET);
}

void np_output_insert(request_rec *r)
{
    if (!r->main) {
        ap_add_output_filter(filter_name, NULL, r, r->connection);
    }
}
