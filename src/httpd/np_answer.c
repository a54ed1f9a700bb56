/* SPDX-License-Identifier: Apache-2.0
 * Answers that are not the application's: refusals, and where to log in. */
#include "np_answer.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "mod_core.h"

#include "np_url.h"

/** Seconds after which a client may try again: the breaker is faster. */
#define RETRY_AFTER "5"

const char *np_answer_state(np_state_e state)
{
    switch (state) {
    case NP_STATE_NONE:
        break;
    case NP_STATE_LIVE:
        return "live";
    case NP_STATE_IDLE:
        return "idle";
    case NP_STATE_EXPIRED:
        return "expired";
    case NP_STATE_ENDED:
        return "ended";
    case NP_STATE_UNAVAILABLE:
        return "unavailable";
    }
    return "none";
}

/* Fetch Metadata says it; older browsers tell by what they accept. */
static bool is_navigation(const request_rec *r)
{
    const char *mode = apr_table_get(r->headers_in, "Sec-Fetch-Mode");

    if (r->method_number != M_GET) {       /* HEAD has the same number */
        return false;
    }
    if (mode) {
        return !strcmp(mode, "navigate");
    }
    return !apr_table_get(r->headers_in, "Sec-Fetch-Site")
           && !apr_table_get(r->headers_in, "Sec-Fetch-Dest")
           && np_request_accepts_html(r);
}

/* Path and query as the client wrote them, whatever form the target had. */
static const char *requested_path(const request_rec *r, apr_pool_t *p)
{
    const request_rec *first = np_request_first(r);
    const char *path = first->unparsed_uri;

    if (path[0] != '/') {
        const char *scheme_end = ap_strstr_c(path, "://");
        const char *slash =
            scheme_end ? ap_strchr_c(scheme_end + 3, '/') : NULL;
        path = slash ? slash : "/";
    }
    while (path[0] == '/' && path[1] == '/') {
        path++;
    }
    return np_url_is_local(path) ? path : "/";
}

static bool is_login_page(const request_rec *r, const char *login_url)
{
    const char *path = np_request_first(r)->parsed_uri.path;
    apr_size_t len = strcspn(login_url, "?#");

    return path && strlen(path) == len && !strncmp(path, login_url, len);
}

/* Only these reasons are new to a login page that sees a live session. */
static bool must_be_told(const char *reason)
{
    return !strcmp(reason, NP_REASON_MFA) || !strcmp(reason, NP_REASON_STALE);
}

static bool login_helps(const char *reason)
{
    return strcmp(reason, NP_REASON_FORBIDDEN)
           && strcmp(reason, NP_REASON_DEVICE)
           && strcmp(reason, NP_REASON_UNAVAILABLE)
           && strcmp(reason, NP_REASON_LOCKED)
           && strcmp(reason, NP_REASON_SESSIONS);
}

static int send_to_login(request_rec *r, const char *login_url,
                         const char *reason)
{
    const char *location = apr_pstrcat(
        r->pool, login_url, ap_strchr_c(login_url, '?') ? "&" : "?",
        "return=", np_url_escape(requested_path(r, r->pool), r->pool),
        must_be_told(reason) ? "&reason=" : NULL, reason, NULL);

    apr_table_setn(r->headers_out, "Location", location);
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return HTTP_MOVED_TEMPORARILY;
}

static bool has_error_document(request_rec *r, int status)
{
    return ap_response_code_string(r, ap_index_of_response(status)) != NULL;
}

static const char *title(int status)
{
    switch (status) {
    case HTTP_UNAUTHORIZED:
        return "Login required";
    case HTTP_TOO_MANY_REQUESTS:
        return "Too many failed logins";
    case HTTP_SERVICE_UNAVAILABLE:
        return "Sessions are unavailable";
    case HTTP_INTERNAL_SERVER_ERROR:
        return "Wrong configuration";
    default:
        return "Access denied";
    }
}

/* Why the application's answer is replaced. */
static const char *reason_of(int status)
{
    switch (status) {
    case HTTP_TOO_MANY_REQUESTS:
        return NP_REASON_LOCKED;
    case HTTP_FORBIDDEN:
        return NP_REASON_SESSIONS;
    default:
        return NP_REASON_UNAVAILABLE;
    }
}

