/* SPDX-License-Identifier: Apache-2.0
 * What the servers answered to one call, and what is done about those that did
 * not answer. */
#include "np_answers.h"

#include "np_marks.h"

np_answers_t np_answers_expect(const np_item_t *item)
{
    return (np_answers_t){ .item = item,
                           .had = item->budget->left,
                           .count = item->cluster->list.copies };
}

void np_answers_note(np_answers_t *answers, int home, apr_status_t status)
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

apr_status_t np_answers_tell(const np_answers_t *answers, np_miss_e miss)
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

void np_answers_make_up(const np_answers_t *answers, np_miss_e miss)
{
    const np_item_t *item = answers->item;
    np_copy_t found;

    if (answers->had - item->budget->left < item->cluster->patience) {
        return;
    }
    for (int i = 0; i < answers->count; i++) {
        if (!np_store_unavailable(answers->status[i])
            || item->budget->left <= 4 * item->cluster->patience
            || !np_item_await(item, i)) {
            continue;
        }
        if (miss == NP_MISS_REMOVAL) {
            (void)np_item_remove(item, i);
        }
        else {
            (void)np_reconcile_all(item, &found);
        }
    }
}

void np_answers_disown(const np_answers_t *answers, int asked)
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
