/* SPDX-License-Identifier: Apache-2.0
 * The key that goes to the browser with the redirect after the login. */
#include "np_run_login.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "np_base64url.h"
#include "np_digest.h"
#include "np_log.h"
#include "np_run_gate.h"
#include "np_url.h"

#define AFTER_SCHEME "://"
/** Characters of the page to go on to, as they stand in the address of the key,
 *  at the most: servers take no request line of more than 8 KB. */
#define MAX_TARGET 6000

static bool goes_by_login(const np_place_t *place)
{
    return np_run_conf_mode(place->run) != NP_RUN_MODE_OFF
           && np_run_conf_key(place->run) == NP_RUN_KEY_LOGIN;
}

const np_binding_t *np_run_login_key(const np_request_t *ctx,
                                     const request_rec *r)
{
    const np_place_t *place = np_config_place(r);
    unsigned char key[NP_BINDING_SECRET_LEN];

    if (!place->run || !goes_by_login(place)
        || np_crypto_random(key, sizeof key) != APR_SUCCESS) {
        return NULL;
    }
    np_binding_t *binding = apr_pcalloc(ctx->first->pool, sizeof *binding);
    (void)np_binding_offer(binding, key, ctx->now);
    np_crypto_wipe(key, sizeof key);
    return binding;
}

const char *np_run_login_origin(const np_request_t *ctx, const request_rec *r)
{
    const char *host = apr_table_get(ctx->first->headers_in, "Host");

    return host ? np_url_origin(np_request_is_secure(ctx, r) ? "https" : "http",
                                host, r->pool)
                : NULL;
}

static const char *requested(const np_request_t *ctx)
{
    const char *uri = ctx->first->unparsed_uri;
    return np_url_is_local(uri) ? uri : NULL;
}

int np_run_login_redirect(const np_request_t *ctx, request_rec *r,
                          const np_place_t *place)
{
    const char *origin = NULL;

    if (place->run && goes_by_login(place) && ctx->new_login
        && r == ctx->first && r->method_number == M_GET && !r->header_only
        && np_run_gate_is_document(r) && requested(ctx)) {
        origin = np_run_login_origin(ctx, r);
    }
    if (!origin) {
        return OK;
    }
    apr_table_setn(r->headers_out, "Location",
                   apr_pstrcat(r->pool, origin, requested(ctx), NULL));
    return HTTP_MOVED_TEMPORARILY;
}

static apr_table_t *table_of_location(request_rec *r)
{
    if (r->status != HTTP_MOVED_TEMPORARILY && r->status != HTTP_SEE_OTHER) {
        return NULL;
    }
    if (apr_table_get(r->headers_out, "Location")) {
        return r->headers_out;
    }
    return apr_table_get(r->err_headers_out, "Location") ? r->err_headers_out
                                                         : NULL;
}

/* httpd writes the headers of responses into its log from trace4 on. This one
 * it does not, whatever LogLevel says. */
static void keep_out_of_log(request_rec *r)
{
    struct ap_logconf *log = apr_pmemdup(
        r->pool, r->log ? r->log : &r->server->log, sizeof *log);

    if (log->level > APLOG_TRACE3) {
        log->level = APLOG_TRACE3;
    }
    log->module_levels = NULL;
    r->log = log;
}

/* https://host/ -> https://np:KEY@host/P.np-seed?to=... The address is absolute
 * here, and after it: with a relative one browsers would keep user and key in
 * the address of the page, and write them into their files. */
static const char *by_way_of_key(const np_request_t *ctx, const char *origin,
                                 const char *target, apr_pool_t *p)
{
    const np_binding_t *binding = ctx->outcome.record.binding;
    const char *host = strstr(origin, AFTER_SCHEME) + strlen(AFTER_SCHEME);
    char key[NP_BASE64URL_LEN(NP_BINDING_SECRET_LEN) + 1];

    np_base64url_encode(key, binding->secret, NP_BINDING_SECRET_LEN);
    const char *location = apr_pstrcat(
        p, apr_pstrmemdup(p, origin, (apr_size_t)(host - origin)),
        NP_DIGEST_USER ":", key, "@", host, ctx->tenant->run_path,
        ".np-seed?to=", np_url_escape(target, p), NULL);
    np_crypto_wipe(key, sizeof key);
    return location;
}

void np_run_login_leads_on(np_request_t *ctx, request_rec *r,
                           const np_place_t *place)
{
    const np_binding_t *binding = ctx->outcome.record.binding;
    apr_table_t *table = NULL;

    if (place->run && ctx->new_login && ctx->outcome.state == NP_STATE_LIVE
        && goes_by_login(place) && binding
        && binding->key_state == NP_KEY_PENDING && !ctx->run_led_on) {
        table = table_of_location(r);
    }
    const char *origin = table ? np_run_login_origin(ctx, r) : NULL;
    if (!origin) {
        return;
    }
    const char *target =
        np_url_resolve(apr_table_get(table, "Location"), origin,
                       ctx->first->unparsed_uri, r->pool);
    if (!target || strlen(np_url_escape(target, r->pool)) > MAX_TARGET) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NOT_LED_ON);
        return;
    }
    keep_out_of_log(r);
    apr_table_setn(table, "Location",
                   by_way_of_key(ctx, origin, target, r->pool));
    ctx->run_led_on = true;
}

/* httpd puts both tables into a new one when the response goes out. */
void np_run_login_forget(np_request_t *ctx)
{
    if (!ctx->run_led_on) {
        return;
    }
    for (request_rec *r = ctx->first; r; r = r->next) {
        apr_table_unset(r->headers_out, "Location");
        apr_table_unset(r->err_headers_out, "Location");
    }
}
