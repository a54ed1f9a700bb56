/* SPDX-License-Identifier: Apache-2.0
 * Sessions that end with the run of the browser: what a page is to be told. */
#include "np_run.h"

#include "apr_base64.h"
#include "apr_strings.h"

#include "np_page_script.h"

/** Octets of the hash that are in the script's name: enough to tell versions
 *  apart. */
#define NAME_OCTETS 6

void np_run_page_name_script(np_site_t *site, apr_pool_t *p)
{
    unsigned char hash[NP_CRYPTO_DIGEST_LEN] = { 0 };
    char *text = apr_palloc(
        p, (apr_size_t)apr_base64_encode_len(NP_CRYPTO_DIGEST_LEN));
    const char *name = "";

    /* (browsers do not run a script that has not the hash that a page names) */
    (void)np_crypto_digest(np_page_script, hash);
    for (int i = 0; i < NAME_OCTETS; i++) {
        name = apr_psprintf(p, "%s%02x", name, hash[i]);
    }
    (void)apr_base64_encode_binary(text, hash, NP_CRYPTO_DIGEST_LEN);
    site->script_name = apr_pstrcat(p, "p-", name, ".js", NULL);
    site->script_hash = apr_pstrcat(p, "sha256-", text, NULL);
}

/* The script looks after the key where the login's redirect has not done it. */
static bool needs_seed(const np_request_t *ctx, const np_place_t *place)
{
    const np_binding_t *binding = ctx->outcome.record.binding;

    return np_run_conf_key(place->run) == NP_RUN_KEY_SCRIPT || !binding
           || binding->key_state != NP_KEY_BOUND;
}

/* The inactivity timeout may have been changed since the configuration was read: a
 * question that came as soon as it was answered would never end. */
static apr_interval_time_t still_there(const np_request_t *ctx,
                                       const np_place_t *place)
{
    const apr_interval_time_t set = np_run_conf_still_there(place->run);
    const apr_interval_time_t most =
        np_session_limits(&ctx->realm, &ctx->outcome.record).idle / 2;

    return set < most ? set : most;
}

const np_run_page_t *np_run_page(request_rec *r)
{
    const np_request_t *ctx = np_request_get(r);
    const np_place_t *place = np_config_place(r);

    if (!place->run || !place->on || !ctx || r->main
        || np_request_outcome(ctx, r, place)->state != NP_STATE_LIVE) {
        return NULL;
    }
    const bool run = np_run_conf_mode(place->run) != NP_RUN_MODE_OFF;
    np_run_page_t *page = apr_palloc(r->pool, sizeof *page);
    *page = (np_run_page_t){
        .path = ctx->tenant->run_path,
        .script = ctx->site->script_name,
        .integrity = ctx->site->script_hash,
        .run = run,
        .seed = run && needs_seed(ctx, place),
        .beat_ms = apr_time_as_msec(
            np_run_conf_timer(place->run, NP_RUN_BEAT, 0)),
        .still_ms = apr_time_as_msec(still_there(ctx, place)),
        .texts = place->run->texts,
    };
    return page;
}

void np_run_page_has_script(request_rec *r)
{
    np_request_t *ctx = np_request_get(r);

    if (ctx) {
        ctx->page_has_script = true;
    }
}
