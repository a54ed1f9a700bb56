/* SPDX-License-Identifier: Apache-2.0
 * Addresses that requests ask to be sent to. */
#include "np_url.h"

#include <string.h>

#include "apr_escape.h"
#include "apr_lib.h"
#include "apr_strings.h"

bool np_url_is_local(const char *url)
{
    if (url[0] != '/' || url[1] == '/') {
        return false;
    }
    for (const char *c = url; *c; c++) {
        if (*c == '\\' || *c == ' ' || apr_iscntrl(*c)) {
            return false;
        }
    }
    return true;
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
