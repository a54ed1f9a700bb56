/* SPDX-License-Identifier: Apache-2.0
 * Durations: every unit, and what is no duration. */
#include "unit.h"

#include "fixture.h"
#include "np_duration.h"

#define MINUTE apr_time_from_sec(60)

static const struct {
    const char *text;
    apr_interval_time_t expected;
} good[] = {
    { "250ms", 250000 },
    { "30s", apr_time_from_sec(30) },
    { "15m", 15 * MINUTE },
    { "24h", 24 * 60 * MINUTE },
    { "365d", 365 * APR_INT64_C(24) * 60 * MINUTE },
    { "4320", 4320 * MINUTE },
    { "007s", apr_time_from_sec(7) },
};

static const char *const bad[] = {
    "",    "s",   "30smoke",  " 7",    "7 ",  "-1s", "1.5h", "0",
    "0ms", "10M", "9999999d", "99999999999999999999s", "1w",  "0x10s",
};

START_TEST(durations_are_read)
{
    apr_interval_time_t duration = 0;

    ck_assert_ptr_null(np_duration_parse(good[_i].text, MINUTE, &duration));
    ck_assert_int_eq(duration, good[_i].expected);
}
END_TEST

START_TEST(others_are_refused)
{
    apr_interval_time_t duration = -7;

    ck_assert_ptr_nonnull(np_duration_parse(bad[_i], MINUTE, &duration));
    ck_assert_int_eq(duration, -7);
}
END_TEST

START_TEST(unit_may_be_required)
{
    apr_interval_time_t duration = 0;

    ck_assert_ptr_nonnull(np_duration_parse("250", 0, &duration));
    ck_assert_ptr_null(np_duration_parse("250ms", 0, &duration));
}
END_TEST

START_TEST(a_hundred_years_is_the_end)
{
    apr_interval_time_t duration = 0;

    ck_assert_ptr_null(np_duration_parse("36599d", 0, &duration));
    ck_assert_ptr_null(np_duration_parse("36600d", 0, &duration));
    ck_assert_ptr_nonnull(np_duration_parse("36601d", 0, &duration));
}
END_TEST

static const struct {
    apr_interval_time_t duration;
    const char *expected;
} written[] = {
    { 15 * MINUTE, "15m" },
    { 90 * MINUTE, "90m" },
    { 60 * MINUTE, "1h" },
    { 24 * 60 * MINUTE, "24h" },
    { 72 * 60 * MINUTE, "3d" },
    { 73 * 60 * MINUTE, "73h" },
    { 15 * MINUTE + apr_time_from_sec(1), "901s" },
    { 15 * MINUTE + 1000, "900001ms" },
    { 15 * MINUTE + 1, "900000ms" },
};

START_TEST(durations_are_written)
{
    ck_assert_str_eq(np_duration_text(written[_i].duration, np_pool),
                     written[_i].expected);
}
END_TEST

Suite *np_suite_duration(void)
{
    Suite *suite = suite_create("duration");
    TCase *tc = tcase_create("parse");

    tcase_add_loop_test(tc, durations_are_read, 0,
                        sizeof good / sizeof good[0]);
    tcase_add_loop_test(tc, others_are_refused, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, unit_may_be_required);
    tcase_add_test(tc, a_hundred_years_is_the_end);
    suite_add_tcase(suite, tc);
    tc = tcase_create("text");
    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, durations_are_written, 0,
                        sizeof written / sizeof written[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
