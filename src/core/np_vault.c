/* SPDX-License-Identifier: Apache-2.0
 * The vault: an application's cookies, kept in the session's data instead of
 * the browser (RFC 6265 sections 5.3 and 5.4). */
#include "np_vault.h"

#include <stdlib.h>
#include <string.h>

#include "apr_escape.h"
#include "apr_strings.h"

#include "np_number.h"

/*
 * In the map, a cookie is
 *
 *   cookie:<name>;<path>    both escaped, as blanks and ';' cannot be in names
 *
 *   0            8            16      17
 *   +------------+------------+-------+-------
 *   | created_at | expires_at | flags | value
 *   +------------+------------+-------+-------
 */
#define PREFIX "cookie:"
#define HEADER_LEN 17
#define FLAG_SECURE 0x01

/** Cookies of one application that are looked at; more than browsers keep of
 *  one site. */
#define MAX_COOKIES 256

/* A life that changed by less is not worth a write. */
#define SAME_LIFE apr_time_from_sec(60)

typedef struct np_kept_t {
    const char *key;
    const char *name;
    const char *path;
    np_bytes_t value;
    apr_time_t created_at;
    apr_time_t expires_at;
    bool secure;
    apr_size_t size;
} np_kept_t;

/* RFC 6265 section 5.1.4: up to the last '/', but for the first one. */
static const char *default_path(const char *request_path, apr_pool_t *p)
{
    const char *last = strrchr(request_path, '/');

    return last && last != request_path
               ? apr_pstrmemdup(p, request_path,
                                (apr_size_t)(last - request_path))
               : "/";
}

static const char *name_key(const char *name, const char *path, apr_pool_t *p)
{
    return apr_pstrcat(p, PREFIX, apr_pescape_urlencoded(p, name), ";",
                       apr_pescape_urlencoded(p, path), NULL);
}

static bool read_key(const char *key, np_kept_t *kept, apr_pool_t *p)
{
    if (strncmp(key, PREFIX, strlen(PREFIX))) {
        return false;
    }
    const char *name = key + strlen(PREFIX);
    const char *semicolon = strchr(name, ';');
    if (!semicolon) {
        return false;
    }
    kept->key = key;
    kept->name = apr_punescape_url(
        p, apr_pstrmemdup(p, name, (apr_size_t)(semicolon - name)), NULL, NULL,
        1);
    kept->path = apr_punescape_url(p, semicolon + 1, NULL, NULL, 1);
    return kept->name && kept->path;
}

static bool read_kept(np_bytes_t name, np_bytes_t value, np_kept_t *kept,
                      apr_pool_t *p)
{
    if (value.len < HEADER_LEN
        || !read_key(apr_pstrmemdup(p, (const char *)name.data, name.len),
                     kept, p)) {
        return false;
    }
    kept->created_at = np_number_read(value.data, 8);
    kept->expires_at = np_number_read(value.data + 8, 8);
    kept->secure = value.data[16] & FLAG_SECURE;
    kept->value = (np_bytes_t){ value.data + HEADER_LEN,
                                value.len - HEADER_LEN };
    kept->size = name.len + value.len;
    return true;
}

static int read_all(np_bytes_t map, np_kept_t *all, apr_pool_t *p)
{
    np_bytes_t name;
    np_bytes_t value;
    int count = 0;

    while (count < MAX_COOKIES && np_app_map_next(&map, &name, &value)) {
        if (read_kept(name, value, &all[count], p)) {
            count++;
        }
    }
    return count;
}

static np_bytes_t write_kept(const np_set_cookie_t *cookie,
                             apr_time_t created_at, apr_pool_t *p)
{
    apr_size_t len = strlen(cookie->value);
    unsigned char *data = apr_palloc(p, HEADER_LEN + len);

    unsigned char *out = np_number_write(data, created_at, 8);
    out = np_number_write(out, cookie->expires_at, 8);
    *out++ = cookie->secure ? FLAG_SECURE : 0;
    memcpy(out, cookie->value, len);
    return (np_bytes_t){ data, HEADER_LEN + len };
}

static const np_kept_t *find(const np_kept_t *all, int count, const char *key)
{
    for (int i = 0; i < count; i++) {
        if (!strcmp(all[i].key, key)) {
            return &all[i];
        }
    }
    return NULL;
}

