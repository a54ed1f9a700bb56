/* SPDX-License-Identifier: Apache-2.0
 * Sessions of a fake store, in a line each. */
#include "life.h"

#include <check.h>

#include "apr_strings.h"

#include "fixture.h"

np_fake_t *np_life_fake;
np_realm_t np_life_realm;

void np_life_set_up(void)
{
    np_pool_set_up();
    np_life_fake = np_fake_create(np_pool);
    np_life_realm = (np_realm_t){
        .crypto = np_ring("a"),
        .store = &np_life_fake->store,
        .scope = { NP_KIND_SESSION, "acme", "" },
        .rules = {
            .mode = NP_MODE_PERSISTENT,
            .limits = {
                [NP_MODE_PERSISTENT] = { 10 * MINUTE, 60 * MINUTE },
                [NP_MODE_NON_PERSISTENT] = { 5 * MINUTE, 30 * MINUTE },
            },
        },
    };
}

np_outcome_t np_life_open_cookies(const char *const *cookies, int count,
                                 apr_time_t now)
{
    np_bytes_t values[8];
    np_budget_t budget = { MINUTE };
    np_outcome_t outcome;

    for (int i = 0; i < count; i++) {
        values[i] = np_text(cookies[i]);
    }
    np_life_fake->gets = 0;
    np_session_open(&np_life_realm, values, count, now, &budget, &outcome, np_pool);
    return outcome;
}

np_outcome_t np_life_open_one(const char *cookie, apr_time_t now)
{
    return np_life_open_cookies(&cookie, 1, now);
}

apr_status_t np_life_commit(const np_plan_t *plan)
{
    np_budget_t budget = { MINUTE };
    return np_plan_commit(&np_life_realm, plan, &budget, np_pool);
}

np_plan_t np_life_plan_login(const np_outcome_t *before, const char *user,
                            apr_time_t now)
{
    const np_login_t login = { .user = user, .auth_type = "Basic" };
    np_plan_t plan;

    ck_assert_int_eq(np_plan_login(&np_life_realm, before, &login, now, &plan),
                     APR_SUCCESS);
    return plan;
}

const char *np_life_log_in(apr_time_t now)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    np_plan_t plan = np_life_plan_login(&nobody, "alice", now);

    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    return apr_pstrdup(np_pool, plan.cookie);
}

np_plan_t np_life_plan_renewal(const np_outcome_t *outcome, apr_time_t now)
{
    np_record_t changed = outcome->record;
    np_plan_t plan;

    changed.mfa = "otp";
    ck_assert_int_eq(
        np_plan_renew(&np_life_realm, outcome, &changed, now, &plan, np_pool),
        APR_SUCCESS);
    return plan;
}

const char *np_life_renew(const char *cookie, apr_time_t now)
{
    np_outcome_t outcome = np_life_open_one(cookie, now);
    np_plan_t plan = np_life_plan_renewal(&outcome, now);

    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    return apr_pstrdup(np_pool, plan.cookie);
}

apr_status_t np_life_end(const char *cookie, apr_time_t now)
{
    np_outcome_t outcome = np_life_open_one(cookie, now);
    np_plan_t plan;

    np_plan_end(&outcome, now, &plan);
    return np_life_commit(&plan);
}
