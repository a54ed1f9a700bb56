/* SPDX-License-Identifier: Apache-2.0
 * The buckets of all clients: each has one of its own. */
#include "unit.h"

#include "apr_strings.h"

#include "fixture.h"
#include "np_rates.h"

#define NOW APR_INT64_C(1767225600000000)

static np_rates_t *make(void)
{
    return apr_pcalloc(np_pool, np_rates_size());
}

static bool take(np_rates_t *rates, np_rates_kind_e kind, const char *name,
                 apr_time_t now, np_rate_answer_t *answer)
{
    const np_rate_rules_t rules = { 3, 2 };

    return np_rates_take(rates, kind, name, rules, now, answer);
}

START_TEST(a_bucket_is_the_same_in_shared_memory)
{
    const np_rate_rules_t rules = { 7, 4 };
    np_rates_t *rates = make();
    np_rate_t bucket = { 0 };
    apr_time_t now = NOW;

    for (int i = 0; i < 3000; i++) {
        np_rate_answer_t shared;
        np_rate_answer_t own;
        now += (i * 7919) % 500000;
        ck_assert_int_eq(
            np_rates_take(rates, NP_RATES_TOKEN, "a", rules, now, &shared),
            np_rate_take(&bucket, rules, now, &own));
        ck_assert_int_eq(shared.remaining, own.remaining);
    }
}
END_TEST

START_TEST(clients_have_buckets_of_their_own)
{
    np_rates_t *rates = make();
    np_rate_answer_t answer;

    for (int i = 0; i < 3; i++) {
        ck_assert(take(rates, NP_RATES_TOKEN, "a", NOW, &answer));
    }
    ck_assert(!take(rates, NP_RATES_TOKEN, "a", NOW, &answer));
    ck_assert(take(rates, NP_RATES_TOKEN, "b", NOW, &answer));
    ck_assert(take(rates, NP_RATES_USER, "a", NOW, &answer));
    ck_assert(!take(rates, NP_RATES_TOKEN, "a", NOW + 499999, &answer));
    ck_assert(take(rates, NP_RATES_TOKEN, "a", NOW + 500000, &answer));
}
END_TEST

/* More than there is room for; each refills, and makes room. */
START_TEST(strangers_do_not_fill_it_up)
{
    np_rates_t *rates = make();
    np_rate_answer_t answer;

    for (int i = 0; i < 20000; i++) {
        const char *name = apr_psprintf(np_pool, "192.0.2.%d", i);
        ck_assert(take(rates, NP_RATES_STRANGER, name,
                       NOW + i * apr_time_from_sec(2), &answer));
        ck_assert_int_eq(answer.remaining, 2);
    }
}
END_TEST

START_TEST(a_clock_that_goes_back_locks_nobody_out)
{
    np_rates_t *rates = make();
    np_rate_answer_t answer;

    ck_assert(take(rates, NP_RATES_TOKEN, "a", NOW, &answer));
    const apr_time_t before = NOW - apr_time_from_sec(3600);
    (void)take(rates, NP_RATES_TOKEN, "a", before, &answer);
    ck_assert(take(rates, NP_RATES_TOKEN, "a", NOW + apr_time_from_sec(2),
                   &answer));
}
END_TEST

Suite *np_suite_rates(void)
{
    Suite *suite = suite_create("rates");
    TCase *tc = tcase_create("buckets");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, a_bucket_is_the_same_in_shared_memory);
    tcase_add_test(tc, clients_have_buckets_of_their_own);
    tcase_add_test(tc, strangers_do_not_fill_it_up);
    tcase_add_test(tc, a_clock_that_goes_back_locks_nobody_out);
    suite_add_tcase(suite, tc);
    return suite;
}
