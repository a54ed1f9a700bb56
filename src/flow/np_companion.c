/* SPDX-License-Identifier: Apache-2.0
 * The cookies that accompany a session, for a device and for a second factor
 * that was passed on it: each stands for a browser, and has a record of it. */
#include "np_companion.h"

#include <string.h>

#include "np_envelope.h"

void np_companion_find(const np_realm_t *realm, const np_bytes_t *cookies,
                       int count, np_companion_t *companion)
{
    memset(companion, 0, sizeof *companion);
    for (int i = 0; i < count && !companion->brought; i++) {
        if (np_id_parse(realm->crypto, &realm->scope, cookies[i],
                        &companion->id)
            == APR_SUCCESS) {
            memcpy(companion->text, cookies[i].data, NP_ID_TEXT_LEN);
            companion->brought = true;
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

apr_status_t np_companion_move(const np_realm_t *realm,
                               np_companion_t *companion,
                               apr_time_t keep_until, np_budget_t *budget,
                               apr_pool_t *p)
{
    np_companion_t moved = *companion;
    const apr_status_t found = np_companion_read(realm, &moved, budget, p);

    if (np_store_unavailable(found)) {
        return found;
    }
    apr_status_t status = np_companion_mint(realm, &moved);
    if (status == APR_SUCCESS && found == APR_SUCCESS) {
        status = np_companion_write(realm, &moved, NP_PUT_ADD, keep_until,
                                    budget, p);
        moved.answer = APR_SUCCESS;
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    if (found == APR_SUCCESS) {       /* what stays behind ends by itself */
        (void)realm->store->remove(realm->store, companion->id.storage_key,
                                   budget, p);
    }
    *companion = moved;
    return APR_SUCCESS;
}
