/* SPDX-License-Identifier: Apache-2.0
 * Finding the descriptor of a connection that a library hides. */
#include "np_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "apr_strings.h"

/* How long a TCP connection may be silent before the system looks after it. */
#define KEEPALIVE_SECONDS 60

/* A descriptor may be closed and given out again; an inode stays the same as
 * long as its socket is there. */
typedef struct socket_t {
    int fd;
    ino_t inode;
} socket_t;

typedef union address_t {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
} address_t;

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_same_place(const address_t *there, const apr_sockaddr_t *peer)
{
    if (there->any.sa_family != peer->family) {
        return false;
    }
    if (peer->family == APR_INET) {
        return there->in.sin_port == peer->sa.sin.sin_port
               && there->in.sin_addr.s_addr == peer->sa.sin.sin_addr.s_addr;
    }
    return strcmp(last_part(there->un.sun_path),
                  last_part(peer->sa.unx.sun_path))
           == 0;
}

static bool is_connected(int fd, const apr_sockaddr_t *peer)
{
    address_t there;
    socklen_t len = sizeof(there) - 1; /* a path may come without its NUL */
    memset(&there, 0, sizeof(there));
    return getpeername(fd, &there.any, &len) == 0
           && is_same_place(&there, peer);
}

/* The number that a file in the directory of descriptors is called by. */
static int read_fd(const char *name)
{
    char *end;
    errno = 0;
    const apr_int64_t fd = apr_strtoi64(name, &end, 10);
    return errno == 0 && *end == '\0' && fd >= 0 && fd <= APR_INT32_MAX
               ? (int)fd
               : -1;
}

apr_status_t np_sockets_connected(const apr_sockaddr_t *peer,
                                  apr_array_header_t **sockets, apr_pool_t *p)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir) {
        dir = opendir("/dev/fd");
    }
    if (!dir) {
        return APR_FROM_OS_ERROR(errno);
    }
    *sockets = apr_array_make(p, 8, sizeof(socket_t));
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const int fd = read_fd(entry->d_name);
        struct stat info;
        if (fd >= 0 && is_connected(fd, peer)
            && fstatat(dirfd(dir), entry->d_name, &info, 0) == 0) {
            const socket_t found = { fd, info.st_ino };
            APR_ARRAY_PUSH(*sockets, socket_t) = found;
        }
    }
    (void)closedir(dir);
    return APR_SUCCESS;
}

static bool is_listed(const apr_array_header_t *sockets, ino_t inode)
{
    for (int i = 0; i < sockets->nelts; i++) {
        if (APR_ARRAY_IDX(sockets, i, socket_t).inode == inode) {
            return true;
        }
    }
    return false;
}

int np_sockets_new(const apr_array_header_t *before,
                   const apr_array_header_t *after)
{
    int found = -1;
    for (int i = 0; i < after->nelts; i++) {
        const socket_t socket = APR_ARRAY_IDX(after, i, socket_t);
        if (is_listed(before, socket.inode)) {
            continue;
        }
        if (found >= 0) {
            return -1;
        }
        found = socket.fd;
    }
    return found;
}

static void set_option(int fd, int option, int value)
{
    /* A connection that refuses is as good as before, and a unix socket
     * refuses all of them. */
    (void)setsockopt(fd, IPPROTO_TCP, option, &value, sizeof(value));
}

int np_sockets_share(int fd)
{
    const int shared = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (shared >= 0) {
        const int on = 1;
        (void)setsockopt(shared, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
        set_option(shared, TCP_NODELAY, on);
        set_option(shared, TCP_KEEPIDLE, KEEPALIVE_SECONDS);
    }
    return shared;
}

/* Not by recv() with MSG_PEEK: on TCP it acknowledges what came before, by a
 * packet of its own, which costs more than all the rest of an operation's. */
bool np_sockets_quiet(int fd)
{
    struct pollfd socket = { .fd = fd, .events = POLLIN };
    int found;

    do {
        found = poll(&socket, 1, 0);
    } while (found < 0 && errno == EINTR);
    return found == 0;
}
