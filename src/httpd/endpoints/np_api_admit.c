/* SPDX-License-Identifier: Apache-2.0
 * The management API: who may use it, and how often. */
#include "np_api_endpoint.h"

#include <string.h>

#include "apr_strings.h"
#include "http_core.h"

#include "np_answer.h"
#include "np_log.h"

/* Of those who come without a good token, by address: so many at once, and so
 * many a second. */
static const np_rate_rules_t stranger_rules = { 20, 1 };

static void refused(const np_call_t *call, const char *why)
{
    NP_LOG_REQUEST(call->r, APR_SUCCESS, NP_MSG_API_REFUSED,
                   call->r->useragent_ip, why);
}

/* Strangers are counted apart, so that they lock nobody out who has a token.
 * Those beyond the count are not even logged. */
static bool refuse_stranger(np_call_t *call, np_api_error_e which,
                            const char *why)
{
    np_rate_answer_t answer;
    request_rec *r = call->r;

    if (!np_rates_take(call->documents->rates, NP_RATES_STRANGER,
                       r->useragent_ip, stranger_rules, call->ctx->now,
                       &answer)) {
        call->counted = true;
        call->rate = answer;
        call->error = np_api_error(NP_API_TOO_MANY_REQUESTS);
        return false;
    }
    refused(call, why);
    apr_table_setn(r->headers_out, "WWW-Authenticate",
                   which == NP_API_INVALID_TOKEN
                       ? "Bearer error=\"invalid_token\""
                       : "Bearer");
    call->error = np_api_error(which);
    return false;
}

static bool count(np_call_t *call, np_rates_kind_e kind, const char *name)
{
    call->counted = true;
    if (np_rates_take(call->documents->rates, kind, name, NP_RATE_RULES,
                      call->ctx->now, &call->rate)) {
        return true;
    }
    call->error = np_api_error(NP_API_TOO_MANY_REQUESTS);
    return false;
}

static bool admit_token(np_call_t *call)
{
    apr_pool_t *p = call->r->pool;

    if (np_bearer_find(call->ctx, call->r, call->place, &call->token) != OK) {
        return np_api_fail(call, NP_API_INTERNAL);
    }
    if (!call->token) {
        return refuse_stranger(call, NP_API_INVALID_TOKEN,
                               "its token is not known, or is over");
    }
    call->who = apr_psprintf(p, "token \"%s\"", call->token->name);
    return count(call, NP_RATES_TOKEN,
                 apr_pstrcat(p, call->place->token_file, ":", call->token->name,
                             NULL));
}

/* A page of this very origin, or no browser at all. */
static bool is_same_origin(const np_call_t *call)
{
    const char *site = apr_table_get(call->r->headers_in, "Sec-Fetch-Site");

    if (site && strcmp(site, "same-origin") && strcmp(site, "none")) {
        return false;
    }
    return !np_answer_is_cross_site(call->ctx, call->r);
}

/* What no form of another page can send. */
static bool is_deliberate(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");
    const apr_size_t len = strlen("application/json");

    return apr_table_get(r->headers_in, "X-Requested-With")
           || (type && !strncasecmp(type, "application/json", len)
               && (!type[len] || strchr("; \t", type[len])));
}

static bool is_reading(const request_rec *r)
{
    return r->method_number == M_GET || r->method_number == M_OPTIONS;
}

/* A browser sends his cookie or his password along by itself, whoever wrote the
 * page: so it must be seen that it was a page of ours. */
static bool admit_user(np_call_t *call)
{
    request_rec *r = call->r;

    if (!is_reading(r) && (!is_same_origin(call) || !is_deliberate(r))) {
        refused(call, "it may come from a page of another site");
        call->error = (np_api_error_t){
            .status = HTTP_FORBIDDEN,
            .code = "cross_site",
            .message = "Send X-Requested-With or Content-Type: "
                       "application/json, and from a page of this origin only.",
        };
        return false;
    }
    call->who = apr_psprintf(r->pool, "user \"%s\"", r->user);
    return count(call, NP_RATES_USER, r->user);
}

bool np_api_admit(np_call_t *call)
{
    if (call->place->token_file && call->ctx->authorization) {
        return admit_token(call);
    }
    if (np_bearer_is_user(call->ctx, call->r)) {
        return admit_user(call);
    }
    return refuse_stranger(call, NP_API_MISSING_TOKEN,
                           "it names neither a token nor a user");
}

bool np_api_may(np_call_t *call, const np_route_t *route)
{
    if (!call->token || np_token_may(call->token, route->rights)) {
        return true;
    }
    refused(call, apr_psprintf(call->r->pool, "%s has not the scope %s",
                               call->who,
                               np_token_scopes(route->rights, " ",
                                               call->r->pool)));
    call->error = np_api_error_scope(
        np_token_scopes(route->rights, ", ", call->r->pool), call->r->pool);
    return false;
}
