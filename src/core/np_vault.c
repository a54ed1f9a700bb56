/* SPDX-License-Identifier: Apache-2.0
 * The vault: an application's cookies, kept in the session's data instead of
 * the browser (RFC 6265 sections 5.3 and 5.4). */
#include "np_vault.h"

#include <stdlib.h>
#include <string.h>

#include "apr_escape.h"
#include "apr_strings.h"
#include "apr_tables.h"

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

/** Cookies of one application; more than browsers keep of one site. */
#define MAX_COOKIES 256

/* A life that changed by less is not worth a write; nor is one that changed by
 * less than a tenth of what is left of it. */
#define SAME_LIFE apr_time_from_sec(60)

typedef struct np_kept_t {
    const char *key;
    const char *name;
    const char *path;
    np_bytes_t value;
    apr_time_t created_at;
    apr_time_t expires_at;
    bool secure;
    bool over;
    apr_size_t size;
} np_kept_t;

/* RFC 6265 section 5.1.4: up to the last '/', but for the first one. */
static const char *default_path(const char *request_path, apr_pool_t *p)
{
    const char *last = strrchr(request_path, '/');

    return *request_path == '/' && last != request_path
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

static bool read_kept(np_bytes_t name, np_bytes_t value, apr_time_t now,
                      np_kept_t *kept, apr_pool_t *p)
{
    if (value.len < HEADER_LEN
        || !read_key(apr_pstrmemdup(p, (const char *)name.data, name.len),
                     kept, p)) {
        return false;
    }
    kept->created_at = np_number_read(value.data, 8);
    kept->expires_at = np_number_read(value.data + 8, 8);
    kept->over = kept->expires_at && kept->expires_at <= now;
    kept->secure = value.data[16] & FLAG_SECURE;
    kept->value = (np_bytes_t){ value.data + HEADER_LEN,
                                value.len - HEADER_LEN };
    kept->size = name.len + value.len;
    return kept->created_at >= 0 && kept->expires_at >= 0;
}

static int read_all(np_bytes_t map, apr_time_t now, np_kept_t *all,
                    apr_pool_t *p)
{
    np_bytes_t name;
    np_bytes_t value;
    int count = 0;

    while (count < MAX_COOKIES && np_app_map_next(&map, &name, &value)) {
        if (read_kept(name, value, now, &all[count], p)) {
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

/* Take what is under key out of all; false if there is nothing. */
static bool take_out(np_kept_t *all, int *count, const char *key,
                     np_kept_t *taken)
{
    for (int i = 0; i < *count; i++) {
        if (!strcmp(all[i].key, key)) {
            *taken = all[i];
            all[i] = all[--*count];
            return true;
        }
    }
    return false;
}

static bool is_same(const np_kept_t *kept, const np_set_cookie_t *cookie,
                    apr_time_t now)
{
    apr_size_t len = strlen(cookie->value);
    apr_interval_time_t moved = cookie->expires_at - kept->expires_at;
    apr_interval_time_t left = kept->expires_at - now;
    apr_interval_time_t least =
        left / 10 < SAME_LIFE ? left / 10 : SAME_LIFE;

    return !cookie->removes && kept->value.len == len
           && (!len || !memcmp(kept->value.data, cookie->value, len))
           && kept->secure == cookie->secure
           && !kept->expires_at == !cookie->expires_at
           && (!moved || (moved > -least && moved < least));
}

static int by_age(const np_kept_t *a, const np_kept_t *b)
{
    return a->created_at != b->created_at
               ? (a->created_at > b->created_at ? 1 : -1)
               : strcmp(a->key, b->key);
}

/* First those that are over, then from the oldest to the newest. */
static int by_worth(const void *one, const void *other)
{
    const np_kept_t *a = one;
    const np_kept_t *b = other;

    return a->over != b->over ? b->over - a->over : by_age(a, b);
}

/* Take out of the map what is over, and then the oldest, until there is room
 * for one more of that size. */
static apr_status_t make_room(np_bytes_t *map, np_kept_t *all, int count,
                              apr_size_t size, int *dropped, apr_pool_t *p)
{
    for (int i = 0; i < count; i++) {
        size += all[i].size;
    }
    qsort(all, (size_t)count, sizeof *all, by_worth);
    for (int i = 0; i < count; i++) {
        if (!all[i].over && size <= NP_VAULT_MAX && count - i < MAX_COOKIES) {
            break;
        }
        apr_status_t status =
            np_app_map_set(*map, all[i].key, NULL, map->len, map, p);
        if (status != APR_SUCCESS) {
            return status;
        }
        size -= all[i].size;
        *dropped += !all[i].over;
    }
    return APR_SUCCESS;
}

apr_status_t np_vault_keep(np_bytes_t map, const np_set_cookie_t *cookie,
                           const char *request_path, apr_time_t now,
                           np_bytes_t *changed, int *dropped, apr_pool_t *p)
{
    const char *path =
        cookie->path ? cookie->path : default_path(request_path, p);
    const char *key = name_key(cookie->name, path, p);
    np_kept_t *all = apr_palloc(p, MAX_COOKIES * sizeof *all);
    int count = read_all(map, now, all, p);
    np_kept_t before;
    bool is_kept = take_out(all, &count, key, &before);

    *changed = map;
    if (is_kept ? is_same(&before, cookie, now) : cookie->removes) {
        return APR_SUCCESS;
    }
    if (cookie->removes) {
        return np_app_map_set(map, key, NULL, map.len, changed, p);
    }
    bool goes_on = is_kept && !before.over;
    np_bytes_t value =
        write_kept(cookie, goes_on ? before.created_at : now, p);
    apr_size_t size = strlen(key) + value.len;
    if (size > NP_VAULT_MAX || strlen(key) > NP_APP_MAP_MAX_NAME) {
        return APR_ENOSPC;
    }
    apr_status_t status = make_room(changed, all, count, size, dropped, p);
    return status != APR_SUCCESS
               ? status
               : np_app_map_set(*changed, key, &value,
                                changed->len + 3 + size, changed, p);
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
                   bool secure)
{
    return *kept->path && path_matches(kept->path, request_path)
           && (secure || !kept->secure) && !kept->over;
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
    return by_age(a, b);
}

const char *np_vault_header(np_bytes_t map, const char *request_path,
                            bool secure, apr_time_t now, apr_pool_t *p)
{
    np_kept_t *all = apr_palloc(p, MAX_COOKIES * sizeof *all);
    int count = read_all(map, now, all, p);
    apr_array_header_t *parts = apr_array_make(p, 4, sizeof(const char *));

    qsort(all, (size_t)count, sizeof *all, by_path_and_age);
    for (int i = 0; i < count; i++) {
        if (!is_due(&all[i], request_path, secure)) {
            continue;
        }
        const char *separator = parts->nelts ? "; " : "";
        APR_ARRAY_PUSH(parts, const char *) = separator;
        APR_ARRAY_PUSH(parts, const char *) = all[i].name;
        APR_ARRAY_PUSH(parts, const char *) = "=";
        APR_ARRAY_PUSH(parts, const char *) = apr_pstrmemdup(
            p, (const char *)all[i].value.data, all[i].value.len);
    }
    return parts->nelts ? apr_array_pstrcat(p, parts, '\0') : NULL;
}
