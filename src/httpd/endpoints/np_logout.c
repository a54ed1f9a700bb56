/* SPDX-License-Identifier: Apache-2.0
 * The logout endpoint: the record goes first, then the cookies. */
#include "np_endpoints.h"

#include <string.h>

#include "http_protocol.h"
#include "http_request.h"

#include "np_answer.h"
#include "np_log.h"
#include "np_turn.h"

#define HANDLER "session-np-logout"

/* A GET may be a prefetch or an image of another site; Fetch Metadata tells
 * that it is a link on this one. */
static bool is_own_link(const request_rec *r)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");

    return r->method_number == M_GET && !r->header_only && site
           && (!strcmp(site, "same-origin") || !strcmp(site, "same-site"));
}

static int refuse_method(request_rec *r)
{
    ap_allow_methods(r, REPLACE_ALLOW, "POST", NULL);
    return HTTP_METHOD_NOT_ALLOWED;
}

int np_endpoint_serve_logout(request_rec *r)
{
    np_request_t *ctx = np_request_start(r);
    const np_place_t *place = np_config_place(r);

    if (np_answer_is_cross_site(ctx, r)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_CROSS_SITE);
        return HTTP_FORBIDDEN;
    }
    if (r->method_number != M_POST && !is_own_link(r)) {
        return refuse_method(r);
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    np_request_open(ctx, r, place);
    if (np_turn_log_out(ctx, r, place) != APR_SUCCESS) {
        return np_answer_unavailable(r, place);
    }
    apr_table_setn(r->headers_out, "Location", np_answer_return_path(r));
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return HTTP_SEE_OTHER;
}

int np_endpoint_logout(request_rec *r)
{
    return r->handler && !strcmp(r->handler, HANDLER)
               ? np_endpoint_serve_logout(r)
               : DECLINED;
}
