/* SPDX-License-Identifier: Apache-2.0
 * A vault with an application's cookies in it, in a line each. */
#include "jar.h"

#include <string.h>

#include <check.h>

#include "apr_strings.h"

#include "fixture.h"

np_bytes_t np_jar_map;
int np_jar_dropped;

void np_jar_set_up(void)
{
    np_pool_set_up();
    np_jar_map = (np_bytes_t){ NULL, 0 };
    np_jar_dropped = 0;
}

apr_status_t np_jar_try(const char *line, const char *request_path,
                        apr_time_t now)
{
    np_set_cookie_t cookie;
    np_bytes_t before = np_jar_map;

    ck_assert(np_set_cookie_read(line, now, &cookie, np_pool));
    apr_status_t status =
        np_vault_keep(np_jar_map, &cookie, request_path, now, &np_jar_map,
                      &np_jar_dropped, np_pool);
    if (status != APR_SUCCESS) {
        ck_assert_ptr_eq(np_jar_map.data, before.data);
        ck_assert_uint_eq(np_jar_map.len, before.len);
    }
    return status;
}

void np_jar_keep_at(const char *line, apr_time_t now)
{
    ck_assert_int_eq(np_jar_try(line, "/", now), APR_SUCCESS);
}

void np_jar_keep(const char *line)
{
    np_jar_keep_at(line, JAR_NOW);
}

const char *np_jar_line(const char *name, apr_size_t len)
{
    char *value = apr_pcalloc(np_pool, len + 1);

    memset(value, 'v', len);
    return apr_pstrcat(np_pool, name, "=", value, NULL);
}

const char *np_jar_sent(apr_time_t now)
{
    return np_vault_header(np_jar_map, "/", true, now, np_pool);
}

void np_jar_assert_at(const char *expected, const char *request_path,
                      bool secure, apr_time_t now)
{
    const char *sent =
        np_vault_header(np_jar_map, request_path, secure, now, np_pool);

    ck_assert_msg(expected && sent ? !strcmp(sent, expected)
                                   : sent == expected,
                  "%s: %s, not %s", request_path, sent ? sent : "nothing",
                  expected ? expected : "nothing");
}

void np_jar_assert(const char *expected)
{
    np_jar_assert_at(expected, "/", true, JAR_NOW + 1);
}
