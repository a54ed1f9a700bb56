/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing durations: what is accepted is a number and a unit, is above zero and
 * no more than a hundred years. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_duration.h"

#define UNTOUCHED -1
#define CENTURY   apr_time_from_sec(APR_INT64_C(100) * 366 * 86400)

static void read_with(const char *text, apr_interval_time_t default_unit,
                      apr_pool_t *p)
{
    apr_interval_time_t duration = UNTOUCHED;
    apr_interval_time_t again = UNTOUCHED;

    const char *wrong = np_duration_parse(text, default_unit, &duration);
    if (wrong) {
        NP_FUZZ_CHECK(*wrong && duration == UNTOUCHED);
        return;
    }
    NP_FUZZ_CHECK(duration > 0 && duration <= CENTURY);
    NP_FUZZ_CHECK(text[strspn(text, "0123456789")] || default_unit);
    /* every unit is made of milliseconds, but for a bare number's own */
    if (duration % 1000 == 0) {
        const char *other =
            apr_psprintf(p, "%" APR_TIME_T_FMT "ms", duration / 1000);
        NP_FUZZ_CHECK(!np_duration_parse(other, 0, &again));
        NP_FUZZ_CHECK(again == duration);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const char *text = apr_pstrmemdup(p, (const char *)data, size);

    read_with(text, 0, p);
    read_with(text, apr_time_from_sec(60), p);
    return 0;
}
