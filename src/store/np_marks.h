/* SPDX-License-Identifier: Apache-2.0
 * What machines tell each other of the servers, by notes in the servers. */
#ifndef NP_MARKS_H
#define NP_MARKS_H

#include "np_cluster.h"

/** The key of the note on each server. */
#define NP_MARKS_KEY "np-servers"

/**
 * Ask all servers, before anything is believed that they say. If they were told
 * of another list of servers, the list has changed now.
 * @return APR_SUCCESS; APR_EGENERAL if no server answers
 */
apr_status_t np_marks_inform(const np_cluster_t *cluster, apr_time_t now,
                             np_budget_t *budget, apr_pool_t *p);

/**
 * Read the note of @a server, and write it anew if it lacks something. A
 * server without a note has lost what it had: trouble until @a now.
 */
void np_marks_visit(const np_cluster_t *cluster, int server, apr_time_t now,
                    np_budget_t *budget, apr_pool_t *p);

/**
 * Something will be said to be done with @a key that @a server may have missed.
 * It is listed; what the list has no room for puts all that the server has in
 * doubt, until some seconds after @a now. The others get a note of it.
 * @return APR_SUCCESS if one of them has it; APR_EGENERAL
 */
apr_status_t np_marks_missed(const np_cluster_t *cluster, int server,
                             np_miss_e miss, const char *key, apr_time_t now,
                             np_budget_t *budget, apr_pool_t *p);

#endif
