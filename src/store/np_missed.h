/* SPDX-License-Identifier: Apache-2.0
 * The keys of which a server may have missed something. */
#ifndef NP_MISSED_H
#define NP_MISSED_H

#include <stdatomic.h>
#include <stdbool.h>

#include "apr_time.h"

/** Keys that one list has room for, and the longest of them, in characters. */
#define NP_MISSED_KEYS    8192
#define NP_MISSED_KEY_MAX 31
/** Octets of an entry as np_missed_write() writes it. */
#define NP_MISSED_OCTETS (8 + NP_MISSED_KEY_MAX + 1)

/** Set a moment that others may set too, to @a to if it is not that late yet. */
static inline void np_missed_raise(_Atomic apr_int64_t *moment, apr_time_t to)
{
    apr_int64_t known = atomic_load(moment);
    while (known < to && !atomic_compare_exchange_weak(moment, &known, to)) {
    }
}

/** A key, and when that was. */
typedef struct np_missed_entry_t {
    /** 0: free; less than that: somebody is filling it in. */
    _Atomic apr_int64_t moment;
    /** When it was made up for last; 0: it never was. Less than that: somebody
     *  does it, since the moment without the sign. */
    _Atomic apr_int64_t given_at;
    _Atomic apr_uint64_t key[(NP_MISSED_KEY_MAX + 1) / 8];
} np_missed_entry_t;

/** In memory that processes share, all zero at first. Nobody ever waits. */
typedef struct np_missed_t {
    /** Keys in it; may be more for a moment, never less. */
    atomic_int count;
    /** What was missed up to this moment is done with. */
    _Atomic apr_int64_t cleared;
    /** When the server was last seen to be away. */
    _Atomic apr_int64_t trouble_at;
    np_missed_entry_t entries[NP_MISSED_KEYS];
} np_missed_t;

/**
 * Something was done with @a key at @a moment that this server may not know.
 * @return false if there is no room for it, or the key is too long
 */
bool np_missed_add(np_missed_t *missed, const char *key, apr_time_t moment);

/** Did it miss what was done with @a key, at @a since or later? */
bool np_missed_has(const np_missed_t *missed, const char *key,
                   apr_time_t since);

/** Has it missed something of @a key that was not made up for yet? */
bool np_missed_lacks(const np_missed_t *missed, const char *key);

/** The key of an entry, from 0 on; false if there is none. */
bool np_missed_get(const np_missed_t *missed, int index,
                   char key[NP_MISSED_KEY_MAX + 1], apr_time_t *moment);

/**
 * Take an entry to make up for it, so that no other process does the same at the
 * same time. Who has not put it back within a second has lost it.
 * @param before also what was made up for up to then; 0: only what never was
 * @param key its key
 * @return false if there is nothing to do for this entry
 */
bool np_missed_take(np_missed_t *missed, int index, apr_time_t now,
                    apr_time_t before, char key[NP_MISSED_KEY_MAX + 1]);

/** Put back what was taken at @a now: done or not. */
void np_missed_put_back(np_missed_t *missed, int index, apr_time_t now,
                        bool done);

/** The server is away: what is on its way to it may arrive when it is back. */
void np_missed_trouble(np_missed_t *missed, apr_time_t now);

/** Be done with all that was made up for so long as @a aftermath after it was
 *  missed, and after the last trouble: nothing can arrive any more that undoes
 *  it. */
void np_missed_settle(np_missed_t *missed, apr_time_t now,
                      apr_interval_time_t aftermath);

/** Write an entry as NP_MISSED_OCTETS octets; returns what is behind. */
unsigned char *np_missed_write(unsigned char *out, const char *key,
                               apr_time_t moment);

/** Read it again; @a key points into @a in. */
void np_missed_read(const unsigned char *in, const char **key,
                    apr_time_t *moment);

#endif
