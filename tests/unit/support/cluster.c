/* SPDX-License-Identifier: Apache-2.0
 * A cluster of fake servers, with a clock of its own. */
#include "cluster.h"

#include <check.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_copies.h"
#include "np_copy.h"
#include "np_marks.h"
#include "np_rendezvous.h"

#define ENOUGH apr_time_from_sec(60)

np_fake_t *np_test_servers[NP_TEST_SERVERS];
np_cluster_t np_test_cluster;
bool np_test_late[NP_TEST_SERVERS];
np_store_t *np_test_copies;
apr_time_t np_test_now;

static np_store_t *stores[NP_TEST_SERVERS];
static apr_uint64_t seeds[NP_TEST_SERVERS];

static bool answers(const np_store_t *server)
{
    return !((const np_fake_t *)server)->down;
}

static atomic_int calls;

static bool await(np_store_t *server, np_budget_t *budget)
{
    np_fake_t *fake = (np_fake_t *)server;

    for (int i = 0; i < NP_TEST_SERVERS; i++) {
        if (np_test_servers[i] == fake && np_test_late[i]) {
            np_test_late[i] = false;
            fake->down = false;
        }
    }
    return !fake->down && budget->left > 0;
}

static apr_time_t tell_time(void)
{
    return np_test_now;
}

/* Names in the order in which they want the key. */
static void name_servers(int count)
{
    apr_uint64_t plain[NP_TEST_SERVERS];
    int ranked[NP_TEST_SERVERS];

    for (int i = 0; i < NP_TEST_SERVERS; i++) {
        plain[i] = np_rendezvous_seed(apr_psprintf(np_pool, "server-%d", i));
    }
    np_rendezvous_rank(plain, NP_TEST_SERVERS, NP_TEST_KEY, ranked, count);
    for (int i = 0; i < count; i++) {
        seeds[i] = plain[ranked[i]];
    }
}

np_trust_t *np_test_trust(int servers)
{
    void *memory[NP_TEST_SERVERS];

    for (int i = 0; i < servers; i++) {
        memory[i] = apr_pcalloc(np_pool, np_trust_size_of_server());
    }
    return np_trust_open(apr_pcalloc(np_pool, np_trust_size_of_machine()),
                         apr_pcalloc(np_pool, np_trust_size_of_list()), memory,
                         servers, np_pool);
}

void np_test_cluster_restart(int servers, int copies)
{
    name_servers(servers);
    np_test_cluster = (np_cluster_t){
        .servers = stores,
        .list = { seeds, servers, copies },
        .trust = np_test_trust(servers),
        .answers = answers,
        .await = await,
        .patience = NP_TEST_PATIENCE,
        .calls = &calls,
        .clock = tell_time,
    };
    np_test_copies = np_copies_create(&np_test_cluster, np_pool);
}

void np_test_cluster_begin(int servers, int copies)
{
    np_test_now = apr_time_from_sec(1700000000);
    for (int i = 0; i < NP_TEST_SERVERS; i++) {
        np_test_servers[i] = np_fake_create(np_pool);
        np_test_late[i] = false;
        stores[i] = &np_test_servers[i]->store;
    }
    np_test_cluster_restart(servers, copies);
}

void np_test_cluster_wait(apr_interval_time_t time)
{
    np_test_now += time;
}

const char *np_test_get(const char *key)
{
    np_budget_t budget = { ENOUGH };
    np_bytes_t value;

    const apr_status_t status = np_test_copies->get(np_test_copies, key,
                                                    &budget, &value, np_pool);
    if (status != APR_SUCCESS) {
        return status == APR_NOTFOUND ? "" : "?";
    }
    return apr_pstrmemdup(np_pool, (const char *)value.data, value.len);
}

static apr_status_t put(const char *key, const char *value, np_put_e how)
{
    np_budget_t budget = { ENOUGH };

    np_test_now++;                    /* no two writes in one moment */
    return np_test_copies->put(np_test_copies, key, np_text(value), how,
                               np_test_now + apr_time_from_sec(3600), &budget,
                               np_pool);
}

apr_status_t np_test_add(const char *key, const char *value)
{
    return put(key, value, NP_PUT_ADD);
}

apr_status_t np_test_replace(const char *key, const char *value)
{
    return put(key, value, NP_PUT_REPLACE);
}

apr_status_t np_test_remove(const char *key)
{
    np_budget_t budget = { ENOUGH };

    return np_test_copies->remove(np_test_copies, key, &budget, np_pool);
}

const char *np_test_raw(int server, const char *key)
{
    const np_fake_item_t *item = apr_hash_get(np_test_servers[server]->items,
                                              key, APR_HASH_KEY_STRING);
    if (!item) {
        return "";
    }
    const np_bytes_t value = np_copy_value(item->value);
    return apr_pstrmemdup(np_pool, (const char *)value.data, value.len);
}

void np_test_wipe(int server)
{
    apr_hash_clear(np_test_servers[server]->items);
}

void np_test_visit_all(void)
{
    for (int i = 0; i < np_test_cluster.list.count; i++) {
        np_budget_t budget = { ENOUGH };
        np_marks_visit(&np_test_cluster, i, np_test_now, &budget, np_pool);
    }
}
