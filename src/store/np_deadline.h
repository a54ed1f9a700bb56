/* SPDX-License-Identifier: Apache-2.0
 * The deadline keeper: a thread that ends socket operations that are late. */
#ifndef NP_DEADLINE_H
#define NP_DEADLINE_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_pools.h"
#include "apr_time.h"

/**
 * For a library that reads and writes without a limit. Each connection has a
 * watch; an operation that is not over at its deadline finds its socket shut
 * down (both ways) and returns with an error. Connections without a late
 * operation are never touched. An operation in time costs two atomic writes;
 * with nothing under way the thread sleeps.
 */
typedef struct np_deadline_t np_deadline_t;

/** The watch over one connection. One operation at a time. */
typedef struct np_deadline_watch_t np_deadline_watch_t;

/**
 * Start a keeper of @a count watches, which ends with @a p. Operations that
 * may take @a usual or longer never have to wake its thread while others are
 * under way.
 * @return APR_SUCCESS, or why there is no thread
 */
apr_status_t np_deadline_create(np_deadline_t **keeper, int count,
                                apr_interval_time_t usual, apr_pool_t *p);

/** The watch number @a i, from 0. */
np_deadline_watch_t *np_deadline_watch(np_deadline_t *keeper, int i);

/**
 * Let @a watch guard the socket @a fd. It has to stay open until
 * np_deadline_detach(); a dup(2) of the connection's descriptor does, whoever
 * closes the original.
 */
void np_deadline_attach(np_deadline_watch_t *watch, int fd);

/** Guard nothing any more; when this returns, the socket is left alone. */
void np_deadline_detach(np_deadline_watch_t *watch);

/** Begin an operation that has to end before @a until (monotonic). */
void np_deadline_begin(np_deadline_watch_t *watch, apr_time_t until);

/**
 * End the operation.
 * @return true if it was in time; false if its connection is shut down, which
 *         then is good for nothing but np_deadline_detach() and close(2)
 */
bool np_deadline_end(np_deadline_watch_t *watch);

/** Cut what is under way and all that begins later, and end the thread. */
void np_deadline_stop(np_deadline_t *keeper);

#endif
