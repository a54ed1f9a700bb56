/* SPDX-License-Identifier: Apache-2.0
 * The near cache: what stores said a moment ago, in memory of the machine. */
#include "np_near.h"

#include <stdatomic.h>
#include <string.h>

#include "np_figures.h"
#include "np_id.h"

/* A key may lie in each slot of its set. Both numbers are powers of two. */
#define SLOTS_OF_A_SET 4
#define SETS           (NP_NEAR_SLOTS / SLOTS_OF_A_SET)

/* Keys that have one in common are forgotten together. With so many of them a
 * thousand changes a second cost next to nothing. */
#define GENERATIONS 65536

#define KEY_WORDS   (NP_STORAGE_KEY_LEN / sizeof(apr_uint64_t))
#define VALUE_WORDS (NP_NEAR_ROOM / sizeof(apr_uint64_t))

/* What is said of a value, in words. */
enum {
    STORE = KEY_WORDS,
    GENERATION,
    MOMENT,
    LENGTH,
    HEAD_WORDS,
};

typedef _Atomic apr_uint64_t word_t;

typedef struct np_near_slot_t {
    /* Over head and value. */
    word_t sum;
    /* When somebody asked the store again, while the value was good. */
    word_t asked_at;
    word_t head[HEAD_WORDS];
    word_t value[VALUE_WORDS];
} np_near_slot_t;

struct np_near_table_t {
    word_t generations[GENERATIONS];
    np_near_slot_t slots[NP_NEAR_SLOTS];
};

_Static_assert(NP_STORAGE_KEY_LEN % sizeof(apr_uint64_t) == 0
                   && NP_NEAR_ROOM % sizeof(apr_uint64_t) == 0,
               "keys and values are words");
_Static_assert(sizeof(np_near_slot_t) == 1024, "a slot is 1 KB");

apr_size_t np_near_size(void)
{
    return sizeof(np_near_table_t);
}

/* --- words ------------------------------------------------------------------ */

static apr_uint64_t mix(apr_uint64_t sum, apr_uint64_t word)
{
    sum = (sum ^ word) * APR_UINT64_C(0x9E3779B97F4A7C15);
    return sum ^ (sum >> 32);
}

static apr_uint64_t mix_all(apr_uint64_t sum, const apr_uint64_t *words,
                            apr_size_t count)
{
    for (apr_size_t i = 0; i < count; i++) {
        sum = mix(sum, words[i]);
    }
    return sum;
}

