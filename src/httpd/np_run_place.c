/* SPDX-License-Identifier: Apache-2.0
 * Places that cannot bind sessions to the browser's run: users log in there by
 * the header that its key goes by. */
#include "np_run_place.h"

#include <string.h>

#include "http_core.h"

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

/* Those that browsers answer, and ask a password for. */
static bool is_asked_by(const char *challenge)
{
    static const char *const schemes[] = { "Basic", "Digest", "Negotiate",
                                           "NTLM" };

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!strncasecmp(challenge, schemes[i], strlen(schemes[i]))) {
            return true;
        }
    }
    return false;
}

static const char *challenge_of(const request_rec *r)
{
    const char *challenge = apr_table_get(r->headers_out, "WWW-Authenticate");

    return challenge ? challenge
                     : apr_table_get(r->err_headers_out, "WWW-Authenticate");
}

void np_run_place_check_response(np_request_t *ctx, request_rec *r)
{
    const np_place_t *place = np_config_place(r);

    if (r->status != HTTP_UNAUTHORIZED || ctx->run_is_own || !place->on
        || np_run_conf_mode(place->run) == NP_RUN_MODE_OFF) {
        return;
    }
    const char *challenge = challenge_of(r);
    if (challenge && is_asked_by(challenge)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_RUN_AND_CHALLENGE, r->uri);
        np_request_refuse(ctx, r, HTTP_INTERNAL_SERVER_ERROR);
    }
}
