/* SPDX-License-Identifier: Apache-2.0
 * Which servers may have missed something, and until when. */
#include "np_trust.h"

#include <stdatomic.h>

#include "apr_general.h"

#include "np_number.h"

/* The first octet of what is told, then: which machine wrote it, the list's
 * checksum, since when it is so; and for each server its seed and what it
 * missed, 8 octets each, and how many keys, 2 octets, which then follow. */
#define FORMAT     1
#define HEAD_LEN   25
#define SERVER_LEN (8 + NP_MISSES * 8 + 2)

/* Keys that are told, for all servers together; a note has to fit the store. */
#define MOST_TOLD 200

/* Clocks of machines differ; a broken one shall not spread doubt for years. */
#define FURTHEST apr_time_from_sec(60)

typedef struct np_trust_server_t {
    _Atomic apr_int64_t missed[NP_MISSES];
    _Atomic apr_int64_t announced[NP_MISSES];
    _Atomic apr_int64_t told[NP_MISSES];
    np_missed_t keys[NP_MISSES];
} np_trust_server_t;

typedef struct np_trust_shared_list_t {
    atomic_int informed;
    _Atomic apr_int64_t since;
} np_trust_shared_list_t;

struct np_trust_t {
    /* Which machine this is, since its last start. */
    apr_uint64_t machine;
    np_trust_shared_list_t *list;
    np_trust_server_t **servers;
};

apr_size_t np_trust_size_of_machine(void)
{
    return sizeof(_Atomic apr_uint64_t);
}

apr_size_t np_trust_size_of_list(void)
{
    return sizeof(np_trust_shared_list_t);
}

apr_size_t np_trust_size_of_server(void)
{
    return sizeof(np_trust_server_t);
}

/* The first process that asks gives the machine its name. */
static apr_uint64_t name_machine(_Atomic apr_uint64_t *name)
{
    apr_uint64_t known = 0;
    apr_uint64_t made = 0;

    apr_generate_random_bytes((unsigned char *)&made, sizeof made);
    made |= 1;
    return atomic_compare_exchange_strong(name, &known, made) ? made : known;
}

np_trust_t *np_trust_open(void *machine, void *list, void *const *servers,
                          int count, apr_pool_t *p)
{
    np_trust_t *trust = apr_pcalloc(p, sizeof *trust);

    trust->machine = name_machine(machine);
    trust->list = list;
    trust->servers =
        apr_pcalloc(p, (apr_size_t)count * sizeof(*trust->servers));
    for (int i = 0; i < count; i++) {
        trust->servers[i] = servers[i];
    }
    return trust;
}

bool np_trust_is_informed(const np_trust_t *trust)
{
    return atomic_load(&trust->list->informed) != 0;
}

void np_trust_set_informed(np_trust_t *trust)
{
    atomic_store(&trust->list->informed, 1);
}

apr_time_t np_trust_missed(const np_trust_t *trust, int server,
                           np_miss_e miss)
{
    return atomic_load(&trust->servers[server]->missed[miss]);
}

void np_trust_raise(np_trust_t *trust, int server, np_miss_e miss,
                    apr_time_t until)
{
    np_missed_raise(&trust->servers[server]->missed[miss], until);
}

void np_trust_announce(np_trust_t *trust, int server, np_miss_e miss,
                       apr_time_t until)
{
    np_missed_raise(&trust->servers[server]->announced[miss], until);
}

apr_time_t np_trust_told(const np_trust_t *trust, int server, np_miss_e miss)
{
    return atomic_load(&trust->servers[server]->told[miss]);
}

void np_trust_set_told(np_trust_t *trust, int server, np_miss_e miss,
                       apr_time_t until)
{
    np_missed_raise(&trust->servers[server]->told[miss], until);
}

np_missed_t *np_trust_keys(np_trust_t *trust, int server, np_miss_e miss)
{
    return &trust->servers[server]->keys[miss];
}

apr_time_t np_trust_since(const np_trust_t *trust)
{
    return atomic_load(&trust->list->since);
}

