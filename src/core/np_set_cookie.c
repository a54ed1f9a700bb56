/* SPDX-License-Identifier: Apache-2.0
 * Reading the Set-Cookie headers of applications, and making them stricter
 * (RFC 6265 section 5.2). */
#include "np_set_cookie.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_date.h"
#include "apr_strings.h"

#include "np_policy.h"

#define BLANKS " \t"

/* One part of the line, between semicolons: "name=value" or "name". */
typedef struct np_part_t {
    const char *start;
    apr_size_t len;
    const char *name;
    /* NULL: no '='. */
    const char *value;
} np_part_t;

static const char *trim(const char *start, const char *end, apr_pool_t *p)
{
    while (start < end && strchr(BLANKS, *start)) {
        start++;
    }
    while (end > start && strchr(BLANKS, end[-1])) {
        end--;
    }
    return apr_pstrmemdup(p, start, (apr_size_t)(end - start));
}

/* Read the part at *line and step over it; false at the end. */
static bool next_part(const char **line, np_part_t *part, apr_pool_t *p)
{
    if (!*line) {
        return false;
    }
    part->start = *line;
    part->len = strcspn(*line, ";");
    const char *end = part->start + part->len;
    const char *equals = memchr(part->start, '=', part->len);
    part->name = trim(part->start, equals ? equals : end, p);
    part->value = equals ? trim(equals + 1, end, p) : NULL;
    *line = *end ? end + 1 : NULL;
    return true;
}

static bool is_called(const np_part_t *part, const char *name)
{
    return !apr_cstr_casecmp(part->name, name);
}

/* Max-Age as browsers read it: digits, with '-' before them or not. */
static bool read_max_age(const char *text, apr_time_t now,
                         apr_time_t *expires_at)
{
    char *end;

    if (!text || text[strspn(text, "-0123456789")] || !*text) {
        return false;
    }
    apr_int64_t seconds = apr_strtoi64(text, &end, 10);
    if (*end) {
        return false;
    }
    if (seconds <= 0) {
        *expires_at = 1;
    }
    else if (seconds > APR_INT64_MAX / APR_USEC_PER_SEC) {
        *expires_at = APR_INT64_MAX;
    }
    else {
        *expires_at = np_policy_sum(now, apr_time_from_sec(seconds));
    }
    return true;
}

/* What browsers do with a date that they cannot read: nothing. */
static bool read_expires(const char *text, apr_time_t *expires_at)
{
    if (!text) {
        return false;
    }
    apr_time_t date = apr_date_parse_rfc(text);
    bool epoch = strstr(text, "1970") != NULL;
    if (date == APR_DATE_BAD && !epoch) {
        return false;
    }
    *expires_at = date > 0 ? date : 1;
    return true;
}

bool np_set_cookie_read(const char *line, apr_time_t now,
                        np_set_cookie_t *cookie, apr_pool_t *p)
{
    np_part_t part;
    bool has_max_age = false;

    memset(cookie, 0, sizeof *cookie);
    if (!next_part(&line, &part, p) || !*part.name || !part.value) {
        return false;
    }
    cookie->name = part.name;
    cookie->value = part.value;
    while (next_part(&line, &part, p)) {
        if (is_called(&part, "Path")) {
            cookie->path =
                part.value && *part.value == '/' ? part.value : NULL;
        }
        else if (is_called(&part, "Max-Age")) {
            has_max_age |= read_max_age(part.value, now, &cookie->expires_at);
        }
        else if (is_called(&part, "Expires") && !has_max_age) {
            (void)read_expires(part.value, &cookie->expires_at);
        }
        cookie->secure |= is_called(&part, "Secure");
        cookie->http_only |= is_called(&part, "HttpOnly");
        cookie->same_site |= is_called(&part, "SameSite");
    }
    cookie->removes = cookie->expires_at && cookie->expires_at <= now;
    return true;
}

/* The line without the attributes that give a cookie a life. */
static const char *without_life(const char *line, apr_pool_t *p)
{
    const char *rest = line;
    const char *kept = NULL;
    np_part_t part;

    while (next_part(&rest, &part, p)) {
        bool first = part.start == line;
        if (!first
            && (is_called(&part, "Expires") || is_called(&part, "Max-Age"))) {
            continue;
        }
        const char *text = apr_pstrmemdup(p, part.start, part.len);
        kept = first ? text : apr_pstrcat(p, kept, ";", text, NULL);
    }
    return kept;
}

const char *np_set_cookie_harden(const char *line, bool transient, bool secure,
                                 apr_time_t now, apr_pool_t *p)
{
    np_set_cookie_t cookie;

    if (!np_set_cookie_read(line, now, &cookie, p)) {
        return line;
    }
    if (transient && cookie.expires_at && !cookie.removes) {
        line = without_life(line, p);
    }
    return apr_pstrcat(p, line, cookie.http_only ? "" : "; HttpOnly",
                       cookie.secure || !secure ? "" : "; Secure",
                       cookie.same_site ? "" : "; SameSite=Lax", NULL);
}
