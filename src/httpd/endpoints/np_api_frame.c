/* SPDX-License-Identifier: Apache-2.0
 * The management API: the way of a request, from the handler to its answer. */
#include "np_api_endpoint.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "np_endpoints.h"
#include "np_log.h"

#define HANDLER "session-np-api"
#define TYPE    "application/json; charset=utf-8"

int np_api_fail(np_call_t *call, np_api_error_e which)
{
    call->error = np_api_error(which);
    return 0;
}

/* --- the body --------------------------------------------------------------- */

/* The rest of it is not read, so nothing can follow on this connection. */
static bool refuse_body(np_call_t *call, np_api_error_t error)
{
    call->r->connection->keepalive = AP_CONN_CLOSE;
    call->error = error;
    return false;
}

static bool read_blocks(np_call_t *call, char *data)
{
    apr_size_t len = 0;
    long got;

    do {
        got = ap_get_client_block(call->r, data + len, NP_BODY_MAX + 1 - len);
        if (got < 0) {
            return refuse_body(call,
                               np_api_error_body("the body is incomplete", NULL,
                                                 NULL, call->r->pool));
        }
        len += (apr_size_t)got;
        if (len > NP_BODY_MAX) {
            return refuse_body(call, np_api_error(NP_API_TOO_LARGE));
        }
    } while (got > 0);
    call->body.bytes = (np_bytes_t){ (const unsigned char *)data, len };
    return true;
}

bool np_api_read_body(np_call_t *call)
{
    request_rec *r = call->r;
    const char *encoding = apr_table_get(r->headers_in, "Content-Encoding");

    call->body.content_type = apr_table_get(r->headers_in, "Content-Type");
    if (encoding && strcasecmp(encoding, "identity")) {
        return refuse_body(call, np_api_error(NP_API_WRONG_TYPE));
    }
    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK) {
        return refuse_body(call, np_api_error_body("its length is not valid",
                                                   NULL, NULL, r->pool));
    }
    if (r->remaining > NP_BODY_MAX) {
        return refuse_body(call, np_api_error(NP_API_TOO_LARGE));
    }
    return !ap_should_client_block(r)
           || read_blocks(call, apr_palloc(r->pool, NP_BODY_MAX + 2));
}

/* --- the answer ------------------------------------------------------------- */

static void set_number(request_rec *r, const char *header, apr_int64_t number)
{
    apr_table_setn(r->headers_out, header,
                   apr_psprintf(r->pool, "%" APR_INT64_T_FMT, number));
}

static void tell_rate(const np_call_t *call, int status)
{
    request_rec *r = call->r;

    if (!call->counted) {
        return;
    }
    set_number(r, "X-RateLimit-Limit", call->rate.limit);
    set_number(r, "X-RateLimit-Remaining", call->rate.remaining);
    set_number(r, "X-RateLimit-Reset", call->rate.reset);
    if (status == HTTP_TOO_MANY_REQUESTS) {
        set_number(r, "Retry-After", call->rate.retry_after);
    }
}

/* Written here, whatever the status: an ErrorDocument is nothing for a program. */
static int answer(const np_call_t *call, int status, const char *body)
{
    request_rec *r = call->r;

    tell_rate(call, status);
    if (status == HTTP_SERVICE_UNAVAILABLE) {
        apr_table_setn(r->headers_out, "Retry-After", "5");
    }
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    r->status = status;
    if (!body) {
        return OK;
    }
    ap_set_content_type(r, TYPE);
    ap_set_content_length(r, (apr_off_t)strlen(body));
    if (!r->header_only) {
        ap_rputs(body, r);
    }
    return OK;
}

static int serve(np_call_t *call)
{
    const np_route_t *route;

    if (!call->documents) {
        NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_API_NO_DOCUMENTS);
        return np_api_fail(call, NP_API_INTERNAL);
    }
    if (!np_api_admit(call) || !np_api_route(call, &route)) {
        return 0;
    }
    if (!route) {
        return HTTP_NO_CONTENT;       /* OPTIONS */
    }
    if (!np_api_may(call, route)
        || (route->method == M_PATCH && !np_api_read_body(call))) {
        return 0;
    }
    return route->serve(call);
}

int np_endpoint_serve_api(request_rec *r)
{
    np_request_t *ctx = np_request_start(r);
    if (ctx->authorization) {         /* also where no token counts */
        apr_table_unset(r->headers_in, "Authorization");
    }
    np_call_t call = {
        .r = r,
        .ctx = ctx,
        .place = np_config_place(r),
        .documents = ctx->site->documents,
    };
    call.tenant = np_site_tenant(ctx->site, call.place, r->hostname);
    const int status = serve(&call);
    if (!status) {
        const char *body = np_api_error_render(&call.error, r->pool);
        return answer(&call, call.error.status, body);
    }
    return answer(&call, status, call.answer);
}

int np_endpoint_api(request_rec *r)
{
    return r->handler && !strcmp(r->handler, HANDLER) ? np_endpoint_serve_api(r)
                                                      : DECLINED;
}
