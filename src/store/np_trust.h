/* SPDX-License-Identifier: Apache-2.0
 * Which servers may have missed something, and until when. */
#ifndef NP_TRUST_H
#define NP_TRUST_H

#include <stdbool.h>

#include "apr_pools.h"
#include "apr_time.h"

#include "np_bytes.h"
#include "np_missed.h"

/** What a server may have missed. */
typedef enum np_miss_e {
    /** A value that was written; or it has lost what it had. Before its copy is
     *  used, the others are asked whether they have a later one. */
    NP_MISS_WRITE,
    /** A value that was removed. Its copy is not believed as long as another
     *  server may know better. */
    NP_MISS_REMOVAL,
} np_miss_e;
#define NP_MISSES 2

/**
 * What all processes of a machine know of the servers: the keys of which each
 * may have missed something; until when it may have missed something of any
 * key, where there is no room for more of them, or nobody knows; and since when
 * the list of servers is what it is, for keys moved then. A copy is judged by
 * when it was placed.
 *
 * That lies in memory that the processes share. Nothing in it is ever locked.
 */
typedef struct np_trust_t np_trust_t;

/** Octets that it takes: once for all machines' lists of servers, once for each
 *  list, and once for each server, which may be in several. */
apr_size_t np_trust_size_of_machine(void);
apr_size_t np_trust_size_of_list(void);
apr_size_t np_trust_size_of_server(void);

/**
 * What this process knows a list of servers by, in @a p. The memory is all zero
 * at first: nothing is known. @a servers has @a count pieces of memory, which it
 * keeps using.
 */
np_trust_t *np_trust_open(void *machine, void *list, void *const *servers,
                          int count, apr_pool_t *p);

/** Has anybody asked the servers yet what other machines know? */
bool np_trust_is_informed(const np_trust_t *trust);
void np_trust_set_informed(np_trust_t *trust);

/** Until when @a server may have missed such of any key; 0: it has not. */
apr_time_t np_trust_missed(const np_trust_t *trust, int server,
                           np_miss_e miss);

/** It may have, until @a until at least. */
void np_trust_raise(np_trust_t *trust, int server, np_miss_e miss,
                    apr_time_t until);

/** Tell other machines that it may have, until @a until at least; they do not
 *  know more. */
void np_trust_announce(np_trust_t *trust, int server, np_miss_e miss,
                       apr_time_t until);

/** Up to which moment of that the other servers keep a note. */
apr_time_t np_trust_told(const np_trust_t *trust, int server, np_miss_e miss);
void np_trust_set_told(np_trust_t *trust, int server, np_miss_e miss,
                       apr_time_t until);

/** The keys of which @a server missed such. */
np_missed_t *np_trust_keys(np_trust_t *trust, int server, np_miss_e miss);

/** Since when the list is as it is; 0: since ever. */
apr_time_t np_trust_since(const np_trust_t *trust);
void np_trust_set_since(np_trust_t *trust, apr_time_t since);

/** What one machine tells another, through the servers. */
typedef struct np_trust_list_t {
    /** Of np_rendezvous_seed(), for each server's name. */
    const apr_uint64_t *seeds;
    int count;
    int copies;
} np_trust_list_t;

/** Everything known, as octets in @a p. */
np_bytes_t np_trust_encode(np_trust_t *trust, const np_trust_list_t *list,
                           apr_pool_t *p);

/** What octets say. */
typedef struct np_trust_news_t {
    /** They are what another machine wrote. */
    bool valid;
    /** They are of a list of the same servers and copies. */
    bool same_list;
    apr_time_t since;
    /** They lack something that is known here. */
    bool outdated;
} np_trust_news_t;

/** Take over what is newer in @a octets, but for the moment since when. A moment
 *  that is more than a minute after @a now counts as that. */
np_trust_news_t np_trust_merge(np_trust_t *trust, const np_trust_list_t *list,
                               np_bytes_t octets, apr_time_t now);

#endif
