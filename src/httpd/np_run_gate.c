/* SPDX-License-Identifier: Apache-2.0
 * The gate: whether a request comes from the browser's run that its session is
 * bound to. */
#include "np_run_gate.h"

#include <string.h>

#include "np_base64url.h"
#include "np_digest.h"
#include "np_events.h"
#include "np_log.h"
#include "np_metrics.h"

void np_run_gate_hide(np_request_t *ctx, request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");

    if (header && np_digest_is_ours(header, r->pool)) {
        ctx->run_answer = header;
        apr_table_unset(r->headers_in, "Authorization");
    }
}

/* --- the key ---------------------------------------------------------------- */

/* What a request is judged by: the session that was found, for whom. */
typedef struct np_suspect_t {
    const np_request_t *ctx;
    const np_tenant_t *tenant;
    const np_record_t *record;
} np_suspect_t;

static bool find_ha1(const np_suspect_t *s,
                     unsigned char ha1[NP_BINDING_SECRET_LEN])
{
    const np_binding_t *binding = s->record->binding;
    char key[NP_BASE64URL_LEN(NP_BINDING_SECRET_LEN) + 1];
    apr_status_t status = APR_NOTFOUND;

    switch (binding ? binding->key_state : NP_KEY_NONE) {
    case NP_KEY_NONE:
        break;
    case NP_KEY_PENDING:
        np_base64url_encode(key, binding->secret, NP_BINDING_SECRET_LEN);
        status = np_digest_ha1(ha1, s->tenant->run_realm, key,
                               s->ctx->first->pool);
        np_crypto_wipe(key, sizeof key);
        break;
    case NP_KEY_BOUND:
        memcpy(ha1, binding->secret, NP_BINDING_SECRET_LEN);
        status = APR_SUCCESS;
        break;
    }
    return status == APR_SUCCESS;
}

static bool proves(const np_suspect_t *s, bool nonce)
{
    const request_rec *first = s->ctx->first;
    const np_digest_check_t check = {
        .realm = s->tenant->run_realm,
        .nonce = nonce ? np_request_handle(s->record->handle, first->pool)
                       : NULL,
        .method = first->method,
        .uri = first->unparsed_uri,
    };
    unsigned char ha1[NP_BINDING_SECRET_LEN];
    np_digest_t digest;

    if (!s->ctx->run_answer
        || !np_digest_parse(s->ctx->run_answer, &digest, first->pool)
        || !find_ha1(s, ha1)) {
        return false;
    }
    const bool right = np_digest_proves(&digest, &check, ha1, first->pool);
    np_crypto_wipe(ha1, sizeof ha1);
    return right;
}

static np_suspect_t suspect(const np_request_t *ctx)
{
    return (np_suspect_t){ ctx, ctx->tenant, &ctx->outcome.record };
}

bool np_run_gate_proves(const np_request_t *ctx)
{
    const np_suspect_t s = suspect(ctx);
    return proves(&s, true);
}

bool np_run_gate_proves_stale(const np_request_t *ctx)
{
    const np_suspect_t s = suspect(ctx);
    return proves(&s, false);
}

bool np_run_gate_ha1(const np_request_t *ctx,
                     unsigned char ha1[NP_BINDING_SECRET_LEN])
{
    const np_suspect_t s = suspect(ctx);
    return find_ha1(&s, ha1);
}

/* --- the verdict ------------------------------------------------------------ */

bool np_run_gate_is_document(const request_rec *r)
{
    const char *dest = apr_table_get(r->headers_in, "Sec-Fetch-Dest");
    return dest && !strcmp(dest, "document");
}

/* Browsers leave our key out for a link that names a user, and any page can have
 * one: that says nothing of the run. Firefox sends that user instead, Chromium
 * nobody. */
static bool may_be_led_here(const np_request_t *ctx)
{
    const apr_table_t *headers = ctx->first->headers_in;
    const char *site = apr_table_get(headers, "Sec-Fetch-Site");

    return ctx->authorization || apr_table_get(headers, "Authorization")
           || (site && strcmp(site, "none") && strcmp(site, "same-origin"));
}

static np_run_ask_e what_is_asked(const np_request_t *ctx)
{
    if (ctx->run_is_own) {
        return ctx->run_ask;
    }
    return np_run_gate_is_document(ctx->first) && !may_be_led_here(ctx)
               ? NP_RUN_ASK_PAGE
               : NP_RUN_ASK_OTHER;
}

static np_run_rules_t rules_for(const np_realm_t *realm,
                                const np_record_t *record,
                                const np_place_t *place)
{
    return np_run_conf_rules(place->run,
                             np_session_limits(realm, record).idle);
}

np_run_rules_t np_run_gate_rules(const np_request_t *ctx,
                                 const np_place_t *place)
{
    return rules_for(&ctx->realm, &ctx->outcome.record, place);
}

