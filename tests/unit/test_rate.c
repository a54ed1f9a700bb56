/* SPDX-License-Identifier: Apache-2.0
 * The bucket of requests, at its edges. */
#include "unit.h"

#include "np_rate.h"

#define NOW APR_INT64_C(1767225600000000)
/* What 16 requests per second leave between two: 62.5 ms */
#define GAP 62500

static np_rate_answer_t take(np_rate_t *bucket, apr_time_t now, bool expected)
{
    np_rate_answer_t answer = { 0 };

    ck_assert_int_eq(np_rate_take(bucket, NP_RATE_RULES, now, &answer),
                     expected);
    ck_assert_int_eq(answer.limit, 50);
    return answer;
}

static void empty(np_rate_t *bucket)
{
    for (int left = 49; left >= 0; left--) {
        ck_assert_int_eq(take(bucket, NOW, true).remaining, left);
    }
}

START_TEST(fifty_at_once)
{
    np_rate_t bucket = { 0 };

    empty(&bucket);
    np_rate_answer_t answer = take(&bucket, NOW, false);
    ck_assert_int_eq(answer.remaining, 0);
    ck_assert_int_eq(answer.reset, NOW / APR_USEC_PER_SEC + 1);
    ck_assert_int_eq(answer.retry_after, 1);
}
END_TEST

START_TEST(one_comes_back_in_time)
{
    for (int more = -1; more <= 1; more++) {
        np_rate_t bucket = { 0 };
        empty(&bucket);
        (void)take(&bucket, NOW + GAP + more, more >= 0);
        (void)take(&bucket, NOW + GAP + more, false);
    }
}
END_TEST

START_TEST(refusals_cost_nothing)
{
    np_rate_t bucket = { 0 };

    empty(&bucket);
    for (int i = 0; i < GAP; i += 500) {
        (void)take(&bucket, NOW + i, false);
    }
    (void)take(&bucket, NOW + GAP, true);
}
END_TEST

START_TEST(sixteen_in_a_second_go_on_for_ever)
{
    np_rate_t bucket = { 0 };

    empty(&bucket);
    for (int i = 1; i <= 1000; i++) {
        (void)take(&bucket, NOW + i * GAP, true);
        (void)take(&bucket, NOW + i * GAP, false);
    }
}
END_TEST

/* 50 requests take 3.125 s to come back */
START_TEST(no_more_than_fifty_come_back)
{
    np_rate_t bucket = { 0 };

    empty(&bucket);
    ck_assert_int_eq(take(&bucket, NOW + 49 * GAP, true).remaining, 48);
    bucket = (np_rate_t){ 0 };
    empty(&bucket);
    ck_assert_int_eq(take(&bucket, NOW + 50 * GAP, true).remaining, 49);
    bucket = (np_rate_t){ 0 };
    empty(&bucket);
    ck_assert_int_eq(take(&bucket, NOW + 51 * GAP, true).remaining, 49);
    ck_assert_int_eq(take(&bucket, APR_INT64_MAX / 2, true).remaining, 49);
}
END_TEST

START_TEST(a_clock_that_goes_back_adds_nothing)
{
    np_rate_t bucket = { 0 };

    empty(&bucket);
    (void)take(&bucket, NOW - apr_time_from_sec(3600), false);
    (void)take(&bucket, NOW - apr_time_from_sec(3600) + GAP - 1, false);
    (void)take(&bucket, NOW - apr_time_from_sec(3600) + GAP, true);
}
END_TEST

START_TEST(other_rules)
{
    const np_rate_rules_t slow = { 2, 2 };
    np_rate_t bucket = { 0 };
    np_rate_answer_t answer;

    ck_assert(np_rate_take(&bucket, slow, NOW + 600000, &answer));
    ck_assert_int_eq(answer.limit, 2);
    ck_assert_int_eq(answer.remaining, 1);
    ck_assert(np_rate_take(&bucket, slow, NOW + 600000, &answer));
    ck_assert(!np_rate_take(&bucket, slow, NOW + 600000, &answer));
    /* half a second, and it ends in the second after the next one */
    ck_assert_int_eq(answer.reset, NOW / APR_USEC_PER_SEC + 2);
    ck_assert_int_eq(answer.retry_after, 1);
    ck_assert(!np_rate_take(&bucket, slow, NOW + 1099999, &answer));
    ck_assert(np_rate_take(&bucket, slow, NOW + 1100000, &answer));
}
END_TEST

Suite *np_suite_rate(void)
{
    Suite *suite = suite_create("rate");
    TCase *tc = tcase_create("bucket");

    tcase_add_test(tc, fifty_at_once);
    tcase_add_test(tc, one_comes_back_in_time);
    tcase_add_test(tc, refusals_cost_nothing);
    tcase_add_test(tc, sixteen_in_a_second_go_on_for_ever);
    tcase_add_test(tc, no_more_than_fifty_come_back);
    tcase_add_test(tc, a_clock_that_goes_back_adds_nothing);
    tcase_add_test(tc, other_rules);
    suite_add_tcase(suite, tc);
    return suite;
}
