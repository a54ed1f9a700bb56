/* SPDX-License-Identifier: Apache-2.0
 * Which server has a key: rendezvous (highest random weight) hashing. */
#include "np_rendezvous.h"

#include <stdbool.h>

/* FNV-1a, 64 bits: simple to have again in another program. */
#define FNV_BASIS APR_UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME APR_UINT64_C(0x100000001b3)

static apr_uint64_t add_text(apr_uint64_t hash, const char *text)
{
    for (const char *at = text; *at; at++) {
        hash = (hash ^ (unsigned char)*at) * FNV_PRIME;
    }
    return hash;
}

/* FNV's upper bits, which decide a comparison, hardly depend on the last
 * characters. This permutation of the 64 bit numbers (that of SplitMix64) makes
 * each bit depend on all. */
static apr_uint64_t stir(apr_uint64_t hash)
{
    hash = (hash ^ (hash >> 30)) * APR_UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * APR_UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

apr_uint64_t np_rendezvous_seed(const char *name)
{
    return stir(add_text(FNV_BASIS, name));
}

apr_uint64_t np_rendezvous_score(apr_uint64_t seed, const char *key)
{
    return stir(add_text(seed, key));
}

int np_rendezvous_first(const apr_uint64_t *seeds, int count, const char *key)
{
    if (count == 1) {
        return 0;
    }
    int first = 0;
    apr_uint64_t highest = np_rendezvous_score(seeds[0], key);
    for (int i = 1; i < count; i++) {
        const apr_uint64_t score = np_rendezvous_score(seeds[i], key);
        if (score > highest) {
            highest = score;
            first = i;
        }
    }
    return first;
}

static bool is_among(const int *ranked, int count, int server)
{
    for (int i = 0; i < count; i++) {
        if (ranked[i] == server) {
            return true;
        }
    }
    return false;
}

void np_rendezvous_rank(const apr_uint64_t *seeds, int count, const char *key,
                        int *ranked, int wanted)
{
    for (int place = 0; place < wanted; place++) {
        apr_uint64_t highest = 0;
        int best = -1;
        for (int i = 0; i < count; i++) {
            const apr_uint64_t score = np_rendezvous_score(seeds[i], key);
            if (!is_among(ranked, place, i) && (best < 0 || score > highest)) {
                highest = score;
                best = i;
            }
        }
        ranked[place] = best;
    }
}
