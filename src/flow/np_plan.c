/* SPDX-License-Identifier: Apache-2.0
 * Planning: what shall become of a session. Writes nothing. */
#include "np_plan.h"

#include <string.h>

#include "np_app_data.h"

void np_plan_touch(const np_realm_t *realm, const np_outcome_t *outcome,
                   apr_time_t now, np_plan_t *plan)
{
    memset(plan, 0, sizeof *plan);
    if (outcome->state != NP_STATE_LIVE || outcome->old_id) {
        return;
    }
    np_limits_t limits = np_session_limits(realm, &outcome->record);
    if (!np_policy_touch_due(&outcome->record.times, limits, now)) {
        return;
    }
    plan->action = NP_ACTION_TOUCH;
    plan->now = now;
    plan->id = outcome->id;
    plan->record = outcome->record;
    plan->record.times.used_at = now;
}

/* Begin a plan to write a live session with something changed. An old id is not
 * written any more. */
static bool begin_change(const np_outcome_t *outcome, apr_time_t now,
                         np_plan_t *plan)
{
    memset(plan, 0, sizeof *plan);
    if (outcome->state != NP_STATE_LIVE || outcome->old_id) {
        return false;
    }
    plan->now = now;
    plan->id = outcome->id;
    plan->record = outcome->record;
    return true;
}

apr_status_t np_plan_data(const np_realm_t *realm, const np_outcome_t *outcome,
                          np_bytes_t data, apr_time_t now, np_plan_t *plan,
                          apr_pool_t *p)
{
    if (!begin_change(outcome, now, plan)) {
        return APR_EINVAL;
    }
    if (data.len > NP_APP_DATA_MAX) {
        return APR_ENOSPC;
    }
    plan->record.app_data.len = 0;
    apr_status_t status = APR_SUCCESS;
    if (data.len) {
        status = np_app_data_seal(realm->crypto, &plan->id, data,
                                  &plan->record, p);
    }
    if (status == APR_SUCCESS && !np_record_has_room(&plan->record)) {
        status = APR_ENOSPC;
    }
    if (status == APR_SUCCESS) {
        plan->action = NP_ACTION_TOUCH;
    }
    return status;
}

apr_status_t np_plan_metadata(const np_outcome_t *outcome,
                              const char *metadata, apr_time_t now,
                              np_plan_t *plan)
{
    if (!begin_change(outcome, now, plan)) {
        return APR_EINVAL;
    }
    plan->record.metadata = metadata;
    if (!np_record_has_room(&plan->record)) {
        return APR_ENOSPC;
    }
    plan->action = NP_ACTION_TOUCH;
    return APR_SUCCESS;
}

apr_status_t np_plan_binding(const np_outcome_t *outcome,
                             np_binding_t *binding, apr_time_t now,
                             np_plan_t *plan)
{
    if (!begin_change(outcome, now, plan)) {
        return APR_EINVAL;
    }
    plan->record.binding = binding;
    while (!np_record_has_room(&plan->record)) {
        if (!np_binding_shrink(binding)) {
            return APR_ENOSPC;
        }
    }
    plan->action = NP_ACTION_TOUCH;
    return APR_SUCCESS;
}

/* What is left of a session that is over: enough to say so, no data. */
static np_record_t headstone(const np_record_t *record, np_record_state_e why)
{
    np_record_t stone = *record;
    stone.state = why;
    stone.mfa = NULL;
    stone.device = (np_device_t){ .known = NP_DEVICE_UNTOLD };
    stone.successor = NULL;
    stone.accepted_until = 0;
    stone.app_data.len = 0;
    stone.metadata = NULL;
    stone.binding = NULL;
    return stone;
}

