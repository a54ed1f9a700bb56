/* SPDX-License-Identifier: Apache-2.0
 * What a relay knows of its connections. */
#ifndef NP_RELAY_H
#define NP_RELAY_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>

#define NP_RELAY_MAX_PAIRS   1000
#define NP_RELAY_MAX_FILLERS 8
#define NP_RELAY_BACKLOG     511

typedef enum np_fault_e {
    /** No fault. */
    NP_PASS,
    /** Take what the client says, and answer nothing. */
    NP_SILENT,
    /** Half of the first answer, then nothing. */
    NP_HALF,
    /** Answers that are none. */
    NP_GARBAGE,
    /** Each answer some time later. */
    NP_DELAY,
    /** As a network that drops packets: they may come through afterwards. */
    NP_DROP,
    /** Nobody listens, and all connections are gone. */
    NP_REFUSE,
} np_fault_e;

typedef enum np_hold_e {
    NP_HOLD_NOTHING,
    NP_HOLD_COMMAND,
    NP_HOLD_ANSWER,
} np_hold_e;

/* Octets on their way. */
typedef struct np_text_t {
    char *data;
    size_t len;
} np_text_t;

typedef struct np_pair_t {
    int client;
    int server;
    np_text_t up;
    np_text_t down;
    bool client_ended;
    bool server_ended;
    np_hold_e held;
    /** Octets were lost: it is of no use when the fault is over. */
    bool spoiled;
    long long due;
} np_pair_t;

typedef struct np_relay_t {
    int listener;
    int port;
    const char *upstream;
    np_fault_e fault;
    int delay_msec;
    np_hold_e hold;
    char pattern[80];
    int fillers[NP_RELAY_MAX_FILLERS];
    np_pair_t *pairs[NP_RELAY_MAX_PAIRS];
    int count;
} np_relay_t;

/** An address of this machine. */
struct sockaddr_in np_loopback(int port);

/** Milliseconds, by a clock that nobody sets. */
long long np_now_msec(void);

/** No call with @a fd waits. */
void np_set_nonblocking(int fd);

/** Listen, on relay->port or, if that is 0, on a free one. */
void np_relay_open(np_relay_t *relay);

/** A client has come: connect to the server for him. */
void np_relay_let_in(np_relay_t *relay);

/** End pair @a i: both ends see a reset, as if a process had died. The last
 *  pair takes its place. */
void np_relay_end_pair(np_relay_t *relay, int i);

/** End all pairs, or those that lost octets. */
void np_relay_end_pairs(np_relay_t *relay, bool all);

/** The client has said something; relay->fault says what becomes of it. */
void np_pair_hear_client(np_relay_t *relay, np_pair_t *pair);

/** The server has said something. */
void np_pair_hear_server(const np_relay_t *relay, np_pair_t *pair);

/** Pass on what has come. What the client has said reaches the server, also if
 *  he is gone meanwhile.
 *  @return false if the pair is of no use any more */
bool np_pair_forward(np_pair_t *pair);

#endif
