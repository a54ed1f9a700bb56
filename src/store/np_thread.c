/* SPDX-License-Identifier: Apache-2.0
 * Threads that httpd knows nothing of and whose signals it keeps. */
#include "np_thread.h"

#include <signal.h>

apr_status_t np_thread_start(apr_thread_t **thread, apr_thread_start_t run,
                             void *data, apr_pool_t *p)
{
    /* A new thread inherits the mask; to set it in there would be too late. */
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    const int err = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (err != 0) {
        return APR_FROM_OS_ERROR(err);
    }
    const apr_status_t status = apr_thread_create(thread, NULL, run, data, p);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}
