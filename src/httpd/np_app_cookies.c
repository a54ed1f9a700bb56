/* SPDX-License-Identifier: Apache-2.0
 * The application's own cookies: passed, hardened, or kept in the vault. */
#include "np_app_cookies.h"

#include <string.h>

#include "apr_strings.h"

#include "np_app_data.h"
#include "np_data.h"
#include "np_log.h"
#include "np_vault.h"

/* np_cookie_is_ours_t over np_place_t: is this one of those that the place
 * names? */
static bool is_named(const char *name, apr_size_t len, const void *in)
{
    const np_place_t *place = in;
    const apr_array_header_t *names = place->app_cookie_names;

    for (int i = 0; names && i < names->nelts; i++) {
        const char *wanted = APR_ARRAY_IDX(names, i, const char *);
        if (strlen(wanted) == len && !memcmp(wanted, name, len)) {
            return true;
        }
    }
    return !names;
}

static void set_cookie_header(request_rec *r, const char *value)
{
    if (value) {
        apr_table_setn(r->headers_in, "Cookie", value);
    }
    else {
        apr_table_unset(r->headers_in, "Cookie");
    }
}

/* The path that the browser asked for: its cookies go by that one. */
static const char *asked_path(const request_rec *r)
{
    const char *path = np_request_first(r)->parsed_uri.path;
    return path && *path == '/' ? path : "/";
}

static const char *vaulted(const np_request_t *ctx, const request_rec *r)
{
    np_bytes_t data;

    return np_data_read(ctx, &data) == APR_SUCCESS
               ? np_vault_header(data, asked_path(r),
                                 np_request_is_secure(ctx, r), ctx->now,
                                 r->pool)
               : NULL;
}

void np_app_cookies_take_out(np_request_t *ctx, request_rec *r)
{
    if (ctx->vault_is_in) {
        ctx->vault_is_in = false;
        set_cookie_header(r, ctx->without_vault);
    }
}

void np_app_cookies_put_in(np_request_t *ctx, request_rec *r,
                           const np_place_t *place)
{
    if (!place->on || place->app_cookies != NP_APP_COOKIES_VAULT) {
        return;
    }
    const char *given = apr_table_get(r->headers_in, "Cookie");
    const char *rest = np_cookie_strip(given, is_named, place, r->pool);
    const char *ours = np_request_sees(ctx, r, place) ? vaulted(ctx, r) : NULL;

    ctx->without_vault = given;
    ctx->vault_is_in = true;
    set_cookie_header(r, rest && ours ? apr_pstrcat(r->pool, rest, "; ", ours,
                                                    NULL)
                                      : (rest ? rest : ours));
}

/* --- responses ------------------------------------------------------------- */

/* The Set-Cookie headers of a response on their way into the vault. */
typedef struct np_haul_t {
    /** of np_set_cookie_t */
    apr_array_header_t *cookies;
    const char *path;
    apr_time_t now;
    /* Counted while they are written, which may happen twice. */
    int *dropped;
} np_haul_t;

static apr_status_t keep_all(np_bytes_t data, np_bytes_t *changed,
                             const void *how, apr_pool_t *p)
{
    const np_haul_t *haul = how;

    *haul->dropped = 0;
    for (int i = 0; i < haul->cookies->nelts; i++) {
        const np_set_cookie_t *cookie =
            &APR_ARRAY_IDX(haul->cookies, i, np_set_cookie_t);
        apr_status_t status = np_vault_keep(data, cookie, haul->path,
                                            haul->now, &data, haul->dropped,
                                            p);
        if (status == APR_ENOSPC) {
            ++*haul->dropped;
        }
        else if (status != APR_SUCCESS) {
            return status;
        }
    }
    *changed = data;
    return data.len <= NP_APP_DATA_MAX ? APR_SUCCESS : APR_ENOSPC;
}

