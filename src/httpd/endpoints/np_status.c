/* SPDX-License-Identifier: Apache-2.0
 * The status endpoint: how long the session still lives, as JSON. */
#include "np_endpoints.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"
#include "http_request.h"

#include "np_answer.h"
#include "np_export.h"
#include "np_log.h"
#include "np_moment.h"

#define HANDLER "session-np-status"

static bool is_status(const request_rec *r)
{
    return r->handler && !strcmp(r->handler, HANDLER);
}

bool np_endpoint_is_status_query(const request_rec *r)
{
    return (is_status(r) || np_endpoint_is_dashboard_query(r))
           && r->method_number == M_GET;
}

/* A JSON string (RFC 8259 section 7). */
static const char *quote(const char *text, apr_pool_t *p)
{
    char *quoted = apr_palloc(p, 6 * strlen(text) + 3);
    char *out = quoted;

    *out++ = '"';
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            *out++ = '\\';
            *out++ = (char)*c;
        }
        else if (*c < ' ') {
            out += apr_snprintf(out, 7, "\\u%04x", *c);
        }
        else {
            *out++ = (char)*c;
        }
    }
    *out++ = '"';
    *out = '\0';
    return quoted;
}

/* Whole seconds that are certainly left. */
static apr_int64_t seconds_until(apr_time_t moment, apr_time_t now)
{
    return moment > now ? apr_time_sec(moment - now) : 0;
}

static const char *describe_live(const np_request_t *ctx,
                                 const np_record_t *record, apr_pool_t *p)
{
    np_limits_t limits = np_session_limits(&ctx->realm, record);
    apr_time_t idle = np_policy_idle_expires_at(&record->times, limits);
    apr_time_t end = np_policy_expires_at(&record->times, limits);

    return apr_psprintf(
        p,
        "{\"state\":\"live\",\"user\":%s,\"tenant\":%s,\"mode\":\"%s\","
        "\"id\":\"%s\",\"login_at\":\"%s\",\"idle_expires_at\":\"%s\","
        "\"expires_at\":\"%s\",\"idle_seconds_left\":%" APR_INT64_T_FMT
        ",\"seconds_left\":%" APR_INT64_T_FMT "}\n",
        quote(record->user, p), quote(ctx->tenant->name, p),
        np_export_mode(record->mode), np_request_handle(record->handle, p),
        np_moment_print_seconds(record->times.login_at, p),
        np_moment_print_seconds(idle, p), np_moment_print_seconds(end, p),
        seconds_until(idle, ctx->now),
        seconds_until(end, ctx->now));
}

static const char *describe(const np_request_t *ctx, const request_rec *r,
                            const np_place_t *place)
{
    const np_outcome_t *outcome = np_request_outcome(ctx, r, place);

    if (outcome->state == NP_STATE_LIVE) {
        return describe_live(ctx, &outcome->record, r->pool);
    }
    return apr_psprintf(r->pool, "{\"state\":\"%s\"}\n",
                        np_answer_state(outcome->state));
}

int np_endpoint_serve_status(request_rec *r)
{
    np_request_t *ctx = np_request_start(r);
    const np_place_t *place = np_config_place(r);

    if (r->method_number != M_GET && r->method_number != M_POST) {
        ap_allow_methods(r, REPLACE_ALLOW, "GET", "HEAD", "POST", NULL);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (r->method_number == M_POST && np_answer_is_cross_site(ctx, r)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_CROSS_SITE);
        return HTTP_FORBIDDEN;
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    np_request_open(ctx, r, place);
    const char *body = describe(ctx, r, place);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, (apr_off_t)strlen(body));
    if (!r->header_only) {
        ap_rputs(body, r);
    }
    return OK;
}

int np_endpoint_status(request_rec *r)
{
    return is_status(r) ? np_endpoint_serve_status(r) : DECLINED;
}
