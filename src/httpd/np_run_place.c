/* SPDX-License-Identifier: Apache-2.0
 * Places that cannot bind sessions to the browser's run: users log in there by
 * the header that its key goes by. */
#include "np_run_place.h"

#include <string.h>

#include "http_core.h"

#include "np_challenge.h"
#include "np_log.h"

/* These log in by pages and redirects, or by a token that programs bring. All
 * others are taken for what a browser answers by itself. */
bool np_run_place_is_http_login(const char *type)
{
    static const char *const others[] = {
        "None", "Form", "SessionNP", "openid-connect", "auth-openidc",
        "oauth20", "Mellon", "shibboleth", "CAS",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!strcasecmp(type, others[i])) {
            return false;
        }
    }
    return true;
}

int np_run_place_check(request_rec *r, const np_place_t *place)
{
    const char *type = ap_auth_type(r);

    if (np_run_conf_mode(place->run) == NP_RUN_MODE_OFF || !type
        || !np_run_place_is_http_login(type)) {
        return OK;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_RUN_AND_HTTP_LOGIN, type);
    return HTTP_INTERNAL_SERVER_ERROR;
}

static int look_at(void *asks, const char *name, const char *value)
{
    *(bool *)asks = np_challenge_asks_browser(value);
    return !*(bool *)asks;
}

/* Each challenge may be a header of its own. */
static bool asks_browser(const request_rec *r)
{
    bool asks = false;

    apr_table_do(look_at, &asks, r->headers_out, "WWW-Authenticate", NULL);
    if (!asks) {
        apr_table_do(look_at, &asks, r->err_headers_out, "WWW-Authenticate",
                     NULL);
    }
    return asks;
}

void np_run_place_check_response(np_request_t *ctx, request_rec *r)
{
    const np_place_t *place = np_config_place(r);

    if (r->status != HTTP_UNAUTHORIZED || ctx->run_is_own || !place->on
        || np_run_conf_mode(place->run) == NP_RUN_MODE_OFF) {
        return;
    }
    if (asks_browser(r)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_RUN_AND_CHALLENGE, r->uri);
        np_request_refuse(ctx, r, HTTP_INTERNAL_SERVER_ERROR);
    }
}
