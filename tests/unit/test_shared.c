/* SPDX-License-Identifier: Apache-2.0
 * Documents: a change is in the file before it is in force, and a file that is
 * damaged is not forgotten. */
#include "unit.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "apr_strings.h"

#include "fixture.h"
#include "machine.h"
#include "np_thread.h"

#define NOW APR_INT64_C(1767225600000000)

START_TEST(a_change_is_in_force_and_in_the_file)
{
    np_machine_t *machine = np_machine_make();

    ck_assert_int_eq(np_machine_minutes(machine, "a"), NP_SETTING_UNSET);
    ck_assert_int_eq(np_machine_set(machine, "a", 5, NOW), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 5);
    ck_assert_int_eq(np_machine_minutes(machine, "b"), NP_SETTING_UNSET);
    ck_assert_int_eq(np_machine_restart(machine), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 5);
}
END_TEST

START_TEST(no_file_is_no_error)
{
    ck_assert_int_eq(np_machine_restart(np_machine_make()), APR_SUCCESS);
}
END_TEST

START_TEST(what_was_unset_stays_unset)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    ck_assert_int_eq(np_machine_set(machine, "a", NP_SETTING_UNSET, NOW),
                     APR_SUCCESS);
    ck_assert_int_eq(np_machine_restart(machine), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), NP_SETTING_UNSET);
}
END_TEST

/* Its clock may be behind that of whoever set it before. */
START_TEST(an_earlier_clock_changes_all_the_same)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    ck_assert_int_eq(np_machine_set(machine, "a", 6, NOW - 1000), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 6);
}
END_TEST

START_TEST(a_change_that_is_none_changes_nothing)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    const np_bytes_t before = np_machine_read(machine, "settings");
    ck_assert_int_eq(np_machine_set(machine, "a", 0, NOW), APR_BADARG);
    const np_bytes_t after = np_machine_read(machine, "settings");
    ck_assert_mem_eq(before.data, after.data, before.len);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 5);
}
END_TEST

START_TEST(what_cannot_be_written_is_not_in_force)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    np_shared_t *nowhere =
        np_shared_open(&np_overrides_document, machine->memory, machine->mutex,
                       -1, np_pool);
    machine->shared = nowhere;
    ck_assert_int_ne(np_machine_set(machine, "a", 6, NOW), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 5);
}
END_TEST

/* As if it had died while it wrote. */
START_TEST(a_draft_does_not_matter)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    np_machine_write(machine, "settings.new", np_text("{\"form"));
    ck_assert_int_eq(np_machine_restart(machine), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "a"), 5);
    ck_assert_int_eq(np_machine_set(machine, "a", 6, NOW), APR_SUCCESS);
}
END_TEST

START_TEST(a_damaged_file_is_not_read_and_not_touched)
{
    np_machine_t *machine = np_machine_make();

    (void)np_machine_set(machine, "a", 5, NOW);
    const np_bytes_t whole = np_machine_read(machine, "settings");
    for (apr_size_t len = 0; len + 1 < whole.len; len++) {
        const np_bytes_t part = { whole.data, len };
        np_machine_write(machine, "settings", part);
        ck_assert_int_eq(np_machine_restart(machine), APR_EINVAL);
        ck_assert_uint_eq(np_machine_read(machine, "settings").len, len);
    }
}
END_TEST

START_TEST(a_link_is_not_followed)
{
    np_machine_t *machine = np_machine_make();

    ck_assert_int_eq(symlinkat("/etc/passwd", machine->dir, "settings"), 0);
    ck_assert_int_ne(np_machine_restart(machine), APR_SUCCESS);
    (void)symlinkat("/dev/null", machine->dir, "settings.new");
    ck_assert_int_ne(np_machine_set(machine, "a", 5, NOW), APR_SUCCESS);
}
END_TEST

