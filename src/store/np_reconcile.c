/* SPDX-License-Identifier: Apache-2.0
 * What is true when the copies of a value differ, and making them agree. */
#include "np_reconcile.h"

#include "np_marks.h"

/* The least time to begin to mend anything. */
#define MENDING apr_time_from_msec(20)

/* Others may write while we mend; so often we look again. */
#define MOST_LOOKS 3

/* What the servers say. */
typedef struct views_t {
    const np_item_t *item;
    int count;
    apr_status_t status[NP_CLUSTER_MAX_COPIES];
    np_copy_t copy[NP_CLUSTER_MAX_COPIES];
} views_t;

static void look(views_t *views)
{
    for (int i = 1; i < views->count; i++) {
        views->status[i] = np_item_get(views->item, i, &views->copy[i]);
    }
}

static bool is_found(const views_t *views, int home)
{
    return views->status[home] == APR_SUCCESS
           && views->copy[home].placed_at != NP_COPY_UNCONFIRMED;
}

/* The latest value that can be believed; -1 if there is none. What nobody has
 * removed anywhere has not been removed. */
static int find_truth(const views_t *views)
{
    bool all = true;
    int truth = -1;

    for (int i = 0; i < views->count; i++) {
        all = all && is_found(views, i);
    }
    for (int i = 0; i < views->count; i++) {
        if (is_found(views, i)
            && (all || np_item_is_credible(views->item, i, &views->copy[i]))
            && (truth < 0
                || views->copy[i].version > views->copy[truth].version)) {
            truth = i;
        }
    }
    return truth;
}

/* May it have something of which it says that it has not? What it missed has
 * been given to it by now, or not. */
static bool may_lack(const np_item_t *item, int home)
{
    np_trust_t *trust = item->cluster->trust;
    const np_missed_t *keys =
        np_trust_keys(trust, item->homes[home], NP_MISS_WRITE);

    return np_trust_missed(trust, item->homes[home], NP_MISS_WRITE)
               >= item->now - NP_AMNESIA
           || np_missed_lacks(keys, item->key);
}

/* Does this home know that there is nothing? It may just have lost all that it
 * had: then its note is gone, too. */
static bool knows_of_nothing(const views_t *views, int home)
{
    const np_item_t *item = views->item;

    if (views->status[home] != APR_NOTFOUND || may_lack(item, home)) {
        return false;
    }
    np_marks_visit(item->cluster, item->homes[home], item->now, item->budget,
                   item->p);
    return !may_lack(item, home);
}

/* Has somebody not answered who may know better than those who did? */
static apr_status_t conclude_without_truth(const views_t *views)
{
    apr_status_t unavailable = APR_SUCCESS;
    bool doubt = np_item_is_mended(views->item);

    for (int i = 0; i < views->count; i++) {
        if (np_store_unavailable(views->status[i])) {
            unavailable = views->status[i];
        }
    }
    for (int i = 0; i < views->count && unavailable != APR_SUCCESS && doubt;
         i++) {
        doubt = !knows_of_nothing(views, i);
    }
    if (unavailable == APR_SUCCESS || !doubt) {
        return APR_NOTFOUND;
    }
    return np_item_has(views->item, NP_STORE_GRAVE) == APR_SUCCESS
               ? APR_NOTFOUND
               : unavailable;
}

static void remove_found(const views_t *views)
{
    for (int i = 0; i < views->count; i++) {
        if (views->status[i] == APR_SUCCESS) {
            (void)np_item_remove(views->item, i);
        }
    }
}

/* A copy from before the list of servers changed may have been left behind on a
 * server that was none of its homes meanwhile. Then its headstone tells. */
static apr_status_t judge_left_behind(const np_item_t *item,
                                      const np_copy_t *copy)
{
    if (item->key[0] == NP_STORE_HEADSTONE
        || copy->placed_at > np_trust_since(item->cluster->trust)) {
        return APR_SUCCESS;
    }
    const apr_status_t stone = np_item_has(item, NP_STORE_HEADSTONE);
    if (np_store_unavailable(stone)) {
        return stone;
    }
    return stone == APR_SUCCESS ? APR_NOTFOUND : APR_SUCCESS;
}

/* Write over what a home has with what the source has now, until that does not
 * change meanwhile. A writer writes the first home last; so a look after our
 * write sees what he wrote before ours. */
