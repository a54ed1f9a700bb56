/* SPDX-License-Identifier: Apache-2.0
 * Where the browser gets its key from us to keep: the only challenge that there
 * is. */
#include "np_run_endpoints.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "np_digest.h"
#include "np_run_change.h"
#include "np_run_gate.h"
#include "np_run_login.h"
#include "np_url.h"

/* Absolute, or browsers would keep user and key in the address. */
static int lead_on(const np_run_call_t *call, const char *to)
{
    apr_table_setn(call->r->headers_out, "Location", to);
    return np_run_answer(call, HTTP_MOVED_TEMPORARILY, NULL, NULL);
}

/* Somebody who is asked for a password all the same sees this when he asks for
 * none: it takes him on. */
static const char *way_on(const char *to, apr_pool_t *p)
{
    const char *href = to ? ap_escape_html(p, to) : NULL;

    return href ? apr_pstrcat(p,
                              "<!DOCTYPE html><meta http-equiv=refresh "
                              "content=\"0;url=", href, "\"><a href=\"", href,
                              "\">&#8594;</a>\n", NULL)
                : NULL;
}

static int challenge(const np_run_call_t *call, const char *to, bool stale)
{
    request_rec *r = call->r;
    const np_tenant_t *tenant = call->tenant;
    const char *nonce =
        np_request_handle(call->ctx->outcome.record.handle, r->pool);

    apr_table_setn(r->err_headers_out, "WWW-Authenticate",
                   np_digest_challenge(tenant->run_realm, nonce,
                                       tenant->run_path, stale, r->pool));
    return np_run_answer(call, HTTP_UNAUTHORIZED,
                         to ? "text/html; charset=utf-8" : NULL,
                         way_on(to, r->pool));
}

static int keep(const np_run_call_t *call, const char *to)
{
    unsigned char ha1[NP_BINDING_SECRET_LEN];
    const np_run_change_t change = {
        .make = np_run_change_bind,
        .now = call->ctx->now,
        .ha1 = ha1,
    };

    if (!np_run_gate_ha1(call->ctx, ha1)) {
        return np_run_answer(call, HTTP_FORBIDDEN, NULL, NULL);
    }
    const apr_status_t status = np_run_change(call->ctx, call->r, &change);
    np_crypto_wipe(ha1, sizeof ha1);
    if (!np_run_change_is_done(status)) {
        return np_run_answer_unavailable(call);
    }
    return to ? lead_on(call, to)
              : np_run_answer(call, HTTP_OK, "text/plain", NULL);
}

/* Is the answer to a challenge of this very session? What browsers still have
 * of another one they bring here first. */
static bool is_answer_to_us(const np_request_t *ctx)
{
    const request_rec *first = ctx->first;
    np_digest_t digest;

    return np_digest_parse(ctx->run_answer, &digest, first->pool)
           && !strcmp(digest.nonce,
                      np_request_handle(ctx->outcome.record.handle,
                                        first->pool));
}

static int refuse(const np_run_call_t *call, const char *to)
{
    return to ? lead_on(call, to)
              : np_run_answer(call, HTTP_FORBIDDEN, NULL, NULL);
}

static int serve_live(const np_run_call_t *call, const char *to)
{
    const np_request_t *ctx = call->ctx;
    const np_binding_t *binding = ctx->outcome.record.binding;

    if (!binding || binding->key_state == NP_KEY_NONE) {
        return refuse(call, to);
    }
    if (np_run_gate_proves(ctx)) {
        return keep(call, to);
    }
    if (ctx->run_answer && is_answer_to_us(ctx)) {
        return refuse(call, to);
    }
    return challenge(call, to, np_run_gate_proves_stale(ctx));
}

/* Without any cookie of ours it would go round in a circle. */
static int serve_dead(const np_run_call_t *call, const char *to)
{
    if (to && np_state_is_over(call->ctx->outcome.state)) {
        return lead_on(call, to);
    }
    return np_run_answer(call, HTTP_FORBIDDEN, NULL, NULL);
}

/* NULL, or where to go on from here; false: it must not go there. */
static bool find_target(const np_run_call_t *call, const char **to)
{
    request_rec *r = call->r;
    const char *origin = np_run_login_origin(call->ctx, r);

    *to = np_url_parameter(r->args, "to", r->pool);
    return !*to || (origin && np_url_is_at(*to, origin, r->pool));
}

/* Without an answer a document may be a new run's, which a bound session does
 * not know. */
static np_run_ask_e ask(const np_run_call_t *call)
{
    return !call->ctx->run_answer && np_run_gate_is_document(call->r)
               ? NP_RUN_ASK_PAGE
               : NP_RUN_ASK_SEED;
}

int np_run_serve_seed(const np_run_call_t *call)
{
    const char *to;

    if (call->r->method_number != M_GET) {
        return np_run_refuse_method(call, "GET");
    }
    if (!find_target(call, &to)) {
        return np_run_answer(call, HTTP_BAD_REQUEST, NULL, NULL);
    }
    np_run_open(call, ask(call));
    switch (call->ctx->outcome.state) {
    case NP_STATE_UNAVAILABLE:
        return np_run_answer_unavailable(call);
    case NP_STATE_LIVE:
        return serve_live(call, to);
    case NP_STATE_NONE:
    case NP_STATE_IDLE:
    case NP_STATE_EXPIRED:
    case NP_STATE_ENDED:
        break;
    }
    return serve_dead(call, to);
}
