/* SPDX-License-Identifier: Apache-2.0
 * What every store has to do, as tests that run under libcheck and in httpd. */
#include "store_contract.h"

#include <string.h>

#include "apr_strings.h"

#include "np_clock.h"

#define PATIENCE apr_time_from_sec(10)
#define HOUR     apr_time_from_sec(3600)
#define DAYS(n)  apr_time_from_sec((n)*86400LL)

void np_contract_expect(const np_contract_t *contract, bool holds,
                        const char *what, int line)
{
    if (!holds) {
        contract->failed(
            contract,
            apr_psprintf(contract->p, "line %d: not so: %s", line, what));
    }
}

const char *np_contract_key(const np_contract_t *contract, const char *name)
{
    return apr_pstrcat(contract->p, contract->prefix, name, NULL);
}

np_bytes_t np_contract_text(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}

bool np_contract_same(np_bytes_t a, np_bytes_t b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

apr_status_t np_contract_get(const np_contract_t *contract, const char *key,
                             np_bytes_t *value, apr_pool_t *p)
{
    np_budget_t budget = { PATIENCE };
    return contract->store->get(contract->store, key, &budget, value, p);
}

apr_status_t np_contract_put(const np_contract_t *contract, const char *key,
                             np_bytes_t value, np_put_e how, apr_pool_t *p)
{
    np_budget_t budget = { PATIENCE };
    return contract->store->put(contract->store, key, value, how,
                                np_clock_now() + HOUR, &budget, p);
}

apr_status_t np_contract_remove(const np_contract_t *contract, const char *key,
                                apr_pool_t *p)
{
    np_budget_t budget = { PATIENCE };
    return contract->store->remove(contract->store, key, &budget, p);
}

static apr_status_t add(const np_contract_t *contract, const char *key,
                        np_bytes_t value)
{
    return np_contract_put(contract, key, value, NP_PUT_ADD, contract->p);
}

static apr_status_t replace(const np_contract_t *contract, const char *key,
                            np_bytes_t value)
{
    return np_contract_put(contract, key, value, NP_PUT_REPLACE, contract->p);
}

static apr_status_t take_away(const np_contract_t *contract, const char *key)
{
    return np_contract_remove(contract, key, contract->p);
}

static bool is_missing(const np_contract_t *contract, const char *key)
{
    np_bytes_t value;
    return np_contract_get(contract, key, &value, contract->p) == APR_NOTFOUND;
}

static bool holds(const np_contract_t *contract, const char *key,
                  np_bytes_t expected)
{
    np_bytes_t value;
    return np_contract_get(contract, key, &value, contract->p) == APR_SUCCESS
           && np_contract_same(value, expected);
}

static void is_missing_at_first(const np_contract_t *contract)
{
    EXPECT(contract, is_missing(contract, np_contract_key(contract, "nobody")));
}

static void finds_what_was_added(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "bytes");
    const np_bytes_t value = { (const unsigned char *)"\r\nEND\r\n\0\377 x",
                               12 };
    EXPECT(contract, add(contract, key, value) == APR_SUCCESS);
    EXPECT(contract, holds(contract, key, value));
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

static void adds_nothing_twice(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "twice");
    const np_bytes_t first = np_contract_text("first");
    EXPECT(contract, add(contract, key, first) == APR_SUCCESS);
    EXPECT(contract,
           add(contract, key, np_contract_text("second")) == APR_EEXIST);
    EXPECT(contract, holds(contract, key, first));
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

static void replaces_only_what_is_there(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "replace");
    const np_bytes_t longer = np_contract_text("a longer value");
    const np_bytes_t shorter = np_contract_text("short");
    EXPECT(contract, replace(contract, key, shorter) == APR_NOTFOUND);
    EXPECT(contract, is_missing(contract, key));
    EXPECT(contract,
           add(contract, key, np_contract_text("old")) == APR_SUCCESS);
    EXPECT(contract, replace(contract, key, longer) == APR_SUCCESS);
    EXPECT(contract, holds(contract, key, longer));
    EXPECT(contract, replace(contract, key, shorter) == APR_SUCCESS);
    EXPECT(contract, holds(contract, key, shorter));
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
    EXPECT(contract, is_missing(contract, key));
}