START_TEST(there_is_room_for_so_many_tenants)
{
    np_machine_t *machine = np_machine_make();
    void *memory = np_shared_memory(machine->shared);

    for (int i = 0; i < NP_OVERRIDES_MAX; i++) {
        ck_assert_ptr_nonnull(
            np_overrides_place(memory, apr_psprintf(np_pool, "t%d", i)));
    }
    ck_assert_ptr_null(np_overrides_place(memory, "one"));
    ck_assert_int_eq(np_machine_set(machine, "t7", 7, NOW), APR_SUCCESS);
    ck_assert_int_eq(np_machine_minutes(machine, "t7"), 7);
    ck_assert_int_eq(np_machine_set(machine, "one", 7, NOW), APR_ENOSPC);
}
END_TEST

START_TEST(one_of_all_processes_is_due)
{
    np_machine_t *machine = np_machine_make();

    ck_assert(np_shared_is_due(machine->shared, 1000, 100));
    ck_assert(!np_shared_is_due(machine->shared, 1099, 100));
    ck_assert(np_shared_is_due(machine->shared, 1100, 100));
    ck_assert(np_shared_is_due(machine->shared, 1000, 100));
    ck_assert(np_shared_say_once(machine->shared));
    ck_assert(!np_shared_say_once(machine->shared));
}
END_TEST

/* All lifetimes are the same number, or somebody read half a change. */
typedef struct reader_t {
    const np_override_t *place;
    atomic_bool over;
    int torn;
    int reads;
} reader_t;

static void *APR_THREAD_FUNC read_on(apr_thread_t *thread, void *data)
{
    reader_t *reader = data;
    np_settings_t settings;

    while (!atomic_load(&reader->over)) {
        if (!np_override_read(reader->place, &settings)) {
            continue;
        }
        reader->reads++;
        for (int i = 1; i < NP_SETTING_LIFETIMES; i++) {
            reader->torn += settings.values[i] != settings.values[0];
        }
    }
    return NULL;
}

static bool set_lifetimes(void *data, const np_settings_t *current,
                          np_settings_t *next)
{
    const int *minutes = data;

    *next = *current;
    for (int i = 0; i < NP_SETTING_LIFETIMES; i++) {
        next->values[i] = *minutes;
    }
    return true;
}

START_TEST(nobody_reads_half_a_change)
{
    np_machine_t *machine = np_machine_make();
    reader_t reader = {
        .place = np_overrides_place(np_shared_memory(machine->shared), "a"),
    };
    apr_thread_t *thread;
    apr_status_t ended;
    int minutes = 1;
    np_override_change_t change = {
        .tenant = "a",
        .node = "n",
        .now = NOW,
        .make = set_lifetimes,
        .data = &minutes,
    };

    ck_assert_int_eq(np_thread_start(&thread, read_on, &reader, np_pool),
                     APR_SUCCESS);
    for (; minutes <= 300; minutes++) {
        ck_assert_int_eq(np_shared_change(machine->shared, np_overrides_change,
                                          &change, np_pool),
                         APR_SUCCESS);
    }
    atomic_store(&reader.over, true);
    (void)apr_thread_join(&ended, thread);
    ck_assert_int_gt(reader.reads, 0);
    ck_assert_int_eq(reader.torn, 0);
}
END_TEST

Suite *np_suite_shared(void)
{
    Suite *suite = suite_create("shared");
    TCase *tc = tcase_create("document");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, a_change_is_in_force_and_in_the_file);
    tcase_add_test(tc, no_file_is_no_error);
    tcase_add_test(tc, what_was_unset_stays_unset);
    tcase_add_test(tc, an_earlier_clock_changes_all_the_same);
    tcase_add_test(tc, a_change_that_is_none_changes_nothing);
    tcase_add_test(tc, what_cannot_be_written_is_not_in_force);
    tcase_add_test(tc, a_draft_does_not_matter);
    tcase_add_test(tc, a_damaged_file_is_not_read_and_not_touched);
    tcase_add_test(tc, a_link_is_not_followed);
    tcase_add_test(tc, there_is_room_for_so_many_tenants);
    tcase_add_test(tc, one_of_all_processes_is_due);
    tcase_add_test(tc, nobody_reads_half_a_change);
    suite_add_tcase(suite, tc);
    return suite;
}
