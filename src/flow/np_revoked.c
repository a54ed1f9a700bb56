/* SPDX-License-Identifier: Apache-2.0
 * Users all of whose sessions were ended, and when: sessions that began before
 * that are over, whatever the store has of them. */
#include "np_revoked.h"

#include <stdatomic.h>
#include <string.h>

#include "np_number.h"
#include "np_policy.h"

/* The first octet of what is told, then for each user his name and moment. */
#define FORMAT    1
#define HEAD_LEN  1
#define ENTRY_LEN (NP_NAME_LEN + 8)

/* Clocks of machines differ, by so much at the most. */
#define FURTHEST NP_POLICY_SKEW

/** Who may write a place: anybody who makes it this. */
enum { FREE = 0, BEING_WRITTEN = 1, TAKEN = 2 };

/* A place. While its moment is not 0 its name stays, so whoever reads the same
 * moment before and after the name has read one user. */
typedef struct np_place_of_t {
    atomic_int owner;
    _Atomic apr_int64_t name[2];
    _Atomic apr_int64_t moment;
} np_place_of_t;

struct np_revoked_t {
    /** Places that were ever used: those before this one. */
    atomic_int used;
    np_place_of_t places[NP_REVOKED_MAX];
};

_Static_assert(sizeof(np_revoked_t) == NP_REVOKED_SIZE,
               "whoever gives the memory goes by this size");

np_revoked_t *np_revoked_begin(void *memory)
{
    return memory;
}

bool np_revoked_is_empty(const np_revoked_t *table)
{
    return atomic_load(&table->used) == 0;
}

/* No session can be left that began at that moment. */
static bool is_past(apr_time_t moment, apr_time_t now)
{
    const np_limits_t longest = np_policy_plan_limits(NP_PLAN_ENTERPRISE);

    return now > np_policy_sum(np_policy_sum(moment, longest.life),
                               NP_POLICY_SKEW);
}

/* The moment of a place, and whose it is; 0: nobody's. */
static apr_time_t read_place(const np_place_of_t *place, apr_int64_t name[2])
{
    for (;;) {
        const apr_time_t moment = atomic_load(&place->moment);
        name[0] = atomic_load(&place->name[0]);
        name[1] = atomic_load(&place->name[1]);
        if (atomic_load(&place->moment) == moment) {
            return moment;
        }
    }
}

static void split(const unsigned char name[NP_NAME_LEN], apr_int64_t half[2])
{
    half[0] = np_number_read(name, 8);
    half[1] = np_number_read(name + 8, 8);
}

static bool same(const apr_int64_t a[2], const apr_int64_t b[2])
{
    return a[0] == b[0] && a[1] == b[1];
}

/* Two processes may have written one user down at the same moment: the later of
 * all counts. */
apr_time_t np_revoked_until(const np_revoked_t *table,
                            const unsigned char name[NP_NAME_LEN])
{
    const int used = atomic_load(&table->used);
    apr_int64_t wanted[2];
    apr_int64_t found[2];
    apr_time_t until = 0;

    split(name, wanted);
    for (int i = 0; i < used; i++) {
        const apr_time_t moment = read_place(&table->places[i], found);
        if (moment > until && same(found, wanted)) {
            until = moment;
        }
    }
    return until;
}

/* Raise the moment of a user who is there. False if he is not. */
static bool raise_known(np_revoked_t *table, const apr_int64_t wanted[2],
                        apr_time_t until)
{
    const int used = atomic_load(&table->used);
    apr_int64_t found[2];

    for (int i = 0; i < used; i++) {
        np_place_of_t *place = &table->places[i];
        apr_int64_t moment = read_place(place, found);
        while (moment && same(found, wanted)) {
            if (moment >= until
                || atomic_compare_exchange_strong(&place->moment, &moment,
                                                  until)) {
                return true;
            }
            moment = read_place(place, found); /* it may be another's by now */
        }
    }
    return false;
}

/* Make this place ours to write, if nobody needs it. */
static bool take_place(np_place_of_t *place, apr_time_t now)
{
    apr_int64_t moment = atomic_load(&place->moment);
    int owner = FREE;

    if (atomic_compare_exchange_strong(&place->owner, &owner,
                                       BEING_WRITTEN)) {
        return true;
    }
    if (owner != TAKEN || !moment || !is_past(moment, now)
        || !atomic_compare_exchange_strong(&place->owner, &owner,
                                           BEING_WRITTEN)) {
        return false;
    }
    if (atomic_compare_exchange_strong(&place->moment, &moment, 0)) {
        return true;
    }
    atomic_store(&place->owner, TAKEN); /* raised in the meantime */
    return false;
}

static void use_up_to(np_revoked_t *table, int count)
{
    int known = atomic_load(&table->used);
    while (known < count
           && !atomic_compare_exchange_weak(&table->used, &known, count)) {
    }
}