/* In no order: the sum tells whether all of them are of one writer. */
static void load(apr_uint64_t *to, const word_t *from, apr_size_t count)
{
    for (apr_size_t i = 0; i < count; i++) {
        to[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
    }
}

static void save(word_t *to, const apr_uint64_t *from, apr_size_t count)
{
    for (apr_size_t i = 0; i < count; i++) {
        atomic_store_explicit(&to[i], from[i], memory_order_relaxed);
    }
}

static apr_size_t words_for(apr_uint64_t len)
{
    return (len + sizeof(apr_uint64_t) - 1) / sizeof(apr_uint64_t);
}

/* Once more, so that the last characters reach all bits. */
static apr_uint64_t hash_of(const char *key)
{
    apr_uint64_t words[KEY_WORDS];

    memcpy(words, key, sizeof words);
    return mix(mix_all(0, words, KEY_WORDS), 0);
}

/* --- generations ------------------------------------------------------------ */

static word_t *generation_of(np_near_table_t *table, const char *key)
{
    return &table->generations[(hash_of(key) >> 32) % GENERATIONS];
}

void np_near_forget(np_near_table_t *table, const char *key)
{
    (void)atomic_fetch_add(generation_of(table, key), 1);
}

void np_near_clear(np_near_table_t *table)
{
    for (int i = 0; i < GENERATIONS; i++) {
        (void)atomic_fetch_add(&table->generations[i], 1);
    }
}

np_near_mark_t np_near_mark(const np_near_t *near, const char *key,
                            apr_time_t now)
{
    return (np_near_mark_t){
        .generation = atomic_load(generation_of(near->table, key)),
        .moment = now,
    };
}

/* --- slots ------------------------------------------------------------------ */

/* Forward or back: clocks may be put back. A moment that was torn may be any
 * number. */
static apr_uint64_t distance(apr_time_t now, apr_uint64_t moment)
{
    const apr_uint64_t apart = (apr_uint64_t)now - moment;
    return apart <= APR_INT64_MAX ? apart : 0 - apart;
}

static np_near_slot_t *set_of(const np_near_t *near, const char *key)
{
    const apr_uint64_t set = mix(hash_of(key), near->store) % SETS;
    return &near->table->slots[set * SLOTS_OF_A_SET];
}

static bool is_of(const np_near_t *near, const char *key,
                  const apr_uint64_t *head)
{
    return !memcmp(head, key, NP_STORAGE_KEY_LEN)
           && head[STORE] == near->store;
}

/* Where the key is already, or else in place of what is furthest from now. */
static np_near_slot_t *choose(const np_near_t *near, const char *key,
                              apr_time_t now)
{
    np_near_slot_t *set = set_of(near, key);
    np_near_slot_t *chosen = set;
    apr_uint64_t furthest = 0;

    for (int i = 0; i < SLOTS_OF_A_SET; i++) {
        apr_uint64_t head[HEAD_WORDS];
        load(head, set[i].head, HEAD_WORDS);
        if (is_of(near, key, head)) {
            return &set[i];
        }
        const apr_uint64_t apart = distance(now, head[MOMENT]);
        if (apart > furthest) {
            furthest = apart;
            chosen = &set[i];
        }
    }
    return chosen;
}

void np_near_keep(const np_near_t *near, const char *key, np_near_mark_t mark,
                  np_bytes_t value)
{
    apr_uint64_t head[HEAD_WORDS] = {
        [STORE] = near->store,
        [GENERATION] = mark.generation,
        [MOMENT] = (apr_uint64_t)mark.moment,
        [LENGTH] = value.len,
    };
    apr_uint64_t words[VALUE_WORDS];
    const apr_size_t count = words_for(value.len);

    if (value.len == 0 || value.len > NP_NEAR_ROOM) {
        return;
    }
    memcpy(head, key, NP_STORAGE_KEY_LEN);
    words[count - 1] = 0;
    memcpy(words, value.data, value.len);
    np_near_slot_t *slot = choose(near, key, mark.moment);
    save(slot->head, head, HEAD_WORDS);
    save(slot->value, words, count);
    atomic_store_explicit(
        &slot->sum, mix_all(mix_all(0, head, HEAD_WORDS), words, count),
        memory_order_relaxed);
}

/* The value that a head is of, if all is well with both. */
static bool read_value(const np_near_slot_t *slot, const apr_uint64_t *head,
                       np_bytes_t *value, apr_pool_t *p)
{
    const apr_uint64_t len = head[LENGTH];
    const apr_size_t count = words_for(len);

    if (len == 0 || len > NP_NEAR_ROOM) {
        return false;
    }
    apr_uint64_t *words = apr_palloc(p, count * sizeof *words);
    load(words, slot->value, count);
    *value = (np_bytes_t){ (const unsigned char *)words, len };
    return atomic_load_explicit(&slot->sum, memory_order_relaxed)
           == mix_all(mix_all(0, head, HEAD_WORDS), words, count);
}

/* One of those who find it half as old as it may be asks the store. If that
 * does not answer, the next one does so a quarter later. */
static bool should_ask(const np_near_t *near, np_near_slot_t *slot,
                       const apr_uint64_t *head, apr_time_t now)
{
    const apr_uint64_t longest = (apr_uint64_t)near->longest;
    apr_uint64_t asked_at =
        atomic_load_explicit(&slot->asked_at, memory_order_relaxed);

    return distance(now, head[MOMENT]) >= longest / 2
           && distance(now, asked_at) >= longest / 4
           && atomic_compare_exchange_strong(&slot->asked_at, &asked_at,
                                             (apr_uint64_t)now);
}

bool np_near_find(const np_near_t *near, const char *key, apr_time_t now,
                  np_bytes_t *value, bool *ask, apr_pool_t *p)
{
    const apr_uint64_t generation =
        atomic_load(generation_of(near->table, key));
    np_near_slot_t *set = set_of(near, key);

    for (int i = 0; i < SLOTS_OF_A_SET; i++) {
        apr_uint64_t head[HEAD_WORDS];
        load(head, set[i].head, HEAD_WORDS);
        if (is_of(near, key, head) && head[GENERATION] == generation
            && distance(now, head[MOMENT]) < (apr_uint64_t)near->longest
            && read_value(&set[i], head, value, p)) {
            *ask = should_ask(near, &set[i], head, now);
            return true;
        }
    }
    return false;
}

void np_near_count(const np_near_t *near, bool believed)
{
    np_cells_add(near->figures,
                 believed ? NP_STORE_CELL_NEAR_HITS
                          : NP_STORE_CELL_NEAR_MISSES,
                 1);
}
