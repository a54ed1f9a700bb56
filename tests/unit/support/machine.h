/* SPDX-License-Identifier: Apache-2.0
 * A machine of the tests: its shared document, and the directory of its file. */
#ifndef NP_MACHINE_H
#define NP_MACHINE_H

#include "np_overrides.h"

/** One machine, with the settings' document. */
typedef struct np_machine_t {
    /** The path, for looks from outside. */
    const char *path;
    int dir;
    apr_global_mutex_t *mutex;
    void *memory;
    np_shared_t *shared;
} np_machine_t;

/** A new one, with an empty directory; all in np_pool. */
np_machine_t *np_machine_make(void);

/** It is started anew: its memory is empty, its file stays. Gives what reading
 *  the file came to. */
apr_status_t np_machine_restart(np_machine_t *machine);

/** Set the minutes of NP_SETTING_LIFE of a tenant at the moment @a now. */
apr_status_t np_machine_set(np_machine_t *machine, const char *tenant,
                            int minutes, apr_time_t now);

/** The minutes in force; NP_SETTING_UNSET: none. */
int np_machine_minutes(const np_machine_t *machine, const char *tenant);

/** Write a file into its directory. */
void np_machine_write(const np_machine_t *machine, const char *name,
                      np_bytes_t octets);

/** Read one; of no length if it is not there. */
np_bytes_t np_machine_read(const np_machine_t *machine, const char *name);

#endif
