/* SPDX-License-Identifier: Apache-2.0
 * The files of the management page, which dashboard/embed.sh makes C of. */
#ifndef NP_DASHBOARD_FILES_H
#define NP_DASHBOARD_FILES_H

#include "np_bytes.h"

typedef struct np_dashboard_file_t {
    /** As in dashboard/. */
    const char *name;
    np_bytes_t content;
} np_dashboard_file_t;

/** All of them; the last one has no name. */
extern const np_dashboard_file_t np_dashboard_files[];

#endif
