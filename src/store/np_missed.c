/* SPDX-License-Identifier: Apache-2.0
 * The keys of which a server may have missed something. */
#include "np_missed.h"

#include <string.h>

#include "np_number.h"
#include "np_rendezvous.h"

#define WORDS ((NP_MISSED_KEY_MAX + 1) / 8)
#define BEING_FILLED (-1)

/* A key lies among so many entries, from that on which its hash names. */
#define NEIGHBOURS 64

/* To make up for one key takes no longer. */
#define LONGEST apr_time_from_sec(1)

static void pack(apr_uint64_t words[WORDS], const char *key)
{
    memset(words, 0, WORDS * sizeof *words);
    memcpy(words, key, strlen(key));
}

static bool is_key(const np_missed_entry_t *entry,
                   const apr_uint64_t words[WORDS])
{
    for (int i = 0; i < WORDS; i++) {
        if (atomic_load_explicit(&entry->key[i], memory_order_relaxed)
            != words[i]) {
            return false;
        }
    }
    return true;
}

/* An entry of this key, missed at since or later, that is still to be made up
 * for where that is asked. */
static bool find(const np_missed_t *missed, const char *key, apr_time_t since,
                 bool still)
{
    apr_uint64_t words[WORDS];

    if (atomic_load(&missed->count) == 0 || strlen(key) > NP_MISSED_KEY_MAX) {
        return false;
    }
    pack(words, key);
    const apr_uint64_t first = np_rendezvous_score(0, key);
    for (apr_uint64_t i = 0; i < NEIGHBOURS; i++) {
        const np_missed_entry_t *entry =
            &missed->entries[(first + i) % NP_MISSED_KEYS];
        if (atomic_load(&entry->moment) >= since && is_key(entry, words)
            && (!still || atomic_load(&entry->given_at) <= 0)) {
            return true;
        }
    }
    return false;
}

bool np_missed_has(const np_missed_t *missed, const char *key,
                   apr_time_t since)
{
    return find(missed, key, since, false);
}

bool np_missed_lacks(const np_missed_t *missed, const char *key)
{
    return find(missed, key, 1, true);
}

static bool fill(np_missed_t *missed, np_missed_entry_t *entry,
                 const apr_uint64_t words[WORDS], apr_time_t moment)
{
    apr_int64_t free = 0;

    if (atomic_load(&entry->moment) != 0
        || !atomic_compare_exchange_strong(&entry->moment, &free,
                                           BEING_FILLED)) {
        return false;
    }
    for (int i = 0; i < WORDS; i++) {
        atomic_store_explicit(&entry->key[i], words[i], memory_order_relaxed);
    }
    atomic_store(&entry->given_at, 0);
    atomic_fetch_add(&missed->count, 1);
    atomic_store(&entry->moment, moment);
    return true;
}

bool np_missed_add(np_missed_t *missed, const char *key, apr_time_t moment)
{
    apr_uint64_t words[WORDS];

    if (strlen(key) > NP_MISSED_KEY_MAX) {
        return false;
    }
    if (moment <= atomic_load(&missed->cleared)
        || np_missed_has(missed, key, moment)) {
        return true;
    }
    pack(words, key);
    const apr_uint64_t first = np_rendezvous_score(0, key);
    for (apr_uint64_t i = 0; i < NEIGHBOURS; i++) {
        if (fill(missed, &missed->entries[(first + i) % NP_MISSED_KEYS], words,
                 moment)) {
            return true;
        }
    }
    return false;
}

bool np_missed_get(const np_missed_t *missed, int index,
                   char key[NP_MISSED_KEY_MAX + 1], apr_time_t *moment)
{
    const np_missed_entry_t *entry = &missed->entries[index];
    apr_uint64_t words[WORDS];

    *moment = atomic_load(&entry->moment);
    for (int i = 0; i < WORDS; i++) {
        words[i] = atomic_load_explicit(&entry->key[i], memory_order_relaxed);
    }
    memcpy(key, words, sizeof words);
    key[NP_MISSED_KEY_MAX] = '\0';
    return *moment > 0;
}

bool np_missed_take(np_missed_t *missed, int index, apr_time_t now,
                    apr_time_t before, char key[NP_MISSED_KEY_MAX + 1])
{
    np_missed_entry_t *entry = &missed->entries[index];
    apr_time_t moment;

    if (!np_missed_get(missed, index, key, &moment)) {
        return false;
    }
    apr_int64_t given_at = atomic_load(&entry->given_at);
    const bool due = given_at < 0 ? -given_at <= now - LONGEST
                                  : given_at <= before;
    return due
           && atomic_compare_exchange_strong(&entry->given_at, &given_at,
                                             -now);
}

void np_missed_put_back(np_missed_t *missed, int index, apr_time_t now,
                        bool done)
{
    apr_int64_t taken = -now;

    (void)atomic_compare_exchange_strong(&missed->entries[index].given_at,
                                         &taken, done ? now : 0);
}

void np_missed_trouble(np_missed_t *missed, apr_time_t now)
{
    np_missed_raise(&missed->trouble_at, now);
}

/* Returns whether it still counts. */
static bool keep(np_missed_t *missed, np_missed_entry_t *entry,
                 apr_int64_t moment, apr_interval_time_t aftermath)
{
    const apr_int64_t given_at = atomic_load(&entry->given_at);

    if (given_at < moment + aftermath
        || given_at < atomic_load(&missed->trouble_at) + aftermath) {
        return true;
    }
    if (atomic_compare_exchange_strong(&entry->moment, &moment, 0)) {
        atomic_fetch_sub(&missed->count, 1);
    }
    return false;
}

void np_missed_settle(np_missed_t *missed, apr_time_t now,
                      apr_interval_time_t aftermath)
{
    apr_int64_t cleared = now - aftermath;

    for (int i = 0; i < NP_MISSED_KEYS; i++) {
        np_missed_entry_t *entry = &missed->entries[i];
        const apr_int64_t moment = atomic_load(&entry->moment);
        if (moment > 0 && keep(missed, entry, moment, aftermath)
            && moment <= cleared) {
            cleared = moment - 1;
        }
    }
    np_missed_raise(&missed->cleared, cleared);
}

unsigned char *np_missed_write(unsigned char *out, const char *key,
                               apr_time_t moment)
{
    out = np_number_write(out, moment, 8);
    memset(out, 0, NP_MISSED_KEY_MAX + 1);
    memcpy(out, key, strlen(key));
    return out + NP_MISSED_KEY_MAX + 1;
}

void np_missed_read(const unsigned char *in, const char **key,
                    apr_time_t *moment)
{
    *moment = np_number_read(in, 8);
    *key = (const char *)in + 8;
}
