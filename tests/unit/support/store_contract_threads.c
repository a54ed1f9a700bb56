/* SPDX-License-Identifier: Apache-2.0
 * The cases of the store's contract in which threads race. */
#include "store_contract.h"

#include <stdatomic.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#define THREADS 8
#define ROUNDS  25

/* What the threads of one case share. */
typedef struct crowd_t {
    const np_contract_t *contract;
    void (*run)(struct crowd_t *crowd, int number, apr_pool_t *p);
    /** The key that they race for. */
    const char *key;
    atomic_int wins;
    atomic_int replaced;
    atomic_int wrong;
    atomic_bool is_over;
    atomic_bool is_removed;
} crowd_t;

typedef struct member_t {
    crowd_t *crowd;
    int number;
} member_t;

static void *APR_THREAD_FUNC run_member(apr_thread_t *thread, void *data)
{
    const member_t *member = data;
    apr_pool_t *p;
    /* No parent: pools of different threads share nothing. */
    if (apr_pool_create_unmanaged_ex(&p, NULL, NULL) == APR_SUCCESS) {
        member->crowd->run(member->crowd, member->number, p);
        apr_pool_destroy(p);
    }
    else {
        atomic_fetch_add(&member->crowd->wrong, 1);
    }
    return NULL;
}

static void start(crowd_t *crowd, apr_thread_t **threads, member_t *members)
{
    for (int i = 0; i < THREADS; i++) {
        members[i] = (member_t){crowd, i};
        threads[i] = NULL;
        EXPECT(crowd->contract,
               apr_thread_create(&threads[i], NULL, run_member, &members[i],
                                 crowd->contract->p)
                   == APR_SUCCESS);
    }
}

static void join(apr_thread_t **threads)
{
    for (int i = 0; i < THREADS; i++) {
        apr_status_t ended;
        if (threads[i]) {
            apr_thread_join(&ended, threads[i]);
        }
    }
}

static void add_key(crowd_t *crowd, int number, apr_pool_t *p)
{
    const apr_status_t status = np_contract_put(
        crowd->contract, crowd->key, np_contract_text("value"), NP_PUT_ADD, p);
    if (status == APR_SUCCESS) {
        atomic_fetch_add(&crowd->wins, 1);
    }
    else if (status != APR_EEXIST) {
        atomic_fetch_add(&crowd->wrong, 1);
    }
}

void np_contract_one_add_wins(const np_contract_t *contract)
{
    apr_thread_t *threads[THREADS];
    member_t members[THREADS];
    for (int i = 0; i < ROUNDS; i++) {
        crowd_t crowd = {.contract = contract, .run = add_key};
        crowd.key =
            np_contract_key(contract, apr_psprintf(contract->p, "race%d", i));
        start(&crowd, threads, members);
        join(threads);
        EXPECT(contract, atomic_load(&crowd.wins) == 1);
        EXPECT(contract, atomic_load(&crowd.wrong) == 0);
        EXPECT(contract, np_contract_remove(contract, crowd.key, contract->p)
                             == APR_SUCCESS);
    }
}

/* Each of them writes, and so much more makes a small cache forget what is still
 * good: they pause when they have done what they have to twice. */
static void replace_key(crowd_t *crowd, int number, apr_pool_t *p)
{
    const np_contract_t *contract = crowd->contract;
    while (!atomic_load(&crowd->is_over)) {
        const bool is_removed = atomic_load(&crowd->is_removed);
        if (!is_removed
            && atomic_load(&crowd->replaced) >= 2 * THREADS * ROUNDS) {
            apr_thread_yield();
            continue;
        }
        const apr_status_t status = np_contract_put(
            contract, crowd->key, np_contract_text("again"), NP_PUT_REPLACE, p);
        if (status == APR_SUCCESS && !is_removed) {
            atomic_fetch_add(&crowd->replaced, 1);
        }
        else if (status != APR_NOTFOUND) {
            atomic_fetch_add(&crowd->wrong, 1);
        }
        apr_pool_clear(p);
    }
}

/* All replace the key; then it is removed, and stays so. */
void np_contract_no_return(const np_contract_t *contract)
{
    apr_thread_t *threads[THREADS];
    member_t members[THREADS];
    crowd_t crowd = {.contract = contract, .run = replace_key};
    np_bytes_t found;
    crowd.key = np_contract_key(contract, "noreturn");
    EXPECT(contract,
           np_contract_put(contract, crowd.key, np_contract_text("once"),
                           NP_PUT_ADD, contract->p)
               == APR_SUCCESS);
    start(&crowd, threads, members);
    while (atomic_load(&crowd.replaced) < THREADS * ROUNDS
           && atomic_load(&crowd.wrong) == 0) {
        apr_thread_yield();
    }
    EXPECT(contract,
           np_contract_remove(contract, crowd.key, contract->p) == APR_SUCCESS);
    atomic_store(&crowd.is_removed, true);
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT(contract,
               np_contract_get(contract, crowd.key, &found, contract->p)
                   == APR_NOTFOUND);
    }
    atomic_store(&crowd.is_over, true);
    join(threads);
    EXPECT(contract, atomic_load(&crowd.wrong) == 0);
}

static bool keep_own(const crowd_t *crowd, int number, int round, apr_pool_t *p)
{
    const np_contract_t *contract = crowd->contract;
    const char *key = apr_psprintf(p, "%sown%d", contract->prefix, number);
    const np_bytes_t value =
        np_contract_text(apr_psprintf(p, "thread %d round %d", number, round));
    np_bytes_t found;
    const np_put_e how = round == 0 ? NP_PUT_ADD : NP_PUT_REPLACE;
    return np_contract_put(contract, key, value, how, p) == APR_SUCCESS
           && np_contract_get(contract, key, &found, p) == APR_SUCCESS
           && np_contract_same(found, value)
           && (round < ROUNDS - 1
               || np_contract_remove(contract, key, p) == APR_SUCCESS);
}

static void keep_own_values(crowd_t *crowd, int number, apr_pool_t *p)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (!keep_own(crowd, number, round, p)) {
            atomic_fetch_add(&crowd->wrong, 1);
        }
        apr_pool_clear(p);
    }
}

void np_contract_own_values(const np_contract_t *contract)
{
    apr_thread_t *threads[THREADS];
    member_t members[THREADS];
    crowd_t crowd = {.contract = contract, .run = keep_own_values};
    start(&crowd, threads, members);
    join(threads);
    EXPECT(contract, atomic_load(&crowd.wrong) == 0);
}
