/* SPDX-License-Identifier: Apache-2.0
 * A store in memory that counts, fails on demand, and lets others cut in. */
#ifndef NP_FAKE_STORE_H
#define NP_FAKE_STORE_H

#include "apr_hash.h"
#include "apr_thread_mutex.h"

#include "np_store.h"

typedef struct np_fake_t np_fake_t;

/** Called before or after an operation, with its name and key. */
typedef void np_fake_hook_t(np_fake_t *fake, const char *operation,
                            const char *key);

/** What lies under a key. */
typedef struct np_fake_item_t {
    np_bytes_t value;
    apr_time_t kept_until;
} np_fake_item_t;

struct np_fake_t {
    np_store_t store;
    /** Of np_fake_item_t, by their keys. */
    apr_hash_t *items;
    /** Its own: threads put into it while the test uses another. */
    apr_pool_t *p;
    /** No answer to anything, and for how long it is waited for. */
    bool down;
    apr_interval_time_t waits;
    int gets;
    int puts;
    int removes;
    /** What the last put asked to be kept until. */
    apr_time_t kept_until;
    /** What was to be kept until then or less is forgotten; 0: nothing is. */
    apr_time_t now;
    /** NULL, or what happens between two operations of the code under test;
     *  taken away while it runs. */
    np_fake_hook_t *before;
    /** The same, when an operation is done and its answer on the way. */
    np_fake_hook_t *after;
    void *data;
    /** Threads may share a store, so they may share this one. */
    apr_thread_mutex_t *mutex;
};

/** An empty fake, in @a p. */
np_fake_t *np_fake_create(apr_pool_t *p);

/** Is there anything under @a key? */
bool np_fake_has(const np_fake_t *fake, const char *key);

/** Change one bit of the last octet under @a key, where there is something. */
void np_fake_damage(np_fake_t *fake, const char *key);

#endif
