/* SPDX-License-Identifier: Apache-2.0
 * Something that listens where a memcached should, and misbehaves. */
#include "fault_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apr_strings.h"
#include "apr_thread_proc.h"

#define MAX_CLIENTS 64
#define MAX_TEXT    8192
#define DRIP_MSEC   50
/* Octets of the longest line that is looked at. */
#define MAX_LINE 300
/* What np_memcache_open.c asks for. */
#define PROBE "incr np-probe 1\r\n"

typedef struct client_t {
    int fd;
    bool drips;
    apr_size_t len;
    char text[MAX_TEXT];
} client_t;

struct np_fault_server_t {
    int listener;
    /** Written to end the thread. */
    int stop[2];
    int port;
    atomic_int fault;
    atomic_bool probes;
    atomic_int accepted;
    client_t clients[MAX_CLIENTS];
    apr_thread_t *thread;
};

static void say(const client_t *client, const char *text)
{
    (void)send(client->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void hang_up(client_t *client)
{
    (void)close(client->fd);
    memset(client, 0, sizeof(*client));
    client->fd = -1;
}

/* As a memcached would in which every key has the same value. */
static void answer_well(const client_t *client, const char *line)
{
    char text[MAX_LINE + sizeof("VALUE  0 4\r\n" NP_FAULT_VALUE "\r\nEND\r\n")];
    if (strcmp(line, PROBE) == 0) {
        say(client, "NOT_FOUND\r\n");
    }
    else if (strncmp(line, "get ", 4) == 0) {
        (void)snprintf(text, sizeof(text),
                       "VALUE %.*s 0 4\r\n" NP_FAULT_VALUE "\r\nEND\r\n",
                       (int)strcspn(line + 4, "\r"), line + 4);
        say(client, text);
    }
    else if (strncmp(line, "delete ", 7) == 0) {
        say(client, "DELETED\r\n");
    }
    else {
        say(client, "STORED\r\n");
    }
}

static void answer(np_fault_server_t *server, client_t *client,
                   const char *line)
{
    int fault = atomic_load(&server->fault);
    if (strcmp(line, PROBE) == 0 && !atomic_load(&server->probes)) {
        fault = NP_FAULT_NONE;
    }
    switch ((np_fault_e)fault) {
    case NP_FAULT_ECHO:
        answer_well(client, line);
        answer_well(client, line);
        break;
    case NP_FAULT_NONE:
        answer_well(client, line);
        break;
    case NP_FAULT_SILENCE:
        break;
    case NP_FAULT_HALF:
        say(client, "EN");
        break;
    case NP_FAULT_DRIP:
        client->drips = true;
        break;
    case NP_FAULT_NONSENSE:
        say(client, "220 ready\r\n");
        break;
    case NP_FAULT_HANG_UP:
        hang_up(client);
        break;
    case NP_FAULT_REFUSAL:
        say(client, "SERVER_ERROR out of memory\r\n");
        break;
    }
}

/* Answer the whole lines that have come. What is to be stored comes in a line
 * of its own, after its command. */
static void take_lines(np_fault_server_t *server, client_t *client)
{
    char line[MAX_LINE];
    const char *end;
    while (client->fd >= 0
           && (end = memchr(client->text, '\n', client->len)) != NULL) {
        const apr_size_t len = (apr_size_t)(end - client->text) + 1;
        apr_cpystrn(line, client->text,
                    len < sizeof(line) ? len + 1 : sizeof(line));
        client->len -= len;
        memmove(client->text, client->text + len, client->len);
        if (strncmp(line, "add ", 4) && strncmp(line, "replace ", 8)) {
            answer(server, client, line);
        }
    }
}

static void hear(np_fault_server_t *server, client_t *client)
{
    const ssize_t got = recv(client->fd, client->text + client->len,
                             sizeof(client->text) - client->len, 0);
    if (got <= 0) {
        hang_up(client);
        return;
    }
    client->len += (apr_size_t)got;
    take_lines(server, client);
}

static void let_in(np_fault_server_t *server)
{
    const int fd = accept(server->listener, NULL, NULL);
    for (int i = 0; i < MAX_CLIENTS && fd >= 0; i++) {
        if (server->clients[i].fd < 0) {
            server->clients[i].fd = fd;
            atomic_fetch_add(&server->accepted, 1);
            return;
        }
    }
    (void)close(fd);
}

/* What to wait for: the end, new clients, what each client says. */
static bool list(const np_fault_server_t *server, struct pollfd *polled)
{
    bool drips = false;
    polled[0] = (struct pollfd){server->stop[0], POLLIN, 0};
    polled[1] = (struct pollfd){server->listener, POLLIN, 0};
    for (int i = 0; i < MAX_CLIENTS; i++) {
        const client_t *client = &server->clients[i];
        polled[i + 2] = (struct pollfd){client->fd, POLLIN, 0};
        drips = drips || (client->fd >= 0 && client->drips);
    }
    return drips;
}

static void *APR_THREAD_FUNC serve(apr_thread_t *thread, void *data)
{
    np_fault_server_t *server = data;
    struct pollfd polled[MAX_CLIENTS + 2];
    for (;;) {
        const bool drips = list(server, polled);
        (void)poll(polled, MAX_CLIENTS + 2, drips ? DRIP_MSEC : -1);
        if (polled[0].revents) {
            break;
        }
        for (int i = 0; i < MAX_CLIENTS; i++) {
            client_t *client = &server->clients[i];
            if (client->fd >= 0 && client->drips) {
                say(client, "V");
            }
            if (polled[i + 2].revents) {
                hear(server, client);
            }
        }
        if (polled[1].revents) {
            let_in(server);
        }
    }
    return NULL;
}

static apr_status_t stop(void *data)
{
    np_fault_server_t *server = data;
    apr_status_t ended;
    ck_assert_int_eq(write(server->stop[1], "", 1), 1);
    apr_thread_join(&ended, server->thread);
    for (int i = 0; i < MAX_CLIENTS; i++) {
        if (server->clients[i].fd >= 0) {
            hang_up(&server->clients[i]);
        }
    }
    (void)close(server->listener);
    (void)close(server->stop[0]);
    (void)close(server->stop[1]);
    return APR_SUCCESS;
}

static void start_listening(np_fault_server_t *server)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t len = sizeof(here);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(server->listener, 0);
    ck_assert_int_eq(bind(server->listener, (void *)&here, len), 0);
    ck_assert_int_eq(listen(server->listener, MAX_CLIENTS), 0);
    ck_assert_int_eq(getsockname(server->listener, (void *)&here, &len), 0);
    server->port = ntohs(here.sin_port);
}

np_fault_server_t *np_fault_server_start(apr_pool_t *p)
{
    np_fault_server_t *server = apr_pcalloc(p, sizeof(*server));
    for (int i = 0; i < MAX_CLIENTS; i++) {
        server->clients[i].fd = -1;
    }
    start_listening(server);
    ck_assert_int_eq(pipe(server->stop), 0);
    ck_assert_int_eq(apr_thread_create(&server->thread, NULL, serve, server, p),
                     APR_SUCCESS);
    apr_pool_pre_cleanup_register(p, server, stop);
    return server;
}

int np_fault_server_port(const np_fault_server_t *server)
{
    return server->port;
}

void np_fault_server_set(np_fault_server_t *server, np_fault_e fault,
                         bool probes)
{
    atomic_store(&server->probes, probes);
    atomic_store(&server->fault, (int)fault);
}

int np_fault_server_accepted(np_fault_server_t *server)
{
    return atomic_load(&server->accepted);
}