static bool is_same(const np_kept_t *kept, const np_set_cookie_t *cookie)
{
    apr_size_t len = strlen(cookie->value);
    apr_interval_time_t moved = cookie->expires_at - kept->expires_at;

    return kept->value.len == len
           && (!len || !memcmp(kept->value.data, cookie->value, len))
           && kept->secure == cookie->secure
           && !kept->expires_at == !cookie->expires_at
           && moved > -SAME_LIFE && moved < SAME_LIFE;
}

/* Take out what is over, and then the oldest, until there is room for size. */
static apr_status_t make_room(np_bytes_t *map, const np_kept_t *all, int count,
                              const char *key, apr_size_t size, apr_time_t now,
                              int *dropped, apr_pool_t *p)
{
    apr_size_t total = size;
    bool gone[MAX_COOKIES] = { false };
    apr_status_t status = APR_SUCCESS;

    for (int i = 0; i < count; i++) {
        gone[i] = !strcmp(all[i].key, key);
        total += gone[i] ? 0 : all[i].size;
    }
    for (;;) {
        int victim = -1;
        for (int i = 0; i < count; i++) {
            bool over = all[i].expires_at && all[i].expires_at <= now;
            if (!gone[i] && (over || total > NP_VAULT_MAX)
                && (victim < 0 || over
                    || all[i].created_at < all[victim].created_at)) {
                victim = i;
            }
        }
        if (victim < 0 || status != APR_SUCCESS) {
            return status;
        }
        gone[victim] = true;
        total -= all[victim].size;
        *dropped += !all[victim].expires_at || all[victim].expires_at > now;
        status = np_app_map_set(*map, all[victim].key, NULL, map->len, map, p);
    }
}

apr_status_t np_vault_keep(np_bytes_t map, const np_set_cookie_t *cookie,
                           const char *request_path, apr_time_t now,
                           np_bytes_t *changed, int *dropped, apr_pool_t *p)
{
    const char *path =
        cookie->path ? cookie->path : default_path(request_path, p);
    const char *key = name_key(cookie->name, path, p);
    np_kept_t *all = apr_palloc(p, MAX_COOKIES * sizeof *all);
    int count = read_all(map, all, p);
    const np_kept_t *before = find(all, count, key);

    *changed = map;
    if (cookie->removes) {
        return before ? np_app_map_set(map, key, NULL, map.len, changed, p)
                      : APR_SUCCESS;
    }
    if (before && is_same(before, cookie)) {
        return APR_SUCCESS;
    }
    np_bytes_t value =
        write_kept(cookie, before ? before->created_at : now, p);
    apr_size_t size = strlen(key) + value.len;
    if (size > NP_VAULT_MAX || strlen(key) > NP_APP_MAP_MAX_NAME) {
        return APR_ENOSPC;
    }
    apr_status_t status =
        make_room(changed, all, count, key, size, now, dropped, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    return np_app_map_set(*changed, key, &value, changed->len + 3 + size,
                          changed, p);
}

/* RFC 6265 section 5.1.4. */
static bool path_matches(const char *path, const char *request_path)
{
    apr_size_t len = strlen(path);

    return !strncmp(path, request_path, len)
           && (path[len - 1] == '/' || !request_path[len]
               || request_path[len] == '/');
}

static bool is_due(const np_kept_t *kept, const char *request_path,
                   bool secure, apr_time_t now)
{
    return *kept->path && path_matches(kept->path, request_path)
           && (secure || !kept->secure)
           && (!kept->expires_at || kept->expires_at > now);
}

static int by_path_and_age(const void *one, const void *other)
{
    const np_kept_t *a = one;
    const np_kept_t *b = other;
    apr_size_t a_len = strlen(a->path);
    apr_size_t b_len = strlen(b->path);

    if (a_len != b_len) {
        return a_len > b_len ? -1 : 1;
    }
    return (a->created_at > b->created_at) - (a->created_at < b->created_at);
}

const char *np_vault_header(np_bytes_t map, const char *request_path,
                            bool secure, apr_time_t now, apr_pool_t *p)
{
    np_kept_t *all = apr_palloc(p, MAX_COOKIES * sizeof *all);
    int count = read_all(map, all, p);
    const char *header = NULL;

    qsort(all, (size_t)count, sizeof *all, by_path_and_age);
    for (int i = 0; i < count; i++) {
        if (!is_due(&all[i], request_path, secure, now)) {
            continue;
        }
        const char *pair = apr_pstrcat(
            p, all[i].name, "=",
            apr_pstrmemdup(p, (const char *)all[i].value.data,
                           all[i].value.len),
            NULL);
        header = header ? apr_pstrcat(p, header, "; ", pair, NULL) : pair;
    }
    return header;
}