/* An old id is good for some seconds, and nobody writes it any more: what it
 * says of pages is no news. */
static bool is_old_news(const np_outcome_t *outcome, np_run_verdict_e verdict)
{
    return outcome->old_id
           && (verdict == NP_RUN_CLOSED || verdict == NP_RUN_UNCLAIMED);
}

/* @a sure: whatever another machine may have written of the session since then,
 * as long as it is live, changes nothing. */
static np_run_verdict_e judge(const np_request_t *ctx,
                              const np_place_t *place,
                              const np_view_t *view, bool *sure)
{
    const np_record_t *record = &view->outcome->record;
    const np_run_rules_t rules = rules_for(view->realm, record, place);
    const np_suspect_t s = { ctx, view->tenant, record };
    const bool has_key = proves(&s, true);
    const np_run_verdict_e verdict =
        np_binding_judge(record->binding, &rules, record->times.login_at,
                         has_key, what_is_asked(ctx), ctx->now);

    *sure = has_key && verdict == NP_RUN_SERVE && !ctx->run_is_own;
    return is_old_news(view->outcome, verdict) ? NP_RUN_SERVE : verdict;
}

static bool is_to_be_judged(const np_request_t *ctx, const np_place_t *place,
                            np_state_e state)
{
    return state == NP_STATE_LIVE
           && np_run_conf_mode(place->run) > ctx->run_judged;
}

static np_state_e state_after(np_run_verdict_e verdict)
{
    switch (verdict) {
    case NP_RUN_SERVE:
        return NP_STATE_LIVE;
    case NP_RUN_REFUSE:
        return NP_STATE_NONE;
    case NP_RUN_OTHER:
    case NP_RUN_CLOSED:
    case NP_RUN_UNCLAIMED:
        break;
    }
    return NP_STATE_ENDED;
}

np_state_e np_run_gate_foresee(const np_request_t *ctx,
                               const np_place_t *place,
                               const np_view_t *view)
{
    bool sure;

    return is_to_be_judged(ctx, place, view->outcome->state)
               ? state_after(judge(ctx, place, view, &sure))
               : view->outcome->state;
}

static void tell_of_end(np_request_t *ctx, request_rec *r,
                        np_run_verdict_e verdict)
{
    const np_record_t *record = &ctx->outcome.record;
    const char *handle = np_request_handle(record->handle, r->pool);

    if (verdict == NP_RUN_OTHER) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_OTHER_RUN, record->user,
                       ctx->tenant->name, handle);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_OTHER_RUN);
    }
    else if (verdict == NP_RUN_CLOSED) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_CLOSED, record->user,
                       ctx->tenant->name, handle);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_CLOSED);
    }
    else {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_ENDED_UNCLAIMED, record->user,
                       ctx->tenant->name, handle);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_UNCLAIMED);
    }
    np_events_tell(r, SESSION_NP_EVENT_RUN_OVER, record);
}

/* If the store fails now, the next request ends it. */
void np_run_gate_end(np_request_t *ctx, request_rec *r,
                     np_run_verdict_e verdict)
{
    np_plan_t plan;

    tell_of_end(ctx, r, verdict);
    np_plan_end(&ctx->outcome, ctx->now, &plan);
    (void)np_request_commit(ctx, r, &plan);
    ctx->outcome.state = NP_STATE_ENDED;
}

static void carry_out(np_request_t *ctx, request_rec *r)
{
    switch (ctx->run_verdict) {
    case NP_RUN_SERVE:
        break;
    case NP_RUN_REFUSE:
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_WITHOUT_KEY,
                       ctx->outcome.record.user, ctx->tenant->name,
                       np_request_handle(ctx->outcome.record.handle, r->pool));
        ctx->outcome.state = NP_STATE_NONE;
        break;
    case NP_RUN_OTHER:
    case NP_RUN_CLOSED:
    case NP_RUN_UNCLAIMED:
        np_run_gate_end(ctx, r, ctx->run_verdict);
        break;
    }
}

bool np_run_gate_judge(np_request_t *ctx, request_rec *r,
                       const np_place_t *place)
{
    const np_view_t view = {
        .tenant = ctx->tenant,
        .realm = &ctx->realm,
        .outcome = &ctx->outcome,
    };
    bool sure;

    if (!is_to_be_judged(ctx, place, ctx->outcome.state)) {
        return false;
    }
    ctx->run_judged = np_run_conf_mode(place->run);
    ctx->run_verdict = judge(ctx, place, &view, &sure);
    if (ctx->outcome.recalled && !sure) {
        np_request_ask_store(ctx);
        if (ctx->outcome.state != NP_STATE_LIVE) {
            return true;
        }
        ctx->run_verdict = judge(ctx, place, &view, &sure);
    }
    carry_out(ctx, r);
    return ctx->run_verdict != NP_RUN_SERVE;
}
