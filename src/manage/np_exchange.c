/* SPDX-License-Identifier: Apache-2.0
 * How machines with one store get each other's documents. */
#include "np_exchange.h"

#include <string.h>

#include "apr_escape.h"
#include "apr_strings.h"

#include "np_clock.h"
#include "np_envelope.h"
#include "np_rounds.h"

#define KEY "np-"
/* Octets of a MAC that tell one key from another. */
#define NAME_LEN 8
/* Nothing else is sealed for this scope: no tenant's name is empty. */
static const np_scope_t nobody = { NP_KIND_SESSION, "", "" };

/* As long as there may be records. */
#define LIFE apr_time_from_sec(400 * 86400)

/* Someone wakes up twice in each second, so that none is left out when a
 * process ends between its turn and the next. */
#define ROUND  (APR_USEC_PER_SEC / 2)
#define PERIOD (APR_USEC_PER_SEC * 9 / 10)

static void tell(const np_exchange_t *exchange, np_exchange_event_e event,
                 const np_shared_t *shared, apr_status_t status)
{
    exchange->tell(exchange->data, event, np_shared_document(shared)->name,
                   status);
}

static void refuse(const np_exchange_t *exchange, np_shared_t *shared,
                   apr_status_t status)
{
    if (np_shared_say_once(shared)) {
        tell(exchange, NP_EXCHANGE_REFUSED, shared, status);
    }
}

/* Whether what was read lacks something: what says nothing lacks all. */
static bool take(const np_exchange_t *exchange, np_shared_t *shared,
                 const char *key, np_bytes_t sealed, apr_pool_t *p)
{
    np_bytes_t plain;
    np_news_t news = { .newer = false };
    const char *why;

    apr_status_t status =
        np_envelope_open(exchange->crypto, &nobody, key, sealed, &plain, p);
    if (status == APR_SUCCESS) {
        status = np_shared_take(shared, plain, &news, &why, p);
    }
    if (status != APR_SUCCESS) {
        refuse(exchange, shared, status);
        return status == APR_EACCES;
    }
    if (news.newer) {
        tell(exchange, NP_EXCHANGE_NEWS, shared, APR_SUCCESS);
    }
    return news.outdated;
}

static void put(const np_exchange_t *exchange, np_shared_t *shared,
                const char *key, np_put_e how, apr_time_t now,
                np_budget_t *budget, apr_pool_t *p)
{
    np_bytes_t plain;
    np_bytes_t sealed;

    if (np_shared_encode(shared, &plain, p) != APR_SUCCESS || !plain.len
        || np_envelope_seal(exchange->crypto, &nobody, key, plain, &sealed, p)
               != APR_SUCCESS) {
        return;
    }
    if (sealed.len <= NP_STORE_MAX_VALUE) {
        (void)exchange->store->put(exchange->store, key, sealed, how,
                                   now + LIFE, budget, p);
    }
    else if (np_shared_say_once(shared)) {
        tell(exchange, NP_EXCHANGE_TOO_LARGE, shared, APR_ENOSPC);
    }
}

/* Of those who have this record key: others may share the store, and would
 * write over a document that they cannot read. NULL if there is no such key. */
static const char *name_key(const np_exchange_t *exchange, int record_key,
                            const np_shared_t *shared, apr_pool_t *p)
{
    unsigned char mac[NP_CRYPTO_PRF_LEN];
    const char *name =
        apr_pstrcat(p, KEY, np_shared_document(shared)->name, NULL);
    const np_bytes_t input = { (const unsigned char *)name, strlen(name) };

    return np_crypto_prf(exchange->crypto, record_key, input, mac)
                   == APR_SUCCESS
               ? apr_pstrcat(p, name, "-",
                             apr_pescape_hex(p, mac, NAME_LEN, 0), NULL)
               : NULL;
}

static void visit_key(const np_exchange_t *exchange, np_shared_t *shared,
                      const char *key, apr_time_t now, np_budget_t *budget,
                      apr_pool_t *p)
{
    np_bytes_t sealed;

    const apr_status_t status =
        exchange->store->get(exchange->store, key, budget, &sealed, p);
    if (status == APR_NOTFOUND) {
        put(exchange, shared, key, NP_PUT_ADD, now, budget, p);
    }
    else if (status == APR_SUCCESS
             && take(exchange, shared, key, sealed, p)) {
        put(exchange, shared, key, NP_PUT_REPLACE, now, budget, p);
    }
}

void np_exchange_visit(const np_exchange_t *exchange, np_shared_t *shared,
                       apr_time_t now, np_budget_t *budget, apr_pool_t *p)
{
    const int keys = np_crypto_key_count(exchange->crypto);

    for (int i = 0; i < keys; i++) {
        const char *key = name_key(exchange, i, shared, p);
        if (key) {
            visit_key(exchange, shared, key, now, budget, p);
        }
    }
}

/* --- the thread ------------------------------------------------------------- */

static apr_interval_time_t go_round(const np_rounds_t *rounds, void *data,
                                    apr_pool_t *p)
{
    const np_exchange_t *exchange = data;

    for (int i = 0; i < exchange->count && !np_rounds_are_over(rounds); i++) {
        np_shared_t *shared = exchange->documents[i];
        np_budget_t budget = { exchange->timeout };
        if (!np_shared_is_due(shared, np_clock_monotonic(), PERIOD)) {
            continue;
        }
        const apr_status_t status = np_shared_save(shared, p);
        if (status != APR_SUCCESS) {
            tell(exchange, NP_EXCHANGE_NOT_WRITTEN, shared, status);
        }
        np_exchange_visit(exchange, shared, np_clock_now(), &budget, p);
    }
    return ROUND;
}

apr_status_t np_exchange_keep(const np_exchange_t *exchange, apr_pool_t *p)
{
    np_rounds_t *rounds;

    return np_rounds_start(&rounds, go_round, (void *)exchange, p);
}
