/* SPDX-License-Identifier: Apache-2.0
 * The metadata of a session: texts under names, which clients of the
 * management API keep with it. */
#ifndef NP_METADATA_H
#define NP_METADATA_H

#include "np_api_error.h"
#include "np_body.h"

/** Entries, and characters of a name or a value, at the most. */
#define NP_METADATA_MAX_ENTRIES 25
#define NP_METADATA_MAX_TEXT    255

/**
 * Read the body of a PATCH of a session: `{"session_metadata":{...}}` and
 * nothing else. What it says takes the place of all that was there.
 * @a metadata, in @a p, is the new metadata as JSON; NULL: there is none any
 * more, for it is null or empty.
 * @return false, with @a error filled in, if any part of the body is not valid
 */
bool np_metadata_patch(np_body_t body, const char **metadata,
                       np_api_error_t *error, apr_pool_t *p);

#endif
