/* SPDX-License-Identifier: Apache-2.0
 * The settings of all tenants as bytes: for a file, or another machine. */
#ifndef NP_SETTINGS_FILE_H
#define NP_SETTINGS_FILE_H

#include "apr_tables.h"

#include "np_settings.h"

/** Octets of a file, at the most. */
#define NP_SETTINGS_FILE_MAX (1024 * 1024)
/** Octets of a tenant's or a node's name, at the most. */
#define NP_SETTINGS_MAX_NAME 255

/** The settings of one tenant. */
typedef struct np_settings_entry_t {
    const char *tenant;
    /** Grows with each change: the newest wins, whatever machine it is from.
     *  It is the time of the change in microseconds, if the clocks agree. */
    apr_int64_t revision;
    /** Who made the change; it decides between changes of one revision. */
    const char *node;
    np_settings_t settings;
} np_settings_entry_t;

/** An empty list of np_settings_entry_t, in @a p. */
apr_array_header_t *np_settings_file_make(apr_pool_t *p);

/**
 * Read a file; no bytes are an empty file. @a entries and their texts live in
 * @a p.
 * @return APR_SUCCESS; APR_ENOTIMPL for a file of another version; APR_EINVAL
 *         for one that no np_settings_file_encode() wrote. @a why is then said,
 *         and the file must not be written over
 */
apr_status_t np_settings_file_decode(np_bytes_t bytes,
                                     apr_array_header_t **entries,
                                     const char **why, apr_pool_t *p);

/**
 * Write a file, in @a p.
 * @return APR_SUCCESS; APR_EINVAL for entries that np_settings_file_decode()
 *         would refuse; APR_ENOMEM
 */
apr_status_t np_settings_file_encode(const apr_array_header_t *entries,
                                     np_bytes_t *bytes, apr_pool_t *p);

/** The tenant's entry, in the list; NULL if it has none. */
const np_settings_entry_t *
np_settings_file_find(const apr_array_header_t *entries, const char *tenant);

/** The tenant's settings; none is set if it has no entry. */
np_settings_t np_settings_file_settings(const apr_array_header_t *entries,
                                        const char *tenant);

/**
 * Put @a entry into the list if it is newer than what the list has of its
 * tenant. Texts are copied. An entry in which nothing is set stays: so that an
 * older one does not come back.
 * @return whether it was
 */
bool np_settings_file_put(apr_array_header_t *entries,
                          const np_settings_entry_t *entry);

/** Put all of @a others in; returns how many were newer. */
int np_settings_file_merge(apr_array_header_t *entries,
                           const apr_array_header_t *others);

/** The revision of a change to the tenant's settings at the moment @a now:
 *  above the one it has, also if that is from the future. */
apr_int64_t np_settings_file_revision(const apr_array_header_t *entries,
                                      const char *tenant, apr_time_t now);

#endif
