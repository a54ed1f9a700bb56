/* SPDX-License-Identifier: Apache-2.0
 * Forms and query strings: names and values, percent-encoded. */
#ifndef NP_FORM_H
#define NP_FORM_H

#include "apr_errno.h"
#include "apr_tables.h"

#include "np_bytes.h"

/** Pairs in one form, at the most. */
#define NP_FORM_MAX 256

typedef struct np_pair_t {
    const char *name;
    const char *value;
} np_pair_t;

/**
 * Read `a=b&c=d`; a '+' is a blank. @a pairs, of np_pair_t, and their texts
 * live in @a p.
 * @return APR_SUCCESS; APR_EINVAL for a % that begins no octet, for a NUL, and
 *         for more than NP_FORM_MAX pairs
 */
apr_status_t np_form_parse(np_bytes_t form, apr_array_header_t **pairs,
                           apr_pool_t *p);

/**
 * The value of @a name; NULL if there is none.
 * @return APR_SUCCESS, or APR_EINVAL if it comes twice
 */
apr_status_t np_form_get(const apr_array_header_t *pairs, const char *name,
                         const char **value);

#endif
