/* SPDX-License-Identifier: Apache-2.0
 * Logins and step-ups: the record, the device, the cookies, the log. */
#include "np_login.h"

#include <string.h>

#include "apr_strings.h"

#include "np_clock.h"
#include "np_device.h"
#include "np_events.h"
#include "np_export.h"
#include "np_lock.h"
#include "np_log.h"
#include "np_metrics.h"
#include "np_mfa.h"
#include "np_quota.h"
#include "np_run_login.h"

/* The plan became true: from here on the request has this session. */
static void adopt(np_request_t *ctx, const np_plan_t *plan)
{
    const np_record_t *record = &plan->record;

    ctx->outcome.state = NP_STATE_LIVE;
    ctx->outcome.id = plan->id;
    ctx->outcome.record = *record;
    ctx->outcome.old_id = false;
    ctx->touch_settled = true;
    np_request_set_cookie(
        ctx, NP_KIND_SESSION, plan->cookie, record->mode,
        np_policy_expires_at(&record->times,
                             np_session_limits(&ctx->realm, record)));
}

/* --- the device ------------------------------------------------------------ */

static void send_device(np_request_t *ctx, const np_companion_t *device)
{
    const np_rules_t *rules = &ctx->realm.rules;

    np_request_set_cookie(ctx, NP_KIND_DEVICE, device->text, rules->mode,
                          np_policy_sum(ctx->now, rules->device_life));
}

static bool has_device(const np_request_t *ctx, const np_companion_t *device)
{
    return device->brought
           || ctx->replies[NP_KIND_DEVICE - 1].fate == NP_FATE_SET;
}

static void give_device(np_request_t *ctx, np_companion_t *device)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_DEVICE);

    if (!has_device(ctx, device)
        && np_companion_mint(&realm, device) == APR_SUCCESS) {
        send_device(ctx, device);
    }
}

void np_login_page_seen(np_request_t *ctx)
{
    if (ctx->realm.store && ctx->outcome.state != NP_STATE_UNAVAILABLE) {
        give_device(ctx, np_request_companion(ctx, NP_KIND_DEVICE));
    }
}

/* The login stands, whether the device can be remembered or not. */
static void remember_device(np_request_t *ctx, request_rec *r,
                            np_companion_t *device)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_DEVICE);
    const np_record_t *record = &ctx->outcome.record;

    give_device(ctx, device);
    if (!has_device(ctx, device)) {
        return;
    }
    apr_status_t status =
        np_device_remember(&realm, device, record->user, ctx->now,
                           &ctx->budget, ctx->first->pool);
    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_REMEMBERED, "device",
                       record->user, ctx->tenant->name);
    }
    if (record->device.known == NP_DEVICE_NEW) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_NEW_DEVICE, record->user,
                       ctx->tenant->name,
                       np_request_handle(record->handle, r->pool),
                       np_request_handle(record->device.handle, r->pool));
        np_events_tell(r, SESSION_NP_EVENT_NEW_DEVICE, record);
    }
}

/* --- the second factor ----------------------------------------------------- */

bool np_login_mfa_is_remembered(np_request_t *ctx, const char *user)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_MFA);

    return ctx->realm.store
           && np_mfa_is_remembered(&realm,
                                   np_request_companion(ctx, NP_KIND_MFA),
                                   user, ctx->now, &ctx->budget,
                                   ctx->first->pool);
}

static void extend_mfa(np_request_t *ctx, request_rec *r)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_MFA);
    const char *user = ctx->outcome.record.user;
    apr_status_t status = np_mfa_extend(
        &realm, np_request_companion(ctx, NP_KIND_MFA), user, ctx->now,
        &ctx->budget, ctx->first->pool);

    if (status != APR_SUCCESS) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_REMEMBERED, "second factor",
                       user, ctx->tenant->name);
    }
}

