/* SPDX-License-Identifier: Apache-2.0
 * Limits, plans and modes: each boundary at -1 us, at it, and at +1 us. */
#include "unit.h"

#include "np_policy.h"

#define MINUTES(n) apr_time_from_sec(APR_INT64_C(60) * (n))
#define LOGIN apr_time_from_sec(1700000000)

static const np_rules_t rules = {
    .mode = NP_MODE_NON_PERSISTENT,
    .limits = {
        [NP_MODE_PERSISTENT] = { MINUTES(30), MINUTES(600) },
        [NP_MODE_NON_PERSISTENT] = { MINUTES(10), MINUTES(60) },
    },
};

static np_times_t at(apr_time_t login_at, apr_time_t used_at)
{
    return (np_times_t){ login_at, used_at };
}

/* _i is the mode. */
START_TEST(idle_limit_is_half_open)
{
    np_limits_t limits = rules.limits[_i];
    np_times_t times = at(LOGIN, LOGIN + 5);
    apr_time_t end = times.used_at + limits.idle;

    ck_assert_int_eq(np_policy_judge(&times, limits, end - 1), NP_ALIVE);
    ck_assert_int_eq(np_policy_judge(&times, limits, end), NP_IDLE);
    ck_assert_int_eq(np_policy_judge(&times, limits, end + 1), NP_IDLE);
}
END_TEST

START_TEST(absolute_limit_is_half_open)
{
    np_limits_t limits = rules.limits[_i];
    apr_time_t end = LOGIN + limits.life;
    np_times_t times = at(LOGIN, end - 2);

    ck_assert_int_eq(np_policy_judge(&times, limits, end - 1), NP_ALIVE);
    ck_assert_int_eq(np_policy_judge(&times, limits, end), NP_EXPIRED);
    ck_assert_int_eq(np_policy_judge(&times, limits, end + 1), NP_EXPIRED);
}
END_TEST

START_TEST(limit_that_was_reached_first_counts)
{
    np_limits_t limits = { 100, 1000 };
    apr_time_t long_after = LOGIN + 5000;
    np_times_t idle_first = at(LOGIN, LOGIN + 899);
    np_times_t tie = at(LOGIN, LOGIN + 900);

    ck_assert_int_eq(np_policy_judge(&idle_first, limits, long_after),
                     NP_IDLE);
    ck_assert_int_eq(np_policy_judge(&tie, limits, long_after), NP_EXPIRED);
}
END_TEST

START_TEST(login_may_lie_as_far_ahead_as_clocks_differ)
{
    np_limits_t limits = rules.limits[NP_MODE_PERSISTENT];
    np_times_t near = at(LOGIN + NP_POLICY_SKEW - 1, LOGIN);
    np_times_t edge = at(LOGIN + NP_POLICY_SKEW, LOGIN);
    np_times_t far = at(LOGIN + NP_POLICY_SKEW + 1, LOGIN);

    ck_assert_int_eq(np_policy_judge(&near, limits, LOGIN), NP_ALIVE);
    ck_assert_int_eq(np_policy_judge(&edge, limits, LOGIN), NP_ALIVE);
    ck_assert_int_eq(np_policy_judge(&far, limits, LOGIN), NP_FROM_FUTURE);
}
END_TEST

static const struct {
    np_plan_e plan;
    int idle;
    int life;
} plans[] = {
    { NP_PLAN_ESSENTIAL, 4320, 43200 },
    { NP_PLAN_PROFESSIONAL, 4320, 43200 },
    { NP_PLAN_DEVELOPER, 4320, 43200 },
    { NP_PLAN_DEVELOPER_PRO, 4320, 43200 },
    { NP_PLAN_ENTERPRISE, 144000, 525600 },
};

START_TEST(plan_limits_supersede_what_is_above)
{
    np_limits_t plan = np_policy_plan_limits(plans[_i].plan);
    apr_interval_time_t idle = MINUTES(plans[_i].idle);
    apr_interval_time_t life = MINUTES(plans[_i].life);

    for (int offset = -1; offset <= 1; offset++) {
        np_limits_t asked = { idle + offset, life + offset };
        np_limits_t got = np_policy_smaller(asked, plan);
        ck_assert_int_eq(got.idle, offset < 0 ? asked.idle : idle);
        ck_assert_int_eq(got.life, offset < 0 ? asked.life : life);
    }
}
END_TEST

