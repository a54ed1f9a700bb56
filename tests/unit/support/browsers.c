/* SPDX-License-Identifier: Apache-2.0
 * Browsers with device and second-factor cookies, in a line each. */
#include "browsers.h"

#include <check.h>

#include "apr_strings.h"

#include "fixture.h"

void np_browsers_set_up(void)
{
    np_life_set_up();
    np_life_realm.rules.mfa_life = 30 * DAY;
    np_life_realm.rules.device_life = 100 * DAY;
    np_life_realm.rules.attempts = (np_attempts_t){ 3, 10 * MINUTE };
}

np_realm_t np_browsers_realm(np_kind_e kind)
{
    np_realm_t realm = np_life_realm;
    realm.scope.kind = kind;
    return realm;
}

np_budget_t *np_browsers_budget(void)
{
    np_budget_t *budget = apr_palloc(np_pool, sizeof *budget);
    budget->left = MINUTE;
    return budget;
}

np_companion_t np_browsers_bring_all(np_kind_e kind,
                                     const char *const *cookies, int count)
{
    const np_realm_t realm = np_browsers_realm(kind);
    np_bytes_t values[8];
    np_companion_t companion;

    for (int i = 0; i < count; i++) {
        values[i] = np_text(cookies[i]);
    }
    np_life_fake->gets = 0;
    np_companion_find(&realm, values, count, &companion);
    return companion;
}

np_companion_t np_browsers_bring(np_kind_e kind, const char *cookie)
{
    return np_browsers_bring_all(kind, &cookie, cookie ? 1 : 0);
}

const char *np_browsers_cookie(const np_realm_t *realm)
{
    np_companion_t companion = { .brought = false };

    ck_assert_int_eq(np_companion_mint(realm, &companion), APR_SUCCESS);
    return apr_pstrdup(np_pool, companion.text);
}

apr_status_t np_browsers_move(np_kind_e kind, np_companion_t *companion,
                              apr_time_t keep_until)
{
    const np_realm_t realm = np_browsers_realm(kind);
    return np_companion_move(&realm, companion, keep_until,
                             np_browsers_budget(), np_pool);
}
