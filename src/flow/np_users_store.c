/* SPDX-License-Identifier: Apache-2.0
 * Where the sessions of a user are written down. */
#include "np_users_store.h"

#include <string.h>

#include "apr_strings.h"

#include "np_envelope.h"
#include "np_lock.h"
#include "np_name.h"

/* What the keys begin with. */
#define INDEX   'u'
#define POINTER 'h'

static apr_status_t key_by(const np_realm_t *realm, int ring_key,
                           const char *user, const char **key, apr_pool_t *p)
{
    unsigned char name[NP_NAME_LEN];

    apr_status_t status = np_name_user(realm->crypto, ring_key, &realm->scope,
                                       user, name, p);
    if (status == APR_SUCCESS) {
        *key = np_name_key(INDEX, name, p);
    }
    return status == APR_SUCCESS ? APR_SUCCESS : APR_EGENERAL;
}

apr_status_t np_users_key(const np_realm_t *realm, const char *user,
                          const char **key, apr_pool_t *p)
{
    return key_by(realm, 0, user, key, p);
}

static apr_status_t read_sealed(const np_realm_t *realm, const char *key,
                                np_budget_t *budget, np_bytes_t *plain,
                                apr_pool_t *p)
{
    np_bytes_t sealed;

    *plain = (np_bytes_t){ NULL, 0 };
    apr_status_t status =
        realm->store->get(realm->store, key, budget, &sealed, p);
    if (status == APR_SUCCESS
        && np_envelope_open(realm->crypto, &realm->scope, key, sealed, plain,
                            p)
               != APR_SUCCESS) {
        plain->len = 0;
    }
    return status;
}

static apr_status_t write_sealed(const np_realm_t *realm, const char *key,
                                 np_bytes_t plain, np_put_e how,
                                 apr_time_t keep_until, np_budget_t *budget,
                                 apr_pool_t *scratch)
{
    np_bytes_t sealed;

    apr_status_t status = np_envelope_seal(realm->crypto, &realm->scope, key,
                                           plain, &sealed, scratch);
    if (status != APR_SUCCESS) {
        return APR_EGENERAL;
    }
    return realm->store->put(realm->store, key, sealed, how, keep_until,
                             budget, scratch);
}

/* Of two entries of one session the one that is there already counts. */
static void add_others(np_index_t *index, np_index_t *others)
{
    for (int i = 0; i < others->count; i++) {
        const np_entry_t *entry = &others->entries[i];
        if (!np_index_find(index, entry->handle)) {
            (void)np_index_insert(index, entry);
        }
    }
}

apr_status_t np_users_read(const np_realm_t *realm, const char *user,
                           np_budget_t *budget, np_index_t **index,
                           bool *stored, apr_pool_t *p)
{
    np_index_t *part = apr_palloc(p, sizeof *part);

    *index = apr_palloc(p, sizeof **index);
    (*index)->count = 0;
    *stored = false;
    for (int i = 0; i < np_crypto_key_count(realm->crypto); i++) {
        const char *key;
        np_bytes_t plain;
        apr_status_t status = key_by(realm, i, user, &key, p);
        if (status == APR_SUCCESS) {
            status = read_sealed(realm, key, budget, &plain, p);
        }
        if (np_store_unavailable(status)) {
            return status;
        }
        *stored |= i == 0 && status == APR_SUCCESS;
        if (status == APR_SUCCESS
            && np_index_decode(plain, part, p) == APR_SUCCESS) {
            add_others(*index, part);
        }
    }
    return APR_SUCCESS;
}

apr_status_t np_users_lock(const np_realm_t *realm, const char *key,
                           apr_time_t moment, np_budget_t *budget,
                           apr_pool_t *scratch)
{
    apr_interval_time_t life = 2 * budget->left;

    life = life < NP_USERS_LOCK_LIFE ? NP_USERS_LOCK_LIFE : life;
    life = life > NP_LOCK_LIFE ? NP_LOCK_LIFE : life;
    return np_lock_hold(realm, key, life, moment, budget, scratch);
}

apr_status_t np_users_write(const np_realm_t *realm, const char *key,
                            np_index_t *index, bool stored, apr_time_t now,
                            np_budget_t *budget, apr_pool_t *scratch)
{
    np_put_e how = stored ? NP_PUT_REPLACE : NP_PUT_ADD;
    np_bytes_t plain;

    np_index_sweep(index, now);
    const apr_time_t keep_until = np_index_ends_at(index);
    apr_status_t status = np_index_encode(index, &plain, scratch);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = write_sealed(realm, key, plain, how, keep_until, budget, scratch);
    if (status == APR_NOTFOUND || status == APR_EEXIST) {
        /* the store has forgotten it meanwhile, or a lock has ended too early */
        how = status == APR_NOTFOUND ? NP_PUT_ADD : NP_PUT_REPLACE;
        status =
            write_sealed(realm, key, plain, how, keep_until, budget, scratch);
    }
    return status == APR_NOTFOUND || status == APR_EEXIST ? APR_EGENERAL
                                                          : status;
}

static const char *pointer_key(const unsigned char handle[NP_HANDLE_LEN],
                               apr_pool_t *p)
{
    return np_name_key(POINTER, handle, p);
}

apr_status_t np_users_point(const np_realm_t *realm, const np_entry_t *entry,
                            const char *user, np_budget_t *budget,
                            apr_pool_t *scratch)
{
    const np_bytes_t plain = { (const unsigned char *)user, strlen(user) };

    apr_status_t status = write_sealed(
        realm, pointer_key(entry->handle, scratch), plain, NP_PUT_ADD,
        entry->expires_at, budget, scratch);
    return status == APR_EEXIST ? APR_SUCCESS : status;
}

apr_status_t np_users_owner(const np_realm_t *realm,
                            const unsigned char handle[NP_HANDLE_LEN],
                            np_budget_t *budget, const char **user,
                            apr_pool_t *p)
{
    np_bytes_t plain;

    apr_status_t status =
        read_sealed(realm, pointer_key(handle, p), budget, &plain, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    *user = apr_pstrmemdup(p, (const char *)plain.data, plain.len);
    return np_record_is_user(*user) && strlen(*user) == plain.len
               ? APR_SUCCESS
               : APR_NOTFOUND;
}