static void send_mfa(np_request_t *ctx, const np_companion_t *mfa)
{
    const np_rules_t *rules = &ctx->realm.rules;

    np_request_set_cookie(ctx, NP_KIND_MFA, mfa->text, rules->mode,
                          np_policy_sum(ctx->now, rules->mfa_life));
}

void np_login_remember_mfa(np_request_t *ctx, request_rec *r)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_MFA);
    np_companion_t *mfa = np_request_companion(ctx, NP_KIND_MFA);
    const char *user = ctx->outcome.record.user;
    apr_status_t status = np_mfa_remember(&realm, mfa, user, ctx->now,
                                          &ctx->budget, ctx->first->pool);

    if (status == APR_SUCCESS) {
        send_mfa(ctx, mfa);
    }
    else {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_REMEMBERED, "second factor",
                       user, ctx->tenant->name);
    }
}

/* --- login ----------------------------------------------------------------- */

static void tell_of_login(np_request_t *ctx, request_rec *r,
                          const np_outcome_t *before)
{
    const np_record_t *record = &ctx->outcome.record;

    if (before->state == NP_STATE_LIVE) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_REPLACED, before->record.user,
                       ctx->tenant->name,
                       np_request_handle(before->record.handle, r->pool));
        np_events_tell(r, SESSION_NP_EVENT_REVOKED, &before->record);
        np_metrics_count(ctx->tenant, NP_FIGURE_ENDED_REPLACED);
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_LOGIN, record->user,
                   ctx->tenant->name,
                   np_request_handle(record->handle, r->pool),
                   np_export_mode(record->mode));
    np_events_tell(r, SESSION_NP_EVENT_LOGIN, record);
}

/* Plan and commit; on success the request has the session. */
static apr_status_t begin(np_request_t *ctx, request_rec *r,
                          const np_login_t *login)
{
    np_admission_t admission;
    np_plan_t plan;

    apr_status_t status = np_quota_admit(ctx, r, login->user, &admission);
    if (status == APR_SUCCESS) {
        status =
            np_plan_login(&ctx->realm, &ctx->outcome, login, ctx->now, &plan);
    }
    if (status == APR_SUCCESS) {
        status = np_quota_enter(ctx, r, &plan, &admission);
    }
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    np_quota_leave(ctx, r, &admission);
    if (status == APR_SUCCESS) {
        adopt(ctx, &plan);
        ctx->new_login = true;
    }
    return status;
}

apr_status_t np_login(np_request_t *ctx, request_rec *r,
                      const np_login_t *login)
{
    const np_realm_t realm = np_request_realm(ctx, NP_KIND_DEVICE);
    np_companion_t *device = np_request_companion(ctx, NP_KIND_DEVICE);
    const np_outcome_t before = ctx->outcome;
    np_login_t complete = *login;
    apr_status_t status = APR_ENOTIMPL;

    if (ctx->realm.store) {
        status = np_device_recognize(&realm, device, login->user, ctx->now,
                                     &ctx->budget, &complete.device,
                                     ctx->first->pool);
    }
    const bool remembered =
        !login->mfa && np_login_mfa_is_remembered(ctx, login->user);
    if (remembered) {
        complete.mfa = NP_RECORD_MFA_REMEMBERED;
    }
    complete.binding = np_run_login_key(ctx, r);
    if (status == APR_SUCCESS) {
        status = begin(ctx, r, &complete);
    }
    if (status != APR_SUCCESS) {
        if (status != APR_ENOSPC) {
            NP_LOG_REQUEST(r, status, NP_MSG_NOT_RECORDED, login->user,
                           ctx->tenant->name);
        }
        return status;
    }
    tell_of_login(ctx, r, &before);
    remember_device(ctx, r, device);
    if (remembered) {
        extend_mfa(ctx, r);
    }
    return APR_SUCCESS;
}

/* --- a new id -------------------------------------------------------------- */

/* What changes with the new id. */
typedef struct np_renewal_t {
    np_mode_e mode;
    const char *mfa;
    apr_time_t fresh_at;
} np_renewal_t;

