/* SPDX-License-Identifier: Apache-2.0
 * Documents that all processes of a machine share: in memory for those who
 * read, in a file so that they survive. */
#ifndef NP_SHARED_H
#define NP_SHARED_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_global_mutex.h"
#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"

/** Octets of a document, at the most. */
#define NP_SHARED_MAX (4 * 1024 * 1024)

/** What came of octets that were taken over. */
typedef struct np_news_t {
    /** They knew something that was not known here. */
    bool newer;
    /** They lack something that is known here. */
    bool outdated;
} np_news_t;

/**
 * A kind of document. What it knows lies in shared memory, all zero at first.
 * The newest wins, so that machines may take over each other's octets in any
 * order. Neither function is called by two threads at once.
 */
typedef struct np_document_t {
    /** Names the file, and with "np-" before it the key in the store. */
    const char *name;
    /** Octets of the memory. */
    apr_size_t size;
    /** Everything known, in @a p; of no length if that is nothing. */
    apr_status_t (*encode)(const void *memory, np_bytes_t *octets,
                           apr_pool_t *p);
    /**
     * Take over what is newer in @a octets. Others read the memory meanwhile.
     * @return APR_SUCCESS, or why not, with @a why said, and nothing taken
     */
    apr_status_t (*merge)(void *memory, np_bytes_t octets, np_news_t *news,
                          const char **why, apr_pool_t *p);
} np_document_t;

/** A document that is open. */
typedef struct np_shared_t np_shared_t;

/** How much shared memory a document takes. */
apr_size_t np_shared_size(const np_document_t *document);

/**
 * Open a document in @a p. Its @a memory was all zero when it was first opened.
 * @a mutex is the one of all processes that use the memory. @a dir is the open
 * directory for its file; -1: there is none, and nothing can be changed.
 */
np_shared_t *np_shared_open(const np_document_t *document, void *memory,
                            apr_global_mutex_t *mutex, int dir, apr_pool_t *p);

/** What its functions work on. */
void *np_shared_memory(const np_shared_t *shared);

const np_document_t *np_shared_document(const np_shared_t *shared);

/**
 * Read the file, if nobody has yet; that there is none is success.
 * @return APR_SUCCESS, or why it cannot be read, with @a why said; the file is
 *         as it was
 */
apr_status_t np_shared_load(np_shared_t *shared, const char **why,
                            apr_pool_t *p);

/** For whoever changes the memory otherwise than by the functions here. */
apr_status_t np_shared_lock(np_shared_t *shared);
void np_shared_unlock(np_shared_t *shared);

/**
 * Makes a change: the whole document as it shall be, in @a p. It changes
 * nothing itself.
 * @return APR_SUCCESS, or why there is no change
 */
typedef apr_status_t (*np_shared_change_t)(const void *memory, void *data,
                                           np_bytes_t *octets, apr_pool_t *p);

/**
 * Change the document. First the file is written and synced to the disk, then
 * the memory takes it over; whoever dies between has changed it.
 * @return APR_SUCCESS; what @a change returned; or why the file cannot be
 *         written, and then nothing has changed
 */
apr_status_t np_shared_change(np_shared_t *shared, np_shared_change_t change,
                              void *data, apr_pool_t *p);

/**
 * Take over what is newer in @a octets, which another machine wrote, and write
 * the file. If only that fails, np_shared_save() is to be called.
 * @return APR_SUCCESS; APR_EINVAL if they say nothing, with @a why said
 */
apr_status_t np_shared_take(np_shared_t *shared, np_bytes_t octets,
                            np_news_t *news, const char **why, apr_pool_t *p);

/** Everything known, in @a p. */
apr_status_t np_shared_encode(np_shared_t *shared, np_bytes_t *octets,
                              apr_pool_t *p);

/** Write the file if it lacks what is in memory.
 *  @return APR_SUCCESS, or why that failed */
apr_status_t np_shared_save(np_shared_t *shared, apr_pool_t *p);

/** Is it this process's turn to ask for news at the moment @a now of the
 *  monotonic clock? It is said to one process in each @a period. */
bool np_shared_is_due(np_shared_t *shared, apr_time_t now,
                      apr_interval_time_t period);

/** True the first time: something is to be said once. */
bool np_shared_say_once(np_shared_t *shared);

#endif