START_TEST(lowering_bites_at_once_and_raising_waits)
{
    np_limits_t now = rules.limits[NP_MODE_PERSISTENT];
    np_limits_t above = { now.idle + 1, now.life + 1 };
    np_limits_t below = { now.idle - 1, now.life - 1 };

    np_limits_t got = np_policy_limits(above, NP_MODE_PERSISTENT, &rules);
    ck_assert_int_eq(got.idle, now.idle);
    ck_assert_int_eq(got.life, now.life);
    got = np_policy_limits(below, NP_MODE_PERSISTENT, &rules);
    ck_assert_int_eq(got.idle, below.idle);
    ck_assert_int_eq(got.life, below.life);
}
END_TEST

START_TEST(turn_to_non_persistent_takes_sessions_along)
{
    np_rules_t persistent = rules;
    persistent.mode = NP_MODE_PERSISTENT;

    ck_assert_int_eq(np_policy_mode(NP_MODE_PERSISTENT, false, &rules),
                     NP_MODE_NON_PERSISTENT);
    ck_assert_int_eq(np_policy_mode(NP_MODE_PERSISTENT, true, &rules),
                     NP_MODE_PERSISTENT);
    ck_assert_int_eq(np_policy_mode(NP_MODE_NON_PERSISTENT, false,
                                    &persistent),
                     NP_MODE_NON_PERSISTENT);
    ck_assert_int_eq(np_policy_mode(NP_MODE_PERSISTENT, false, &persistent),
                     NP_MODE_PERSISTENT);
}
END_TEST

/* A tenth of the timeout, or a minute: strictly older than that. */
static const struct {
    apr_interval_time_t idle;
    apr_interval_time_t due_after;
} touches[] = {
    { MINUTES(1), apr_time_from_sec(6) },
    { MINUTES(10) - 10, apr_time_from_sec(60) - 1 },
    { MINUTES(10), apr_time_from_sec(60) },
    { MINUTES(10) + 10, apr_time_from_sec(60) },
    { MINUTES(525600), apr_time_from_sec(60) },
};

START_TEST(touch_is_due_after_a_tenth_or_a_minute)
{
    np_limits_t limits = { touches[_i].idle, MINUTES(525600) };
    np_times_t times = at(LOGIN, LOGIN);
    apr_time_t due = LOGIN + touches[_i].due_after;

    ck_assert(!np_policy_touch_due(&times, limits, due - 1));
    ck_assert(!np_policy_touch_due(&times, limits, due));
    ck_assert(np_policy_touch_due(&times, limits, due + 1));
}
END_TEST

START_TEST(idle_end_never_passes_the_absolute_end)
{
    np_limits_t limits = { 1000, 1500 };

    for (int used = 499; used <= 501; used++) {
        np_times_t times = at(LOGIN, LOGIN + used);
        apr_time_t expected = LOGIN + (used < 500 ? used + 1000 : 1500);
        ck_assert_int_eq(np_policy_idle_expires_at(&times, limits), expected);
    }
}
END_TEST

START_TEST(sums_saturate)
{
    ck_assert_int_eq(np_policy_sum(APR_INT64_MAX - 5, 4), APR_INT64_MAX - 1);
    ck_assert_int_eq(np_policy_sum(APR_INT64_MAX - 5, 5), APR_INT64_MAX);
    ck_assert_int_eq(np_policy_sum(APR_INT64_MAX - 5, 6), APR_INT64_MAX);
    ck_assert_int_eq(np_policy_sum(10, -3), 7);

    np_limits_t forever = { APR_INT64_MAX, APR_INT64_MAX };
    np_times_t times = at(LOGIN, LOGIN);
    ck_assert_int_eq(np_policy_judge(&times, forever, APR_INT64_MAX - 1),
                     NP_ALIVE);
    ck_assert_int_eq(np_policy_keep_until(&times, forever, true),
                     APR_INT64_MAX);
}
END_TEST