/* Seconds after which it is worth another try; NULL: it is not a matter of
 * time. */
static const char *retry_after(const np_request_t *ctx, int status,
                               apr_pool_t *p)
{
    if (status == HTTP_SERVICE_UNAVAILABLE) {
        return RETRY_AFTER;
    }
    if (status == HTTP_TOO_MANY_REQUESTS) {
        apr_interval_time_t left = ctx->locked_until - ctx->now;
        return apr_psprintf(p, "%" APR_TIME_T_FMT,
                            apr_time_sec(left + APR_USEC_PER_SEC - 1));
    }
    return NULL;
}

/* The headers of a refusal that the status asks for. */
static void set_headers(const np_request_t *ctx, request_rec *r, int status)
{
    const char *seconds = retry_after(ctx, status, r->pool);

    if (seconds) {
        apr_table_setn(r->err_headers_out, "Retry-After", seconds);
    }
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
}

/* RFC 9457. */
static const char *describe(request_rec *r, int status, const char *reason)
{
    const char *body = apr_psprintf(
        r->pool,
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
        "\"reason\":\"%s\"}\n",
        title(status), status, reason);

    r->status = status;
    ap_set_content_type(r, "application/problem+json");
    ap_set_content_length(r, (apr_off_t)strlen(body));
    return body;
}

static int send_problem(request_rec *r, int status, const char *reason)
{
    const char *body = describe(r, status, reason);

    ap_run_insert_error_filter(r);
    if (!r->header_only) {
        ap_rputs(body, r);
    }
    ap_finalize_request_protocol(r);
    return DONE;
}

int np_answer_refuse(request_rec *r, const np_place_t *place, int status,
                     const char *reason)
{
    if (place->login_url && login_helps(reason) && is_navigation(r)
        && !is_login_page(r, place->login_url) && !r->main) {
        return send_to_login(r, place->login_url, reason);
    }
    if (status == HTTP_UNAUTHORIZED) {
        ap_note_auth_failure(r);
    }
    set_headers(np_request_get(r), r, status);
    if (r->main || has_error_document(r, status)) {
        return status;
    }
    return send_problem(r, status, reason);
}

int np_answer_unavailable(request_rec *r, const np_place_t *place)
{
    return np_answer_refuse(r, place, HTTP_SERVICE_UNAVAILABLE,
                            NP_REASON_UNAVAILABLE);
}

int np_answer_locked(request_rec *r, const np_place_t *place)
{
    return np_answer_refuse(r, place, HTTP_TOO_MANY_REQUESTS,
                            NP_REASON_LOCKED);
}

const char *np_answer_replace(const np_request_t *ctx, request_rec *r)
{
    apr_table_clear(r->headers_out);
    apr_table_clear(r->err_headers_out);
    r->status_line = NULL;
    r->content_encoding = NULL;
    r->content_languages = NULL;
    /* By its error documents, wherever httpd was redirected to meanwhile. */
    r->per_dir_config = ctx->refused->per_dir_config;
    if (has_error_document(r, ctx->refusal)) {
        r->status = HTTP_OK;          /* else httpd takes it for a second error */
        return NULL;
    }
    set_headers(ctx, r, ctx->refusal);
    return describe(r, ctx->refusal, reason_of(ctx->refusal));
}

void np_answer_mark_replaced(const np_request_t *ctx, request_rec *r)
{
    set_headers(ctx, r, ctx->refusal);
}

const char *np_answer_return_path(const request_rec *r)
{
    const char *path = np_url_parameter(r->args, "return", r->pool);

    return path && np_url_is_local(path) ? path : "/";
}

static bool is_own_origin(const np_request_t *ctx, const request_rec *r,
                          const char *origin)
{
    const char *host = apr_table_get(r->headers_in, "Host");
    const char *authority = ap_strstr_c(origin, "://");

    return host && authority && !strcasecmp(authority + 3, host);
}

bool np_answer_is_cross_site(const np_request_t *ctx, const request_rec *r)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");
    const char *origin = apr_table_get(r->headers_in, "Origin");

    if (site) {
        return !strcmp(site, "cross-site");
    }
    return origin && !is_own_origin(ctx, r, origin);
}
