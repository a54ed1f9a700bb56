/* SPDX-License-Identifier: Apache-2.0
 * What the servers answered to one call, and what is done about those that did
 * not answer. */
#ifndef NP_ANSWERS_H
#define NP_ANSWERS_H

#include "np_reconcile.h"

/** The answers of an item's homes, by their order. */
typedef struct np_answers_t {
    const np_item_t *item;
    /** What was left of the time before they were asked. */
    apr_interval_time_t had;
    int count;
    int done;
    int missing;
    int failed;
    apr_status_t status[NP_CLUSTER_MAX_COPIES];
    apr_status_t failure;
} np_answers_t;

/** None yet, to a call for @a item, which has to stay. */
np_answers_t np_answers_expect(const np_item_t *item);

/** What @a home has answered. */
void np_answers_note(np_answers_t *answers, int home, apr_status_t status);

/**
 * Tell of those that did not answer, before anybody relies on the others.
 * @return APR_SUCCESS, or the answer of one of which nobody could be told
 */
apr_status_t np_answers_tell(const np_answers_t *answers, np_miss_e miss);

/**
 * One that was late mostly answers again at once. Who has waited for it makes up
 * for what it missed then and there: not for long does a value depend on one
 * server alone. What fails is made up for later, as is what is done meanwhile by
 * others, who wait for nothing.
 */
void np_answers_make_up(const np_answers_t *answers, np_miss_e miss);

/** The first @a asked of the servers may have a value that is not to be there, and
 *  nobody has to be told: it matters for seconds only, or its key is known to this
 *  request alone. It takes no room that others may need. */
void np_answers_disown(const np_answers_t *answers, int asked);

#endif
