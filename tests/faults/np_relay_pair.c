/* SPDX-License-Identifier: Apache-2.0
 * A relay's connections: octets from one side to the other, or nearly. */
#include "np_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CHUNK    16384
#define NONSENSE "220 ready\r\n"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

long long np_now_msec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void np_set_nonblocking(int fd)
{
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

struct sockaddr_in np_loopback(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int connect_upstream(const char *upstream)
{
    int fd;
    int rc;
    if (*upstream == '/') {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                       upstream);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        rc = connect(fd, (void *)&address, sizeof(address));
    }
    else {
        const int port = (int)strtol(upstream, NULL, 10);
        struct sockaddr_in address = np_loopback(port);
        fd = socket(AF_INET, SOCK_STREAM, 0);
        rc = connect(fd, (void *)&address, sizeof(address));
    }
    if (rc != 0) {
        (void)close(fd);
        return -1;
    }
    np_set_nonblocking(fd);
    return fd;
}

void np_relay_open(np_relay_t *relay)
{
    struct sockaddr_in address = np_loopback(relay->port);
    socklen_t len = sizeof(address);
    const int yes = 1;
    relay->listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(relay->listener, SOL_SOCKET, SO_REUSEADDR, &yes,
                     sizeof(yes));
    if (bind(relay->listener, (void *)&address, len) != 0
        || listen(relay->listener, NP_RELAY_BACKLOG) != 0
        || getsockname(relay->listener, (void *)&address, &len) != 0) {
        die("listen");
    }
    np_set_nonblocking(relay->listener);
    relay->port = ntohs(address.sin_port);
}

void np_relay_let_in(np_relay_t *relay)
{
    const int client = accept(relay->listener, NULL, NULL);
    if (client < 0) {
        return;
    }
    const int server = relay->count < NP_RELAY_MAX_PAIRS
                           ? connect_upstream(relay->upstream)
                           : -1;
    np_pair_t *pair = server >= 0 ? calloc(1, sizeof(*pair)) : NULL;
    if (!pair) {
        (void)close(client);
        return;
    }
    np_set_nonblocking(client);
    pair->client = client;
    pair->server = server;
    relay->pairs[relay->count++] = pair;
}

void np_relay_end_pair(np_relay_t *relay, int i)
{
    const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    np_pair_t *pair = relay->pairs[i];
    (void)setsockopt(pair->client, SOL_SOCKET, SO_LINGER, &reset,
                     sizeof(reset));
    (void)close(pair->client);
    (void)close(pair->server);
    free(pair->up.data);
    free(pair->down.data);
    free(pair);
    relay->pairs[i] = relay->pairs[--relay->count];
}

void np_relay_end_pairs(np_relay_t *relay, bool all)
{
    for (int i = relay->count - 1; i >= 0; i--) {
        if (all || relay->pairs[i]->spoiled) {
            np_relay_end_pair(relay, i);
        }
    }
}

/* --- octets --------------------------------------------------------------- */

static void append(np_text_t *text, const char *data, size_t len)
{
    char *grown = realloc(text->data, text->len + len);
    if (!grown) {
        die("realloc");
    }
    memcpy(grown + text->len, data, len);
    text->data = grown;
    text->len += len;
}

/* Write what can be written. False if the other side is gone. */
static bool flush(int fd, np_text_t *text)
{
    while (text->len > 0) {
        const ssize_t sent = send(fd, text->data, text->len, MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        text->len -= (size_t)sent;
        memmove(text->data, text->data + sent, text->len);
    }
    return true;
}

/* Is this what somebody waits for, to hold it back? */
static void consider_holding(np_relay_t *relay, np_pair_t *pair,
                             const char *chunk, size_t got)
{
    const size_t len = strlen(relay->pattern);
    if (relay->hold != NP_HOLD_NOTHING && got >= len
        && memcmp(chunk, relay->pattern, len) == 0) {
        pair->held = relay->hold;
        relay->hold = NP_HOLD_NOTHING;
    }
}

void np_pair_hear_client(np_relay_t *relay, np_pair_t *pair)
{
    char chunk[CHUNK];
    const ssize_t got = recv(pair->client, chunk, sizeof(chunk), 0);
    if (got <= 0) {
        pair->client_ended = got == 0 || errno != EAGAIN;
        return;
    }
    switch (relay->fault) {
    case NP_SILENT:
        pair->spoiled = true;
        break;
    case NP_GARBAGE:
        pair->spoiled = true;
        append(&pair->down, NONSENSE, strlen(NONSENSE));
        break;
    case NP_PASS:
    case NP_HALF:
    case NP_DELAY:
    case NP_DROP:
    case NP_REFUSE:
        consider_holding(relay, pair, chunk, (size_t)got);
        append(&pair->up, chunk, (size_t)got);
        break;
    }
}

void np_pair_hear_server(const np_relay_t *relay, np_pair_t *pair)
{
    char chunk[CHUNK];
    const ssize_t got = recv(pair->server, chunk, sizeof(chunk), 0);
    if (got <= 0) {
        pair->server_ended = got == 0 || errno != EAGAIN;
        return;
    }
    if (relay->fault == NP_DELAY && pair->down.len == 0) {
        pair->due = np_now_msec() + relay->delay_msec;
    }
    if (relay->fault == NP_HALF) {
        if (!pair->spoiled) {
            append(&pair->down, chunk, (size_t)got / 2);
        }
        pair->spoiled = true;
    }
    else if (!pair->spoiled) {
        append(&pair->down, chunk, (size_t)got);
    }
}

bool np_pair_forward(np_pair_t *pair)
{
    if (pair->held != NP_HOLD_COMMAND && !flush(pair->server, &pair->up)) {
        return false;
    }
    if (pair->held != NP_HOLD_ANSWER && pair->due <= np_now_msec()
        && !flush(pair->client, &pair->down)) {
        pair->client_ended = true;
        pair->down.len = 0;
    }
    if (pair->client_ended && pair->held == NP_HOLD_NOTHING
        && pair->up.len == 0) {
        (void)shutdown(pair->server, SHUT_WR);
    }
    return !pair->server_ended || pair->down.len > 0;
}
