/* SPDX-License-Identifier: Apache-2.0
 * Moments as text: ISO 8601, UTC. */
#include "np_moment.h"

#include <string.h>

#include "apr_strings.h"

/** The last millisecond of the year 9999. */
#define LAST (apr_time_from_sec(APR_INT64_C(253402300800)) - 1000)

/** Seconds of a day. */
#define DAY 86400

/* Two digits; of a larger number the last two. */
static void write_two(char *out, apr_uint32_t number)
{
    out[0] = (char)('0' + number / 10 % 10);
    out[1] = (char)('0' + number % 10);
}

/* Years begin with March here, for then a leap day is the last one; months and
 * days are counted from 0. 400 years, an era, are 146097 days. */
static void write_date(char *out, apr_uint32_t days_since_1970)
{
    const apr_uint32_t day = days_since_1970 + 719468; /* since March 1st, 0 */
    const apr_uint32_t era = day / 146097;
    const apr_uint32_t of_era = day % 146097;
    const apr_uint32_t leap_days =
        of_era / 1460 - of_era / 36524 + of_era / 146096;
    const apr_uint32_t year_of_era = (of_era - leap_days) / 365;
    const apr_uint32_t of_year = of_era
                                 - (365 * year_of_era + year_of_era / 4
                                    - year_of_era / 100);
    const apr_uint32_t month = (5 * of_year + 2) / 153;
    const apr_uint32_t year = 400 * era + year_of_era + (month > 9);

    write_two(out, year / 100);
    write_two(out + 2, year);
    write_two(out + 5, month > 9 ? month - 9 : month + 3);
    write_two(out + 8, of_year - (153 * month + 2) / 5 + 1);
}

/* A text like form, of so many octets. Not by a format, which is slow, nor by the
 * system's calendar, for whose time zone threads wait for each other: a request
 * is told three moments. */
static char *print(apr_time_t moment, const char *form, apr_size_t size,
                   apr_pool_t *p)
{
    char *text = apr_pmemdup(p, form, size);
    const apr_int64_t second = apr_time_sec(moment);
    const apr_uint32_t of_day = (apr_uint32_t)(second % DAY);

    write_date(text, (apr_uint32_t)(second / DAY));
    write_two(text + 11, of_day / 3600);
    write_two(text + 14, of_day / 60 % 60);
    write_two(text + 17, of_day % 60);
    return text;
}

static apr_time_t within_bounds(apr_time_t moment)
{
    return moment < 0 ? 0 : moment < LAST ? moment : LAST;
}

const char *np_moment_print(apr_time_t moment, apr_pool_t *p)
{
    const apr_time_t bounded = within_bounds(moment);
    const apr_uint32_t thousandth = (apr_uint32_t)apr_time_msec(bounded);
    static const char form[] = "0000-00-00T00:00:00.000Z";
    char *text = print(bounded, form, sizeof form, p);

    text[20] = (char)('0' + thousandth / 100);
    write_two(text + 21, thousandth);
    return text;
}

const char *np_moment_print_seconds(apr_time_t moment, apr_pool_t *p)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    return print(within_bounds(moment), form, sizeof form, p);
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
