/* SPDX-License-Identifier: Apache-2.0
 * The verdict on a session that is bound to a browser's run, and its key. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "np_binding.h"

#define LOGIN APR_INT64_C(1700000000000000)
#define S(n)  apr_time_from_sec(n)

static const np_run_rules_t required = {
    .require = true,
    .timer = { [NP_RUN_CLAIM] = S(30), [NP_RUN_SKEW] = S(5),
               [NP_RUN_BEAT] = S(60), [NP_RUN_LEASE] = S(150),
               [NP_RUN_HIDDEN] = S(3600), [NP_RUN_FROZEN] = S(3600),
               [NP_RUN_DOCUMENT] = S(900), [NP_RUN_GRACE] = S(15) },
};

static np_run_rules_t preferred(void)
{
    np_run_rules_t rules = required;
    rules.require = false;
    return rules;
}

static const unsigned char octets[NP_BINDING_SECRET_LEN] = "key";
static const unsigned char others[NP_BINDING_SECRET_LEN] = "ha1";

static np_run_verdict_e verdict(const np_binding_t *binding, bool has_key,
                                np_run_ask_e ask, apr_time_t now)
{
    return np_binding_judge(binding, &required, LOGIN, has_key, ask, now);
}

/* Around the claim, with no key, one that was given out, one that is bound. */
START_TEST(a_key_has_to_be_claimed)
{
    const apr_time_t now = LOGIN + S(30) + _i - 1;
    const bool over = _i >= 1;
    const np_run_rules_t rules = preferred();
    np_binding_t binding = { .key_state = NP_KEY_NONE };

    ck_assert_int_eq(verdict(NULL, false, NP_RUN_ASK_PAGE, now),
                     over ? NP_RUN_UNCLAIMED : NP_RUN_SERVE);
    ck_assert(np_binding_offer(&binding, octets, LOGIN + 1));
    ck_assert_int_eq(verdict(&binding, true, NP_RUN_ASK_OTHER, now),
                     over ? NP_RUN_UNCLAIMED : NP_RUN_SERVE);
    ck_assert_int_eq(np_binding_judge(&binding, &rules, LOGIN, false,
                                      NP_RUN_ASK_PAGE, now),
                     NP_RUN_SERVE);
    ck_assert(np_binding_bind(&binding, others, LOGIN + 2));
    ck_assert_int_eq(verdict(&binding, true, NP_RUN_ASK_PAGE, now),
                     NP_RUN_SERVE);
}
END_TEST

/* Around the skew: with the key, and what is asked without it. */
START_TEST(without_the_key_nothing_goes)
{
    const apr_time_t bound_at = LOGIN + S(2);
    const apr_time_t now = bound_at + S(5) + _i - 1;
    const bool late = _i >= 1;
    const np_binding_t binding = { .key_state = NP_KEY_BOUND,
                                   .since = bound_at };

    for (int ask = NP_RUN_ASK_OTHER; ask <= NP_RUN_ASK_SEED; ask++) {
        ck_assert_int_eq(verdict(&binding, true, (np_run_ask_e)ask, now),
                         NP_RUN_SERVE);
    }
    ck_assert_int_eq(verdict(&binding, false, NP_RUN_ASK_PAGE, now),
                     late ? NP_RUN_OTHER : NP_RUN_SERVE);
    ck_assert_int_eq(verdict(&binding, false, NP_RUN_ASK_OTHER, now),
                     late ? NP_RUN_REFUSE : NP_RUN_SERVE);
    ck_assert_int_eq(verdict(&binding, false, NP_RUN_ASK_SEED, now),
                     NP_RUN_SERVE);
}
END_TEST

/* What still keeps it: a page, a document, the grace. Around its end. */
START_TEST(it_closes_when_all_are_gone)
{
    const apr_time_t end = LOGIN + S(1000);
    const apr_time_t now = end + _i - 1;
    np_binding_t binding = { .key_state = NP_KEY_BOUND, .since = LOGIN };

    ck_assert(!np_binding_is_closed(&binding, end + S(1000000)));
    binding.until = end;
    ck_assert_int_eq(np_binding_is_closed(&binding, now), _i >= 1);
    binding.until = 1;
    binding.document_until = end;
    ck_assert_int_eq(np_binding_is_closed(&binding, now), _i >= 1);
    binding.document_until = 0;
    binding.page_count = 2;
    binding.pages[1].until = end;
    ck_assert_int_eq(np_binding_is_closed(&binding, now), _i >= 1);
    ck_assert_int_eq(verdict(&binding, true, NP_RUN_ASK_PAGE, now),
                     _i >= 1 ? NP_RUN_CLOSED : NP_RUN_SERVE);
    ck_assert_int_eq(verdict(&binding, false, NP_RUN_ASK_SEED, now),
                     _i >= 1 ? NP_RUN_CLOSED : NP_RUN_SERVE);
}
END_TEST

START_TEST(a_key_goes_one_way)
{
    np_binding_t binding = { .key_state = NP_KEY_NONE };

    ck_assert(!np_binding_bind(&binding, others, LOGIN));
    ck_assert(np_binding_offer(&binding, octets, LOGIN + 1));
    ck_assert(!np_binding_offer(&binding, others, LOGIN + 2));
    ck_assert_mem_eq(binding.secret, octets, sizeof octets);
    ck_assert_int_eq(binding.since, LOGIN + 1);
    ck_assert(np_binding_bind(&binding, others, LOGIN + 3));
    ck_assert_mem_eq(binding.secret, others, sizeof others);
    ck_assert_int_eq(binding.since, LOGIN + 3);
    ck_assert(!np_binding_bind(&binding, octets, LOGIN + 4));
    ck_assert(!np_binding_offer(&binding, octets, LOGIN + 4));
}
END_TEST

static const struct {
    const char *name;
    apr_status_t status;
} names[] = {
    { "abcdefghijklmno", APR_EINVAL },
    { "abcdefghijklmnop", APR_SUCCESS },
    { "ABCDEFGHIJ-_0129abcdefghijklmnopqrstuvwxyz1", APR_SUCCESS },
    { "ABCDEFGHIJ-_0129abcdefghijklmnopqrstuvwxyz12", APR_EINVAL },
    { "abcdefghijklmno=", APR_EINVAL },
    { "abcdefghijklmnop ", APR_EINVAL },
    { "abcdefghijklmno\xc3\xa9", APR_EINVAL },
    { "", APR_EINVAL },
};

START_TEST(pages_have_names)
{
    unsigned char id[NP_PAGE_ID_LEN];
    unsigned char other[NP_PAGE_ID_LEN];

    ck_assert_int_eq(np_page_id(id, names[_i].name), names[_i].status);
    if (names[_i].status == APR_SUCCESS) {
        ck_assert_int_eq(np_page_id(other, names[_i].name), APR_SUCCESS);
        ck_assert_mem_eq(id, other, sizeof id);
        ck_assert_int_eq(np_page_id(other, "zzzzzzzzzzzzzzzz"), APR_SUCCESS);
        ck_assert_mem_ne(id, other, sizeof id);
    }
}
END_TEST

Suite *np_suite_binding(void)
{
    Suite *suite = suite_create("binding");
    TCase *tc = tcase_create("verdict");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, a_key_has_to_be_claimed, 0, 3);
    tcase_add_loop_test(tc, without_the_key_nothing_goes, 0, 3);
    tcase_add_loop_test(tc, it_closes_when_all_are_gone, 0, 3);
    tcase_add_test(tc, a_key_goes_one_way);
    tcase_add_loop_test(tc, pages_have_names, 0,
                        sizeof names / sizeof names[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
