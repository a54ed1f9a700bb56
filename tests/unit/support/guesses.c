/* SPDX-License-Identifier: Apache-2.0
 * Guesses of a password, in a line each. */
#include "guesses.h"

#include <check.h>

#include "fixture.h"

apr_time_t np_guesses_look(const np_attempt_t *attempt, apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    apr_time_t locked_until = -1;

    ck_assert_int_eq(np_guard_look(&realm, attempt, now, np_browsers_budget(),
                                   &locked_until, np_pool),
                     APR_SUCCESS);
    return locked_until;
}

bool np_guesses_miss(const np_attempt_t *attempt, apr_time_t now)
{
    const np_realm_t realm = np_browsers_realm(NP_KIND_DEVICE);
    bool excess;

    ck_assert_int_eq(np_guard_count(&realm, attempt, now,
                                    np_browsers_budget(), &excess, np_pool),
                     APR_SUCCESS);
    return excess;
}

void np_guesses_lock_out(const np_attempt_t *attempt, apr_time_t now)
{
    for (int i = 0; i < MOST; i++) {
        ck_assert(!np_guesses_miss(attempt, now));
    }
    ck_assert_int_eq(np_guesses_look(attempt, now), now + WINDOW);
}