static void keep(np_request_t *ctx, request_rec *r, const np_place_t *place,
                 np_haul_t *haul)
{
    const np_outcome_t *outcome = np_request_outcome(ctx, r, place);
    int dropped = 0;

    if (!haul->cookies->nelts || outcome->state != NP_STATE_LIVE) {
        return;                       /* who has no session has no vault */
    }
    haul->dropped = &dropped;
    apr_status_t status = np_data_change(ctx, r, keep_all, haul);
    if (status == APR_SUCCESS && dropped) {
        NP_LOG_REQUEST(r, status, NP_MSG_VAULT_FULL, dropped);
    }
    if (status != APR_SUCCESS && status != APR_EEXIST
        && status != APR_EINVAL) {
        NP_LOG_REQUEST(r, status, NP_MSG_NOT_VAULTED);
        np_request_store_failed(ctx, r, place);
    }
}

/* Take the named cookies out of a response's headers. */
static void collect(const np_place_t *place, apr_table_t *headers,
                    np_haul_t *haul, apr_pool_t *p)
{
    apr_table_t *copy = apr_table_copy(p, headers);
    const apr_array_header_t *list = apr_table_elts(copy);

    if (!apr_table_get(headers, "Set-Cookie")) {
        return;
    }
    apr_table_unset(headers, "Set-Cookie");
    for (int i = 0; i < list->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(list, i, apr_table_entry_t);
        np_set_cookie_t cookie;
        if (strcasecmp(entry->key, "Set-Cookie")) {
            continue;
        }
        bool read = np_set_cookie_read(entry->val, haul->now, &cookie, p);
        if (read && is_named(cookie.name, strlen(cookie.name), place)) {
            APR_ARRAY_PUSH(haul->cookies, np_set_cookie_t) = cookie;
        }
        else if (read || place->app_cookie_names) {
            apr_table_addn(headers, "Set-Cookie", entry->val);
        }
    }
}

static void vault(np_request_t *ctx, request_rec *r, const np_place_t *place)
{
    apr_pool_t *p = ctx->first->pool;
    np_haul_t haul = {
        .cookies = apr_array_make(p, 4, sizeof(np_set_cookie_t)),
        .path = asked_path(r),
        .now = ctx->now,
    };

    collect(place, r->headers_out, &haul, p);
    collect(place, r->err_headers_out, &haul, p);
    keep(ctx, r, place, &haul);
}

static bool is_transient(const np_request_t *ctx)
{
    np_mode_e mode = ctx->outcome.state == NP_STATE_LIVE
                         ? ctx->outcome.record.mode
                         : ctx->realm.rules.mode;
    return mode == NP_MODE_NON_PERSISTENT;
}

static void harden(const np_request_t *ctx, request_rec *r,
                   const np_place_t *place, apr_table_t *headers)
{
    const apr_array_header_t *list = apr_table_elts(headers);

    for (int i = 0; i < list->nelts; i++) {
        apr_table_entry_t *entry = &APR_ARRAY_IDX(list, i, apr_table_entry_t);
        np_set_cookie_t cookie;
        if (!strcasecmp(entry->key, "Set-Cookie")
            && np_set_cookie_read(entry->val, ctx->now, &cookie, r->pool)
            && is_named(cookie.name, strlen(cookie.name), place)) {
            entry->val = (char *)np_set_cookie_harden(
                entry->val, is_transient(ctx), np_request_is_secure(ctx, r),
                ctx->now, r->pool);
        }
    }
}

void np_app_cookies_take(np_request_t *ctx, request_rec *r)
{
    const np_place_t *place = np_config_place(r);

    if (!place->on || ctx->sent || !ctx->tenant) {
        return;
    }
    switch ((np_app_cookies_e)place->app_cookies) {
    case NP_APP_COOKIES_PASS:
        break;
    case NP_APP_COOKIES_HARDEN:
        harden(ctx, r, place, r->headers_out);
        harden(ctx, r, place, r->err_headers_out);
        break;
    case NP_APP_COOKIES_VAULT:
        vault(ctx, r, place);
        break;
    }
}
