/* SPDX-License-Identifier: Apache-2.0
 * What was set of tenants while the server runs, in memory that all processes
 * share. */
#ifndef NP_OVERRIDES_H
#define NP_OVERRIDES_H

#include "np_settings.h"
#include "np_shared.h"

/** Tenants that may ever be set, at the most. */
#define NP_OVERRIDES_MAX 1024

/** The document: a table of tenants. Its octets are those of
 *  np_settings_file.h. */
extern const np_document_t np_overrides_document;

/** The place of one tenant in the table; it never moves. */
typedef struct np_override_t np_override_t;

/**
 * The place of @a tenant, taken for it if it has none. The document has to be
 * locked.
 * @return NULL if all places are taken
 */
np_override_t *np_overrides_place(void *memory, const char *tenant);

/**
 * What is set. For any thread at any moment: takes no lock, and one read of
 * memory where nothing was ever set.
 * @return false if nothing was ever set
 */
bool np_override_read(const np_override_t *place, np_settings_t *settings);

/** A change of one tenant's settings. */
typedef struct np_override_change_t {
    const char *tenant;
    /** What the machine is called: it decides between changes of one moment. */
    const char *node;
    apr_time_t now;
    /**
     * Makes @a next of @a current.
     * @return false if there is no such change; @a data knows why
     */
    bool (*make)(void *data, const np_settings_t *current, np_settings_t *next);
    void *data;
    /** Filled in: what was set, and what is. */
    np_settings_t before;
    np_settings_t after;
} np_override_change_t;

/** A np_shared_change_t of np_override_change_t. APR_BADARG if make() said
 *  no; APR_ENOSPC if all places are taken. */
apr_status_t np_overrides_change(const void *memory, void *change,
                                 np_bytes_t *octets, apr_pool_t *p);

#endif
