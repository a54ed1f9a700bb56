/* SPDX-License-Identifier: Apache-2.0
 * A copy's octets, where copies go, other lists of servers, the store's contract.
 */
#include "unit.h"

#include "apr_strings.h"

#include "cluster.h"
#include "fixture.h"
#include "np_copy.h"
#include "np_rendezvous.h"
#include "store_contract.h"

/* Longer than any server is in doubt after it has missed something. */
#define WHILE apr_time_from_sec(10)

static np_contract_t contract;

static void set_up(void)
{
    np_pool_set_up();
    np_test_cluster_begin(2, 2);
}

START_TEST(test_ranks)
{
    apr_uint64_t seeds[5];
    int ranked[5];
    for (int i = 0; i < 5; i++) {
        seeds[i] = np_rendezvous_seed(apr_psprintf(np_pool, "host-%d", i));
    }
    for (int k = 0; k < 200; k++) {
        const char *key = apr_psprintf(np_pool, "key-%d", k);
        np_rendezvous_rank(seeds, 5, key, ranked, 5);
        ck_assert_int_eq(ranked[0], np_rendezvous_first(seeds, 5, key));
        for (int i = 1; i < 5; i++) {
            ck_assert(np_rendezvous_score(seeds[ranked[i - 1]], key)
                      > np_rendezvous_score(seeds[ranked[i]], key));
        }
    }
}
END_TEST

START_TEST(test_the_octets_of_a_copy)
{
    const np_copy_t copy = { np_text("v"), 2, 3, 4 };
    np_copy_t read;
    const np_bytes_t octets = np_copy_wrap(&copy, np_pool);
    ck_assert_uint_eq(octets.len, NP_COPY_OVERHEAD + 1);
    ck_assert_mem_eq(octets.data,
                     "\xc1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4v",
                     octets.len);
    np_copy_unwrap(octets, &read);
    ck_assert(np_copy_same(&copy, &read));
    ck_assert_int_eq(read.version, 2);
    ck_assert_int_eq(read.placed_at, 3);
    ck_assert_int_eq(read.expires_at, 4);
    np_copy_unwrap((np_bytes_t){ octets.data, octets.len - 1 }, &read);
    ck_assert_int_eq(read.placed_at, NP_COPY_SINGLE);
    ck_assert_uint_eq(read.value.len, NP_COPY_OVERHEAD);
}
END_TEST

START_TEST(test_the_longest_value)
{
    unsigned char *octets = apr_pcalloc(np_pool, NP_STORE_MAX_VALUE);
    np_budget_t budget = { apr_time_from_sec(60) };
    for (int more = 0; more < 2; more++) {
        const np_bytes_t value = {
            octets, (apr_size_t)(NP_STORE_MAX_VALUE - NP_COPY_OVERHEAD + more)
        };
        ck_assert_int_eq(np_test_copies->put(np_test_copies, "s-long", value,
                                             NP_PUT_ADD, np_test_now + 1,
                                             &budget, np_pool),
                         more ? APR_EINVAL : APR_SUCCESS);
    }
}
END_TEST

START_TEST(test_values_from_before_there_were_copies)
{
    np_budget_t budget = { apr_time_from_sec(60) };
    np_store_t *single = &np_test_servers[0]->store;
    ck_assert_int_eq(single->put(single, NP_TEST_KEY, np_text("old"), NP_PUT_ADD,
                                 np_test_now, &budget, np_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(np_test_get(NP_TEST_KEY), "old");
    ck_assert_int_eq(np_test_replace(NP_TEST_KEY, "new"), APR_SUCCESS);
    ck_assert_str_eq(np_test_raw(1, NP_TEST_KEY), "new");
}
END_TEST

/* Servers 0 and 1 keep the key; with a list of 1 and 2 they would be others. */
START_TEST(test_a_copy_that_was_left_behind_is_not_believed)
{
    np_test_cluster_begin(2, 2);
    ck_assert_int_eq(np_test_add(NP_TEST_KEY, "v1"), APR_SUCCESS);
    np_test_cluster_wait(WHILE);
    np_test_visit_all();
    /* One leaves the list and its copy stays; the session ends without it. */
    np_fake_t *left = np_test_servers[_i];
    left->down = true;
    ck_assert_int_eq(np_test_add(NP_TEST_STONE, "ended"), APR_SUCCESS);
    ck_assert_int_eq(np_test_remove(NP_TEST_KEY), APR_SUCCESS);
    np_test_wipe(!_i);                /* nobody remembers what B missed... */
    ck_assert_int_eq(np_test_add(NP_TEST_STONE, "ended"), APR_SUCCESS);
    left->down = false;
    np_test_cluster_wait(WHILE);
    np_test_cluster_restart(3, 2);    /* ...but the list has changed */
    ck_assert(np_fake_has(left, NP_TEST_KEY));
    ck_assert_str_eq(np_test_get(NP_TEST_KEY), "");
}
END_TEST

START_TEST(test_a_longer_list_keeps_what_there_is)
{
    char keys[40][16];
    np_test_cluster_begin(2, 2);
    for (int i = 0; i < 40; i++) {
        (void)apr_snprintf(keys[i], sizeof keys[i], "s-%d", i);
        ck_assert_int_eq(np_test_add(keys[i], keys[i]), APR_SUCCESS);
    }
    np_test_cluster_wait(WHILE);
    np_test_cluster_restart(3, 2);
    for (int i = 0; i < 40; i++) {
        ck_assert_str_eq(np_test_get(keys[i]), keys[i]);
    }
    np_test_cluster_wait(WHILE);
    np_test_cluster_restart(2, 2);
    for (int i = 0; i < 40; i++) {
        ck_assert_str_eq(np_test_get(keys[i]), keys[i]);
    }
}
END_TEST

static void report(const np_contract_t *from, const char *what)
{
    ck_abort_msg("%s: %s", from->store->name, what);
}

START_TEST(test_contract)
{
    const int servers = _i < np_contract_case_count ? 2 : 3;
    np_test_cluster_begin(servers, servers);
    contract = (np_contract_t){
        .store = np_test_copies,
        .prefix = "",
        .largest = NP_STORE_MAX_VALUE - NP_COPY_OVERHEAD,
        .failed = report,
        .p = np_pool,
    };
    np_contract_cases[_i % np_contract_case_count].run(&contract);
}
END_TEST

Suite *np_suite_copy(void)
{
    Suite *suite = suite_create("copy");
    TCase *tcase = tcase_create("copy");
    tcase_add_checked_fixture(tcase, set_up, np_pool_tear_down);
    tcase_add_test(tcase, test_ranks);
    tcase_add_test(tcase, test_the_octets_of_a_copy);
    tcase_add_test(tcase, test_the_longest_value);
    tcase_add_test(tcase, test_values_from_before_there_were_copies);
    tcase_add_loop_test(tcase, test_a_copy_that_was_left_behind_is_not_believed,
                        0, 2);
    tcase_add_test(tcase, test_a_longer_list_keeps_what_there_is);
    tcase_add_loop_test(tcase, test_contract, 0, 2 * np_contract_case_count);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
