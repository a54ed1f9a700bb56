/* SPDX-License-Identifier: Apache-2.0
 * What every store can do, and the three answers that it may give. */
#ifndef NP_STORE_H
#define NP_STORE_H

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"

/** The largest value that may be put, in octets; the smallest is 1. */
#define NP_STORE_MAX_VALUE (64 * 1024)
/** The longest storage key, in characters. */
#define NP_STORE_MAX_KEY 250

/** What the key begins with under which it is written that KEY is dead: stores
 *  that keep copies believe it rather than one that was left behind. */
#define NP_STORE_HEADSTONE 'x'
/** What keys of values begin with that matter for seconds only. */
#define NP_STORE_PASSING 'l'
/** What the key begins with under which a store with copies writes that KEY is
 *  being removed. */
#define NP_STORE_GRAVE 'y'

/** How long the request may still wait for the store, over all its calls. */
typedef struct np_budget_t {
    apr_interval_time_t left;
} np_budget_t;

typedef enum np_put_e {
    /** Only if the key is free. */
    NP_PUT_ADD,
    /** Only if the key is taken. */
    NP_PUT_REPLACE,
} np_put_e;

typedef struct np_store_t np_store_t;

/**
 * A store. Each call gives one of three answers, never two of them mixed up:
 *
 *   found        APR_SUCCESS
 *   missing      APR_NOTFOUND  (get, NP_PUT_REPLACE)
 *   taken        APR_EEXIST    (NP_PUT_ADD)
 *   unavailable  anything else: nothing is known
 *
 * A call waits no longer than the budget it is given, and takes the time it
 * waited from it; with none left it is unavailable at once. Keys are storage
 * keys: letters, digits, '-' and '_', NP_STORE_MAX_KEY at the most. Other keys
 * and values of a size that may not be put are unavailable, with APR_EINVAL.
 * Threads may share a store. There is no blind write: a removed key cannot be
 * brought back by a NP_PUT_REPLACE that was on its way.
 */
struct np_store_t {
    /** For log lines: "memcache", "shmcb", ... */
    const char *name;
    /** @a value lives in @a p. */
    apr_status_t (*get)(np_store_t *store, const char *key, np_budget_t *budget,
                        np_bytes_t *value, apr_pool_t *p);
    /** The store may forget the value from @a expires_at (wall clock) on. */
    apr_status_t (*put)(np_store_t *store, const char *key, np_bytes_t value,
                        np_put_e how, apr_time_t expires_at,
                        np_budget_t *budget, apr_pool_t *scratch);
    /** To remove what is missing is success. */
    apr_status_t (*remove)(np_store_t *store, const char *key,
                           np_budget_t *budget, apr_pool_t *scratch);
};

/** Does @a status say that nothing is known? */
static inline bool np_store_unavailable(apr_status_t status)
{
    return status != APR_SUCCESS && status != APR_NOTFOUND
           && status != APR_EEXIST;
}

/**
 * May this key, and this value if it is not NULL, be put into a store, and is
 * there time left to do it? What each store asks first.
 * @return APR_SUCCESS, APR_EINVAL, or APR_TIMEUP for an empty budget
 */
apr_status_t np_store_admit(const char *key, const np_bytes_t *value,
                            const np_budget_t *budget);

/** Take what passed since @a started (monotonic) from @a budget. */
void np_budget_charge(np_budget_t *budget, apr_time_t started);

#endif