START_TEST(record_is_kept_past_its_end)
{
    np_limits_t limits = { 1000, 5000 };
    np_times_t times = at(LOGIN, LOGIN + 10);

    ck_assert_int_eq(np_policy_keep_until(&times, limits, false),
                     LOGIN + 1010 + NP_POLICY_REMEMBER);
    ck_assert_int_eq(np_policy_keep_until(&times, limits, true),
                     LOGIN + 5000 + NP_POLICY_REMEMBER);
}
END_TEST

/* Today's limits may be lowered and raised again up to those at login while a
 * record lies in the store: by those it is kept, whichever ends it. _i is the
 * mode at login. */
START_TEST(record_is_never_forgotten_before_its_end)
{
    np_limits_t at_login = rules.limits[_i];
    const apr_interval_time_t step = at_login.life / 50;

    for (apr_time_t used = LOGIN; used < LOGIN + at_login.life; used += step) {
        np_times_t times = at(LOGIN, used);
        for (int mode = 0; mode < NP_MODES; mode++) {
            np_limits_t limits =
                np_policy_limits(at_login, (np_mode_e)mode, &rules);
            apr_time_t end = np_policy_idle_expires_at(&times, limits);
            apr_time_t kept = np_policy_keep_until(&times, at_login, false);
            ck_assert_int_ge(kept, end + NP_POLICY_REMEMBER);
            ck_assert_int_ge(np_policy_keep_until(&times, at_login, true),
                             kept);
            ck_assert_int_ne(np_policy_judge(&times, limits, end), NP_ALIVE);
        }
    }
}
END_TEST

/* A second factor: a week after it was used, a life after it was passed; the
 * smaller of the two, at -1 us, at it, and at +1 us. */
START_TEST(second_factor_ends_by_what_comes_first)
{
    const apr_interval_time_t life = 3 * NP_POLICY_MFA_IDLE;
    const apr_time_t last_week = LOGIN + life - NP_POLICY_MFA_IDLE;

    for (int offset = -1; offset <= 1; offset++) {
        ck_assert_int_eq(np_policy_mfa_until(LOGIN, last_week + offset, life),
                         LOGIN + life + (offset < 0 ? offset : 0));
        ck_assert_int_eq(
            np_policy_mfa_until(LOGIN, LOGIN, NP_POLICY_MFA_IDLE + offset),
            LOGIN + NP_POLICY_MFA_IDLE + (offset < 0 ? offset : 0));
    }
    ck_assert_int_eq(NP_POLICY_MFA_IDLE, MINUTES(7 * 24 * 60));
    ck_assert_int_eq(np_policy_mfa_until(LOGIN, LOGIN, APR_INT64_MAX),
                     LOGIN + NP_POLICY_MFA_IDLE);
    ck_assert_int_eq(
        np_policy_mfa_until(LOGIN, APR_INT64_MAX, APR_INT64_MAX),
        APR_INT64_MAX);
}
END_TEST

Suite *np_suite_policy(void)
{
    Suite *suite = suite_create("policy");
    TCase *tc = tcase_create("limits");

    tcase_add_loop_test(tc, idle_limit_is_half_open, 0, NP_MODES);
    tcase_add_loop_test(tc, absolute_limit_is_half_open, 0, NP_MODES);
    tcase_add_test(tc, limit_that_was_reached_first_counts);
    tcase_add_test(tc, login_may_lie_as_far_ahead_as_clocks_differ);
    tcase_add_loop_test(tc, plan_limits_supersede_what_is_above, 0,
                        sizeof plans / sizeof plans[0]);
    tcase_add_test(tc, lowering_bites_at_once_and_raising_waits);
    tcase_add_test(tc, turn_to_non_persistent_takes_sessions_along);
    tcase_add_loop_test(tc, touch_is_due_after_a_tenth_or_a_minute, 0,
                        sizeof touches / sizeof touches[0]);
    tcase_add_test(tc, idle_end_never_passes_the_absolute_end);
    tcase_add_test(tc, sums_saturate);
    tcase_add_test(tc, record_is_kept_past_its_end);
    tcase_add_loop_test(tc, record_is_never_forgotten_before_its_end, 0,
                        NP_MODES);
    tcase_add_test(tc, second_factor_ends_by_what_comes_first);
    suite_add_tcase(suite, tc);
    return suite;
}
