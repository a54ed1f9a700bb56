/* SPDX-License-Identifier: Apache-2.0
 * What the store keeps of a browser: who logged in with it, or who passed a
 * second factor on it. docs/record-format.md draws the bytes. */
#include "np_browser.h"

#include <string.h>

#include "apr_strings.h"

#include "np_number.h"

/*
 *  0         1            9          25
 *  +---------+------------+----------+---------------------------
 *  | version | created_at |  handle  | visitors, to the end
 *  +---------+------------+----------+---------------------------
 *
 *  a visitor:  0       8         16       18
 *              +-------+---------+--------+------
 *              | since | used_at | length | user
 *              +-------+---------+--------+------
 */
#define VERSION 1
#define FIXED_LEN (1 + 8 + NP_HANDLE_LEN)
#define VISITOR_HEADER_LEN (8 + 8 + 2)

np_visitor_t *np_browser_find(np_browser_t *browser, const char *user)
{
    for (int i = 0; i < browser->count; i++) {
        if (!strcmp(browser->visitors[i].user, user)) {
            return &browser->visitors[i];
        }
    }
    return NULL;
}

/* A free entry, or that of the visitor who stayed away for longest. */
static np_visitor_t *make_room(np_browser_t *browser)
{
    np_visitor_t *oldest = &browser->visitors[0];

    if (browser->count < NP_BROWSER_MAX_USERS) {
        return &browser->visitors[browser->count++];
    }
    for (int i = 1; i < browser->count; i++) {
        if (browser->visitors[i].used_at < oldest->used_at) {
            oldest = &browser->visitors[i];
        }
    }
    return oldest;
}

void np_browser_remember(np_browser_t *browser, const char *user, bool anew,
                         apr_time_t now)
{
    np_visitor_t *visitor = np_browser_find(browser, user);

    if (!visitor) {
        visitor = make_room(browser);
        visitor->user = user;
        anew = true;
    }
    if (anew) {
        visitor->since = now;
    }
    visitor->used_at = now;
}

static bool is_sound(const np_browser_t *browser)
{
    if (browser->created_at < 0 || browser->count < 0
        || browser->count > NP_BROWSER_MAX_USERS) {
        return false;
    }
    for (int i = 0; i < browser->count; i++) {
        const np_visitor_t *visitor = &browser->visitors[i];
        if (visitor->since < 0 || visitor->used_at < 0
            || !np_record_is_user(visitor->user)) {
            return false;
        }
    }
    return true;
}

static apr_size_t encoded_len(const np_browser_t *browser)
{
    apr_size_t len = FIXED_LEN;
    for (int i = 0; i < browser->count; i++) {
        len += VISITOR_HEADER_LEN + strlen(browser->visitors[i].user);
    }
    return len;
}

apr_status_t np_browser_encode(const np_browser_t *browser, np_bytes_t *bytes,
                               apr_pool_t *p)
{
    if (!is_sound(browser)) {
        return APR_EINVAL;
    }
    apr_size_t len = encoded_len(browser);
    unsigned char *data = apr_palloc(p, len);
    unsigned char *out = data;

    *out++ = VERSION;
    out = np_number_write(out, browser->created_at, 8);
    memcpy(out, browser->handle, NP_HANDLE_LEN);
    out += NP_HANDLE_LEN;
    for (int i = 0; i < browser->count; i++) {
        const np_visitor_t *visitor = &browser->visitors[i];
        apr_size_t user_len = strlen(visitor->user);
        out = np_number_write(out, visitor->since, 8);
        out = np_number_write(out, visitor->used_at, 8);
        out = np_number_write(out, (apr_int64_t)user_len, 2);
        memcpy(out, visitor->user, user_len);
        out += user_len;
    }
    *bytes = (np_bytes_t){ data, len };
    return APR_SUCCESS;
}

/* Read the visitor at *in and step over it. */
static bool read_visitor(const unsigned char **in, const unsigned char *end,
                         np_visitor_t *visitor, apr_pool_t *p)
{
    if (end - *in < VISITOR_HEADER_LEN) {
        return false;
    }
    apr_size_t len = (apr_size_t)np_number_read(*in + 16, 2);
    const unsigned char *user = *in + VISITOR_HEADER_LEN;
    if ((apr_size_t)(end - user) < len || memchr(user, '\0', len)) {
        return false;
    }
    visitor->since = np_number_read(*in, 8);
    visitor->used_at = np_number_read(*in + 8, 8);
    visitor->user = apr_pstrmemdup(p, (const char *)user, len);
    *in = user + len;
    return true;
}

apr_status_t np_browser_decode(np_bytes_t bytes, np_browser_t *browser,
                               apr_pool_t *p)
{
    np_browser_t found = { .count = 0 };

    if (bytes.len < FIXED_LEN || bytes.data[0] != VERSION) {
        return APR_EINVAL;
    }
    found.created_at = np_number_read(bytes.data + 1, 8);
    memcpy(found.handle, bytes.data + 9, NP_HANDLE_LEN);
    const unsigned char *in = bytes.data + FIXED_LEN;
    const unsigned char *end = bytes.data + bytes.len;
    while (in < end) {
        if (found.count == NP_BROWSER_MAX_USERS
            || !read_visitor(&in, end, &found.visitors[found.count++], p)) {
            return APR_EINVAL;
        }
    }
    if (!is_sound(&found)) {
        return APR_EINVAL;
    }
    *browser = found;
    return APR_SUCCESS;
}