static apr_status_t renew_locked(np_request_t *ctx, request_rec *r,
                                 const np_renewal_t *renewal)
{
    np_record_t changed = ctx->outcome.record;
    np_plan_t plan;

    changed.mode = renewal->mode;
    changed.mfa = renewal->mfa;
    changed.fresh_at = renewal->fresh_at;
    apr_status_t status =
        np_plan_renew(&ctx->realm, &ctx->outcome, &changed, ctx->now, &plan,
                      ctx->first->pool);
    if (status == APR_SUCCESS) {
        status = np_request_commit(ctx, r, &plan);
    }
    if (status == APR_SUCCESS) {
        adopt(ctx, &plan);
        np_quota_move(ctx, r);
    }
    return status;
}

/* With the application's data as they are by now: they move along. */
static apr_status_t renew(np_request_t *ctx, request_rec *r,
                          const np_renewal_t *renewal)
{
    char old_key[NP_STORAGE_KEY_LEN + 1];

    memcpy(old_key, ctx->outcome.id.storage_key, sizeof old_key);
    apr_status_t status =
        np_lock_take(&ctx->realm, &ctx->outcome, NP_LOCK_WAIT, np_clock_now(),
                     &ctx->budget, ctx->first->pool);
    if (status == APR_SUCCESS) {
        status = renew_locked(ctx, r, renewal);
        np_lock_release(&ctx->realm, old_key, &ctx->budget, r->pool);
    }
    return status == APR_NOTFOUND || status == APR_EBUSY ? APR_EEXIST : status;
}

apr_status_t np_login_step_up(np_request_t *ctx, request_rec *r,
                              const char *method, bool remember)
{
    const np_record_t *record = &ctx->outcome.record;
    const np_renewal_t renewal = {
        .mode = record->mode,
        .mfa = apr_pstrdup(ctx->first->pool, method),
        .fresh_at = ctx->now,
    };

    apr_status_t status = renew(ctx, r, &renewal);
    if (status != APR_SUCCESS) {
        return status;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_STEP_UP, record->user,
                   ctx->tenant->name,
                   np_request_handle(record->handle, r->pool), method);
    np_events_tell(r, SESSION_NP_EVENT_STEP_UP, record);
    if (remember) {
        np_login_remember_mfa(ctx, r);
    }
    return APR_SUCCESS;
}

/* Under a new id where the store lets it go on there, else under the same. */
static void reissue_companion(np_request_t *ctx, np_kind_e kind)
{
    const np_realm_t realm = np_request_realm(ctx, kind);
    np_companion_t *companion = np_request_companion(ctx, kind);

    if (!companion->brought) {
        return;
    }
    (void)np_companion_read(&realm, companion, &ctx->budget,
                            ctx->first->pool);
    const apr_time_t ends_at = kind == NP_KIND_MFA
                                   ? np_mfa_ends_at(&realm, companion)
                                   : np_device_ends_at(&realm, companion);
    (void)np_companion_move(&realm, companion, ends_at, &ctx->budget,
                            ctx->first->pool);
    np_request_set_cookie(ctx, kind, companion->text, NP_MODE_NON_PERSISTENT,
                          0);
}

void np_login_reissue(np_request_t *ctx, request_rec *r)
{
    const np_record_t *record = &ctx->outcome.record;
    const np_renewal_t renewal = {
        .mode = ctx->realm.rules.mode,
        .mfa = record->mfa,
        .fresh_at = record->fresh_at,
    };

    if (renew(ctx, r, &renewal) != APR_SUCCESS) {
        return;
    }
    NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_RENEWED, record->user,
                   ctx->tenant->name,
                   np_request_handle(record->handle, r->pool));
    np_metrics_count(ctx->tenant, NP_FIGURE_REISSUES);
    reissue_companion(ctx, NP_KIND_MFA);
    reissue_companion(ctx, NP_KIND_DEVICE);
}
