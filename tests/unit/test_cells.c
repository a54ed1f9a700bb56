/* SPDX-License-Identifier: Apache-2.0
 * Counters lose nothing, whoever counts, and keep what they have. */
#include "unit.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apr_thread_proc.h"

#include "fixture.h"
#include "np_cells.h"

enum { COUNT = 21, THREADS = 8, TIMES = 20000, PROCESSES = 3 };

static void *shared(apr_size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

static void *APR_THREAD_FUNC count_often(apr_thread_t *thread, void *data)
{
    np_cells_t *cells = data;

    for (int i = 0; i < TIMES; i++) {
        np_cells_add(cells, i % COUNT, 1);
    }
    return NULL;
}

static void count_in_threads(np_cells_t *cells)
{
    apr_thread_t *threads[THREADS];
    apr_status_t status;

    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(apr_thread_create(&threads[i], NULL, count_often,
                                           cells, np_pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)apr_thread_join(&status, threads[i]);
    }
}

static apr_uint64_t sum_of_all(np_cells_t *cells)
{
    apr_uint64_t sum = 0;

    for (int i = 0; i < COUNT; i++) {
        sum += np_cells_sum(cells, i);
    }
    return sum;
}

START_TEST(threads_and_processes_count_together)
{
    np_cells_t *cells =
        np_cells_place(shared(np_cells_size(COUNT)), COUNT);

    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            count_in_threads(cells);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    ck_assert_uint_eq(sum_of_all(cells),
                      (apr_uint64_t)PROCESSES * THREADS * TIMES);
}
END_TEST

START_TEST(counters_are_apart_and_inside)
{
    enum { GUARD = 64 };
    const apr_size_t size = np_cells_size(COUNT);
    unsigned char *memory = apr_pcalloc(np_pool, size + GUARD);
    np_cells_t *cells = np_cells_place(memory + _i, COUNT);

    for (int i = 0; i < COUNT; i++) {
        np_cells_add(cells, i, (apr_uint64_t)i + 1);
    }
    for (int i = 0; i < COUNT; i++) {
        ck_assert_uint_eq(np_cells_sum(cells, i), (apr_uint64_t)i + 1);
    }
    for (apr_size_t i = size + (apr_size_t)_i; i < size + GUARD; i++) {
        ck_assert_uint_eq(memory[i], 0);
    }
}
END_TEST

START_TEST(memory_that_was_placed_before_keeps_its_counts)
{
    void *memory = apr_pcalloc(np_pool, np_cells_size(COUNT));

    np_cells_add(np_cells_place(memory, COUNT), COUNT - 1, 7);
    np_cells_add(np_cells_place(memory, COUNT), COUNT - 1, 1);
    ck_assert_uint_eq(np_cells_sum(np_cells_place(memory, COUNT), COUNT - 1),
                      8);
}
END_TEST

START_TEST(nowhere_nothing_is_counted)
{
    np_cells_add(NULL, 3, 1);
}
END_TEST

Suite *np_suite_cells(void)
{
    Suite *suite = suite_create("cells");
    TCase *tc = tcase_create("cells");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, threads_and_processes_count_together);
    tcase_add_loop_test(tc, counters_are_apart_and_inside, 0, 16);
    tcase_add_test(tc, memory_that_was_placed_before_keeps_its_counts);
    tcase_add_test(tc, nowhere_nothing_is_counted);
    suite_add_tcase(suite, tc);
    return suite;
}
