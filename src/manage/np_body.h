/* SPDX-License-Identifier: Apache-2.0
 * The body of a request to the management API. */
#ifndef NP_BODY_H
#define NP_BODY_H

#include "np_bytes.h"

/** Octets of a body, at the most. */
#define NP_BODY_MAX 65536

/** A body, as it was sent. */
typedef struct np_body_t {
    np_bytes_t bytes;
    /** The Content-Type header; NULL without one, which is taken for JSON. */
    const char *content_type;
} np_body_t;

#endif
