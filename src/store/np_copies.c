/* SPDX-License-Identifier: Apache-2.0
 * A store that keeps each value on several servers. */
#include "np_copies.h"

#include "apr_strings.h"

#include "np_answers.h"
#include "np_marks.h"

/** Longer than any call may take. */
#define GRAVE_LIFE apr_time_from_sec(60)

typedef struct np_copies_t {
    np_store_t store;
    const np_cluster_t *cluster;
} np_copies_t;

/* Every call that has begun ends, whatever begin says. */
static apr_status_t begin(np_store_t *store, const char *key,
                          const np_bytes_t *value, np_budget_t *budget,
                          np_item_t *item, apr_pool_t *p)
{
    const np_cluster_t *cluster = ((np_copies_t *)store)->cluster;
    apr_status_t status = np_store_admit(key, value, budget);

    atomic_fetch_add(cluster->calls, 1);
    if (status == APR_SUCCESS && value
        && value->len > NP_STORE_MAX_VALUE - NP_COPY_OVERHEAD) {
        status = APR_EINVAL;
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    *item = np_item_find(cluster, key, budget, p);
    return np_trust_is_informed(cluster->trust)
               ? APR_SUCCESS
               : np_marks_inform(cluster, item->now, budget, p);
}

static void end(np_store_t *store)
{
    atomic_fetch_sub(((np_copies_t *)store)->cluster->calls, 1);
}

/* None has answered. Has one of them a second thought? */
static bool is_worth_asking_again(const np_item_t *item, apr_status_t status)
{
    if (!np_store_unavailable(status)) {
        return false;
    }
    for (int i = 0; i < item->cluster->list.copies; i++) {
        if (np_item_await(item, i)) {
            return true;
        }
    }
    return false;
}

/* Ask as many as it takes. */
static apr_status_t ask(const np_item_t *item, np_copy_t *copy)
{
    *copy = (np_copy_t){ .placed_at = NP_COPY_UNCONFIRMED };
    const apr_status_t first = np_item_get(item, 0, copy);

    return first == APR_SUCCESS && np_item_is_settled(item, copy)
               ? APR_SUCCESS
               : np_reconcile(item, first, copy);
}

static apr_status_t read_value(const np_item_t *item, np_bytes_t *value)
{
    np_copy_t copy;

    apr_status_t status = ask(item, &copy);
    if (is_worth_asking_again(item, status)) {
        status = ask(item, &copy);
    }
    if (status == APR_SUCCESS) {
        *value = copy.value;
    }
    return status;
}

static apr_status_t copies_get(np_store_t *store, const char *key,
                               np_budget_t *budget, np_bytes_t *value,
                               apr_pool_t *p)
{
    np_item_t item;

    apr_status_t status = begin(store, key, NULL, budget, &item, p);
    if (status == APR_SUCCESS) {
        status = read_value(&item, value);
    }
    end(store);
    return status;
}

/* Who mends the second home from the first may have read that before our write,
 * and written what it had after ours. He looks at the first once more; what he
 * did before our write there is ours to see. */
static apr_status_t outlast_menders(const np_item_t *item,
                                    const np_copy_t *copy)
{
    apr_status_t status = APR_SUCCESS;

    for (int i = 1; i < item->cluster->list.copies; i++) {
        np_copy_t found;
        if (np_item_may_be_mended(item, i)
            && np_item_get(item, i, &found) == APR_SUCCESS
            && found.version < copy->version) {
            status = np_item_put(item, i, copy, NP_PUT_REPLACE);
        }
    }
    return status == APR_NOTFOUND ? APR_SUCCESS : status;
}

static apr_status_t replace(const np_item_t *item, const np_copy_t *copy)
{
    np_answers_t answers = np_answers_expect(item);
    np_copy_t found;
    apr_status_t status;

    for (int i = answers.count - 1; i >= 0; i--) {
        np_answers_note(&answers, i,
                        np_item_put(item, i, copy, NP_PUT_REPLACE));
    }
    if (answers.done == 0) {
        status = answers.failed > 0 && answers.missing > 0
                     ? np_reconcile_all(item, &found)
                     : APR_NOTFOUND;
        return answers.missing == 0 || status == APR_SUCCESS ? answers.failure
                                                             : status;
    }
    status = np_answers_tell(&answers, NP_MISS_WRITE);
    if (status == APR_SUCCESS) {
        status = outlast_menders(item, copy);
    }
    if (status == APR_SUCCESS) {
        np_answers_make_up(&answers, NP_MISS_WRITE);
    }
    /* A home that has not got it has lost it, or it is being removed. */
    return status == APR_SUCCESS && answers.missing > 0
               ? np_reconcile_all(item, &found)
               : status;
}

/* Nobody mends the value from here on. A grave that is there already will stay
 * for longer than whoever is mending now. */
static apr_status_t dig_grave(const np_item_t *item)
{
    const char *key =
        apr_psprintf(item->p, "%c%s", NP_STORE_GRAVE, item->key);
    const np_item_t grave =
        np_item_find(item->cluster, key, item->budget, item->p);
    const np_copy_t copy = {
        .value = { (const unsigned char *)"1", 1 },
        .version = item->now,
        .placed_at = item->now,
        .expires_at = item->now + GRAVE_LIFE,
    };
    np_answers_t answers = np_answers_expect(&grave);

    for (int i = 0; i < answers.count; i++) {
        apr_status_t status = np_item_put(&grave, i, &copy, NP_PUT_ADD);
        if (status == APR_EEXIST) {
            status = np_item_put(&grave, i, &copy, NP_PUT_REPLACE);
        }
        np_answers_note(&answers, i, status);
    }
    return answers.done > 0 ? APR_SUCCESS : answers.failure;
}

static apr_status_t take_away(const np_item_t *item)
{
    np_answers_t answers = np_answers_expect(item);
    apr_status_t status = APR_SUCCESS;

    if (np_item_is_mended(item)) {
        status = dig_grave(item);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    for (int i = answers.count - 1; i >= 0; i--) {
        np_answers_note(&answers, i, np_item_remove(item, i));
    }
    if (answers.done == 0) {
        return answers.failure;
    }
    if (item->key[0] == NP_STORE_PASSING) {
        np_answers_disown(&answers, answers.count);
        return APR_SUCCESS;
    }
    status = np_answers_tell(&answers, NP_MISS_REMOVAL);
    if (status == APR_SUCCESS) {
        np_answers_make_up(&answers, NP_MISS_REMOVAL);
    }
    return status;
}

static apr_status_t copies_remove(np_store_t *store, const char *key,
                                  np_budget_t *budget, apr_pool_t *p)
{
    np_item_t item;

    apr_status_t status = begin(store, key, NULL, budget, &item, p);
    if (status == APR_SUCCESS) {
        status = take_away(&item);
        if (is_worth_asking_again(&item, status)) {
            status = take_away(&item);
        }
    }
    end(store);
    return status;
}

/* Somebody else's value is on a home that came after one that took ours. */
static apr_status_t settle_conflict(const np_item_t *item, int home,
                                    const np_copy_t *ours)
{
    np_copy_t theirs;

    apr_status_t status = np_item_get(item, home, &theirs);
    if (status != APR_SUCCESS) {
        return status == APR_NOTFOUND ? APR_EGENERAL : status;
    }
    if (np_copy_same(&theirs, ours) && theirs.version == ours->version) {
        return APR_SUCCESS;           /* it is ours: somebody mended it */
    }
    if (!np_item_is_credible(item, home, &theirs)) {
        status = np_item_put(item, home, ours, NP_PUT_REPLACE);
        return status == APR_NOTFOUND ? APR_EGENERAL : status;
    }
    for (int i = 0; i < home; i++) {  /* where ours was not taken, no matter */
        (void)np_item_put(item, i, &theirs, NP_PUT_REPLACE);
    }
    return APR_EEXIST;
}

static apr_status_t add(const np_item_t *item, const np_copy_t *copy)
{
    np_answers_t answers = np_answers_expect(item);
    np_copy_t found;

    for (int i = 0; i < answers.count; i++) {
        apr_status_t status = np_item_put(item, i, copy, NP_PUT_ADD);
        if (status == APR_EEXIST && answers.done == 0) {
            np_answers_disown(&answers, i);
            status = ask(item, &found);
            return status == APR_SUCCESS ? APR_EEXIST : status;
        }
        if (status == APR_EEXIST) {
            status = settle_conflict(item, i, copy);
        }
        if (status == APR_EEXIST) {
            np_answers_disown(&answers, i);
            return APR_EEXIST;
        }
        np_answers_note(&answers, i, status);
    }
    if (answers.done == 0) {
        return answers.failure;
    }
    const apr_status_t status = np_answers_tell(&answers, NP_MISS_WRITE);
    if (status == APR_SUCCESS && item->key[0] != NP_STORE_PASSING) {
        np_answers_make_up(&answers, NP_MISS_WRITE);
    }
    return status;
}

static apr_status_t write_value(const np_item_t *item, np_bytes_t value,
                                np_put_e how, apr_time_t expires_at)
{
    const np_copy_t copy = { value, item->now, item->now, expires_at };
    apr_status_t status;

    if (how == NP_PUT_REPLACE) {
        status = replace(item, &copy);
        return is_worth_asking_again(item, status) ? replace(item, &copy)
                                                   : status;
    }
    status = add(item, &copy);
    if (status == APR_NOTFOUND) {     /* what was in our way is cleared away */
        status = add(item, &copy);
    }
    return status == APR_NOTFOUND ? APR_EGENERAL : status;
}

static apr_status_t copies_put(np_store_t *store, const char *key,
                               np_bytes_t value, np_put_e how,
                               apr_time_t expires_at, np_budget_t *budget,
                               apr_pool_t *p)
{
    np_item_t item;

    apr_status_t status = begin(store, key, &value, budget, &item, p);
    if (status == APR_SUCCESS) {
        status = write_value(&item, value, how, expires_at);
    }
    end(store);
    return status;
}

np_store_t *np_copies_create(const np_cluster_t *cluster, apr_pool_t *p)
{
    np_copies_t *copies = apr_pcalloc(p, sizeof *copies);

    copies->store.name = "memcache";
    copies->store.get = copies_get;
    copies->store.put = copies_put;
    copies->store.remove = copies_remove;
    copies->cluster = cluster;
    return &copies->store;
}