apr_status_t np_revoked_raise(np_revoked_t *table,
                              const unsigned char name[NP_NAME_LEN],
                              apr_time_t until, apr_time_t now)
{
    apr_int64_t wanted[2];

    split(name, wanted);
    if (until <= 0 || is_past(until, now)
        || raise_known(table, wanted, until)) {
        return APR_SUCCESS;
    }
    for (int i = 0; i < NP_REVOKED_MAX; i++) {
        np_place_of_t *place = &table->places[i];
        if (take_place(place, now)) {
            use_up_to(table, i + 1);
            atomic_store(&place->name[0], wanted[0]);
            atomic_store(&place->name[1], wanted[1]);
            atomic_store(&place->moment, until);
            atomic_store(&place->owner, TAKEN);
            return APR_SUCCESS;
        }
    }
    return APR_ENOSPC;
}

/* One octet string of all that counts, with room for one more. */
static unsigned char *write_all(const np_revoked_t *table, apr_time_t now,
                                apr_size_t *len, apr_pool_t *p)
{
    const int used = atomic_load(&table->used);
    unsigned char *octets =
        apr_palloc(p, HEAD_LEN + (apr_size_t)(used + 1) * ENTRY_LEN);
    unsigned char *at = octets;
    apr_int64_t name[2];

    *at++ = FORMAT;
    for (int i = 0; i < used; i++) {
        const apr_time_t moment = read_place(&table->places[i], name);
        if (moment && !is_past(moment, now)) {
            at = np_number_write(at, name[0], 8);
            at = np_number_write(at, name[1], 8);
            at = np_number_write(at, moment, 8);
        }
    }
    *len = (apr_size_t)(at - octets);
    return octets;
}

np_bytes_t np_revoked_encode(const np_revoked_t *table, apr_time_t now,
                             apr_pool_t *p)
{
    apr_size_t len;
    const unsigned char *octets = write_all(table, now, &len, p);

    return (np_bytes_t){ octets, len > HEAD_LEN ? len : 0 };
}

apr_status_t np_revoked_plan(const np_revoked_t *table,
                             const unsigned char name[NP_NAME_LEN],
                             apr_time_t until, apr_time_t now,
                             np_bytes_t *octets, apr_pool_t *p)
{
    apr_size_t len;
    unsigned char *data = write_all(table, now, &len, p);
    apr_size_t at = HEAD_LEN;

    while (at < len && memcmp(data + at, name, NP_NAME_LEN)) {
        at += ENTRY_LEN;
    }
    if (at == len) {
        if (len >= HEAD_LEN + (apr_size_t)NP_REVOKED_MAX * ENTRY_LEN) {
            return APR_ENOSPC;
        }
        memcpy(data + at, name, NP_NAME_LEN);
        (void)np_number_write(data + at + NP_NAME_LEN, 0, 8);
        len += ENTRY_LEN;
    }
    if (np_number_read(data + at + NP_NAME_LEN, 8) < until) {
        (void)np_number_write(data + at + NP_NAME_LEN, until, 8);
    }
    *octets = (np_bytes_t){ data, len };
    return APR_SUCCESS;
}

/* What they say of this user; 0: nothing. */
static apr_time_t moment_in(np_bytes_t octets, const apr_int64_t wanted[2])
{
    apr_time_t latest = 0;

    for (apr_size_t at = HEAD_LEN; at < octets.len; at += ENTRY_LEN) {
        apr_int64_t name[2];
        const apr_time_t moment =
            np_number_read(octets.data + at + NP_NAME_LEN, 8);
        split(octets.data + at, name);
        latest = same(name, wanted) && moment > latest ? moment : latest;
    }
    return latest;
}

static bool lacks_something(const np_revoked_t *table, np_bytes_t octets,
                            apr_time_t now)
{
    const int used = atomic_load(&table->used);
    apr_int64_t name[2];

    for (int i = 0; i < used; i++) {
        const apr_time_t moment = read_place(&table->places[i], name);
        if (moment && !is_past(moment, now)
            && moment_in(octets, name) < moment) {
            return true;
        }
    }
    return false;
}

static void take_over(np_revoked_t *table, const unsigned char *name,
                      apr_time_t until, apr_time_t now,
                      np_revoked_news_t *news)
{
    if (until <= 0 || is_past(until, now)
        || until <= np_revoked_until(table, name)) {
        return;
    }
    news->newer = true;
    news->full |= np_revoked_raise(table, name, until, now) != APR_SUCCESS;
}

np_revoked_news_t np_revoked_merge(np_revoked_t *table, np_bytes_t octets,
                                   apr_time_t now)
{
    const apr_time_t furthest = np_policy_sum(now, FURTHEST);
    np_revoked_news_t news = { .valid = false };

    if (octets.len < HEAD_LEN || octets.data[0] != FORMAT
        || (octets.len - HEAD_LEN) % ENTRY_LEN != 0) {
        return news;
    }
    news.valid = true;
    for (apr_size_t at = HEAD_LEN; at < octets.len; at += ENTRY_LEN) {
        const apr_time_t said =
            np_number_read(octets.data + at + NP_NAME_LEN, 8);
        take_over(table, octets.data + at, said < furthest ? said : furthest,
                  now, &news);
    }
    news.outdated = lacks_something(table, octets, now);
    return news;
}
