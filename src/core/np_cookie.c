/* SPDX-License-Identifier: Apache-2.0
 * Reading Cookie headers that may be hostile, and writing Set-Cookie (RFC 6265). */
#include "np_cookie.h"

#include <string.h>

#include "apr_strings.h"

/* One cookie-pair as it stands in the header, blanks and all. */
typedef struct np_pair_t {
    const char *start;
    const char *end;
    const char *name;
    apr_size_t name_len;
    /* NULL: a word without '='. */
    const char *value;
} np_pair_t;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Not by strspn(), which first makes a table of the blanks. */
static const char *skip_blanks(const char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    return text;
}

/* The name of the pair that begins at *text, which is moved there over blanks;
 * its length is 0 if no word with '=' behind it stands there. */
static apr_size_t read_name(const char **text)
{
    *text = skip_blanks(*text);
    apr_size_t len = strcspn(*text, "=;,\" \t");
    return *skip_blanks(*text + len) == '=' ? len : 0;
}

/*
 * Where the pair at text ends. httpd joins two Cookie lines with ", ", but a
 * foreign value may contain that too, a date for example. So it ends a foreign
 * pair only where one of our own names follows. Our own values have no comma:
 * there any name that follows begins another pair.
 */
static const char *end_of_pair(const char *text, np_cookie_is_ours_t is_ours,
                               const void *ours)
{
    const char *c = text + strcspn(text, ";,");
    if (*c != ',') {
        return c;
    }
    const char *name = text;
    apr_size_t len = read_name(&name);
    const bool in_ours = len && is_ours(name, len, ours);

    for (; *c == ','; c += strcspn(c, ";,")) {
        name = c + 1;
        len = is_blank(*name) ? read_name(&name) : 0;
        if (len && (in_ours || is_ours(name, len, ours))) {
            break;
        }
        c++;
    }
    return c;
}

/* Read the pair at *header and step over it; false at the end. */
static bool next_pair(const char **header, np_cookie_is_ours_t is_ours,
                      const void *ours, np_pair_t *pair)
{
    if (!**header) {
        return false;
    }
    pair->start = *header;
    pair->end = end_of_pair(pair->start, is_ours, ours);
    pair->name = skip_blanks(pair->start);
    pair->name_len = 0;
    const char *equals =
        memchr(pair->name, '=', (apr_size_t)(pair->end - pair->name));
    const char *c = equals ? equals : pair->end;
    pair->value = equals ? equals + 1 : NULL;
    while (c > pair->name && is_blank(c[-1])) {
        c--;
    }
    if (c > pair->name) {
        pair->name_len = (apr_size_t)(c - pair->name);
    }
    *header = *pair->end ? pair->end + 1 : pair->end;
    return true;
}

static np_bytes_t trim(const char *start, const char *end)
{
    while (start < end && is_blank(*start)) {
        start++;
    }
    while (end > start && is_blank(end[-1])) {
        end--;
    }
    if (end - start >= 2 && *start == '"' && end[-1] == '"') {
        start++;
        end--;
    }
    return (np_bytes_t){ (const unsigned char *)start,
                         (apr_size_t)(end - start) };
}

static bool is_called(const char *name, apr_size_t len, const void *wanted)
{
    return strlen(wanted) == len && !memcmp(name, wanted, len);
}

int np_cookie_find(const char *header, const char *name, np_bytes_t *values,
                   int max)
{
    np_pair_t pair;
    int found = 0;

    if (!header || !strstr(header, name)) {
        return 0;                     /* for most names that is all */
    }
    while (found < max
           && next_pair(&header, is_called, name, &pair)) {
        if (pair.value && is_called(pair.name, pair.name_len, name)) {
            values[found++] = trim(pair.value, pair.end);
        }
    }
    return found;
}

const char *np_cookie_strip(const char *header, np_cookie_is_ours_t is_ours,
                            const void *ours, apr_pool_t *p)
{
    const char *rest = header;
    bool any = false;
    np_pair_t pair;

    if (!header) {
        return NULL;
    }
    char *kept = apr_palloc(p, 2 * strlen(header) + 1);
    char *out = kept;
    while (next_pair(&rest, is_ours, ours, &pair)) {
        if (is_ours(pair.name, pair.name_len, ours)) {
            any = true;
        }
        else if (pair.name < pair.end) {
            if (out > kept) {
                *out++ = ';';
                *out++ = ' ';
            }
            memcpy(out, pair.name, (apr_size_t)(pair.end - pair.name));
            out += pair.end - pair.name;
        }
    }
    *out = '\0';
    if (!any) {
        return header;
    }
    return out > kept ? kept : NULL;
}

static const char *attributes(const np_cookie_style_t *style, apr_pool_t *p)
{
    static const char *const same_site[] = {
        [NP_SAME_SITE_ABSENT] = "",
        [NP_SAME_SITE_NONE] = "; SameSite=None",
        [NP_SAME_SITE_LAX] = "; SameSite=Lax",
        [NP_SAME_SITE_STRICT] = "; SameSite=Strict",
    };

    return apr_pstrcat(p, "; Path=", style->path,
                       style->domain ? "; Domain=" : "",
                       style->domain ? style->domain : "",
                       style->secure ? "; Secure" : "", "; HttpOnly",
                       same_site[style->same_site], NULL);
}

/* What browsers forget at once. */
#define GONE "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"

/* Both attributes: Max-Age for the clock of the browser, Expires for those
 * that do not know it. As long as any time is left it is at least one second,
 * or it would be a removal; when none is left, a removal is what is due. */
static const char *lifetime(apr_time_t expires_at, apr_time_t now,
                            apr_pool_t *p)
{
    char date[APR_RFC822_DATE_LEN];
    apr_interval_time_t left = expires_at - now;

    if (left <= 0) {
        return GONE;
    }
    if (left > NP_COOKIE_MAX_LIFE) {
        left = NP_COOKIE_MAX_LIFE;
    }
    if (left < apr_time_from_sec(1)) {
        left = apr_time_from_sec(1);
    }
    (void)apr_rfc822_date(date, now + left);
    return apr_psprintf(p, "; Expires=%s; Max-Age=%" APR_TIME_T_FMT, date,
                        apr_time_sec(left));
}

const char *np_cookie_format(const np_cookie_style_t *style, const char *value,
                             apr_time_t now, apr_pool_t *p)
{
    return apr_pstrcat(p, style->name, "=", value,
                       style->expires_at
                           ? lifetime(style->expires_at, now, p)
                           : "",
                       attributes(style, p), NULL);
}

const char *np_cookie_format_removal(const np_cookie_style_t *style,
                                     apr_pool_t *p)
{
    return apr_pstrcat(p, style->name, "=" GONE, attributes(style, p), NULL);
}
