/* SPDX-License-Identifier: Apache-2.0
 * The metrics endpoint: the figures for Prometheus, and as JSON. */
#include "np_endpoints.h"

#include <string.h>

#include "http_protocol.h"
#include "http_request.h"

#include "np_figures_json.h"
#include "np_metrics.h"
#include "np_url.h"

#define HANDLER "session-np-metrics"
#define JSON    "application/json"
#define TEXT    "text/plain; version=0.0.4; charset=utf-8"

/* Which type is wanted: by the query, else by Accept; NULL if the query asks
 * for what we do not have. */
static const char *wanted_type(const request_rec *r)
{
    const char *format = np_url_parameter(r->args, "format", r->pool);
    const char *accept = apr_table_get(r->headers_in, "Accept");

    if (format) {
        return !strcmp(format, "json")   ? JSON
               : !strcmp(format, "text") ? TEXT
                                         : NULL;
    }
    return accept && ap_strcasestr(accept, JSON)
                   && !ap_strcasestr(accept, "text/plain")
               ? JSON
               : TEXT;
}

static int answer(request_rec *r, const char *type)
{
    const np_figures_t figures = np_metrics_read(r->pool);
    const char *body = !strcmp(type, JSON)
                           ? np_figures_json(&figures, r->pool)
                           : np_figures_text(&figures, r->pool);

    if (!body) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    ap_set_content_type(r, type);
    ap_set_content_length(r, (apr_off_t)strlen(body));
    if (!r->header_only) {
        ap_rputs(body, r);
    }
    return OK;
}

int np_endpoint_serve_metrics(request_rec *r)
{
    if (r->method_number != M_GET) {  /* which HEAD is, too */
        ap_allow_methods(r, REPLACE_ALLOW, "GET", "HEAD", NULL);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    const char *type = wanted_type(r);
    return type ? answer(r, type) : HTTP_BAD_REQUEST;
}

int np_endpoint_metrics(request_rec *r)
{
    return r->handler && !strcmp(r->handler, HANDLER)
               ? np_endpoint_serve_metrics(r)
               : DECLINED;
}
