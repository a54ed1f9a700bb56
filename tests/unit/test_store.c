/* SPDX-License-Identifier: Apache-2.0
 * The store's contract: the fake, and a live memcached on TCP and unix socket.
 */
#include "unit.h"

#include <signal.h>
#include <unistd.h>

#include "apr_strings.h"

#include "fake_store.h"
#include "fixture.h"
#include "memcached.h"
#include "np_memcache.h"
#include "store_contract.h"

static np_contract_t contract;
static np_memcached_t memcached;

static void report(const np_contract_t *from, const char *what)
{
    ck_abort_msg("%s: %s", from->store->name, what);
}

static void set_up_fake(void)
{
    np_pool_set_up();
    contract = (np_contract_t){
        .store = &np_fake_create(np_pool)->store,
        .prefix = "",
        .largest = NP_STORE_MAX_VALUE,
        .failed = report,
        .p = np_pool,
    };
}

static void set_up_memcache(const char *servers)
{
    np_memcache_servers_t *parsed;
    const np_memcache_limits_t limits = {4, apr_time_from_sec(5), NULL};
    (void)signal(SIGPIPE, SIG_IGN);
    contract = (np_contract_t){
        .prefix = apr_psprintf(np_pool, "%d-", (int)getpid()),
        .largest = NP_STORE_MAX_VALUE,
        .forgets = true,
        .failed = report,
        .p = np_pool,
    };
    ck_assert_ptr_null(np_memcache_parse(servers, &parsed, np_pool));
    ck_assert_int_eq(
        np_memcache_create(&contract.store, parsed, &limits, np_pool),
        APR_SUCCESS);
}

static void set_up_tcp(void)
{
    np_pool_set_up();
    set_up_memcache(apr_psprintf(np_pool, "127.0.0.1:%d", memcached.port));
}

static void set_up_unix(void)
{
    np_pool_set_up();
    set_up_memcache(memcached.path);
}

static void start_tcp(void)
{
    np_memcached_start(&memcached);
}

static void start_unix(void)
{
    np_memcached_start_unix(&memcached);
}

static void stop(void)
{
    np_memcached_stop(&memcached);
}

START_TEST(test_contract)
{
    np_contract_cases[_i].run(&contract);
}
END_TEST

START_TEST(test_fake_is_unavailable_on_demand)
{
    np_fake_t *fake = (np_fake_t *)contract.store;
    np_bytes_t value = np_contract_text("value");
    fake->down = true;
    ck_assert(np_store_unavailable(
        np_contract_get(&contract, "key", &value, np_pool)));
    ck_assert(np_store_unavailable(
        np_contract_put(&contract, "key", value, NP_PUT_ADD, np_pool)));
    ck_assert(
        np_store_unavailable(np_contract_remove(&contract, "key", np_pool)));
    fake->down = false;
    ck_assert_int_eq(np_contract_get(&contract, "key", &value, np_pool),
                     APR_NOTFOUND);
}
END_TEST

static void remove_it(np_fake_t *fake, const char *operation, const char *key)
{
    ck_assert_int_eq(np_contract_remove(&contract, key, np_pool), APR_SUCCESS);
}

START_TEST(test_fake_lets_others_cut_in)
{
    np_fake_t *fake = (np_fake_t *)contract.store;
    np_bytes_t value = np_contract_text("value");
    ck_assert_int_eq(
        np_contract_put(&contract, "key", value, NP_PUT_ADD, np_pool),
        APR_SUCCESS);
    fake->after = remove_it;
    ck_assert_int_eq(np_contract_get(&contract, "key", &value, np_pool),
                     APR_SUCCESS);
    fake->after = NULL;
    ck_assert(!np_fake_has(fake, "key"));
    ck_assert_int_eq(fake->gets, 1);
    ck_assert_int_eq(fake->puts, 1);
    ck_assert_int_eq(fake->removes, 1);
}
END_TEST

static TCase *live_case(const char *name, void (*start)(void),
                        void (*set_up)(void))
{
    TCase *tcase = tcase_create(name);
    tcase_add_unchecked_fixture(tcase, start, stop);
    tcase_add_checked_fixture(tcase, set_up, np_pool_tear_down);
    tcase_add_loop_test(tcase, test_contract, 0, np_contract_case_count);
    tcase_set_timeout(tcase, 30);
    return tcase;
}

Suite *np_suite_store(void)
{
    Suite *suite = suite_create("store");
    TCase *fake = tcase_create("fake");
    tcase_add_checked_fixture(fake, set_up_fake, np_pool_tear_down);
    tcase_add_loop_test(fake, test_contract, 0, np_contract_case_count);
    tcase_add_test(fake, test_fake_is_unavailable_on_demand);
    tcase_add_test(fake, test_fake_lets_others_cut_in);
    suite_add_tcase(suite, fake);
    suite_add_tcase(suite, live_case("memcached", start_tcp, set_up_tcp));
    suite_add_tcase(suite, live_case("unix socket", start_unix, set_up_unix));
    return suite;
}
