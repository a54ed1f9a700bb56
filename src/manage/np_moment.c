/* SPDX-License-Identifier: Apache-2.0
 * Moments as text: ISO 8601, UTC. */
#include "np_moment.h"

#include <string.h>

#include "apr_strings.h"

/** The last millisecond of the year 9999. */
#define LAST (apr_time_from_sec(APR_INT64_C(253402300800)) - 1000)

static const char *print(apr_time_t moment, const char *fraction, apr_pool_t *p)
{
    apr_time_exp_t t;

    (void)apr_time_exp_gmt(&t, moment);
    return apr_psprintf(p, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", t.tm_year + 1900,
                        t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                        fraction);
}

static apr_time_t within_bounds(apr_time_t moment)
{
    return moment < 0 ? 0 : moment < LAST ? moment : LAST;
}

const char *np_moment_print(apr_time_t moment, apr_pool_t *p)
{
    moment = within_bounds(moment);
    return print(moment, apr_psprintf(p, ".%03d", (int)apr_time_msec(moment)),
                 p);
}

const char *np_moment_print_seconds(apr_time_t moment, apr_pool_t *p)
{
    return print(within_bounds(moment), "", p);
}

/* The number that so many digits are; they are looked at afterwards. */
static int number(const unsigned char *digits, int len)
{
    int value = 0;

    for (int i = 0; i < len; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

static bool is_digits_and_marks(np_bytes_t text)
{
    static const unsigned char pattern[] = "0000-00-00T00:00:00Z";

    if (text.len != NP_MOMENT_LEN) {
        return false;
    }
    for (int i = 0; i < NP_MOMENT_LEN; i++) {
        const unsigned char c = text.data[i];
        if (pattern[i] == '0' ? c < '0' || c > '9' : c != pattern[i]) {
            return false;
        }
    }
    return true;
}

apr_status_t np_moment_parse(np_bytes_t text, apr_time_t *moment,
                             apr_pool_t *scratch)
{
    apr_time_t found = 0;

    if (!is_digits_and_marks(text)) {
        return APR_EINVAL;
    }
    apr_time_exp_t t = {
        .tm_year = number(text.data, 4) - 1900,
        .tm_mon = number(text.data + 5, 2) - 1,
        .tm_mday = number(text.data + 8, 2),
        .tm_hour = number(text.data + 11, 2),
        .tm_min = number(text.data + 14, 2),
        .tm_sec = number(text.data + 17, 2),
    };
    /* (APR takes the month for an index) */
    if (t.tm_mon < 0 || t.tm_mon > 11
        || apr_time_exp_gmt_get(&found, &t) != APR_SUCCESS
        || memcmp(np_moment_print_seconds(found, scratch), text.data,
                  NP_MOMENT_LEN)
               != 0) {
        return APR_EINVAL;
    }
    *moment = found;
    return APR_SUCCESS;
}
