/* SPDX-License-Identifier: Apache-2.0
 * Rounds of a race: everything that writes a session at once, with its logout.
 * Afterwards it is dead, under all its ids. See usage(). */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "np_wire.h"

#define MAX_ARENAS 64
#define RACERS     6
/* The session, and whatever ids it was given in the race. */
#define MAX_IDS (RACERS + 1)
#define PROBES  3

typedef struct race_t {
    int port;
    const char *prefix;
    int wait_usec;
    int rounds;
    atomic_int begun;
    atomic_int logouts;
    atomic_int revived;
    atomic_int broken;
    /** Races that a new id, data or an answer that was live took part in. */
    atomic_int step_ups;
    atomic_int saves;
} race_t;

static void usage(void)
{
    (void)fputs("usage: np_race -p PORT [-x PREFIX] [-n ROUNDS] [-a ARENAS] "
                "[-w USEC]\n"
                "In each round a session is begun, and USEC later, when its "
                "last interaction has to\nbe written again, all is done to it "
                "at once. Prints what came of it.\n",
                stderr);
    exit(2);
}

static const char *const paths[RACERS] = {
    "/app?do=get&key=v",          "/app?do=step-up&method=otp",
    "/app?do=set&key=v&value=1",  "/logout",
    "/app?do=step-up&method=sms", "/app?do=set&key=v&value=2",
};

static void word(np_question_t *question, const char *path, const char *cookie)
{
    memset(question, 0, sizeof(*question));
    question->method = strcmp(path, "/logout") ? "GET" : "POST";
    (void)snprintf(question->path, NP_TEXT, "%s", path);
    (void)snprintf(question->cookie, NP_TEXT, "%s", cookie);
}

/* One session after the other; the racers start in an order that changes, for
 * the first one has an advantage. */
static bool run_race(race_t *race, np_wire_t *wires, int round,
                     char ids[MAX_IDS][NP_TEXT], int *count)
{
    np_question_t question;
    np_answer_t answer;
    bool sent[RACERS];
    bool out = false;
    for (int i = 0; i < RACERS; i++) {
        const int racer = (i + round) % RACERS;
        word(&question, paths[racer], ids[0]);
        const bool was_used = wires[racer].answers > 0;
        if (!np_wire_send(&wires[racer], &question) && !was_used) {
            atomic_fetch_add(&race->broken, 1);
        }
        sent[racer] = wires[racer].fd >= 0;
    }
    for (int i = 0; i < RACERS; i++) {
        if (!sent[i]) {
            continue;
        }
        np_wire_receive(&wires[i], &answer);
        if (!answer.status) {
            /* (httpd may end a connection between two requests) */
            atomic_fetch_add(&race->broken, !answer.cut);
        }
        else if (strcmp(paths[i], "/logout") == 0) {
            out = answer.status == 303;
        }
        else if (answer.cookie[0]) {
            (void)snprintf(ids[(*count)++], NP_TEXT, "%s", answer.cookie);
            atomic_fetch_add(&race->step_ups, 1);
        }
        else if (strstr(paths[i], "set")
                 && !strcmp(answer.word, "APR_SUCCESS")) {
            atomic_fetch_add(&race->saves, 1);
        }
    }
    return out;
}

static void look_for_life(race_t *race, np_wire_t *wire,
                          char ids[MAX_IDS][NP_TEXT], int count)
{
    np_question_t question;
    np_answer_t answer;
    for (int i = 0; i < PROBES * count; i++) {
        word(&question, "/app?do=state", ids[i % count]);
        np_wire_ask(wire, &question, true, &answer);
        if (strcmp(answer.state, "live") == 0 || answer.cookie[0]) {
            atomic_fetch_add(&race->revived, 1);
            (void)fprintf(stderr, "revived: user %s, id %d of %d, probe %d\n",
                          answer.user, i % count, count, i / count);
            return;
        }
    }
}

static void *run_arena(void *data)
{
    race_t *race = data;
    np_wire_t wires[RACERS];
    char ids[MAX_IDS][NP_TEXT];
    np_question_t question;
    np_answer_t answer;
    int round;
    for (int i = 0; i < RACERS; i++) {
        wires[i] =
            (np_wire_t){ .port = race->port, .prefix = race->prefix, .fd = -1 };
    }
    while ((round = atomic_fetch_add(&race->begun, 1)) < race->rounds) {
        char login[NP_TEXT];
        int count = 1;
        (void)snprintf(login, sizeof(login), "/app?do=login&user=r%d", round);
        word(&question, login, "");
        np_wire_ask(&wires[0], &question, true, &answer);
        (void)snprintf(ids[0], NP_TEXT, "%s", answer.cookie);
        (void)usleep((useconds_t)race->wait_usec);
        if (run_race(race, wires, round, ids, &count)) {
            atomic_fetch_add(&race->logouts, 1);
            look_for_life(race, &wires[0], ids, count);
        }
    }
    return NULL;
}

static void read_arguments(race_t *race, int *arenas, int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "p:x:n:a:w:")) != -1) {
        switch (option) {
        case 'p':
            race->port = (int)strtol(optarg, NULL, 10);
            break;
        case 'x':
            race->prefix = optarg;
            break;
        case 'n':
            race->rounds = (int)strtol(optarg, NULL, 10);
            break;
        case 'a':
            *arenas = (int)strtol(optarg, NULL, 10);
            break;
        case 'w':
            race->wait_usec = (int)strtol(optarg, NULL, 10);
            break;
        default:
            usage();
        }
    }
    if (!race->port || *arenas < 1 || *arenas > MAX_ARENAS) {
        usage();
    }
}

int main(int argc, char **argv)
{
    race_t race = { .prefix = "", .rounds = 1000, .wait_usec = 0 };
    pthread_t threads[MAX_ARENAS];
    int arenas = 8;
    read_arguments(&race, &arenas, argc, argv);
    for (int i = 0; i < arenas; i++) {
        if (pthread_create(&threads[i], NULL, run_arena, &race) != 0) {
            abort();
        }
    }
    for (int i = 0; i < arenas; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)printf("rounds=%d logouts=%d step_ups=%d saves=%d revived=%d "
                 "broken=%d\n",
                 race.rounds, atomic_load(&race.logouts),
                 atomic_load(&race.step_ups), atomic_load(&race.saves),
                 atomic_load(&race.revived), atomic_load(&race.broken));
    return atomic_load(&race.revived) || atomic_load(&race.broken) ? 1 : 0;
}
