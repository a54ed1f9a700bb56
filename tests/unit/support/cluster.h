/* SPDX-License-Identifier: Apache-2.0
 * A cluster of fake servers, with a clock of its own. */
#ifndef NP_TEST_CLUSTER_H
#define NP_TEST_CLUSTER_H

#include "fake_store.h"
#include "np_cluster.h"

#define NP_TEST_SERVERS 3
/** How long one that has just failed is waited for. */
#define NP_TEST_PATIENCE apr_time_from_sec(1)

/** The servers, in the order in which they keep NP_TEST_KEY. */
extern np_fake_t *np_test_servers[NP_TEST_SERVERS];
extern np_cluster_t np_test_cluster;
/** Is a server that is down just late, so that it answers who waits for it? */
extern bool np_test_late[NP_TEST_SERVERS];
/** The store of the cluster. */
extern np_store_t *np_test_copies;
/** What the clock of the cluster says. */
extern apr_time_t np_test_now;

/** A key of a session, and that of its headstone. */
#define NP_TEST_KEY "s-copies"
#define NP_TEST_STONE "xs-copies"

/** A machine that knows nothing. */
np_trust_t *np_test_trust(int servers);

/** Fresh servers that nobody knows, of which each value has @a copies; after
 *  np_pool_set_up(). */
void np_test_cluster_begin(int servers, int copies);

/** Another machine, or this one started again, with the same servers. */
void np_test_cluster_restart(int servers, int copies);

/** Let that much time pass. */
void np_test_cluster_wait(apr_interval_time_t time);

/** Calls with time enough. A get gives "" for what is missing, "?" for what is
 *  not known. */
const char *np_test_get(const char *key);
apr_status_t np_test_add(const char *key, const char *value);
apr_status_t np_test_replace(const char *key, const char *value);
apr_status_t np_test_remove(const char *key);

/** What lies on one server under @a key; "" for nothing. */
const char *np_test_raw(int server, const char *key);

/** Forget all that lies on one server. */
void np_test_wipe(int server);

/** What the keeper of the notes does each second. */
void np_test_visit_all(void);

#endif
