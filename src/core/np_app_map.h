/* SPDX-License-Identifier: Apache-2.0
 * The application's data: values under names, as bytes. */
#ifndef NP_APP_MAP_H
#define NP_APP_MAP_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"

#include "np_bytes.h"

/** Characters of a name and octets of a value, at the most. */
#define NP_APP_MAP_MAX_NAME  255
#define NP_APP_MAP_MAX_VALUE 65535

/** May an entry have this name: 1 to NP_APP_MAP_MAX_NAME characters of printable
 *  ASCII without blanks? */
bool np_app_map_is_name(const char *name);

/**
 * Find the value under @a name. It points into @a map. Whatever the bytes are,
 * nothing outside of them is read.
 * @return APR_SUCCESS; APR_NOTFOUND if there is none; APR_EINVAL if @a map is
 *         no map. @a value is set by APR_SUCCESS only
 */
apr_status_t np_app_map_get(np_bytes_t map, const char *name,
                            np_bytes_t *value);

/**
 * Step over the first entry of @a rest, which is a map at the beginning. What
 * it has points into the map.
 * @return false at the end, and where no entry follows
 */
bool np_app_map_next(np_bytes_t *rest, np_bytes_t *name, np_bytes_t *value);

/**
 * Copy @a map with @a value under @a name, in the place of what is there; or
 * without @a name, if @a value is NULL. Names are printable ASCII without
 * blanks, values any octets. @a changed lives in @a p and has @a max octets at
 * the most; @a map is left alone.
 * @return APR_SUCCESS, also if there was nothing to remove; APR_EINVAL for a
 *         bad name, a value that is too long, or bytes that are no map;
 *         APR_ENOSPC if the result were longer than @a max. @a changed is set
 *         by APR_SUCCESS only
 */
apr_status_t np_app_map_set(np_bytes_t map, const char *name,
                            const np_bytes_t *value, apr_size_t max,
                            np_bytes_t *changed, apr_pool_t *p);

#endif
