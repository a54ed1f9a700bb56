/* SPDX-License-Identifier: Apache-2.0
 * Machines that share a store get each other's documents, and nobody else's. */
#include "unit.h"

#include "apr_strings.h"

#include "fake_store.h"
#include "fixture.h"
#include "machine.h"
#include "np_exchange.h"

#define NOW APR_INT64_C(1767225600000000)

/* How often each event was told. */
static int told[4];

static void tell(void *data, np_exchange_event_e event, const char *document,
                 apr_status_t status)
{
    told[event]++;
}

static np_exchange_t exchange_by(np_fake_t *fake, const char *keys)
{
    for (int i = 0; i < 4; i++) {
        told[i] = 0;
    }
    return (np_exchange_t){
        .store = &fake->store,
        .crypto = np_ring(keys),
        .timeout = APR_USEC_PER_SEC,
        .tell = tell,
    };
}

static void visit(const np_exchange_t *exchange, const np_machine_t *machine)
{
    np_budget_t budget = { APR_USEC_PER_SEC };

    np_exchange_visit(exchange, machine->shared, NOW, &budget, np_pool);
}

START_TEST(the_newest_wins_in_any_order)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    (void)np_machine_set(two, "x", 6, NOW + 1);
    (void)np_machine_set(two, "y", 7, NOW);
    visit(&exchange, two);
    visit(&exchange, one);
    visit(&exchange, two);
    ck_assert_int_eq(np_machine_minutes(one, "x"), 6);
    ck_assert_int_eq(np_machine_minutes(two, "x"), 6);
    ck_assert_int_eq(np_machine_minutes(one, "y"), 7);
    ck_assert_int_eq(np_machine_restart(one), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(one, "y"), 7);
    ck_assert_int_eq(told[NP_EXCHANGE_NEWS], 1);
}
END_TEST

START_TEST(at_one_moment_both_decide_alike)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    (void)np_machine_set(two, "x", 6, NOW);
    visit(&exchange, one);
    visit(&exchange, two);
    visit(&exchange, one);
    ck_assert_int_eq(np_machine_minutes(one, "x"), np_machine_minutes(two, "x"));
}
END_TEST

START_TEST(a_machine_behind_its_time_is_heard)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    visit(&exchange, one);
    visit(&exchange, two);
    ck_assert_int_eq(np_machine_set(two, "x", 6, NOW - 3600), APR_SUCCESS);
    visit(&exchange, two);
    visit(&exchange, one);
    ck_assert_int_eq(np_machine_minutes(one, "x"), 6);
}
END_TEST

START_TEST(where_nothing_is_known_nothing_is_written)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();

    visit(&exchange, one);
    ck_assert_int_eq(fake->puts, 0);
    (void)np_machine_set(one, "x", 5, NOW);
    visit(&exchange, one);
    ck_assert_int_eq(fake->puts, 1);
    visit(&exchange, one);
    ck_assert_int_eq(fake->puts, 1);
}
END_TEST

static const char *only_key(const np_fake_t *fake)
{
    apr_hash_index_t *i = apr_hash_first(np_pool, fake->items);

    ck_assert_uint_eq(apr_hash_count(fake->items), 1);
    return apr_hash_this_key(i);
}

START_TEST(what_was_changed_in_the_store_is_written_over)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    visit(&exchange, one);
    np_fake_damage(fake, only_key(fake));
    visit(&exchange, two);
    ck_assert_int_eq(np_machine_minutes(two, "x"), NP_SETTING_UNSET);
    visit(&exchange, one);
    visit(&exchange, one);
    ck_assert_int_eq(told[NP_EXCHANGE_REFUSED], 2); /* by each of them, once */
    visit(&exchange, two);
    ck_assert_int_eq(np_machine_minutes(two, "x"), 5);
}
END_TEST

START_TEST(others_with_other_keys_are_left_alone)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t ours = exchange_by(fake, "a");
    const np_exchange_t theirs = exchange_by(fake, "b");
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    (void)np_machine_set(two, "x", 6, NOW + 1);
    for (int i = 0; i < 3; i++) {
        visit(&ours, one);
        visit(&theirs, two);
    }
    ck_assert_int_eq(np_machine_minutes(one, "x"), 5);
    ck_assert_int_eq(np_machine_minutes(two, "x"), 6);
    ck_assert_int_eq(told[NP_EXCHANGE_REFUSED], 0);
    ck_assert_int_eq(fake->puts, 2);
}
END_TEST

START_TEST(keys_may_be_changed_one_machine_after_the_other)
{
    np_fake_t *fake = np_fake_create(np_pool);
    np_machine_t *one = np_machine_make();
    np_machine_t *two = np_machine_make();
    const np_exchange_t before = exchange_by(fake, "ab");
    const np_exchange_t after = exchange_by(fake, "ba");

    (void)np_machine_set(one, "x", 5, NOW);
    visit(&before, one);
    visit(&after, two);
    ck_assert_int_eq(np_machine_minutes(two, "x"), 5);
    (void)np_machine_set(two, "x", 6, NOW + 1);
    visit(&after, two);
    visit(&before, one);
    ck_assert_int_eq(np_machine_minutes(one, "x"), 6);
}
END_TEST

START_TEST(a_store_that_is_away_changes_nothing)
{
    np_fake_t *fake = np_fake_create(np_pool);
    const np_exchange_t exchange = exchange_by(fake, "a");
    np_machine_t *one = np_machine_make();

    (void)np_machine_set(one, "x", 5, NOW);
    fake->down = true;
    visit(&exchange, one);
    ck_assert_int_eq(np_machine_minutes(one, "x"), 5);
    fake->down = false;
    visit(&exchange, one);
    ck_assert_int_eq(fake->puts, 1);
}
END_TEST

Suite *np_suite_exchange(void)
{
    Suite *suite = suite_create("exchange");
    TCase *tc = tcase_create("machines");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, the_newest_wins_in_any_order);
    tcase_add_test(tc, at_one_moment_both_decide_alike);
    tcase_add_test(tc, a_machine_behind_its_time_is_heard);
    tcase_add_test(tc, where_nothing_is_known_nothing_is_written);
    tcase_add_test(tc, what_was_changed_in_the_store_is_written_over);
    tcase_add_test(tc, others_with_other_keys_are_left_alone);
    tcase_add_test(tc, keys_may_be_changed_one_machine_after_the_other);
    tcase_add_test(tc, a_store_that_is_away_changes_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
