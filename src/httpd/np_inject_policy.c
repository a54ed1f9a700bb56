/* SPDX-License-Identifier: Apache-2.0
 * Content-Security-Policy headers of a page that gets the script. */
#include "np_inject_page.h"

#include <string.h>

#include "apr_atomic.h"
#include "apr_strings.h"

#include "np_csp.h"
#include "np_log.h"

#define POLICY "Content-Security-Policy"

/* The host as the browser names it, if it can stand in a policy. */
static const char *host_in_policies(const request_rec *r)
{
    const char *host = apr_table_get(r->headers_in, "Host");

    if (!host) {
        return NULL;
    }
    apr_size_t name = strspn(host, "abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    apr_size_t port = host[name] == ':' ? 1 : 0;
    apr_size_t digits = port ? strspn(host + name + 1, "0123456789") : 0;
    return name && !host[name + port + digits] && port <= digits ? host : NULL;
}

/* A path in a policy has no separators, and no escape that another path is. */
static bool is_plain(const char *path)
{
    return !path[strspn(path, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.-_~")];
}

static np_csp_ask_t what_to_ask(request_rec *r, const np_run_page_t *page,
                                const char *nonce)
{
    const char *host = is_plain(page->path) ? host_in_policies(r) : NULL;
    np_csp_ask_t ask = {
        .connect = "'self'",
        .hash = apr_psprintf(r->pool, "'%s'", page->integrity),
        .nonce = nonce,
    };

    if (host) {
        const char *base = apr_pstrcat(r->pool, host, page->path, NULL);
        ask.script = apr_pstrcat(r->pool, base, ".np/", page->script, NULL);
        ask.connect = apr_pstrcat(r->pool, base, ".np/ ", base, ".np-seed",
                                  NULL);
    }
    return ask;
}

/* --- all policies of a response -------------------------------------------- */

/* Each policy of the response; false at once if handle says so. */
typedef bool policy_t(request_rec *r, apr_table_entry_t *entry, void *what);

static bool each_policy(request_rec *r, policy_t *handle, void *what)
{
    const apr_table_t *const tables[] = { r->headers_out,
                                          r->err_headers_out };

    for (int t = 0; t < 2; t++) {
        const apr_array_header_t *list = apr_table_elts(tables[t]);
        apr_table_entry_t *entries = (apr_table_entry_t *)(void *)list->elts;
        for (int i = 0; i < list->nelts; i++) {
            if (!ap_cstr_casecmp(entries[i].key, POLICY)
                && !handle(r, &entries[i], what)) {
                return false;
            }
        }
    }
    return true;
}

static bool find_nonce(request_rec *r, apr_table_entry_t *entry, void *nonce)
{
    const char **found = nonce;

    *found = np_csp_nonce(entry->val, r->pool);
    return !*found;
}

static bool is_willing(request_rec *r, apr_table_entry_t *entry, void *ask)
{
    return np_csp_admit(entry->val, ask, r->pool);
}

static bool change_policy(request_rec *r, apr_table_entry_t *entry, void *ask)
{
    const char *changed = np_csp_admit(entry->val, ask, r->pool);

    if (changed) {
        entry->val = (char *)(apr_uintptr_t)changed;
    }
    return changed;
}

static void tell_of_sandbox(const request_rec *r)
{
    if (np_inject_is_first_time(r, NP_INJECT_TOLD_SANDBOX)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_PAGE_SANDBOX, r->uri);
    }
}

const char *np_inject_nonce(request_rec *r)
{
    const char *nonce = NULL;

    each_policy(r, find_nonce, &nonce);
    return nonce;
}

bool np_inject_is_let_in(request_rec *r, const np_run_page_t *page,
                         const char *nonce)
{
    np_csp_ask_t ask = what_to_ask(r, page, nonce);
    bool let_in = each_policy(r, is_willing, &ask);

    if (!let_in) {
        tell_of_sandbox(r);
    }
    return let_in;
}

/* Headers for caches in front of servers, which these heed instead of
 * Cache-Control (RFC 9213 and its elders). */
static bool is_for_shared_caches(const char *name)
{
    static const char end[] = "-Cache-Control";
    apr_size_t len = strlen(name);

    return (len >= sizeof end
            && !ap_cstr_casecmp(name + len + 1 - sizeof end, end))
           || !ap_cstr_casecmp(name, "Surrogate-Control")
           || !ap_cstr_casecmp(name, "X-Accel-Expires");
}

static void forget_shared_caches(apr_table_t *headers)
{
    const apr_array_header_t *list = apr_table_elts(headers);
    const apr_table_entry_t *entries =
        (const apr_table_entry_t *)(const void *)list->elts;

    for (int i = list->nelts; i-- > 0;) {
        if (is_for_shared_caches(entries[i].key)) {
            apr_table_unset(headers, entries[i].key);
            i = list->nelts;
        }
    }
}

/* A cache that serves others would give them this session's page. */
static void keep_private(request_rec *r)
{
    const char *name = "Cache-Control";

    if (apr_table_get(r->headers_out, name)) {
        apr_table_mergen(r->headers_out, name, "private");
    }
    else if (apr_table_get(r->err_headers_out, name)) {
        apr_table_mergen(r->err_headers_out, name, "private");
    }
    else {
        apr_table_setn(r->headers_out, name, "private");
    }
}

/* `private="a-header"` is about that header only. */
static bool is_private(const request_rec *r)
{
    const apr_table_t *const tables[] = { r->headers_out,
                                          r->err_headers_out };

    for (int t = 0; t < 2; t++) {
        const char *value =
            apr_table_getm(r->pool, tables[t], "Cache-Control");
        if (value
            && (ap_strcasestr(value, "no-store")
                || (ap_strcasestr(value, "private")
                    && !ap_strcasestr(value, "private=")))) {
            return true;
        }
    }
    return false;
}

void np_inject_change_policies(request_rec *r, const np_run_page_t *page,
                               const char *nonce)
{
    np_csp_ask_t ask = what_to_ask(r, page, nonce);

    if (!each_policy(r, change_policy, &ask)) {
        tell_of_sandbox(r);
    }
    forget_shared_caches(r->headers_out);
    forget_shared_caches(r->err_headers_out);
    if (!is_private(r)) {
        keep_private(r);
    }
}

void np_inject_found_meta_policy(request_rec *r)
{
    if (np_inject_is_first_time(r, NP_INJECT_TOLD_META)) {
        NP_LOG_REQUEST(r, APR_SUCCESS, NP_MSG_PAGE_META_POLICY, r->uri);
    }
}

bool np_inject_is_first_time(const request_rec *r, apr_uint32_t what)
{
    np_site_t *site = np_config_server(r->server)->site;
    apr_uint32_t told;

    do {
        told = apr_atomic_read32(&site->pages_told);
    } while (!(told & what)
             && apr_atomic_cas32(&site->pages_told, told | what, told)
                    != told);
    return !(told & what);
}
