/* SPDX-License-Identifier: Apache-2.0
 * The buckets of all clients. */
#include "np_rates.h"

#include <stdatomic.h>
#include <string.h>

#include "np_bytes.h"
#include "np_crypto.h"

#define PLACES 2048
/** Places that a client may have. */
#define TRIES 16
#define ONE   APR_INT64_C(1000000)

/* A bucket is one number, so that it is changed at once: when it is full. */
typedef struct place_t {
    _Atomic apr_uint64_t owner;
    _Atomic apr_int64_t full_at;
} place_t;

struct np_rates_t {
    place_t places[PLACES];
};

apr_size_t np_rates_size(void)
{
    return sizeof(np_rates_t);
}

/* Names are spread by a digest, so that nobody picks another's place. 0 is no
 * owner. */
static apr_uint64_t number_of(np_rates_kind_e kind, const char *name)
{
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
    const np_bytes_t bytes = { (const unsigned char *)name, strlen(name) };
    apr_uint64_t number;

    if (np_crypto_digest(bytes, digest) != APR_SUCCESS) {
        return (apr_uint64_t)kind;
    }
    memcpy(&number, digest, sizeof number);
    number ^= (apr_uint64_t)kind;
    return number ? number : 1;
}

/* Takes a place that nobody has, or whose bucket has become full: that is as if
 * nobody had it. */
static place_t *find(np_rates_t *rates, apr_uint64_t owner, apr_time_t now)
{
    for (int i = 0; i < TRIES; i++) {
        place_t *place = &rates->places[(owner + (apr_uint64_t)i) % PLACES];
        if (atomic_load(&place->owner) == owner) {
            return place;
        }
    }
    for (int i = 0; i < TRIES; i++) {
        place_t *place = &rates->places[(owner + (apr_uint64_t)i) % PLACES];
        apr_uint64_t before = atomic_load(&place->owner);
        if ((!before || atomic_load(&place->full_at) <= now)
            && atomic_compare_exchange_strong(&place->owner, &before, owner)) {
            return place;
        }
    }
    return &rates->places[owner % PLACES];
}

static np_rate_t unpack(apr_int64_t full_at, np_rate_rules_t rules,
                        apr_time_t now)
{
    const apr_int64_t full = ONE * rules.burst;
    const apr_int64_t away = full_at > now ? full_at - now : 0;

    return (np_rate_t){
        .at = now,
        .millionths = away > full / rules.per_second
                          ? 0
                          : full - away * rules.per_second,
    };
}

static apr_int64_t pack(np_rate_t bucket, np_rate_rules_t rules)
{
    const apr_int64_t lacks = ONE * rules.burst - bucket.millionths;

    return bucket.at + (lacks + rules.per_second - 1) / rules.per_second;
}

bool np_rates_take(np_rates_t *rates, np_rates_kind_e kind, const char *name,
                   np_rate_rules_t rules, apr_time_t now,
                   np_rate_answer_t *answer)
{
    place_t *place = find(rates, number_of(kind, name), now);
    apr_int64_t before = atomic_load(&place->full_at);
    apr_int64_t after;
    bool taken;

    do {
        np_rate_t bucket = unpack(before, rules, now);
        taken = np_rate_take(&bucket, rules, now, answer);
        after = taken ? pack(bucket, rules) : before;
    } while (!atomic_compare_exchange_weak(&place->full_at, &before, after));
    return taken;
}
