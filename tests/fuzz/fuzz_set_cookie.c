/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing Set-Cookie headers and the vault. The first octet says how, the lines
 * behind it are headers, in the order in which they come. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_vault.h"

#define NOW          apr_time_from_sec(1700000000)
#define TRANSIENT    0x01
#define SECURE       0x02
#define REQUEST_PATH "/a/b"
#define DEFAULT_PATH "/a"
#define MOST         256

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static void check_cookie(const np_set_cookie_t *cookie, apr_time_t now)
{
    NP_FUZZ_CHECK(*cookie->name);
    NP_FUZZ_CHECK(!strpbrk(cookie->name, ";=") && !strchr(cookie->value, ';'));
    NP_FUZZ_CHECK(!strchr(" \t", *cookie->name));
    NP_FUZZ_CHECK(!cookie->path || *cookie->path == '/');
    NP_FUZZ_CHECK(cookie->expires_at >= 0);
    NP_FUZZ_CHECK(cookie->removes
                  == (cookie->expires_at && cookie->expires_at <= now));
}

static void harden(const char *line, const np_set_cookie_t *cookie, int how,
                   apr_time_t now, apr_pool_t *p)
{
    bool transient = how & TRANSIENT;
    bool secure = how & SECURE;
    bool without_life = transient && !cookie->removes;
    np_set_cookie_t hard;

    const char *once = np_set_cookie_harden(line, transient, secure, now, p);
    const char *twice = np_set_cookie_harden(once, transient, secure, now, p);
    NP_FUZZ_CHECK(!strcmp(once, twice));
    NP_FUZZ_CHECK(np_set_cookie_read(once, now, &hard, p));
    NP_FUZZ_CHECK(is_same_text(hard.name, cookie->name)
                  && is_same_text(hard.value, cookie->value)
                  && is_same_text(hard.path, cookie->path));
    NP_FUZZ_CHECK(hard.http_only && hard.same_site);
    NP_FUZZ_CHECK(hard.secure == (secure || cookie->secure));
    NP_FUZZ_CHECK(hard.expires_at == (without_life ? 0 : cookie->expires_at));
    NP_FUZZ_CHECK(without_life || !strncmp(once, line, strlen(line)));
}

/* The number of entries, and how long they are. */
static int count(np_bytes_t map, apr_size_t *total)
{
    np_bytes_t name;
    np_bytes_t value;
    int entries = 0;

    for (*total = 0; np_app_map_next(&map, &name, &value); entries++) {
        *total += name.len + value.len;
    }
    return entries;
}

/* A map of ours is no fuller than it may be. */
static int count_cookies(np_bytes_t map)
{
    apr_size_t total;
    int cookies = count(map, &total);

    NP_FUZZ_CHECK(total + 3 * (apr_size_t)cookies == map.len);
    NP_FUZZ_CHECK(total <= NP_VAULT_MAX && cookies <= MOST);
    return cookies;
}

/* Is the cookie sent to where it was set for? */
static bool is_sent(np_bytes_t map, const np_set_cookie_t *cookie,
                    apr_time_t now, apr_pool_t *p)
{
    const char *path = cookie->path ? cookie->path : DEFAULT_PATH;
    const char *pair =
        apr_pstrcat(p, "; ", cookie->name, "=", cookie->value, "; ", NULL);
    const char *header = np_vault_header(map, path, true, now, p);

    return header && strstr(apr_pstrcat(p, "; ", header, "; ", NULL), pair);
}

static np_bytes_t keep(np_bytes_t map, const np_set_cookie_t *cookie,
                       apr_time_t now, apr_pool_t *p)
{
    int before = count_cookies(map);
    int dropped = 0;
    np_bytes_t changed;
    np_bytes_t again;

    apr_status_t status = np_vault_keep(map, cookie, REQUEST_PATH, now,
                                        &changed, &dropped, p);
    NP_FUZZ_CHECK(status == APR_SUCCESS || status == APR_ENOSPC);
    NP_FUZZ_CHECK(count_cookies(changed) + dropped <= before + 1);
    if (status == APR_SUCCESS) {
        NP_FUZZ_CHECK(cookie->removes || is_sent(changed, cookie, now, p));
        dropped = 0;
        NP_FUZZ_CHECK(np_vault_keep(changed, cookie, REQUEST_PATH, now, &again,
                                    &dropped, p)
                      == APR_SUCCESS);
        NP_FUZZ_CHECK(again.data == changed.data && !dropped);
    }
    else {
        NP_FUZZ_CHECK(changed.data == map.data && !dropped);
    }
    return changed;
}

/* A line later is a second later. */
static void read_as_lines(char *lines, int how, apr_pool_t *p)
{
    np_bytes_t map = { 0 };
    apr_time_t now = NOW;

    while (*lines) {
        const char *line = lines;
        np_set_cookie_t cookie;
        lines += strcspn(lines, "\n");
        if (*lines) {
            *lines++ = '\0';
        }
        if (np_set_cookie_read(line, now, &cookie, p)) {
            check_cookie(&cookie, now);
            harden(line, &cookie, how, now, p);
            map = keep(map, &cookie, now, p);
        }
        else {
            NP_FUZZ_CHECK(np_set_cookie_harden(line, true, true, now, p)
                          == line);
        }
        now += APR_USEC_PER_SEC;
    }
}

static void read_as_map(np_bytes_t map, apr_pool_t *p)
{
    const np_set_cookie_t cookie = { .name = "a", .value = "1", .path = "/" };
    int dropped = 0;
    np_bytes_t changed;
    apr_size_t total;
    np_bytes_t value;

    (void)np_vault_header(map, REQUEST_PATH, true, NOW, p);
    apr_status_t status =
        np_vault_keep(map, &cookie, "/", NOW, &changed, &dropped, p);
    if (status == APR_SUCCESS) {
        NP_FUZZ_CHECK(np_app_map_get(map, "a", &value)
                      == np_app_map_get(changed, "a", &value));
        NP_FUZZ_CHECK(count(map, &total) > MOST
                      || is_sent(changed, &cookie, NOW, p));
    }
    else {
        NP_FUZZ_CHECK(status == APR_EINVAL && !dropped);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();

    if (size) {
        read_as_lines(apr_pstrmemdup(p, (const char *)data + 1, size - 1),
                      data[0], p);
        read_as_map((np_bytes_t){ data, size }, p);
    }
    return 0;
}
