/* SPDX-License-Identifier: Apache-2.0
 * The cookies that accompany a session, for a device and for a second factor
 * that was passed on it: each stands for a browser, and has a record of it. */
#include "np_companion.h"

#include <string.h>

#include "np_envelope.h"

static void choose(np_companion_t *companion, const np_candidate_t *candidate)
{
    companion->id = candidate->id;
    memcpy(companion->text, candidate->text, sizeof companion->text);
    companion->brought = true;
}

/* The twin is the same cookie once more. */
static void add(np_companion_t *companion, const np_candidate_t *candidate)
{
    if (!companion->brought) {
        choose(companion, candidate);
    }
    else if (strcmp(companion->text, candidate->text)
             && companion->others_count < NP_COMPANION_MAX_OTHERS) {
        companion->others[companion->others_count++] = *candidate;
    }
}

void np_companion_find(const np_realm_t *realm, const np_bytes_t *cookies,
                       int count, np_companion_t *companion)
{
    memset(companion, 0, sizeof *companion);
    for (int i = 0; i < count; i++) {
        np_candidate_t candidate = { .text = "" };
        if (np_id_parse(realm->crypto, &realm->scope, cookies[i],
                        &candidate.id)
            == APR_SUCCESS) {
            memcpy(candidate.text, cookies[i].data, NP_ID_TEXT_LEN);
            add(companion, &candidate);
        }
    }
}

static apr_status_t ask(const np_realm_t *realm, np_companion_t *companion,
                        np_budget_t *budget, apr_pool_t *p)
{
    const char *key = companion->id.storage_key;
    np_bytes_t sealed;
    np_bytes_t plain;

    apr_status_t status =
        realm->store->get(realm->store, key, budget, &sealed, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = np_envelope_open(realm->crypto, &realm->scope, key, sealed,
                              &plain, p);
    if (status == APR_SUCCESS) {
        status = np_browser_decode(plain, &companion->browser, p);
    }
    return status == APR_SUCCESS ? APR_SUCCESS : APR_NOTFOUND;
}

apr_status_t np_companion_read(const np_realm_t *realm,
                               np_companion_t *companion, np_budget_t *budget,
                               apr_pool_t *p)
{
    if (!companion->brought) {
        return APR_NOTFOUND;
    }
    if (!companion->asked) {
        companion->asked = true;
        companion->answer = ask(realm, companion, budget, p);
    }
    return companion->answer;
}

static bool knows(np_companion_t *companion, const char *user)
{
    return companion->answer == APR_SUCCESS
           && np_browser_find(&companion->browser, user);
}

apr_status_t np_companion_read_for(const np_realm_t *realm,
                                   np_companion_t *companion,
                                   const char *user, np_budget_t *budget,
                                   apr_pool_t *p)
{
    int count = companion->others_count;

    (void)np_companion_read(realm, companion, budget, p);
    companion->others_count = 0;
    for (int i = 0; i < count && !knows(companion, user); i++) {
        np_companion_t other = *companion;
        choose(&other, &companion->others[i]);
        other.answer = ask(realm, &other, budget, p);
        if (knows(&other, user) || np_store_unavailable(other.answer)) {
            *companion = other;
        }
    }
    return companion->brought ? companion->answer : APR_NOTFOUND;
}

apr_status_t np_companion_mint(const np_realm_t *realm,
                               np_companion_t *companion)
{
    apr_status_t status = np_id_mint(realm->crypto, &realm->scope,
                                     &companion->id, companion->text);
    if (status == APR_SUCCESS) {
        companion->asked = true;
        companion->answer = APR_NOTFOUND;
    }
    return status;
}

apr_status_t np_companion_write(const np_realm_t *realm,
                                const np_companion_t *companion, np_put_e how,
                                apr_time_t keep_until, np_budget_t *budget,
                                apr_pool_t *scratch)
{
    const char *key = companion->id.storage_key;
    np_bytes_t plain;
    np_bytes_t sealed;

    apr_status_t status =
        np_browser_encode(&companion->browser, &plain, scratch);
    if (status == APR_SUCCESS) {
        status = np_envelope_seal(realm->crypto, &realm->scope, key, plain,
                                  &sealed, scratch);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    return realm->store->put(realm->store, key, sealed, how, keep_until,
                             budget, scratch);
}

apr_status_t np_companion_succeed(const np_realm_t *realm,
                                  np_companion_t *companion,
                                  np_companion_t *next, apr_time_t keep_until,
                                  np_budget_t *budget, apr_pool_t *p)
{
    const bool stored = next->asked && next->answer == APR_SUCCESS;

    apr_status_t status = np_companion_mint(realm, next);
    if (status == APR_SUCCESS) {
        status = np_companion_write(realm, next, NP_PUT_ADD, keep_until,
                                    budget, p);
    }
    if (status != APR_SUCCESS) {
        return status == APR_EEXIST ? APR_EGENERAL : status;
    }
    if (stored) {                     /* what stays behind ends by itself */
        (void)realm->store->remove(realm->store, companion->id.storage_key,
                                   budget, p);
    }
    next->brought = true;
    next->answer = APR_SUCCESS;
    *companion = *next;
    return APR_SUCCESS;
}

apr_status_t np_companion_move(const np_realm_t *realm,
                               np_companion_t *companion,
                               apr_time_t keep_until, np_budget_t *budget,
                               apr_pool_t *p)
{
    np_companion_t moved = *companion;
    const apr_status_t found = np_companion_read(realm, &moved, budget, p);

    if (found == APR_SUCCESS) {
        return np_companion_succeed(realm, companion, &moved, keep_until,
                                    budget, p);
    }
    return found == APR_NOTFOUND ? np_companion_mint(realm, companion) : found;
}
