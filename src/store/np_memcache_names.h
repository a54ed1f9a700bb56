/* SPDX-License-Identifier: Apache-2.0
 * memcached servers by name. */
#ifndef NP_MEMCACHE_NAMES_H
#define NP_MEMCACHE_NAMES_H

#include "apr_network_io.h"

#include "np_memcache.h"

/** One server, as it is named. */
typedef struct np_memcache_name_t {
    /** "host:port", the host in lower case, or the path; decides which keys
     *  the server has. */
    const char *text;
    /** A host name or IPv4 address; the path if it starts with '/'. */
    const char *host;
    /** 0 for a path. */
    apr_port_t port;
} np_memcache_name_t;

struct np_memcache_servers_t {
    int count;
    np_memcache_name_t *names;
};

/** Is it a unix socket? */
static inline bool np_memcache_name_is_path(const np_memcache_name_t *name)
{
    return name->host[0] == '/';
}

#endif
