/* SPDX-License-Identifier: Apache-2.0
 * What every store has to do, as tests that run under libcheck and in httpd. */
#ifndef NP_STORE_CONTRACT_H
#define NP_STORE_CONTRACT_H

#include "np_store.h"

typedef struct np_contract_t np_contract_t;

/** A store, and how to tell what it does wrong. */
struct np_contract_t {
    np_store_t *store;
    /** What keys begin with, so that runs in one store do not meet. */
    const char *prefix;
    /** The largest value that the store has room for. */
    apr_size_t largest;
    /** Does it forget at once what has expired? It may keep it. */
    bool forgets;
    /** Called for each thing that is wrong; may come back or not. */
    void (*failed)(const np_contract_t *contract, const char *what);
    /** For failed(). */
    void *data;
    apr_pool_t *p;
};

typedef struct np_contract_case_t {
    const char *name;
    void (*run)(const np_contract_t *contract);
    /** Threads race in it, and other processes may do the same meanwhile. */
    bool is_race;
} np_contract_case_t;

/** The contract, case by case; each can run alone and leaves nothing that
 *  matters to another. */
extern const np_contract_case_t np_contract_cases[];
extern const int np_contract_case_count;

/** The cases with threads; used by np_contract_cases. */
void np_contract_one_add_wins(const np_contract_t *contract);
void np_contract_no_return(const np_contract_t *contract);
void np_contract_own_values(const np_contract_t *contract);

/** How the cases say what is wrong. */
void np_contract_expect(const np_contract_t *contract, bool holds,
                        const char *what, int line);
#define EXPECT(contract, condition) \
    np_contract_expect(contract, condition, #condition, __LINE__)

/** The key @a name of this run, in the contract's pool. */
const char *np_contract_key(const np_contract_t *contract, const char *name);

/** The store's functions, with time enough and an end far away. */
apr_status_t np_contract_get(const np_contract_t *contract, const char *key,
                             np_bytes_t *value, apr_pool_t *p);
apr_status_t np_contract_put(const np_contract_t *contract, const char *key,
                             np_bytes_t value, np_put_e how, apr_pool_t *p);
apr_status_t np_contract_remove(const np_contract_t *contract, const char *key,
                                apr_pool_t *p);

/** The bytes of a text. */
np_bytes_t np_contract_text(const char *text);

/** Are these the same bytes? */
bool np_contract_same(np_bytes_t a, np_bytes_t b);

#endif
