/* SPDX-License-Identifier: Apache-2.0
 * The load driver: browsers that log in, go on and log out, all of whose
 * answers are judged. See usage(). */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "np_truth.h"

#define MAX_CONNECTIONS 200
/* The heart beats, and a beat that comes so late is told. */
#define BEAT_USEC  5000
#define STALL_USEC 15000
#define MAX_STALLS 10000

typedef struct stall_t {
    /** Wall clock, as httpd's access log. */
    long long begin_usec;
    long long usec;
} stall_t;

typedef struct load_t {
    int port;
    const char *prefix;
    int pause_usec;
    pthread_mutex_t mutex;
    np_truth_t *truth;
    atomic_bool stops;
    /** Guarded by the mutex. */
    stall_t stalls[MAX_STALLS];
    int stall_count;
} load_t;

static void usage(void)
{
    (void)fputs(
        "usage: np_load -p PORT [option...]\n"
        "  -c N     connections (32)      -s N     browsers (300)\n"
        "  -w USEC  pause between two requests of a connection (0)\n"
        "  -r SEED  of the dice (1)       -x PATH  before all paths\n"
        "  -f LIST  names of counts that have to be 0 at the end\n"
        "           (revived,wrong_user,wrong,lost_data,broken)\n"
        "Each line of input is answered by \"stall BEGIN LENGTH\" lines, in\n"
        "microseconds, for what the machine was too slow for since the last\n"
        "one, and \"report NAME=N ...\". The end of its input is its end.\n",
        stderr);
    exit(2);
}

static void *drive(void *data)
{
    load_t *load = data;
    np_wire_t wire = { .port = load->port, .prefix = load->prefix, .fd = -1 };
    np_deed_t deed;
    np_answer_t answer;
    while (!atomic_load(&load->stops)) {
        (void)pthread_mutex_lock(&load->mutex);
        np_truth_next(load->truth, &deed);
        (void)pthread_mutex_unlock(&load->mutex);
        /* what changes nothing may be asked once more */
        np_wire_ask(&wire, &deed.question,
                    deed.what == NP_DO_GET || deed.what == NP_DO_GET_OLD
                        || deed.what == NP_DO_PROBE,
                    &answer);
        (void)pthread_mutex_lock(&load->mutex);
        np_truth_judge(load->truth, &deed, &answer);
        (void)pthread_mutex_unlock(&load->mutex);
        if (load->pause_usec) {
            (void)usleep((useconds_t)load->pause_usec);
        }
    }
    return NULL;
}

/* --- the heart ------------------------------------------------------------ */

static long long wall_usec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Requests may be late by as much as this thread was not run. */
static void *beat(void *data)
{
    load_t *load = data;
    while (!atomic_load(&load->stops)) {
        const long long began = np_now_usec();
        (void)usleep(BEAT_USEC);
        const long long late = np_now_usec() - began - BEAT_USEC;
        if (late < STALL_USEC) {
            continue;
        }
        (void)pthread_mutex_lock(&load->mutex);
        if (load->stall_count < MAX_STALLS) {
            load->stalls[load->stall_count++] =
                (stall_t){ wall_usec() - late, late };
        }
        (void)pthread_mutex_unlock(&load->mutex);
    }
    return NULL;
}

/* --- the report ----------------------------------------------------------- */

static void report(load_t *load)
{
    (void)pthread_mutex_lock(&load->mutex);
    const unsigned long *counts = np_truth_counts(load->truth);
    for (int i = 0; i < load->stall_count; i++) {
        (void)printf("stall %lld %lld\n", load->stalls[i].begin_usec,
                     load->stalls[i].usec);
    }
    load->stall_count = 0;
    (void)printf("report");
    for (int i = 0; i < NP_COUNTS; i++) {
        (void)printf(" %s=%lu", np_count_names[i], counts[i]);
    }
    (void)printf(" longest_usec=%lld\n", np_truth_longest_usec(load->truth));
    (void)pthread_mutex_unlock(&load->mutex);
    (void)fflush(stdout);
}

/* Is one of these counts not 0? */
static bool is_forbidden(const load_t *load, const char *names)
{
    const unsigned long *counts = np_truth_counts(load->truth);
    while (*names) {
        const size_t len = strcspn(names, ",");
        for (int i = 0; i < NP_COUNTS; i++) {
            if (counts[i] && strlen(np_count_names[i]) == len
                && strncmp(np_count_names[i], names, len) == 0) {
                return true;
            }
        }
        names += len + (names[len] == ',');
    }
    return false;
}

/* --- the program ---------------------------------------------------------- */

static void run(load_t *load, int connections)
{
    pthread_t threads[MAX_CONNECTIONS + 1];
    char line[200];
    if (pthread_create(&threads[0], NULL, beat, load) != 0) {
        abort();
    }
    for (int i = 1; i <= connections; i++) {
        if (pthread_create(&threads[i], NULL, drive, load) != 0) {
            abort();
        }
    }
    while (fgets(line, sizeof(line), stdin)) {
        report(load);
    }
    atomic_store(&load->stops, true);
    for (int i = 0; i <= connections; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    report(load);
}

int main(int argc, char **argv)
{
    static load_t load = { .prefix = "", .mutex = PTHREAD_MUTEX_INITIALIZER };
    const char *forbidden = "revived,wrong_user,wrong,lost_data,broken";
    int connections = 32;
    int slots = 300;
    unsigned seed = 1;
    int option;
    while ((option = getopt(argc, argv, "p:c:s:w:r:x:f:")) != -1) {
        switch (option) {
        case 'p':
            load.port = (int)strtol(optarg, NULL, 10);
            break;
        case 'c':
            connections = (int)strtol(optarg, NULL, 10);
            break;
        case 's':
            slots = (int)strtol(optarg, NULL, 10);
            break;
        case 'w':
            load.pause_usec = (int)strtol(optarg, NULL, 10);
            break;
        case 'r':
            seed = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'x':
            load.prefix = optarg;
            break;
        case 'f':
            forbidden = optarg;
            break;
        default:
            usage();
        }
    }
    if (!load.port || connections < 1 || connections > MAX_CONNECTIONS) {
        usage();
    }
    load.truth = np_truth_create(slots, seed);
    run(&load, connections);
    return is_forbidden(&load, forbidden) ? 1 : 0;
}
