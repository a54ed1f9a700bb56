/* SPDX-License-Identifier: Apache-2.0
 * Reading the Set-Cookie headers of applications, and making them stricter
 * (RFC 6265 section 5.2). */
#include "np_set_cookie.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_strings.h"

#include "np_policy.h"

#define BLANKS " \t"
#define DIGITS "0123456789"
/* What stands between the parts of a date. */
#define DATE_DELIMITERS "\t !\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~"

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

    if (!text || text[strspn(text, "-" DIGITS)] || !*text) {
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

/* Dates (RFC 6265 section 5.1.1): applications write them in many ways, and
 * browsers look for a time, a day, a month and a year, in any order. */

typedef struct np_date_t {
    apr_time_exp_t fields;
    bool has_clock;
    bool has_day;
    bool has_month;
    bool has_year;
} np_date_t;

/* Step over a number of least to most digits. */
static bool read_number(const char **text, apr_size_t least, apr_size_t most,
                        int *number)
{
    apr_size_t len = strspn(*text, DIGITS);

    if (len < least || len > most) {
        return false;
    }
    *number = 0;
    for (; len; len--) {
        *number = *number * 10 + (*(*text)++ - '0');
    }
    return true;
}

static bool read_clock(const char *text, apr_time_exp_t *date)
{
    return read_number(&text, 1, 2, &date->tm_hour) && *text++ == ':'
           && read_number(&text, 1, 2, &date->tm_min) && *text++ == ':'
           && read_number(&text, 1, 2, &date->tm_sec);
}

static bool read_month(const char *text, int *month)
{
    for (*month = 0; *month < 12; ++*month) {
        if (!apr_cstr_casecmpn(text, apr_month_snames[*month], 3)) {
            return true;
        }
    }
    return false;
}

static bool read_year(const char *text, int *year)
{
    if (!read_number(&text, 2, 4, year)) {
        return false;
    }
    if (*year < 100) {
        *year += *year < 70 ? 2000 : 1900;
    }
    return true;
}

/* Of a date whose parts were found; what is before 1970 is just over. */
static bool to_moment(apr_time_exp_t *date, apr_time_t *moment)
{
    apr_time_exp_t real;

    if (date->tm_mday < 1 || date->tm_mday > 31 || date->tm_year < 1601
        || date->tm_hour > 23 || date->tm_min > 59 || date->tm_sec > 59) {
        return false;
    }
    if (date->tm_year < 1970) {
        *moment = 1;
        return true;
    }
    date->tm_year -= 1900;
    return apr_time_exp_gmt_get(moment, date) == APR_SUCCESS
           && apr_time_exp_gmt(&real, *moment) == APR_SUCCESS
           && real.tm_mday == date->tm_mday;      /* no 31st of June */
}

/* What a part is depends on what was not found before it. */
static void read_date_part(const char *text, np_date_t *date)
{
    const char *day = text;

    if (!date->has_clock && read_clock(text, &date->fields)) {
        date->has_clock = true;
    }
    else if (!date->has_day
             && read_number(&day, 1, 2, &date->fields.tm_mday)) {
        date->has_day = true;
    }
    else if (!date->has_month && read_month(text, &date->fields.tm_mon)) {
        date->has_month = true;
    }
    else if (!date->has_year && read_year(text, &date->fields.tm_year)) {
        date->has_year = true;
    }
}

/* What browsers do with a date that they cannot read: nothing. */
static void read_expires(const char *text, apr_time_t *expires_at,
                         apr_pool_t *p)
{
    np_date_t date = { 0 };
    apr_time_t moment;
    char *rest = apr_pstrdup(p, text ? text : "");

    for (;;) {
        const char *part = apr_strtok(rest, DATE_DELIMITERS, &rest);
        if (!part) {
            break;
        }
        read_date_part(part, &date);
    }
    if (date.has_clock && date.has_day && date.has_month && date.has_year
        && to_moment(&date.fields, &moment)) {
        *expires_at = moment > 0 ? moment : 1;
    }
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
            read_expires(part.value, &cookie->expires_at, p);
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
    if (transient && !cookie.removes) {
        line = without_life(line, p);
    }
    return apr_pstrcat(p, line, cookie.http_only ? "" : "; HttpOnly",
                       cookie.secure || !secure ? "" : "; Secure",
                       cookie.same_site ? "" : "; SameSite=Lax", NULL);
}
