/* SPDX-License-Identifier: Apache-2.0
 * Moments as text: what the system's calendar says, from 1970 to 9999. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_moment.h"

#define SECOND APR_INT64_C(1000000)
#define DAY (86400 * SECOND)
/* Days of 400 years. */
#define ERA 146097
/* The end of the year 9999. */
#define END (APR_INT64_C(253402300800) * SECOND)

static const char *by_calendar(apr_time_t moment)
{
    static char text[NP_MOMENT_LEN + 1];
    apr_time_exp_t t;

    ck_assert_int_eq(apr_time_exp_gmt(&t, moment), APR_SUCCESS);
    apr_snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                 t.tm_min, t.tm_sec);
    return text;
}

START_TEST(test_every_day)
{
    /* Each day of an era of the calendar, then now and then one. */
    for (apr_int64_t day = 0; day < END / DAY; day += day < ERA ? 1 : 97) {
        const apr_time_t moment = day * DAY + day * 7919 % 86400 * SECOND;
        ck_assert_str_eq(np_moment_print_seconds(moment, np_pool),
                         by_calendar(moment));
        if (day % 1000 == 0) {
            apr_pool_clear(np_pool);
        }
    }
}
END_TEST

static const struct {
    apr_time_t moment;
    const char *text;
} known[] = {
    { 0, "1970-01-01T00:00:00.000Z" },
    { -1, "1970-01-01T00:00:00.000Z" },
    { SECOND - 1, "1970-01-01T00:00:00.999Z" },
    { DAY - 1000, "1970-01-01T23:59:59.999Z" },
    { DAY, "1970-01-02T00:00:00.000Z" },
    { APR_INT64_C(951782400) * SECOND + 7000, "2000-02-29T00:00:00.007Z" },
    { APR_INT64_C(951868800) * SECOND + 65000, "2000-03-01T00:00:00.065Z" },
    { APR_INT64_C(4107542399) * SECOND, "2100-02-28T23:59:59.000Z" },
    { APR_INT64_C(4107542400) * SECOND, "2100-03-01T00:00:00.000Z" },
    { END - 1000, "9999-12-31T23:59:59.999Z" },
    { END, "9999-12-31T23:59:59.999Z" },
    { APR_INT64_MAX, "9999-12-31T23:59:59.999Z" },
};

START_TEST(test_known_moments)
{
    char seconds[NP_MOMENT_LEN + 1];

    ck_assert_str_eq(np_moment_print(known[_i].moment, np_pool),
                     known[_i].text);
    memcpy(seconds, known[_i].text, NP_MOMENT_LEN);
    memcpy(seconds + NP_MOMENT_LEN - 1, "Z", 2);
    ck_assert_str_eq(np_moment_print_seconds(known[_i].moment, np_pool),
                     seconds);
}
END_TEST

static apr_status_t parse(const char *text, apr_time_t *moment)
{
    const np_bytes_t bytes = { (const unsigned char *)text, strlen(text) };
    return np_moment_parse(bytes, moment, np_pool);
}

START_TEST(test_is_read_again)
{
    apr_time_t moment = -1;

    ck_assert_int_eq(parse("2024-02-29T23:59:58Z", &moment), APR_SUCCESS);
    ck_assert_str_eq(np_moment_print_seconds(moment, np_pool),
                     "2024-02-29T23:59:58Z");
}
END_TEST

static const char *const bad[] = {
    "2023-02-29T00:00:00Z", "2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z",
    "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01 00:00:00Z",
    "2024-01-01T00:00:00",  "",
};

START_TEST(test_no_calendar_has_it)
{
    apr_time_t moment = -1;

    ck_assert_int_eq(parse(bad[_i], &moment), APR_EINVAL);
    ck_assert_int_eq(moment, -1);
}
END_TEST

Suite *np_suite_moment(void)
{
    Suite *suite = suite_create("moment");
    TCase *tc = tcase_create("moment");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, test_every_day);
    tcase_add_loop_test(tc, test_known_moments, 0,
                        sizeof known / sizeof known[0]);
    tcase_add_test(tc, test_is_read_again);
    tcase_add_loop_test(tc, test_no_calendar_has_it, 0,
                        sizeof bad / sizeof bad[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