void np_trust_set_since(np_trust_t *trust, apr_time_t since)
{
    np_missed_raise(&trust->list->since, since);
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

/* What other machines have to know: less exactly than this one. */
static apr_time_t for_others(const np_trust_t *trust, int server,
                                 np_miss_e miss)
{
    const apr_time_t missed = np_trust_missed(trust, server, miss);
    const apr_time_t announced =
        atomic_load(&trust->servers[server]->announced[miss]);
    return missed > announced ? missed : announced;
}

/* Keys, as many as are told; for the others *removals is raised: to other
 * machines the server has missed too much. */
static unsigned char *encode_keys(unsigned char *at, const np_missed_t *keys,
                                  int most, apr_time_t *removals)
{
    unsigned char *count = at;
    int told = 0;

    at += 2;
    for (int i = 0; i < NP_MISSED_KEYS && atomic_load(&keys->count) > 0; i++) {
        char key[NP_MISSED_KEY_MAX + 1];
        apr_time_t moment;
        if (!np_missed_get(keys, i, key, &moment)) {
            continue;
        }
        if (told < most) {
            at = np_missed_write(at, key, moment);
            told++;
        }
        else if (moment > *removals) {
            *removals = moment;
        }
    }
    (void)np_number_write(count, told, 2);
    return at;
}

static unsigned char *encode_server(unsigned char *at, np_trust_t *trust,
                                    int server, const np_trust_list_t *list)
{
    const np_missed_t *keys = np_trust_keys(trust, server, NP_MISS_REMOVAL);
    apr_time_t removals = for_others(trust, server, NP_MISS_REMOVAL);

    at = np_number_write(at, (apr_int64_t)list->seeds[server], 8);
    at = np_number_write(at, for_others(trust, server, NP_MISS_WRITE), 8);
    unsigned char *behind = encode_keys(at + 8, keys, MOST_TOLD / list->count,
                                        &removals);
    (void)np_number_write(at, removals, 8);
    return behind;
}

np_bytes_t np_trust_encode(np_trust_t *trust, const np_trust_list_t *list,
                           apr_pool_t *p)
{
    const apr_size_t most =
        HEAD_LEN
        + (apr_size_t)list->count
              * (SERVER_LEN
                 + (apr_size_t)(MOST_TOLD / list->count) * NP_MISSED_OCTETS);
    unsigned char *octets = apr_palloc(p, most);
    unsigned char *at = octets;

    *at++ = FORMAT;
    at = np_number_write(at, (apr_int64_t)trust->machine, 8);
    at = np_number_write(at, checksum(list), 8);
    at = np_number_write(at, np_trust_since(trust), 8);
    for (int i = 0; i < list->count; i++) {
        at = encode_server(at, trust, i, list);
    }
    return (np_bytes_t){ octets, (apr_size_t)(at - octets) };
}

static int find_server(const np_trust_list_t *list, apr_uint64_t seed)
{
    for (int i = 0; i < list->count; i++) {
        if (list->seeds[i] == seed) {
            return i;
        }
    }
    return -1;
}

/* Keys that somebody else knows of. A list without room makes the server one
 * that missed too much. */
static void merge_keys(np_trust_t *trust, int server, const unsigned char *at,
                       int count, apr_time_t latest)
{
    np_missed_t *keys = np_trust_keys(trust, server, NP_MISS_REMOVAL);

    for (int i = 0; i < count; i++, at += NP_MISSED_OCTETS) {
        const char *key;
        apr_time_t moment;
        np_missed_read(at, &key, &moment);
        moment = moment < latest ? moment : latest;
        if (at[NP_MISSED_OCTETS - 1] == '\0' && moment > 0
            && !np_missed_add(keys, key, moment)) {
            np_trust_raise(trust, server, NP_MISS_REMOVAL, moment);
        }
    }
}

/* What one server missed, as somebody else knows it, or as this machine wrote
 * it for others. True if they know less than we do. */
static bool merge_server(np_trust_t *trust, int server,
                         const unsigned char *at, apr_time_t latest, bool ours)
{
    const np_missed_t *keys = np_trust_keys(trust, server, NP_MISS_REMOVAL);
    const int count = (int)np_number_read(at + SERVER_LEN - 2, 2);
    bool outdated = count == 0 && atomic_load(&keys->count) > 0;

    for (unsigned miss = 0; miss < NP_MISSES; miss++) {
        at += 8;
        const apr_time_t until = np_number_read(at, 8);
        outdated |= until < for_others(trust, server, miss);
        if (!ours) {
            np_trust_raise(trust, server, miss,
                           until < latest ? until : latest);
        }
    }
    merge_keys(trust, server, at + 10, count, latest);
    return outdated;
}

/* The length of a server's part, or 0 if it reaches beyond the end. */
static apr_size_t part_len(np_bytes_t octets, apr_size_t at)
{
    if (octets.len - at < SERVER_LEN) {
        return 0;
    }
    const apr_size_t keys =
        (apr_size_t)np_number_read(octets.data + at + SERVER_LEN - 2, 2);
    const apr_size_t len = SERVER_LEN + keys * NP_MISSED_OCTETS;
    return len <= octets.len - at ? len : 0;
}

np_trust_news_t np_trust_merge(np_trust_t *trust, const np_trust_list_t *list,
                               np_bytes_t octets, apr_time_t now)
{
    np_trust_news_t news = { .valid = false };
    apr_size_t at = HEAD_LEN;

    if (octets.len < HEAD_LEN || octets.data[0] != FORMAT) {
        return news;
    }
    const bool ours =
        (apr_uint64_t)np_number_read(octets.data + 1, 8) == trust->machine;
    news.same_list = np_number_read(octets.data + 9, 8) == checksum(list);
    news.since = np_number_read(octets.data + 17, 8);
    news.outdated = !news.same_list;
    while (at < octets.len) {
        const apr_size_t len = part_len(octets, at);
        const unsigned char *part = octets.data + at;
        if (len == 0) {
            return news;
        }
        const int server =
            find_server(list, (apr_uint64_t)np_number_read(part, 8));
        if (server >= 0) {
            news.outdated |=
                merge_server(trust, server, part, now + FURTHEST, ours);
        }
        at += len;
    }
    news.valid = true;
    return news;
}
