/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing a connection to memcached that apr_memcache will use. */
#include "np_memcache_lane.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apr_allocator.h"
#include "apr_hash.h"

#include "np_clock.h"
#include "np_sockets.h"

/* How long a new connection may be without an answer, at least. To wait pays: a
 * server that was stopped answers whoever waits as soon as it goes on. */
#define PATIENCE apr_time_from_msec(500)
/* How often to connect again if it is not clear which socket is ours. */
#define MAX_ATTEMPTS 3

/* A pool whose allocator no other thread shares: a lane's memory is used by one
 * thread after the other, so it needs no lock. */
static apr_status_t create_pool(apr_pool_t **p)
{
    apr_allocator_t *allocator;
    apr_status_t status = apr_allocator_create(&allocator);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = apr_pool_create_unmanaged_ex(p, NULL, allocator);
    if (status != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        return status;
    }
    apr_allocator_owner_set(allocator, *p);
    return APR_SUCCESS;
}

/* The address to connect to. Of several, all processes take the same one: a
 * name stands for one server, and a key is in one place. */
static apr_status_t look_up(const np_memcache_name_t *name,
                            apr_sockaddr_t **address, apr_pool_t *p)
{
    const bool is_path = np_memcache_name_is_path(name);
    apr_sockaddr_t *found;
    const apr_status_t status = apr_sockaddr_info_get(
        &found, name->host, is_path ? APR_UNIX : APR_INET, name->port, 0, p);
    if (status != APR_SUCCESS) {
        return status;
    }
    *address = found;
    for (; !is_path && found; found = found->next) {
        if (memcmp(&found->sa.sin.sin_addr, &(*address)->sa.sin.sin_addr,
                   sizeof(found->sa.sin.sin_addr))
            < 0) {
            *address = found;
        }
    }
    return APR_SUCCESS;
}

/* There is one server: no key has to be told from another. */
static apr_uint32_t hash_nothing(void *baton, const char *data,
                                 const apr_size_t len)
{
    return 0;
}

static apr_status_t create_client(np_lane_t *lane, apr_sockaddr_t *address)
{
    char *host = address->hostname;
    if (address->family == APR_INET) {
        const apr_status_t status = apr_sockaddr_ip_get(&host, address);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    apr_status_t status = apr_memcache_server_create(
        lane->p, host, address->port, 0, 1, 1, 0, &lane->server);
    if (status == APR_SUCCESS) {
        status = apr_memcache_create(lane->p, 1, 0, &lane->client);
    }
    if (status == APR_SUCCESS) {
        lane->client->hash_func = hash_nothing;
        status = apr_memcache_add_server(lane->client, lane->server);
    }
    return status;
}

/* Of connections that are made to one server at the same time, as by the stores of
 * several virtual hosts, none could be told from the others. Those to other
 * servers, which may hang, wait for another lock, but for a few. */
#define LOCKS 61

static pthread_mutex_t locks[LOCKS] = {
    [0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER,
};

static pthread_mutex_t *lock_for(const apr_sockaddr_t *address)
{
    apr_ssize_t len = (apr_ssize_t)address->salen;
    return &locks[apr_hashfunc_default((const char *)&address->sa, &len)
                  % LOCKS];
}

/* Connect once. APR_EAGAIN if it cannot be told which socket that made. */
static apr_status_t connect_once(np_lane_t *lane, const apr_sockaddr_t *address)
{
    apr_reslist_t *connections = lane->server->conns;
    apr_array_header_t *before;
    apr_status_t status = np_sockets_connected(address, &before, lane->p);
    if (status != APR_SUCCESS) {
        return status;
    }
    void *connection;
    status = apr_reslist_acquire(connections, &connection);
    if (status != APR_SUCCESS) {
        return status;
    }
    apr_array_header_t *after;
    status = np_sockets_connected(address, &after, lane->p);
    const int fd = status == APR_SUCCESS ? np_sockets_new(before, after) : -1;
    lane->fd = fd >= 0 ? np_sockets_share(fd) : -1;
    if (lane->fd < 0) {
        (void)apr_reslist_invalidate(connections, connection);
        return status == APR_SUCCESS ? APR_EAGAIN : status;
    }
    np_deadline_attach(lane->watch, lane->fd);
    return apr_reslist_release(connections, connection);
}

static apr_status_t connect_lane(np_lane_t *lane,
                                 const np_memcache_name_t *name)
{
    apr_sockaddr_t *address;
    apr_status_t status = look_up(name, &address, lane->p);
    if (status == APR_SUCCESS) {
        status = create_client(lane, address);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    pthread_mutex_t *lock = lock_for(address);
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
        (void)pthread_mutex_lock(lock);
        status = connect_once(lane, address);
        (void)pthread_mutex_unlock(lock);
        if (!APR_STATUS_IS_EAGAIN(status)) {
            break;
        }
    }
    return status;
}

/* Have the server answer: once it may be slow, for it may just have woken. */
static apr_status_t probe(np_lane_t *lane, apr_interval_time_t timeout)
{
    const apr_interval_time_t patience =
        timeout > PATIENCE ? timeout : PATIENCE;
    const apr_time_t began = np_clock_monotonic();
    const apr_status_t status = np_lane_probe(lane, began + patience);
    const apr_time_t answered = np_clock_monotonic();
    if (status != APR_SUCCESS || answered - began <= timeout) {
        return status;
    }
    return np_lane_probe(lane, answered + timeout);
}

apr_status_t np_lane_open(np_lane_t *lane, const np_memcache_name_t *name,
                          apr_interval_time_t timeout)
{
    lane->fd = -1;
    apr_status_t status = create_pool(&lane->p);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = connect_lane(lane, name);
    if (status == APR_SUCCESS) {
        status = probe(lane, timeout);
    }
    if (status != APR_SUCCESS) {
        np_lane_close(lane);
    }
    return status;
}

void np_lane_close(np_lane_t *lane)
{
    if (lane->fd >= 0) {
        np_deadline_detach(lane->watch);
        /* apr_memcache says "quit" to it, which must not wait for anybody. */
        (void)shutdown(lane->fd, SHUT_RDWR);
        (void)close(lane->fd);
        lane->fd = -1;
    }
    apr_pool_destroy(lane->p);
}