static void removed_is_gone(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "removed");
    const np_bytes_t value = np_contract_text("value");
    np_bytes_t found = { NULL, 0 };
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
    EXPECT(contract, add(contract, key, value) == APR_SUCCESS);
    (void)np_contract_get(contract, key, &found, contract->p);
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
    EXPECT(contract, np_contract_same(found, value));
    EXPECT(contract, is_missing(contract, key));
    EXPECT(contract, replace(contract, key, value) == APR_NOTFOUND);
    EXPECT(contract, is_missing(contract, key));
    EXPECT(contract, add(contract, key, value) == APR_SUCCESS);
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

static bool is_refused(const np_contract_t *contract, const char *key,
                       np_bytes_t value)
{
    np_bytes_t found;
    return np_contract_get(contract, key, &found, contract->p) == APR_EINVAL
           && add(contract, key, value) == APR_EINVAL
           && replace(contract, key, value) == APR_EINVAL
           && take_away(contract, key) == APR_EINVAL;
}

static void takes_no_other_keys(const np_contract_t *contract)
{
    static const char *const bad[] = {
        "",    " ",    "a b",      "a\r\nset x 0 0 1\r\n1",
        "\t",  "\x7f", "\xc3\xa4", "a/b",
        "a:b", "a.b",  "a=",
    };
    const np_bytes_t value = np_contract_text("value");
    for (apr_size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        EXPECT(contract, is_refused(contract, bad[i], value));
    }
    char longest[NP_STORE_MAX_KEY + 2];
    memset(longest, 'k', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    memcpy(longest, contract->prefix, strlen(contract->prefix));
    EXPECT(contract, is_refused(contract, longest, value));
    longest[NP_STORE_MAX_KEY] = '\0';
    EXPECT(contract, add(contract, longest, value) == APR_SUCCESS);
    EXPECT(contract, holds(contract, longest, value));
    EXPECT(contract, take_away(contract, longest) == APR_SUCCESS);
    EXPECT(contract, is_missing(contract, "x"));
}

static np_bytes_t pattern(const np_contract_t *contract, apr_size_t len)
{
    unsigned char *data = apr_palloc(contract->p, len + 1);
    for (apr_size_t i = 0; i < len; i++) {
        data[i] = (unsigned char)(i * 7 + i / 251);
    }
    return (np_bytes_t){ data, len };
}

static void takes_values_of_all_sizes(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "sizes");
    const apr_size_t sizes[] = { 1, 511, 512, 513, 4096, contract->largest };
    EXPECT(contract, add(contract, key, np_contract_text("0")) == APR_SUCCESS);
    for (apr_size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        const np_bytes_t value =
            pattern(contract, sizes[i] < contract->largest ? sizes[i]
                                                           : contract->largest);
        EXPECT(contract, replace(contract, key, value) == APR_SUCCESS);
        EXPECT(contract, holds(contract, key, value));
    }
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

static void refuses_other_sizes(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "refused");
    const np_bytes_t old = np_contract_text("old");
    const np_bytes_t none = pattern(contract, 0);
    const np_bytes_t more = pattern(contract, NP_STORE_MAX_VALUE + 1);
    EXPECT(contract, add(contract, key, none) == APR_EINVAL);
    EXPECT(contract, add(contract, key, more) == APR_EINVAL);
    EXPECT(contract, is_missing(contract, key));
    EXPECT(contract, add(contract, key, old) == APR_SUCCESS);
    EXPECT(contract, replace(contract, key, none) == APR_EINVAL);
    EXPECT(contract, replace(contract, key, more) == APR_EINVAL);
    EXPECT(contract, holds(contract, key, old));
    if (contract->largest < NP_STORE_MAX_VALUE) {
        const np_bytes_t most = pattern(contract, NP_STORE_MAX_VALUE);
        EXPECT(contract, np_store_unavailable(replace(contract, key, most)));
        EXPECT(contract, holds(contract, key, old));
    }
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

static apr_status_t add_until(const np_contract_t *contract, const char *key,
                              apr_time_t expires_at)
{
    np_budget_t budget = { PATIENCE };
    return contract->store->put(contract->store, key, np_contract_text("value"),
                                NP_PUT_ADD, expires_at, &budget, contract->p);
}

static void keeps_what_has_not_expired(const np_contract_t *contract)
{
    const char *key = np_contract_key(contract, "kept");
    const np_bytes_t value = np_contract_text("value");
    const apr_interval_time_t after[] = {
        apr_time_from_sec(2), DAYS(29), DAYS(31), DAYS(365), DAYS(36500),
    };
    for (apr_size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
        EXPECT(contract, add_until(contract, key, np_clock_now() + after[i])
                             == APR_SUCCESS);
        EXPECT(contract, holds(contract, key, value));
        EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
    }
}

static void keeps_nothing_for_ever(const np_contract_t *contract)
{
    const apr_time_t past[] = {
        0,
        1,
        -1,
        APR_INT64_C(-1000000),
        DAYS(1),
        DAYS(365),
        np_clock_now() - HOUR,
    };
    for (apr_size_t i = 0; i < sizeof(past) / sizeof(*past); i++) {
        const char *key = np_contract_key(
            contract, apr_psprintf(contract->p, "past%d", (int)i));
        EXPECT(contract, add_until(contract, key, past[i]) == APR_SUCCESS);
        EXPECT(contract, !contract->forgets || is_missing(contract, key));
        EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
    }
}

static void does_nothing_without_time(const np_contract_t *contract)
{
    np_store_t *store = contract->store;
    const char *key = np_contract_key(contract, "notime");
    const np_bytes_t value = np_contract_text("value");
    np_bytes_t found;
    np_budget_t none = { 0 };
    EXPECT(contract, store->put(store, key, value, NP_PUT_ADD,
                                np_clock_now() + HOUR, &none, contract->p)
                         == APR_TIMEUP);
    EXPECT(contract, is_missing(contract, key));
    EXPECT(contract, add(contract, key, value) == APR_SUCCESS);
    EXPECT(contract,
           store->get(store, key, &none, &found, contract->p) == APR_TIMEUP);
    EXPECT(contract,
           store->remove(store, key, &none, contract->p) == APR_TIMEUP);
    EXPECT(contract, none.left == 0);
    EXPECT(contract, holds(contract, key, value));
    EXPECT(contract, take_away(contract, key) == APR_SUCCESS);
}

const np_contract_case_t np_contract_cases[] = {
    { "a key that nobody put is missing", is_missing_at_first, false },
    { "what was added is found, byte by byte", finds_what_was_added, false },
    { "a key that is taken is not added again", adds_nothing_twice, false },
    { "only what is there is replaced", replaces_only_what_is_there, false },
    { "what was removed is gone, and can be added", removed_is_gone, false },
    { "keys have one alphabet and a length", takes_no_other_keys, false },
    { "values may have all sizes", takes_values_of_all_sizes, false },
    { "other sizes are refused and change nothing", refuses_other_sizes,
      false },
    { "what has not expired is kept", keeps_what_has_not_expired, false },
    { "an end in the past is not for ever", keeps_nothing_for_ever, false },
    { "nothing happens without time left", does_nothing_without_time, false },
    { "of many who add one key, one wins", np_contract_one_add_wins, true },
    { "nothing brings back what was removed", np_contract_no_return, true },
    { "threads get what they have put", np_contract_own_values, true },
};

const int np_contract_case_count =
    (int)(sizeof(np_contract_cases) / sizeof(*np_contract_cases));
