/* SPDX-License-Identifier: Apache-2.0
 * What the tests of a failing memcached share: a store, and calls with a clock.
 */
#include "outage.h"

#include <check.h>
#include <signal.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_clock.h"

#define PAUSE apr_time_from_msec(5)
#define HOUR  apr_time_from_sec(3600)

np_store_t *np_outage_store(const char *servers, int connections,
                            apr_interval_time_t patience)
{
    np_memcache_servers_t *parsed;
    np_store_t *store;
    const np_memcache_limits_t limits = {connections, patience, NULL};
    (void)signal(SIGPIPE, SIG_IGN);
    ck_assert_ptr_null(np_memcache_parse(servers, &parsed, np_pool));
    ck_assert_int_eq(np_memcache_create(&store, parsed, &limits, np_pool),
                     APR_SUCCESS);
    return store;
}

np_store_t *np_outage_store_at(int port, int connections,
                               apr_interval_time_t patience)
{
    return np_outage_store(apr_psprintf(np_pool, "127.0.0.1:%d", port),
                           connections, patience);
}

static apr_status_t call(np_store_t *store, np_outage_call_e what,
                         const char *key, np_budget_t *budget, apr_pool_t *p)
{
    np_bytes_t value = np_text("value");
    switch (what) {
    case NP_OUTAGE_GET:
        return store->get(store, key, budget, &value, p);
    case NP_OUTAGE_ADD:
        return store->put(store, key, value, NP_PUT_ADD, np_clock_now() + HOUR,
                          budget, p);
    case NP_OUTAGE_REMOVE:
        return store->remove(store, key, budget, p);
    }
    return APR_EGENERAL;
}

apr_status_t np_outage_call(np_store_t *store, np_outage_call_e what,
                            const char *key, apr_interval_time_t patience,
                            apr_interval_time_t *waited)
{
    apr_pool_t *p;
    np_budget_t budget = {patience};
    ck_assert_int_eq(apr_pool_create_unmanaged_ex(&p, NULL, NULL), APR_SUCCESS);
    const apr_time_t began = np_clock_monotonic();
    const apr_status_t status = call(store, what, key, &budget, p);
    *waited = np_clock_monotonic() - began;
    apr_pool_destroy(p);
    ck_assert_int_ge(budget.left, 0);
    ck_assert_int_le(budget.left, patience);
    return status;
}

static bool is_so(np_store_t *store, const char *key, const char *text)
{
    np_bytes_t value;
    np_budget_t budget = {NP_OUTAGE_BUDGET};
    const apr_status_t status =
        store->get(store, key, &budget, &value, np_pool);
    if (!text) {
        return status == APR_NOTFOUND;
    }
    return status == APR_SUCCESS && value.len == strlen(text)
           && memcmp(value.data, text, value.len) == 0;
}

void np_outage_await(np_store_t *store, const char *key, const char *text,
                     apr_interval_time_t limit)
{
    const apr_time_t began = np_clock_monotonic();
    while (!is_so(store, key, text)) {
        ck_assert_int_lt(np_clock_monotonic() - began, NP_OUTAGE_FOREVER);
        apr_sleep(PAUSE);
    }
    NP_IN_TIME(np_clock_monotonic() - began, limit);
}
