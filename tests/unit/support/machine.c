/* SPDX-License-Identifier: Apache-2.0
 * A machine of the tests: its shared document, and the directory of its file. */
#include "machine.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apr_strings.h"

#include "fixture.h"

static apr_status_t remove_dir(void *data)
{
    np_machine_t *machine = data;

    (void)unlinkat(machine->dir, "settings", 0);
    (void)unlinkat(machine->dir, "settings.new", 0);
    (void)close(machine->dir);
    (void)rmdir(machine->path);
    return APR_SUCCESS;
}

static void start(np_machine_t *machine)
{
    machine->memory =
        apr_pcalloc(np_pool, np_shared_size(&np_overrides_document));
    machine->shared = np_shared_open(&np_overrides_document, machine->memory,
                                     machine->mutex, machine->dir, np_pool);
}

np_machine_t *np_machine_make(void)
{
    np_machine_t *machine = apr_pcalloc(np_pool, sizeof *machine);
    char *path = apr_pstrdup(np_pool, "/tmp/np-machine.XXXXXX");

    ck_assert_ptr_nonnull(mkdtemp(path));
    machine->path = path;
    machine->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(machine->dir, 0);
    apr_pool_cleanup_register(np_pool, machine, remove_dir,
                              apr_pool_cleanup_null);
    ck_assert_int_eq(apr_global_mutex_create(&machine->mutex, NULL,
                                             APR_LOCK_PROC_PTHREAD, np_pool),
                     APR_SUCCESS);
    start(machine);
    return machine;
}

apr_status_t np_machine_restart(np_machine_t *machine)
{
    const char *why;

    start(machine);
    return np_shared_load(machine->shared, &why, np_pool);
}

static bool set_life(void *data, const np_settings_t *current,
                     np_settings_t *next)
{
    const int *minutes = data;

    *next = *current;
    next->values[NP_SETTING_LIFE] = *minutes;
    return *minutes != 0;
}

apr_status_t np_machine_set(np_machine_t *machine, const char *tenant,
                            int minutes, apr_time_t now)
{
    np_override_change_t change = {
        .tenant = tenant,
        .node = machine->path,
        .now = now,
        .make = set_life,
        .data = &minutes,
    };

    return np_shared_change(machine->shared, np_overrides_change, &change,
                            np_pool);
}

int np_machine_minutes(const np_machine_t *machine, const char *tenant)
{
    np_settings_t settings;
    const np_override_t *place =
        np_overrides_place(np_shared_memory(machine->shared), tenant);

    return place && np_override_read(place, &settings)
               ? settings.values[NP_SETTING_LIFE]
               : NP_SETTING_UNSET;
}

void np_machine_write(const np_machine_t *machine, const char *name,
                      np_bytes_t octets)
{
    int fd = openat(machine->dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, octets.data, octets.len),
                     (ssize_t)octets.len);
    (void)close(fd);
}

np_bytes_t np_machine_read(const np_machine_t *machine, const char *name)
{
    unsigned char *data = apr_palloc(np_pool, 65536);
    int fd = openat(machine->dir, name, O_RDONLY);
    const ssize_t len = fd < 0 ? 0 : read(fd, data, 65536);

    if (fd >= 0) {
        (void)close(fd);
    }
    return (np_bytes_t){ data, len > 0 ? (apr_size_t)len : 0 };
}
