/* SPDX-License-Identifier: Apache-2.0
 * The management API: which operations there are, and which one is meant. */
#include "np_api_endpoint.h"

#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"
#include "http_protocol.h"

#define ROOT "/api/v2/"

const np_route_t np_routes[] = {
    { M_GET, "GET", "tenants/settings", NP_RIGHT_READ_SETTINGS,
      np_api_settings_get },
    { M_PATCH, "PATCH", "tenants/settings", NP_RIGHT_UPDATE_SETTINGS,
      np_api_settings_patch },
    { M_DELETE, "DELETE", "tenants/settings", NP_RIGHT_UPDATE_SETTINGS,
      np_api_settings_delete },
    { M_GET, "GET", "sessions/*", NP_RIGHT_READ_SESSIONS,
      np_api_session_get },
    { M_PATCH, "PATCH", "sessions/*", NP_RIGHT_UPDATE_SESSIONS,
      np_api_session_patch },
    { M_DELETE, "DELETE", "sessions/*", NP_RIGHT_DELETE_SESSIONS,
      np_api_session_delete },
    { M_POST, "POST", "sessions/*/revoke",
      NP_RIGHT_DELETE_SESSIONS | NP_RIGHT_DELETE_REFRESH_TOKENS,
      np_api_session_revoke },
    { M_GET, "GET", "users/*/sessions", NP_RIGHT_READ_SESSIONS,
      np_api_user_get },
    { M_DELETE, "DELETE", "users/*/sessions", NP_RIGHT_DELETE_SESSIONS,
      np_api_user_delete },
    { .path = NULL },
};

static int hex(char c)
{
    return apr_isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* One segment, decoded here because httpd does not do it for %2F. NULL for what
 * is none: nothing, . and .., a % without two digits, and a NUL. */
static const char *decode(const char *raw, apr_size_t len, apr_pool_t *p)
{
    char *text = apr_palloc(p, len + 1);
    char *out = text;

    for (apr_size_t i = 0; i < len; i++) {
        char c = raw[i];
        if (c == '%') {
            if (len - i < 3 || !apr_isxdigit(raw[i + 1])
                || !apr_isxdigit(raw[i + 2])) {
                return NULL;
            }
            c = (char)(hex(raw[i + 1]) << 4 | hex(raw[i + 2]));
            i += 2;
        }
        if (!c) {
            return NULL;
        }
        *out++ = c;
    }
    *out = '\0';
    return !*text || !strcmp(text, ".") || !strcmp(text, "..") ? NULL : text;
}

/* From the path as it was sent: in the one that httpd has decoded, an id with a
 * slash in it would look like two segments. */
static bool split(np_call_t *call)
{
    const char *path = call->r->parsed_uri.path;
    const char *at = path ? ap_strstr_c(path, ROOT) : NULL;

    if (!at) {
        return false;
    }
    at += strlen(ROOT);
    while (true) {
        const apr_size_t len = strcspn(at, "/");
        const char *part = decode(at, len, call->r->pool);
        if (!part || call->part_count == NP_CALL_MAX_PARTS) {
            return false;
        }
        call->parts[call->part_count++] = part;
        if (!at[len]) {
            return true;
        }
        at += len + 1;
    }
}

static bool matches(const np_call_t *call, const char *pattern)
{
    for (int i = 0; i < call->part_count; i++) {
        const apr_size_t len = strcspn(pattern, "/");
        const bool any = len == 1 && *pattern == '*';
        if (!len
            || (!any
                && (strlen(call->parts[i]) != len
                    || strncmp(call->parts[i], pattern, len) != 0))) {
            return false;
        }
        pattern += len + (pattern[len] == '/');
    }
    return !*pattern;
}

/* Allow: of every operation that this path has. */
static const char *allowed(const np_call_t *call)
{
    const char *list = "OPTIONS";

    for (const np_route_t *route = np_routes; route->path; route++) {
        if (matches(call, route->path)) {
            list = apr_pstrcat(call->r->pool, list, ", ", route->method_name,
                               route->method == M_GET ? ", HEAD" : "", NULL);
        }
    }
    return list;
}

bool np_api_route(np_call_t *call, const np_route_t **found)
{
    const request_rec *r = call->r;
    bool known = false;

    *found = NULL;
    if (!split(call)) {
        call->error = np_api_error(NP_API_NOT_FOUND);
        return false;
    }
    for (const np_route_t *route = np_routes; route->path; route++) {
        if (!matches(call, route->path)) {
            continue;
        }
        known = true;
        if (route->method == r->method_number) {
            *found = route;
            return true;
        }
    }
    if (!known) {
        call->error = np_api_error(NP_API_NOT_FOUND);
        return false;
    }
    apr_table_setn(r->headers_out, "Allow", allowed(call));
    call->error = np_api_error(NP_API_WRONG_METHOD);
    return r->method_number == M_OPTIONS;
}
