/* SPDX-License-Identifier: Apache-2.0
 * Users all of whose sessions were ended: as a document that machines share. */
#ifndef NP_REVOCATIONS_H
#define NP_REVOCATIONS_H

#include "np_revoked.h"
#include "np_shared.h"

/** The document: a table of np_revoked.h, and its octets. */
extern const np_document_t np_revocations_document;

/** The table in a document's memory. */
np_revoked_t *np_revocations_table(void *memory);

/** A user whose sessions end, and when. */
typedef struct np_revocation_t {
    unsigned char name[NP_NAME_LEN];
    apr_time_t until;
} np_revocation_t;

/** A np_shared_change_t of np_revocation_t. APR_ENOSPC if there are
 *  NP_REVOKED_MAX others. */
apr_status_t np_revocations_add(const void *memory, void *revocation,
                                np_bytes_t *octets, apr_pool_t *p);

#endif
