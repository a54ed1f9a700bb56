/* SPDX-License-Identifier: Apache-2.0
 * A store that keeps each value on several servers. */
#include "np_copies.h"

#include "apr_strings.h"

#include "np_marks.h"
#include "np_reconcile.h"

/** Longer than any call may take. */
#define GRAVE_LIFE apr_time_from_sec(60)

typedef struct np_copies_t {
    np_store_t store;
    const np_cluster_t *cluster;
} np_copies_t;

/* What the servers answered to one call. */
typedef struct answers_t {
    const np_item_t *item;
    int count;
    int done;
    int missing;
    int failed;
    apr_status_t status[NP_CLUSTER_MAX_COPIES];
    apr_status_t failure;
} answers_t;

static apr_status_t begin(np_store_t *store, const char *key,
                          const np_bytes_t *value, np_budget_t *budget,
                          np_item_t *item, apr_pool_t *p)
{
    const np_cluster_t *cluster = ((np_copies_t *)store)->cluster;
    apr_status_t status = np_store_admit(key, value, budget);

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

static answers_t expect(const np_item_t *item)
{
    return (answers_t){ .item = item, .count = item->cluster->list.copies };
}

static void note(answers_t *answers, int home, apr_status_t status)
{
    answers->status[home] = status;
    if (np_store_unavailable(status)) {
        answers->failed++;
        answers->failure = status;
    }
    else if (status == APR_SUCCESS) {
        answers->done++;
    }
    else {
        answers->missing++;
    }
}

/* Tell of those that did not answer, before anybody relies on the others. */
static apr_status_t tell(const answers_t *answers, np_miss_e miss)
{
    const np_item_t *item = answers->item;

    for (int i = 0; i < answers->count; i++) {
        if (np_store_unavailable(answers->status[i])
            && np_marks_missed(item->cluster, item->homes[i], miss, item->key,
                               item->now, item->budget, item->p)
                   != APR_SUCCESS) {
            return answers->status[i];
        }
    }
    return APR_SUCCESS;
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

static apr_status_t copies_get(np_store_t *store, const char *key,
                               np_budget_t *budget, np_bytes_t *value,
                               apr_pool_t *p)
{
    np_item_t item;
    np_copy_t copy;

    apr_status_t status = begin(store, key, NULL, budget, &item, p);
    if (status == APR_SUCCESS) {
        status = ask(&item, &copy);
    }
    if (status == APR_SUCCESS) {
        *value = copy.value;
    }
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
    answers_t answers = expect(item);
    np_copy_t found;
    apr_status_t status;

    for (int i = answers.count - 1; i >= 0; i--) {
        note(&answers, i, np_item_put(item, i, copy, NP_PUT_REPLACE));
    }
    if (answers.done == 0) {
        status = answers.failed > 0 && answers.missing > 0
                     ? np_reconcile_all(item, &found)
                     : APR_NOTFOUND;
        return answers.missing == 0 || status == APR_SUCCESS ? answers.failure
                                                             : status;
    }
    status = tell(&answers, NP_MISS_WRITE);
    if (status == APR_SUCCESS) {
        status = outlast_menders(item, copy);
    }
    /* A home that has not got it has lost it, or it is being removed. */
    return status == APR_SUCCESS && answers.missing > 0
               ? np_reconcile_all(item, &found)
               : status;
}

/* These servers may have a value that is not to be there, and nobody has to be
 * told: it matters for seconds only, or its key is known to this request alone.
 * It takes no room that others may need. */
static void disown(const answers_t *answers, int asked)
{
    const np_item_t *item = answers->item;

    for (int i = 0; i < asked; i++) {
        np_missed_t *missed = np_trust_keys(item->cluster->trust,
                                            item->homes[i], NP_MISS_REMOVAL);
        if (np_store_unavailable(answers->status[i])
            && atomic_load(&missed->count) < NP_MISSED_KEYS / 2) {
            (void)np_missed_add(missed, item->key, item->now);
        }
    }
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
    answers_t answers = expect(&grave);

    for (int i = 0; i < answers.count; i++) {
        apr_status_t status = np_item_put(&grave, i, &copy, NP_PUT_ADD);
        if (status == APR_EEXIST) {
            status = np_item_put(&grave, i, &copy, NP_PUT_REPLACE);
        }
        note(&answers, i, status);
    }
    return answers.done > 0 ? APR_SUCCESS : answers.failure;
}

static apr_status_t copies_remove(np_store_t *store, const char *key,
                                  np_budget_t *budget, apr_pool_t *p)
{
    np_item_t item;

    apr_status_t status = begin(store, key, NULL, budget, &item, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (np_item_is_mended(&item)) {
        status = dig_grave(&item);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    answers_t answers = expect(&item);
    for (int i = answers.count - 1; i >= 0; i--) {
        note(&answers, i, np_item_remove(&item, i));
    }
    if (answers.done == 0) {
        return answers.failure;
    }
    if (key[0] == NP_STORE_PASSING) {
        disown(&answers, answers.count);
        return APR_SUCCESS;
    }
    return tell(&answers, NP_MISS_REMOVAL);
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
    answers_t answers = expect(item);
    np_copy_t found;

    for (int i = 0; i < answers.count; i++) {
        apr_status_t status = np_item_put(item, i, copy, NP_PUT_ADD);
        if (status == APR_EEXIST && answers.done == 0) {
            disown(&answers, i);
            status = ask(item, &found);
            return status == APR_SUCCESS ? APR_EEXIST : status;
        }
        if (status == APR_EEXIST) {
            status = settle_conflict(item, i, copy);
        }
        if (status == APR_EEXIST) {
            disown(&answers, i);
            return APR_EEXIST;
        }
        note(&answers, i, status);
    }
    return answers.done == 0 ? answers.failure
                             : tell(&answers, NP_MISS_WRITE);
}

static apr_status_t copies_put(np_store_t *store, const char *key,
                               np_bytes_t value, np_put_e how,
                               apr_time_t expires_at, np_budget_t *budget,
                               apr_pool_t *p)
{
    np_item_t item;

    apr_status_t status = begin(store, key, &value, budget, &item, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    const np_copy_t copy = { value, item.now, item.now, expires_at };
    if (how == NP_PUT_REPLACE) {
        return replace(&item, &copy);
    }
    status = add(&item, &copy);
    if (status == APR_NOTFOUND) {     /* what was in our way is cleared away */
        status = add(&item, &copy);
    }
    return status == APR_NOTFOUND ? APR_EGENERAL : status;
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
