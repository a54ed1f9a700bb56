/* SPDX-License-Identifier: Apache-2.0
 * Against guessing passwords: failed logins are counted, and too many of them
 * lock a browser out. After OWASP's "Slow Down Online Guessing Attacks with
 * Device Cookies". */
#include "np_guard.h"

#include <string.h>

#include "apr_strings.h"

#include "np_name.h"
#include "np_number.h"

/* A store may keep a place for so much longer than it was told; it must be free
 * when the lock ends. */
#define STORE_SLACK apr_time_from_sec(2)

/* "Alice " and "alice" are often one user to whoever checks the password. Not
 * by tolower(): that asks the locale. */
static const char *fold(const char *user, apr_pool_t *p)
{
    char *folded = apr_pstrdup(p, user + strspn(user, " \t"));
    apr_size_t len = strlen(folded);

    while (len && (folded[len - 1] == ' ' || folded[len - 1] == '\t')) {
        folded[--len] = '\0';
    }
    for (char *c = folded; *c; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
    }
    return folded;
}

/* What all keys of a counter begin with. */
static apr_status_t name_counter(const np_realm_t *realm,
                                 const np_attempt_t *attempt,
                                 const char **name, apr_pool_t *p)
{
    const np_scope_t *scope = &realm->scope;
    const char *user = fold(attempt->user, p);
    const char *device = attempt->second_factor ? "second factor"
                         : attempt->device      ? attempt->device
                                                : "";
    unsigned char octets[NP_NAME_LEN];

    const char *input = apr_psprintf(
        p,
        "guard %" APR_SIZE_T_FMT ":%s %" APR_SIZE_T_FMT
        ":%s %" APR_SIZE_T_FMT ":%s %s",
        strlen(scope->tenant), scope->tenant, strlen(scope->host),
        scope->host, strlen(device), device, user);
    apr_status_t status = np_name_make(realm->crypto, 0, input, octets);
    if (status == APR_SUCCESS) {
        *name = np_name_key('g', octets, p);
    }
    return status;
}

static const char *lock_of(const char *name, apr_pool_t *p)
{
    return apr_pstrcat(p, name, "-lock", NULL);
}

/* Until when a lock holds that may lie in the store for longer. */
static apr_status_t read_lock(const np_realm_t *realm, const char *name,
                              apr_time_t now, np_budget_t *budget,
                              apr_time_t *locked_until, apr_pool_t *p)
{
    np_bytes_t value;

    *locked_until = 0;
    apr_status_t status = realm->store->get(realm->store, lock_of(name, p),
                                            budget, &value, p);
    if (status == APR_SUCCESS && value.len == 8) {
        apr_time_t until = np_number_read(value.data, 8);
        *locked_until = until > now ? until : 0;
    }
    return np_store_unavailable(status) ? status : APR_SUCCESS;
}

apr_status_t np_guard_look(const np_realm_t *realm,
                           const np_attempt_t *attempt, apr_time_t now,
                           np_budget_t *budget, apr_time_t *locked_until,
                           apr_pool_t *p)
{
    const char *name;

    apr_status_t status = name_counter(realm, attempt, &name, p);
    if (status == APR_SUCCESS) {
        status = read_lock(realm, name, now, budget, locked_until, p);
    }
    return status;
}

static apr_status_t lock(const np_realm_t *realm, const char *name,
                         apr_time_t now, np_budget_t *budget, apr_pool_t *p)
{
    const apr_time_t until =
        np_policy_sum(now, realm->rules.attempts.window);
    const char *key = lock_of(name, p);
    unsigned char octets[8];
    const np_bytes_t value = { octets, sizeof octets };
    np_store_t *store = realm->store;

    (void)np_number_write(octets, until, 8);
    apr_status_t status =
        store->put(store, key, value, NP_PUT_ADD, until, budget, p);
    if (status == APR_EEXIST) {       /* an earlier one that is over, or not */
        status = store->put(store, key, value, NP_PUT_REPLACE, until, budget,
                            p);
    }
    return status == APR_NOTFOUND ? APR_SUCCESS : status;
}

static apr_time_t end_of_place(const np_attempts_t *attempts, apr_time_t now)
{
    const apr_interval_time_t slack =
        attempts->window > 5 * STORE_SLACK ? STORE_SLACK : 0;

    return np_policy_sum(now, attempts->window - slack);
}

/* Take the first free place of the window, counted from 1; one more than
 * there are if none is free. A place is free again when its window is over.
 * With a store so slow that there is no time to look at all of them, it is the
 * last one that was looked at: better locked too early than never. */
static apr_status_t take_place(const np_realm_t *realm, const char *name,
                               apr_time_t now, np_budget_t *budget,
                               int *place, apr_pool_t *p)
{
    const np_attempts_t *attempts = &realm->rules.attempts;
    const np_bytes_t taken = { (const unsigned char *)"1", 1 };
    np_store_t *store = realm->store;

    const apr_interval_time_t enough = budget->left / 2;

    for (*place = 1; *place <= attempts->most; ++*place) {
        const char *key = apr_psprintf(p, "%s-%d", name, *place);
        apr_status_t status =
            store->put(store, key, taken, NP_PUT_ADD,
                       end_of_place(attempts, now), budget, p);
        if (status != APR_EEXIST) {
            return status;
        }
        if (budget->left < enough) {
            *place = attempts->most;
            break;
        }
    }
    return APR_SUCCESS;
}

apr_status_t np_guard_count(const np_realm_t *realm,
                            const np_attempt_t *attempt, apr_time_t now,
                            np_budget_t *budget, bool *excess, apr_pool_t *p)
{
    const int most = realm->rules.attempts.most;
    const char *name;
    int place = 0;

    *excess = false;
    if (most < 1) {
        return APR_SUCCESS;           /* any number is allowed */
    }
    apr_status_t status = name_counter(realm, attempt, &name, p);
    if (status == APR_SUCCESS) {
        status = take_place(realm, name, now, budget, &place, p);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    *excess = place > most;
    return place >= most ? lock(realm, name, now, budget, p) : APR_SUCCESS;
}
