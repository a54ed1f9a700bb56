/* SPDX-License-Identifier: Apache-2.0
 * Which servers may have missed something, and until when. */
#include "np_trust.h"

#include <stdatomic.h>

#include "np_number.h"

/* The first octet of what is told, then: the list's checksum, since when it is
 * so, and for each server its seed and what it missed; 8 octets each. */
#define FORMAT     1
#define HEAD_LEN   17
#define SERVER_LEN (8 + NP_MISSES * 8)

/* Clocks of machines differ; a broken one shall not spread doubt for years. */
#define FURTHEST apr_time_from_sec(60)

typedef struct np_trust_server_t {
    _Atomic apr_int64_t missed[NP_MISSES];
    _Atomic apr_int64_t told[NP_MISSES];
} np_trust_server_t;

struct np_trust_t {
    atomic_int informed;
    _Atomic apr_int64_t since;
    np_trust_server_t servers[];
};

apr_size_t np_trust_size(int count)
{
    return sizeof(np_trust_t) + (apr_size_t)count * sizeof(np_trust_server_t);
}

np_trust_t *np_trust_begin(void *memory)
{
    return memory;
}

bool np_trust_is_informed(const np_trust_t *trust)
{
    return atomic_load(&trust->informed) != 0;
}

void np_trust_set_informed(np_trust_t *trust)
{
    atomic_store(&trust->informed, 1);
}

apr_time_t np_trust_missed(const np_trust_t *trust, int server,
                           np_miss_e miss)
{
    return atomic_load(&trust->servers[server].missed[miss]);
}

static void move_on(_Atomic apr_int64_t *moment, apr_time_t until)
{
    apr_int64_t known = atomic_load(moment);
    while (known < until
           && !atomic_compare_exchange_weak(moment, &known, until)) {
    }
}

void np_trust_raise(np_trust_t *trust, int server, np_miss_e miss,
                    apr_time_t until)
{
    move_on(&trust->servers[server].missed[miss], until);
}

apr_time_t np_trust_told(const np_trust_t *trust, int server, np_miss_e miss)
{
    return atomic_load(&trust->servers[server].told[miss]);
}

void np_trust_set_told(np_trust_t *trust, int server, np_miss_e miss,
                       apr_time_t until)
{
    move_on(&trust->servers[server].told[miss], until);
}

apr_time_t np_trust_since(const np_trust_t *trust)
{
    return atomic_load(&trust->since);
}

void np_trust_set_since(np_trust_t *trust, apr_time_t since)
{
    move_on(&trust->since, since);
}

/* The same for the same servers in any order. */
static apr_int64_t checksum(const np_trust_list_t *list)
{
    apr_uint64_t sum = (apr_uint64_t)list->copies;
    for (int i = 0; i < list->count; i++) {
        sum += list->seeds[i];
    }
    return (apr_int64_t)sum;
}

np_bytes_t np_trust_encode(const np_trust_t *trust,
                           const np_trust_list_t *list, apr_pool_t *p)
{
    const apr_size_t len = HEAD_LEN + (apr_size_t)list->count * SERVER_LEN;
    unsigned char *octets = apr_palloc(p, len);
    unsigned char *at = octets;

    *at++ = FORMAT;
    at = np_number_write(at, checksum(list), 8);
    at = np_number_write(at, np_trust_since(trust), 8);
    for (int i = 0; i < list->count; i++) {
        at = np_number_write(at, (apr_int64_t)list->seeds[i], 8);
        for (int miss = 0; miss < NP_MISSES; miss++) {
            at = np_number_write(at, np_trust_missed(trust, i, miss), 8);
        }
    }
    return (np_bytes_t){ octets, len };
}

/* What the server of seed missed, as somebody else knows it. True if he knows
 * less than we do. */
static bool merge_one(np_trust_t *trust, const np_trust_list_t *list,
                      const unsigned char *at, apr_time_t latest)
{
    const apr_uint64_t seed = (apr_uint64_t)np_number_read(at, 8);
    bool outdated = false;
    int server = 0;

    while (server < list->count && list->seeds[server] != seed) {
        server++;
    }
    for (int miss = 0; miss < NP_MISSES && server < list->count; miss++) {
        at += 8;
        const apr_time_t until = np_number_read(at, 8);
        outdated |= until < np_trust_missed(trust, server, miss);
        np_trust_raise(trust, server, miss, until < latest ? until : latest);
    }
    return outdated;
}

np_trust_news_t np_trust_merge(np_trust_t *trust, const np_trust_list_t *list,
                               np_bytes_t octets, apr_time_t now)
{
    np_trust_news_t news = { .valid = false };

    if (octets.len < HEAD_LEN || octets.data[0] != FORMAT
        || (octets.len - HEAD_LEN) % SERVER_LEN != 0) {
        return news;
    }
    news.valid = true;
    news.same_list = np_number_read(octets.data + 1, 8) == checksum(list);
    news.since = np_number_read(octets.data + 9, 8);
    news.outdated = !news.same_list;
    for (apr_size_t at = HEAD_LEN; at < octets.len; at += SERVER_LEN) {
        news.outdated |=
            merge_one(trust, list, octets.data + at, now + FURTHEST);
    }
    return news;
}
