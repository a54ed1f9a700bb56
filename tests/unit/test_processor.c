/* SPDX-License-Identifier: Apache-2.0
 * Processors choose within bounds, and stay with what they chose. */
#include "unit.h"

#include <sched.h>

#include "np_processor.h"

START_TEST(choices_are_within_bounds)
{
    for (unsigned count = 1; count <= 130; count++) {
        ck_assert_uint_lt(np_processor_choose(count), count);
    }
}
END_TEST

#ifdef __linux__
/* The processors that this process may use, one after the other */
static unsigned choices(unsigned count, unsigned *chosen)
{
    cpu_set_t all;
    unsigned processors = 0;

    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        cpu_set_t one;
        if (!CPU_ISSET(i, &all)) {
            continue;
        }
        CPU_ZERO(&one);
        CPU_SET(i, &one);
        ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
        chosen[processors++] = np_processor_choose(count);
    }
    ck_assert_int_eq(sched_setaffinity(0, sizeof all, &all), 0);
    return processors;
}

START_TEST(a_processor_stays_with_its_choice)
{
    unsigned first[CPU_SETSIZE];
    unsigned again[CPU_SETSIZE];
    const unsigned processors = choices(1000, first);

    ck_assert_uint_eq(choices(1000, again), processors);
    ck_assert_mem_eq(first, again, processors * sizeof *first);
    if (processors > 1) {
        ck_assert_uint_ne(first[0], first[1]);
    }
}
END_TEST
#endif

Suite *np_suite_processor(void)
{
    Suite *suite = suite_create("processor");
    TCase *tc = tcase_create("choice");

    tcase_add_test(tc, choices_are_within_bounds);
#ifdef __linux__
    tcase_add_test(tc, a_processor_stays_with_its_choice);
#endif
    suite_add_tcase(suite, tc);
    return suite;
}
