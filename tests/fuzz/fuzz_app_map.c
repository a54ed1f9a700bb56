/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the application's data: what is no map is refused, and changes do
 * what they do to an array. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_app_map.h"

#define MAX   512
#define NAMES 4

static const char *const names[NAMES] = { "a", "ab", "b", "~" };

static bool is_same(np_bytes_t a, np_bytes_t b)
{
    return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

/* A map's first entry: taken out and put back, the map is what it was. */
static void take_out_and_put_back(np_bytes_t map, apr_pool_t *p)
{
    const char *name =
        apr_pstrmemdup(p, (const char *)map.data + 1, map.data[0]);
    np_bytes_t value;
    np_bytes_t rest;
    np_bytes_t again;

    NP_FUZZ_CHECK(np_app_map_get(map, name, &value) == APR_SUCCESS);
    NP_FUZZ_CHECK(value.data + value.len <= map.data + map.len);
    NP_FUZZ_CHECK(np_app_map_set(map, name, NULL, map.len, &rest, p)
                  == APR_SUCCESS);
    NP_FUZZ_CHECK(rest.len + 3 + strlen(name) + value.len == map.len);
    NP_FUZZ_CHECK(np_app_map_get(rest, name, &again) == APR_NOTFOUND);
    NP_FUZZ_CHECK(np_app_map_set(rest, name, &value, map.len - 1, &again, p)
                  == APR_ENOSPC);
    NP_FUZZ_CHECK(np_app_map_set(rest, name, &value, map.len, &again, p)
                  == APR_SUCCESS);
    NP_FUZZ_CHECK(is_same(map, again));
}

static void read_as_map(np_bytes_t map, apr_pool_t *p)
{
    np_bytes_t value;
    apr_status_t got = np_app_map_get(map, "ab", &value);
    apr_status_t set = np_app_map_set(map, "ab", NULL, map.len, &value, p);

    NP_FUZZ_CHECK(set == (got == APR_NOTFOUND ? APR_SUCCESS : got));
    if (set == APR_SUCCESS && map.len) {
        take_out_and_put_back(map, p);
    }
}

static apr_size_t total(const np_bytes_t *values)
{
    apr_size_t sum = 0;
    for (int i = 0; i < NAMES; i++) {
        sum += values[i].data ? 3 + strlen(names[i]) + values[i].len : 0;
    }
    return sum;
}

static void check(np_bytes_t map, const np_bytes_t *values)
{
    NP_FUZZ_CHECK(map.len == total(values));
    for (int i = 0; i < NAMES; i++) {
        np_bytes_t value = { 0 };
        apr_status_t status = np_app_map_get(map, names[i], &value);
        NP_FUZZ_CHECK(status == (values[i].data ? APR_SUCCESS : APR_NOTFOUND));
        NP_FUZZ_CHECK(is_same(value, values[i]));
    }
}

/* Two octets are a change: of which name, and to how many octets of the input;
 * an odd number removes it. */
static void read_as_changes(np_bytes_t input, apr_pool_t *p)
{
    np_bytes_t values[NAMES] = { { 0 } };
    np_bytes_t map = { 0 };

    for (apr_size_t i = 0; i + 1 < input.len && i < MAX; i += 2) {
        int which = input.data[i] % NAMES;
        np_bytes_t before = values[which];
        np_bytes_t value = { input.data + i, input.data[i + 1] };
        bool remove = value.len % 2;
        value.len = value.len < input.len - i ? value.len : input.len - i;
        values[which] = remove ? (np_bytes_t){ 0 } : value;
        apr_status_t status = np_app_map_set(
            map, names[which], remove ? NULL : &value, MAX, &map, p);
        NP_FUZZ_CHECK(status
                      == (total(values) > MAX ? APR_ENOSPC : APR_SUCCESS));
        if (status != APR_SUCCESS) {
            values[which] = before;
        }
        check(map, values);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    np_bytes_t input = { data, size };

    read_as_map(input, p);
    read_as_changes(input, p);
    return 0;
}