static np_record_state_e cause_of_end(np_state_e state)
{
    switch (state) {
    case NP_STATE_IDLE:
        return NP_RECORD_IDLE;
    case NP_STATE_EXPIRED:
        return NP_RECORD_EXPIRED;
    case NP_STATE_NONE:
    case NP_STATE_LIVE:
    case NP_STATE_ENDED:
    case NP_STATE_UNAVAILABLE:
        break;
    }
    return NP_RECORD_ENDED;
}

void np_plan_end(const np_outcome_t *outcome, apr_time_t now, np_plan_t *plan)
{
    memset(plan, 0, sizeof *plan);
    if (outcome->state != NP_STATE_LIVE && !outcome->bury
        && !outcome->old_id) {
        return;
    }
    plan->action = NP_ACTION_END;
    plan->now = now;
    plan->id = outcome->id;
    plan->record = headstone(&outcome->record, cause_of_end(outcome->state));
}

static apr_status_t mint(const np_realm_t *realm, np_plan_t *plan)
{
    return np_id_mint(realm->crypto, &realm->scope, &plan->id, plan->cookie);
}

apr_status_t np_plan_login(const np_realm_t *realm,
                           const np_outcome_t *outcome,
                           const np_login_t *login, apr_time_t now,
                           np_plan_t *plan)
{
    np_mode_e mode = login->mode_chosen ? login->mode : realm->rules.mode;

    memset(plan, 0, sizeof *plan);
    plan->now = now;
    plan->record = (np_record_t){
        .state = NP_RECORD_LIVE,
        .mode = mode,
        .mode_chosen = login->mode_chosen,
        .ask_password_again = login->ask_password_again,
        .times = { .login_at = now, .used_at = now },
        .limits = realm->rules.limits[mode],
        .fresh_at = now,
        .user = login->user,
        .auth_type = login->auth_type,
        .mfa = login->mfa,
        .device = login->device,
        .binding = login->binding,
    };
    if (outcome->state == NP_STATE_LIVE) {
        memcpy(plan->old_key, outcome->id.storage_key, sizeof plan->old_key);
        plan->old_record = headstone(&outcome->record, NP_RECORD_ENDED);
    }
    apr_status_t status = np_crypto_random(plan->record.handle, NP_HANDLE_LEN);
    if (status == APR_SUCCESS) {
        status = mint(realm, plan);
    }
    if (status == APR_SUCCESS) {
        plan->action = NP_ACTION_BEGIN;
    }
    return status;
}

/* The application's data can only be read with the secret of the cookie, so
 * it has to be carried over from the old id to the new one. */
static apr_status_t carry_data_over(const np_realm_t *realm,
                                    const np_outcome_t *outcome,
                                    np_plan_t *plan, apr_pool_t *p)
{
    np_bytes_t data;

    if (!plan->record.app_data.len) {
        return APR_SUCCESS;
    }
    apr_status_t status = np_app_data_open(
        realm->crypto, &outcome->id, &outcome->record, &data, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return np_app_data_seal(realm->crypto, &plan->id, data, &plan->record, p);
}

apr_status_t np_plan_renew(const np_realm_t *realm,
                           const np_outcome_t *outcome,
                           const np_record_t *changed, apr_time_t now,
                           np_plan_t *plan, apr_pool_t *p)
{
    memset(plan, 0, sizeof *plan);
    if (outcome->state != NP_STATE_LIVE || outcome->old_id) {
        return APR_EINVAL;
    }
    plan->now = now;
    plan->record = *changed;
    plan->record.times.used_at = now;
    apr_status_t status = mint(realm, plan);
    if (status == APR_SUCCESS) {
        status = carry_data_over(realm, outcome, plan, p);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    memcpy(plan->old_key, outcome->id.storage_key, sizeof plan->old_key);
    plan->old_record = outcome->record;
    plan->old_record.state = NP_RECORD_SUPERSEDED;
    plan->old_record.accepted_until = np_policy_sum(now, NP_POLICY_GRACE);
    plan->action = NP_ACTION_RENEW;
    return APR_SUCCESS;
}
