/* SPDX-License-Identifier: Apache-2.0
 * What a cookie is valid for: its kind, its tenant, its host. */
#ifndef NP_SCOPE_H
#define NP_SCOPE_H

/** The three kinds of cookie. The values are part of the record format. */
typedef enum np_kind_e {
    NP_KIND_SESSION = 1,
    NP_KIND_MFA = 2,
    NP_KIND_DEVICE = 3,
} np_kind_e;

#define NP_KINDS 3

/**
 * An id or a record made in one scope is nothing in any other: the scope is
 * part of every MAC and of the associated data of every seal.
 */
typedef struct np_scope_t {
    np_kind_e kind;
    const char *tenant;
    /** The virtual host of tenant "default", folded, no port; else "". */
    const char *host;
} np_scope_t;

#endif
