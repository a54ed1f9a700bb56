/* SPDX-License-Identifier: Apache-2.0
 * Durations as people write them: 250ms, 30s, 15m, 24h, 7d. */
#include "np_duration.h"

#include <string.h>

#include "apr_strings.h"

static const struct {
    const char *name;
    apr_interval_time_t microseconds;
} units[] = {
    { "ms", 1000 },
    { "s", apr_time_from_sec(1) },
    { "m", apr_time_from_sec(60) },
    { "h", apr_time_from_sec(60 * 60) },
    { "d", apr_time_from_sec(24 * 60 * 60) },
};

static apr_interval_time_t find_unit(const char *name)
{
    for (apr_size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!strcmp(units[i].name, name)) {
            return units[i].microseconds;
        }
    }
    return 0;
}

const char *np_duration_parse(const char *text,
                              apr_interval_time_t default_unit,
                              apr_interval_time_t *duration)
{
    apr_size_t digits = strspn(text, "0123456789");
    if (!digits) {
        return "is not a duration: write a number and a unit, such as 250ms, "
               "30s, 15m, 24h or 7d";
    }
    apr_interval_time_t unit =
        text[digits] ? find_unit(text + digits) : default_unit;
    if (!unit) {
        return text[digits] ? "has a unit that is not known: use ms, s, m, h "
                              "or d, such as 15m"
                            : "needs a unit: ms, s, m, h or d, such as 250ms";
    }
    /* 15 digits cannot overflow; days of them can. */
    if (digits > 15) {
        return "is too long a time: write it with a larger unit, such as 30d";
    }
    apr_int64_t number = apr_strtoi64(text, NULL, 10);
    if (number == 0) {
        return "is zero: write a time above zero, such as 15m";
    }
    if (number > apr_time_from_sec(APR_INT64_C(100) * 366 * 86400) / unit) {
        return "is over a hundred years: write a shorter time, such as 365d";
    }
    *duration = number * unit;
    return NULL;
}

const char *np_duration_text(apr_interval_time_t duration, apr_pool_t *p)
{
    apr_size_t i = sizeof units / sizeof units[0] - 1;

    if (duration < 2 * units[i].microseconds) {
        i--;                          /* a day is 24h, as people say */
    }
    while (i > 0 && duration % units[i].microseconds) {
        i--;
    }
    return apr_psprintf(p, "%" APR_INT64_T_FMT "%s",
                        duration / units[i].microseconds, units[i].name);
}
