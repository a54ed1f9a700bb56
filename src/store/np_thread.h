/* SPDX-License-Identifier: Apache-2.0
 * Threads that httpd knows nothing of and whose signals it keeps. */
#ifndef NP_THREAD_H
#define NP_THREAD_H

#include "apr_thread_proc.h"

/**
 * Start a thread that no signal is delivered to: httpd's handlers run in
 * httpd's threads, and some of them wait for ours.
 * @return APR_SUCCESS, or why there is no thread
 */
apr_status_t np_thread_start(apr_thread_t **thread, apr_thread_start_t run,
                             void *data, apr_pool_t *p);

#endif
