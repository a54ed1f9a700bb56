/* SPDX-License-Identifier: Apache-2.0
 * The data that applications and modules keep in a session. */
#ifndef NP_DATA_H
#define NP_DATA_H

#include "np_request.h"

/** Make @a changed of @a data, in @a p; both are maps of np_app_map.h. */
typedef apr_status_t np_data_edit_t(np_bytes_t data, np_bytes_t *changed,
                                    const void *how, apr_pool_t *p);

/**
 * The data of the live session, as the request found it. Lives as long as the
 * request.
 * @return APR_SUCCESS; APR_EINVAL without a live session; APR_EACCES if it does
 *         not open for the id that was presented; APR_EGENERAL
 */
apr_status_t np_data_read(const np_request_t *ctx, np_bytes_t *data);

/**
 * Change the data of the live session by @a edit, which may be called with other
 * data than the request found: with what other requests have written meanwhile.
 * Nothing is written if nothing changes.
 * @return APR_SUCCESS; APR_EEXIST if the session has ended or got a new id
 *         meanwhile; APR_EINVAL without a live session, or under an old id;
 *         APR_EBUSY if others are changing it all the time; what @a edit
 *         returns; anything else: the store did not answer
 */
apr_status_t np_data_change(np_request_t *ctx, request_rec *r,
                            np_data_edit_t *edit, const void *how);

#endif
