/* SPDX-License-Identifier: Apache-2.0
 * Forms and query strings: names and values, percent-encoded. */
#include "np_form.h"

#include <string.h>

static int hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL if it is not well encoded. */
static const char *decode(np_bytes_t text, apr_pool_t *p)
{
    char *decoded = apr_palloc(p, text.len + 1);
    char *out = decoded;

    for (apr_size_t i = 0; i < text.len; i++) {
        int c = text.data[i] == '+' ? ' ' : text.data[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.len ? hex(text.data[i + 2]) : -1;
            c = high < 0 || low < 0 ? 0 : high << 4 | low;
            i += 2;
        }
        if (!c) {
            return NULL;
        }
        *out++ = (char)c;
    }
    *out = '\0';
    return decoded;
}

/* What stands before @a end, which is taken off @a text, too. */
static np_bytes_t take_until(np_bytes_t *text, char end)
{
    const unsigned char *found =
        text->len ? memchr(text->data, end, text->len) : NULL;
    np_bytes_t taken = { text->data,
                         found ? (apr_size_t)(found - text->data) : text->len };
    apr_size_t passed = taken.len + (found ? 1 : 0);

    text->data = passed ? text->data + passed : text->data;
    text->len -= passed;
    return taken;
}

apr_status_t np_form_parse(np_bytes_t form, apr_array_header_t **pairs,
                           apr_pool_t *p)
{
    *pairs = apr_array_make(p, 4, sizeof(np_pair_t));
    while (form.len) {
        np_bytes_t value = take_until(&form, '&');
        if (!value.len) {
            continue;
        }
        np_bytes_t name = take_until(&value, '=');
        const np_pair_t pair = { decode(name, p), decode(value, p) };
        if (!pair.name || !pair.value || (*pairs)->nelts == NP_FORM_MAX) {
            return APR_EINVAL;
        }
        APR_ARRAY_PUSH(*pairs, np_pair_t) = pair;
    }
    return APR_SUCCESS;
}

apr_status_t np_form_get(const apr_array_header_t *pairs, const char *name,
                         const char **value)
{
    *value = NULL;
    for (int i = 0; i < pairs->nelts; i++) {
        const np_pair_t *pair = &APR_ARRAY_IDX(pairs, i, np_pair_t);
        if (!strcmp(pair->name, name)) {
            if (*value) {
                return APR_EINVAL;
            }
            *value = pair->value;
        }
    }
    return APR_SUCCESS;
}