static apr_status_t follow(const np_item_t *item, int source, int home)
{
    np_copy_t copy;
    apr_time_t written = 0;
    apr_status_t status = APR_SUCCESS;

    for (int i = 0; i < MOST_LOOKS && status == APR_SUCCESS; i++) {
        status = np_item_get(item, source, &copy);
        if (status != APR_SUCCESS || (i > 0 && copy.version == written)) {
            return status;
        }
        written = copy.version;
        copy.placed_at = item->now;
        status = np_item_put(item, home, &copy, NP_PUT_REPLACE);
    }
    return APR_SUCCESS;
}

/*
 * Give a home the copy that it lacks. Somebody may be removing the value right
 * now: he has dug a grave, and then removes what each server has. So the copy
 * is put there unconfirmed, which nobody believes; then a grave is looked for,
 * and only a replace, which revives nothing, confirms it. If there is no grave
 * yet, he will remove the copy, and the replace fails.
 */
static apr_status_t refill(const np_item_t *item, int source, int home,
                           const np_copy_t *truth)
{
    np_copy_t copy = *truth;

    copy.placed_at = NP_COPY_UNCONFIRMED;
    if (np_item_put(item, home, &copy, NP_PUT_ADD) != APR_SUCCESS) {
        return APR_SUCCESS;           /* another request does it, or nobody */
    }
    apr_status_t status = np_item_has(item, NP_STORE_GRAVE);
    if (status == APR_NOTFOUND) {
        status = follow(item, source, home);
    }
    else if (status == APR_SUCCESS) {
        status = APR_NOTFOUND;
    }
    if (status == APR_NOTFOUND) {
        (void)np_item_remove(item, home);
    }
    return status == APR_NOTFOUND ? APR_NOTFOUND : APR_SUCCESS;
}

/* Must this home's copy be written anew? Not as long as it would not be
 * believed either. */
static bool is_outdated(const views_t *views, int home, int truth)
{
    const np_item_t *item = views->item;
    const np_copy_t *copy = &views->copy[home];

    return views->status[home] == APR_SUCCESS
           && (!np_item_is_credible(item, home, copy)
               || !np_copy_same(copy, &views->copy[truth]))
           && np_trust_missed(item->cluster->trust, item->homes[home],
                              NP_MISS_REMOVAL)
                  < item->now;
}

static apr_status_t mend_one(const views_t *views, int truth, int home)
{
    if (views->status[home] == APR_NOTFOUND) {
        return refill(views->item, truth, home, &views->copy[truth]);
    }
    return is_outdated(views, home, truth)
               ? follow(views->item, truth, home)
               : APR_SUCCESS;
}

static apr_status_t mend(const views_t *views, int truth)
{
    if (views->item->budget->left < MENDING) {
        return APR_SUCCESS;           /* the next one who asks has more time */
    }
    for (int i = 0; i < views->count; i++) {
        if (i != truth && mend_one(views, truth, i) == APR_NOTFOUND) {
            return APR_NOTFOUND;      /* it was removed under our hands */
        }
    }
    /* Last, from one that has been mended: a copy is never written from what
     * was read of itself, or what others write meanwhile would be lost. */
    if (is_outdated(views, truth, truth)) {
        (void)follow(views->item, truth == 0 ? 1 : 0, truth);
    }
    return APR_SUCCESS;
}

apr_status_t np_reconcile(const np_item_t *item, apr_status_t first,
                          np_copy_t *copy)
{
    views_t views = { .item = item, .count = item->cluster->list.copies };
    apr_status_t status = APR_NOTFOUND;

    views.status[0] = first;
    views.copy[0] = *copy;
    look(&views);
    const int truth = find_truth(&views);
    if (truth < 0) {
        status = conclude_without_truth(&views);
    }
    else {
        *copy = views.copy[truth];
        status = judge_left_behind(item, copy);
    }
    if (status == APR_SUCCESS && np_item_is_mended(item)) {
        status = mend(&views, truth);
    }
    if (status == APR_NOTFOUND) {
        remove_found(&views);
    }
    return status;
}

apr_status_t np_reconcile_all(const np_item_t *item, np_copy_t *copy)
{
    *copy = (np_copy_t){ .placed_at = NP_COPY_UNCONFIRMED };
    const apr_status_t first = np_item_get(item, 0, copy);
    return np_reconcile(item, first, copy);
}
