/* SPDX-License-Identifier: Apache-2.0
 * Keeping our names to ourselves: headers and cookies that must not pass. */
#include "np_scrub.h"

#include <string.h>

#include "apr_strings.h"

static const char our_prefix[] = "session-np-";

/* CGI turns '-' into '_'; other gateways fold '.' or more. So all that is not
 * a letter or a digit counts as '-'. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return !c || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
}

/* A name ends after len characters, or before. */
static bool begins_with(const char *name, apr_size_t len, const char *prefix)
{
    apr_size_t i = 0;

    while (prefix[i] && i < len && fold(name[i]) == prefix[i]) {
        i++;
    }
    return !prefix[i];
}

static bool is_ours(const char *name, apr_size_t len)
{
    return begins_with(name, len, our_prefix);
}

/* From the end, for removing a name moves up those behind it. */
static void remove_all(apr_table_t *headers, const char *prefix)
{
    const apr_array_header_t *list = apr_table_elts(headers);

    for (int i = list->nelts - 1; i >= 0; i--) {
        const char *name = APR_ARRAY_IDX(list, i, apr_table_entry_t).key;
        if (begins_with(name, APR_SIZE_MAX, prefix)) {
            apr_table_unset(headers, name);
            i = i < list->nelts ? i : list->nelts;
        }
    }
}

static void remove_ours(apr_table_t *headers)
{
    remove_all(headers, our_prefix);
}

/* The tokens of a Connection header without those that are ours; NULL if all
 * of them were. mod_proxy ends a token at a blank or ';' too. */
static const char *remove_tokens(const char *value, apr_pool_t *p)
{
    static const char ends[] = ",; \t\v\f\r\n";
    char *rest = apr_palloc(p, 2 * strlen(value) + 2);
    char *out = rest;

    while (*value) {
        value += strspn(value, ends);
        apr_size_t len = strcspn(value, ends);
        if (len && !is_ours(value, len)) {
            out = out > rest ? apr_cpystrn(out, ", ", 3) : out;
            out = apr_cpystrn(out, value, len + 1);
        }
        value += len;
    }
    return out > rest ? rest : NULL;
}

static bool mentions_ours(const char *value)
{
    for (; *value; value++) {
        if (is_ours(value, APR_SIZE_MAX)) {
            return true;
        }
    }
    return false;
}

void np_scrub_request(request_rec *r)
{
    const char *connection = apr_table_get(r->headers_in, "Connection");

    remove_ours(r->headers_in);
    if (!connection || !mentions_ours(connection)) {
        return;
    }
    const char *rest = remove_tokens(connection, r->pool);
    if (rest) {
        apr_table_setn(r->headers_in, "Connection", rest);
    }
    else {
        apr_table_unset(r->headers_in, "Connection");
    }
}

void np_scrub_claims(request_rec *r)
{
    remove_all(r->headers_in, "oidc-");
}

void np_scrub_response(request_rec *r)
{
    remove_ours(r->headers_out);
    remove_ours(r->err_headers_out);
}

void np_scrub_trailers(request_rec *r)
{
    remove_ours(r->trailers_out);
}

void np_scrub_cookies(const np_request_t *ctx, request_rec *r,
                      const np_place_t *place)
{
    const char *given = apr_table_get(r->headers_in, "Cookie");

    if (place && !place->strip_cookies) {
        if (ctx->cookie_header) {
            apr_table_setn(r->headers_in, "Cookie", ctx->cookie_header);
        }
        return;
    }
    if (!given) {
        return;
    }
    const char *rest =
        np_cookie_strip(given, np_site_owns_cookie, ctx->site, r->pool);
    if (rest == given) {
        return;
    }
    if (rest) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    }
    else {
        apr_table_unset(r->headers_in, "Cookie");
    }
}
