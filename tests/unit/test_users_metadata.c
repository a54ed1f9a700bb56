/* SPDX-License-Identifier: Apache-2.0
 * The metadata that clients keep with a session. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "crowd.h"
#include "fixture.h"
#include "np_app_data.h"

#define NOW (LOGIN + MINUTE)
#define COUNT 2

static const char *cookies[COUNT];

static void set_up(void)
{
    np_crowd_set_up();
    for (int i = 0; i < COUNT; i++) {
        cookies[i] = np_crowd_log_in("alice", LOGIN + i);
    }
}

static const unsigned char *handle_of(const char *cookie)
{
    np_outcome_t *outcome = apr_palloc(np_pool, sizeof *outcome);
    *outcome = np_life_open_one(cookie, NOW);
    return outcome->record.handle;
}

static apr_status_t describe(const unsigned char *handle, const char *text)
{
    np_listed_t found;
    return np_users_describe(&np_life_realm, handle, text, NOW, NOW,
                             np_crowd_budget(), &found, np_pool);
}

static int steps;

static void renew_it(np_fake_t *fake, const char *operation, const char *key)
{
    if (steps-- != 0) {
        return;
    }
    np_outcome_t outcome = np_life_open_one(cookies[0], NOW);
    if (outcome.state == NP_STATE_LIVE) {
        np_plan_t plan = np_life_plan_renewal(&outcome, NOW);
        if (np_life_commit(&plan) == APR_SUCCESS) {
            cookies[0] = apr_pstrdup(np_pool, plan.cookie);
        }
    }
}

static const char *metadata_of(const char *cookie)
{
    const char *text = np_life_open_one(cookie, NOW).record.metadata;
    return text ? text : "";
}

START_TEST(metadata_are_kept_with_the_session)
{
    const unsigned char *handle = handle_of(cookies[1]);

    ck_assert_int_eq(describe(handle, "{\"a\":\"b\"}"), APR_SUCCESS);
    ck_assert_str_eq(metadata_of(cookies[1]), "{\"a\":\"b\"}");
    ck_assert_str_eq(metadata_of(cookies[0]), "");
    cookies[1] = np_life_renew(cookies[1], NOW);
    ck_assert_str_eq(metadata_of(cookies[1]), "{\"a\":\"b\"}");
    ck_assert_int_eq(describe(handle, NULL), APR_SUCCESS);
    ck_assert_str_eq(metadata_of(cookies[1]), "");
}
END_TEST

START_TEST(metadata_leave_room_for_data)
{
    const unsigned char *handle = handle_of(cookies[1]);
    char *text = apr_palloc(np_pool, NP_RECORD_MAX_METADATA + 2);
    np_outcome_t outcome;
    np_plan_t plan;

    memset(text, 'x', NP_RECORD_MAX_METADATA + 1);
    text[NP_RECORD_MAX_METADATA + 1] = '\0';
    ck_assert_int_eq(describe(handle, text), APR_ENOSPC);
    ck_assert_int_eq(describe(handle, ""), APR_ENOSPC);
    text[NP_RECORD_MAX_METADATA] = '\0';
    ck_assert_int_eq(describe(handle, text), APR_SUCCESS);
    outcome = np_life_open_one(cookies[1], NOW);
    np_bytes_t data = { apr_pcalloc(np_pool, NP_APP_DATA_MAX),
                        NP_APP_DATA_MAX - NP_RECORD_MAX_METADATA + 1 };
    ck_assert_int_eq(np_plan_data(&np_life_realm, &outcome, data, NOW, &plan,
                                  np_pool),
                     APR_ENOSPC);
    data.len--;
    ck_assert_int_eq(np_plan_data(&np_life_realm, &outcome, data, NOW, &plan,
                                  np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    text[NP_RECORD_MAX_METADATA - 1] = '\0';
    ck_assert_int_eq(describe(handle, text), APR_SUCCESS);
}
END_TEST

START_TEST(metadata_of_no_session_are_refused)
{
    const unsigned char *handle = handle_of(cookies[1]);

    ck_assert_int_eq(np_life_end(cookies[1], NOW), APR_SUCCESS);
    ck_assert_int_eq(describe(handle, "{}"), APR_NOTFOUND);
}
END_TEST

/* Between any two steps the session gets a new id: it has them all the same. */
START_TEST(metadata_follow_a_session_that_moves)
{
    const unsigned char *handle = handle_of(cookies[0]);

    steps = _i;
    np_life_fake->before = renew_it;
    apr_status_t status = describe(handle, "{}");
    np_life_fake->before = NULL;
    if (status == APR_SUCCESS && _i < 6) {
        ck_assert_str_eq(metadata_of(cookies[0]), "{}");
    }
    ck_assert_int_eq(np_crowd_count("alice", NOW), COUNT);
}
END_TEST

Suite *np_suite_users_metadata(void)
{
    Suite *suite = suite_create("users_metadata");
    TCase *tc = tcase_create("metadata");

    tcase_add_checked_fixture(tc, set_up, np_pool_tear_down);
    tcase_add_test(tc, metadata_are_kept_with_the_session);
    tcase_add_test(tc, metadata_leave_room_for_data);
    tcase_add_test(tc, metadata_of_no_session_are_refused);
    tcase_add_loop_test(tc, metadata_follow_a_session_that_moves, 0, 9);
    suite_add_tcase(suite, tc);
    return suite;
}
