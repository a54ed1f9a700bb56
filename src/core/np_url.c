/* SPDX-License-Identifier: Apache-2.0
 * Addresses that requests ask to be sent to. */
#include "np_url.h"

#include <string.h>
#include <strings.h>

#include "apr_escape.h"
#include "apr_lib.h"
#include "apr_strings.h"

/* Browsers read some of these as '/', and pass over others. */
static bool is_plain(const char *url)
{
    for (const char *c = url; *c; c++) {
        if (*c == '\\' || *c == ' ' || apr_iscntrl(*c)) {
            return false;
        }
    }
    return true;
}

bool np_url_is_local(const char *url)
{
    return url[0] == '/' && url[1] != '/' && is_plain(url);
}

const char *np_url_escape(const char *text, apr_pool_t *p)
{
    static const char hex[] = "0123456789ABCDEF";
    char *escaped = apr_palloc(p, 3 * strlen(text) + 1);
    char *out = escaped;

    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (apr_isalnum(*c) || strchr("-._~", *c)) {
            *out++ = (char)*c;
        }
        else {
            *out++ = '%';
            *out++ = hex[*c >> 4];
            *out++ = hex[*c & 15];
        }
    }
    *out = '\0';
    return escaped;
}

const char *np_url_parameter(const char *query, const char *name,
                             apr_pool_t *p)
{
    apr_size_t name_len = strlen(name);

    while (query && *query) {
        apr_size_t len = strcspn(query, "&");
        if (len > name_len && query[name_len] == '='
            && !memcmp(query, name, name_len)) {
            char *value =
                apr_pstrmemdup(p, query + name_len + 1, len - name_len - 1);
            return apr_punescape_url(p, value, NULL, NULL, 1);
        }
        query += len;
        query += *query == '&';
    }
    return NULL;
}

#define AFTER_SCHEME "://"

static apr_size_t len_without_port(const char *scheme, const char *host,
                                   apr_size_t len)
{
    const char *port = !strcasecmp(scheme, "https") ? ":443"
                       : !strcasecmp(scheme, "http") ? ":80"
                                                     : "";
    apr_size_t port_len = strlen(port);

    return len > port_len && !memcmp(host + len - port_len, port, port_len)
               ? len - port_len
               : len;
}

/* A name or an address, and a port: no user, no path. */
static bool is_host(const char *host)
{
    apr_size_t len = strspn(host, "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._~[]:");
    return len && !host[len];
}

const char *np_url_origin(const char *scheme, const char *host,
                          apr_pool_t *p)
{
    if (!is_host(host)) {
        return NULL;
    }
    apr_size_t len = len_without_port(scheme, host, strlen(host));
    return apr_pstrcat(p, scheme, AFTER_SCHEME,
                       apr_pstrmemdup(p, host, len), NULL);
}

bool np_url_is_at(const char *url, const char *origin, apr_pool_t *p)
{
    const char *after = strstr(url, AFTER_SCHEME);

    if (!after || !is_plain(url)) {
        return false;
    }
    const char *host = after + strlen(AFTER_SCHEME);
    apr_size_t len = strcspn(host, "/?#");
    const char *own = np_url_origin(
        apr_pstrmemdup(p, url, (apr_size_t)(after - url)),
        apr_pstrmemdup(p, host, len), p);
    return own && host[len] == '/' && !strcasecmp(own, origin);
}

static bool has_scheme(const char *url)
{
    apr_size_t len = strcspn(url, ":/?#");
    return url[len] == ':';
}

/* A path in which browsers would look for "." and ".." themselves. */
static const char *folder_of(const char *path, apr_pool_t *p)
{
    const char *end = path + strcspn(path, "?#");

    while (end > path && end[-1] != '/') {
        end--;
    }
    return apr_pstrmemdup(p, path, (apr_size_t)(end - path));
}

const char *np_url_resolve(const char *location, const char *origin,
                           const char *path, apr_pool_t *p)
{
    if (!*location || !is_plain(location)) {
        return NULL;
    }
    if (has_scheme(location)) {
        return np_url_is_at(location, origin, p) ? location : NULL;
    }
    if (*location == '/') {
        return np_url_is_local(location)
                   ? apr_pstrcat(p, origin, location, NULL)
                   : NULL;
    }
    if (*location == '?') {
        path = apr_pstrmemdup(p, path, strcspn(path, "?#"));
    }
    else if (*location == '#') {
        path = apr_pstrmemdup(p, path, strcspn(path, "#"));
    }
    else {
        path = folder_of(path, p);
    }
    return np_url_is_local(path)
               ? apr_pstrcat(p, origin, path, location, NULL)
               : NULL;
}
