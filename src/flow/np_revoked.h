/* SPDX-License-Identifier: Apache-2.0
 * Users all of whose sessions were ended, and when: sessions that began before
 * that are over, whatever the store has of them. */
#ifndef NP_REVOKED_H
#define NP_REVOKED_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"
#include "np_name.h"

/** Users that are remembered at the most. */
#define NP_REVOKED_MAX 1000

/**
 * What all processes of a machine know. It has to lie in memory that they
 * share. Nothing in it is ever locked, and while it is empty asking it costs one
 * look. A user is forgotten when no session can be left that began before his
 * moment: no plan allows one for so long.
 */
typedef struct np_revoked_t np_revoked_t;

/** How many octets it takes. */
#define NP_REVOKED_SIZE (8 + (apr_size_t)NP_REVOKED_MAX * 32)

/** The table in @a memory, which is all zero at first: nobody is in it. */
np_revoked_t *np_revoked_begin(void *memory);

/** Is nobody in it? */
bool np_revoked_is_empty(const np_revoked_t *table);

/** The moment of the user @a name, who is named by np_name_user(): what began
 *  then or before is over. 0: he is not in it. */
apr_time_t np_revoked_until(const np_revoked_t *table,
                            const unsigned char name[NP_NAME_LEN]);

/**
 * What began at @a until or before is over for the user @a name; a later moment
 * that is known stays.
 * @return APR_SUCCESS; APR_ENOSPC if there are NP_REVOKED_MAX others at the
 *         moment @a now, and nothing has changed
 */
apr_status_t np_revoked_raise(np_revoked_t *table,
                              const unsigned char name[NP_NAME_LEN],
                              apr_time_t until, apr_time_t now);

/** All that is known at the moment @a now, as octets in @a p; of no length if
 *  that is nothing. */
np_bytes_t np_revoked_encode(const np_revoked_t *table, apr_time_t now,
                             apr_pool_t *p);

/**
 * The same as it would be after np_revoked_raise(), which is not done.
 * @return APR_SUCCESS; APR_ENOSPC as from there
 */
apr_status_t np_revoked_plan(const np_revoked_t *table,
                             const unsigned char name[NP_NAME_LEN],
                             apr_time_t until, apr_time_t now,
                             np_bytes_t *octets, apr_pool_t *p);

/** What octets say. */
typedef struct np_revoked_news_t {
    /** They are what np_revoked_encode() wrote. */
    bool valid;
    /** They said something that was not known here. */
    bool newer;
    /** They lack something that is known here. */
    bool outdated;
    /** They say more than there is room for; what fits was taken over. */
    bool full;
} np_revoked_news_t;

/** Take over what is newer in @a octets. A moment that is more than a minute
 *  after @a now counts as that: a broken clock shall not lock users out. */
np_revoked_news_t np_revoked_merge(np_revoked_t *table, np_bytes_t octets,
                                   apr_time_t now);

#endif
