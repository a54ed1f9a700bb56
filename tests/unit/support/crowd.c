/* SPDX-License-Identifier: Apache-2.0
 * Logins of users who may have so many sessions, in a line each. */
#include "crowd.h"

#include <check.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_users_store.h"

const char *np_crowd_cookies[NP_CROWD_TIMES];

void np_crowd_set_up(void)
{
    np_life_set_up();
    np_life_realm.rules.quota.most = 3;
}

void np_crowd_set_up_deny(void)
{
    np_crowd_set_up();
    np_life_realm.rules.quota.deny = true;
}

np_budget_t *np_crowd_budget(void)
{
    np_budget_t *budget = apr_palloc(np_pool, sizeof *budget);
    budget->left = MINUTE;
    return budget;
}

static apr_status_t tolerate(apr_status_t status)
{
    return np_life_realm.rules.quota.deny ? status : APR_SUCCESS;
}

apr_status_t np_crowd_log_in_at(const np_outcome_t *before, const char *user,
                                apr_time_t now, const char **cookie)
{
    const np_agent_t agent = { "Browser/1", "192.0.2.1" };
    np_budget_t *budget = np_crowd_budget();
    np_admission_t admission;

    *cookie = NULL;
    apr_status_t status = tolerate(
        np_users_admit(&np_life_realm, before, user, now, now, budget,
                       &admission, np_pool));
    if (status == APR_SUCCESS) {
        np_plan_t plan = np_life_plan_login(before, user, now);
        status = tolerate(np_users_enter(&np_life_realm, &admission, &plan,
                                         &agent, budget, np_pool));
        if (status == APR_SUCCESS) {
            status = np_life_commit(&plan);
        }
        if (status == APR_SUCCESS) {
            *cookie = apr_pstrdup(np_pool, plan.cookie);
        }
    }
    np_users_leave(&np_life_realm, &admission, budget, np_pool);
    return status;
}

const char *np_crowd_log_in(const char *user, apr_time_t now)
{
    const np_outcome_t nobody = { .state = NP_STATE_NONE };
    const char *cookie;

    ck_assert_int_eq(np_crowd_log_in_at(&nobody, user, now, &cookie),
                     APR_SUCCESS);
    return cookie;
}

bool np_crowd_is_live(const char *cookie, apr_time_t now)
{
    return np_life_open_one(cookie, now).state == NP_STATE_LIVE;
}

int np_crowd_count(const char *user, apr_time_t now)
{
    np_listing_t listing;

    ck_assert_int_eq(np_users_list(&np_life_realm, user, NULL, 0, now,
                                   np_crowd_budget(), &listing, np_pool),
                     APR_SUCCESS);
    ck_assert_ptr_null(listing.next);
    return listing.count;
}

const char *np_crowd_key(const char *user)
{
    const char *key;

    ck_assert_int_eq(np_users_key(&np_life_realm, user, &key, np_pool),
                     APR_SUCCESS);
    return key;
}

void np_crowd_log_in_times(int count)
{
    for (int i = 0; i < count; i++) {
        np_crowd_cookies[i] = np_crowd_log_in("alice", LOGIN + i);
    }
}

np_index_t *np_crowd_index(const char *user)
{
    np_index_t *index;
    bool stored;

    ck_assert_int_eq(np_users_read(&np_life_realm, user, np_crowd_budget(),
                                   &index, &stored, np_pool),
                     APR_SUCCESS);
    return index;
}

bool np_crowd_is_locked(const char *user)
{
    return np_fake_has(np_life_fake,
                       apr_pstrcat(np_pool, "l", np_crowd_key(user), NULL));
}
