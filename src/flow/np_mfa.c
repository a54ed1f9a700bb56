/* SPDX-License-Identifier: Apache-2.0
 * Second factors that were passed in a browser, and are remembered there. */
#include "np_mfa.h"

#include <string.h>

static apr_time_t ends_at(const np_realm_t *realm, const np_visitor_t *visitor)
{
    return np_policy_mfa_until(visitor->since, visitor->used_at,
                               realm->rules.mfa_life);
}

apr_time_t np_mfa_ends_at(const np_realm_t *realm,
                          const np_companion_t *companion)
{
    const np_browser_t *browser = &companion->browser;
    apr_time_t last = 0;

    for (int i = 0; i < browser->count; i++) {
        apr_time_t end = ends_at(realm, &browser->visitors[i]);
        last = end > last ? end : last;
    }
    return last;
}

static bool counts(const np_realm_t *realm, const np_visitor_t *visitor,
                   apr_time_t now)
{
    return now < ends_at(realm, visitor)
           && visitor->since <= np_policy_sum(now, NP_POLICY_SKEW);
}

bool np_mfa_is_remembered(const np_realm_t *realm, np_companion_t *companion,
                          const char *user, apr_time_t now,
                          np_budget_t *budget, apr_pool_t *p)
{
    if (np_companion_read_for(realm, companion, user, budget, p)
        != APR_SUCCESS) {
        return false;
    }
    const np_visitor_t *visitor = np_browser_find(&companion->browser, user);
    return visitor && counts(realm, visitor, now);
}

apr_status_t np_mfa_extend(const np_realm_t *realm, np_companion_t *companion,
                           const char *user, apr_time_t now,
                           np_budget_t *budget, apr_pool_t *scratch)
{
    if (!np_browser_find(&companion->browser, user)) {
        return APR_NOTFOUND;
    }
    np_browser_remember(&companion->browser, user, false, now);
    return np_companion_write(realm, companion, NP_PUT_REPLACE,
                              np_mfa_ends_at(realm, companion), budget,
                              scratch);
}

/* Those who are not remembered any more do not move along. */
static void forget_the_forgotten(const np_realm_t *realm,
                                 np_browser_t *browser, apr_time_t now)
{
    int kept = 0;

    for (int i = 0; i < browser->count; i++) {
        if (counts(realm, &browser->visitors[i], now)) {
            browser->visitors[kept++] = browser->visitors[i];
        }
    }
    browser->count = kept;
}

apr_status_t np_mfa_remember(const np_realm_t *realm,
                             np_companion_t *companion, const char *user,
                             apr_time_t now, np_budget_t *budget,
                             apr_pool_t *p)
{
    apr_status_t found =
        np_companion_read_for(realm, companion, user, budget, p);
    np_companion_t renewed = *companion;

    if (np_store_unavailable(found)) {
        return found;                 /* the others would be lost */
    }
    if (found == APR_SUCCESS) {
        forget_the_forgotten(realm, &renewed.browser, now);
    }
    else {
        memset(&renewed.browser, 0, sizeof renewed.browser);
        renewed.browser.created_at = now;
    }
    np_browser_remember(&renewed.browser, user, true, now);
    return np_companion_succeed(realm, companion, &renewed,
                                np_mfa_ends_at(realm, &renewed), budget, p);
}
