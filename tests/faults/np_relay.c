/* SPDX-License-Identifier: Apache-2.0
 * A relay in front of a memcached that fails as it is told: see usage(). */
#include "np_relay.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void usage(void)
{
    (void)fputs("usage: np_relay UPSTREAM\n"
                "UPSTREAM is a port on 127.0.0.1 or a unix socket. Says "
                "\"port N\" and then obeys its input:\n"
                "  pass silent half garbage drop refuse delay MSEC\n"
                "  cut                 end all connections\n"
                "  hold PREFIX         the next command that begins so\n"
                "  hold-answer PREFIX  the answer to it\n"
                "  release, held       let them go; how many are there\n"
                "The end of its input is its end.\n",
                stderr);
    exit(2);
}

/* --- faults --------------------------------------------------------------- */

/* Connections of our own take the places of those who wait to be let in: so
 * the kernel drops what others send to open one. */
static void fill_backlog(np_relay_t *relay)
{
    const struct sockaddr_in address = np_loopback(relay->port);
    (void)listen(relay->listener, 0);
    for (int i = 0; i < NP_RELAY_MAX_FILLERS; i++) {
        relay->fillers[i] = socket(AF_INET, SOCK_STREAM, 0);
        np_set_nonblocking(relay->fillers[i]);
        (void)connect(relay->fillers[i], (const void *)&address,
                      sizeof(address));
    }
}

static void empty_backlog(np_relay_t *relay)
{
    for (int i = 0; i < NP_RELAY_MAX_FILLERS; i++) {
        (void)close(relay->fillers[i]);
    }
    (void)listen(relay->listener, NP_RELAY_BACKLOG);
}

static void change_fault(np_relay_t *relay, np_fault_e fault)
{
    if (relay->fault == NP_DROP && fault != NP_DROP) {
        empty_backlog(relay);
    }
    if (relay->fault == NP_REFUSE && fault != NP_REFUSE) {
        np_relay_open(relay);
    }
    if (fault == NP_DROP && relay->fault != NP_DROP) {
        fill_backlog(relay);
    }
    if (fault == NP_REFUSE && relay->fault != NP_REFUSE) {
        (void)close(relay->listener);
        relay->listener = -1;
    }
    np_relay_end_pairs(relay, fault == NP_REFUSE);
    relay->fault = fault;
}

static void release(np_relay_t *relay)
{
    relay->hold = NP_HOLD_NOTHING;
    for (int i = 0; i < relay->count; i++) {
        relay->pairs[i]->held = NP_HOLD_NOTHING;
    }
}

static int count_held(const np_relay_t *relay)
{
    int held = 0;
    for (int i = 0; i < relay->count; i++) {
        held += relay->pairs[i]->held != NP_HOLD_NOTHING;
    }
    return held;
}

static bool set_fault(np_relay_t *relay, const char *word, const char *argument)
{
    static const char *const names[] = {
        [NP_PASS] = "pass",       [NP_SILENT] = "silent", [NP_HALF] = "half",
        [NP_GARBAGE] = "garbage", [NP_DELAY] = "delay",   [NP_DROP] = "drop",
        [NP_REFUSE] = "refuse",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(word, names[i]) == 0) {
            relay->delay_msec = (int)strtol(argument, NULL, 10);
            change_fault(relay, (np_fault_e)i);
            return true;
        }
    }
    return false;
}

static void obey(np_relay_t *relay, char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    char *argument = strchr(line, ' ');
    if (argument) {
        *argument++ = '\0';
    }
    if (strcmp(line, "cut") == 0) {
        np_relay_end_pairs(relay, true);
    }
    else if (strcmp(line, "release") == 0) {
        release(relay);
    }
    else if (argument && strncmp(line, "hold", 4) == 0) {
        relay->hold =
            strcmp(line, "hold") == 0 ? NP_HOLD_COMMAND : NP_HOLD_ANSWER;
        (void)snprintf(relay->pattern, sizeof(relay->pattern), "%s", argument);
    }
    else if (strcmp(line, "held") != 0
             && !set_fault(relay, line, argument ? argument : "0")) {
        usage();
    }
    (void)printf("ok %d\n", count_held(relay));
    (void)fflush(stdout);
}

/* --- the loop ------------------------------------------------------------- */

static short wanted(bool reads, const np_text_t *text, bool held)
{
    return (short)((reads ? POLLIN : 0)
                   | (text->len > 0 && !held ? POLLOUT : 0));
}

/* What to wait for: our input, new clients, and both sides of each pair. */
static void list(const np_relay_t *relay, struct pollfd *polled)
{
    const bool drops = relay->fault == NP_DROP;
    polled[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
    polled[1] = (struct pollfd){ drops ? -1 : relay->listener, POLLIN, 0 };
    for (int i = 0; i < relay->count; i++) {
        const np_pair_t *pair = relay->pairs[i];
        const bool late = pair->due > np_now_msec();
        polled[2 + 2 * i] = (struct pollfd){
            drops || pair->client_ended ? -1 : pair->client,
            wanted(true, &pair->down, pair->held == NP_HOLD_ANSWER || late), 0
        };
        polled[3 + 2 * i] =
            (struct pollfd){ drops || pair->server_ended ? -1 : pair->server,
                             wanted(pair->held != NP_HOLD_ANSWER, &pair->up,
                                    pair->held == NP_HOLD_COMMAND),
                             0 };
    }
}

static void serve(np_relay_t *relay, const struct pollfd *polled)
{
    for (int i = relay->count - 1; i >= 0; i--) {
        np_pair_t *pair = relay->pairs[i];
        if (polled[2 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR)) {
            np_pair_hear_client(relay, pair);
        }
        if (polled[3 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR)) {
            np_pair_hear_server(relay, pair);
        }
        if (relay->fault != NP_DROP && !np_pair_forward(pair)) {
            np_relay_end_pair(relay, i);
        }
    }
    if (polled[1].revents) {
        np_relay_let_in(relay);
    }
}

int main(int argc, char **argv)
{
    static struct pollfd polled[2 + 2 * NP_RELAY_MAX_PAIRS];
    np_relay_t relay = { .upstream = argc == 2 ? argv[1] : "" };
    char line[200];
    if (argc != 2) {
        usage();
    }
    np_relay_open(&relay);
    (void)printf("port %d\n", relay.port);
    (void)fflush(stdout);
    for (;;) {
        list(&relay, polled);
        (void)poll(polled, (nfds_t)(2 + 2 * relay.count),
                   relay.fault == NP_DELAY ? 5 : 100);
        serve(&relay, polled);
        if (polled[0].revents) {
            /* one line is one write of whoever commands */
            const ssize_t got = read(STDIN_FILENO, line, sizeof(line) - 1);
            if (got <= 0) {
                return 0;
            }
            line[got] = '\0';
            obey(&relay, line);
        }
    }
}
