/* SPDX-License-Identifier: Apache-2.0
 * A memcached of the tests' own, on loopback and on a unix socket. */
#include "memcached.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apr_time.h"

#define PAUSE    apr_time_from_msec(5)
#define ATTEMPTS 1000

/* Start it with nothing to read, and nowhere to write to. */
static pid_t spawn(const char *const *argv)
{
    pid_t pid = 0;
    posix_spawn_file_actions_t files;
    ck_assert_int_eq(posix_spawn_file_actions_init(&files), 0);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        ck_assert_int_eq(posix_spawn_file_actions_addopen(
                             &files, fd, "/dev/null", O_RDWR, 0),
                         0);
    }
    ck_assert_int_eq(posix_spawnp(&pid, argv[0], &files, NULL,
                                  (char *const *)(void *)argv, environ),
                     0);
    (void)posix_spawn_file_actions_destroy(&files);
    return pid;
}

static pid_t start_memcached(const np_memcached_t *memcached)
{
    char port[16];
    char report[64];
    const char *program = getenv("MEMCACHED");
    const char *argv[16] = {program && *program ? program : "memcached", "-U",
                            "0", "-m", "16"};
    int argc = 5;
    (void)snprintf(port, sizeof(port), "%d", memcached->port);
    (void)snprintf(report, sizeof(report), "%s/port", memcached->dir);
    if (memcached->path[0]) {
        argv[argc++] = "-s";
        argv[argc++] = memcached->path;
    }
    else {
        argv[argc++] = "-l";
        argv[argc++] = "127.0.0.1";
        argv[argc++] = "-p";
        argv[argc++] = memcached->port > 0 ? port : "-1";
    }
    if (geteuid() == 0) {
        argv[argc++] = "-u";
        argv[argc++] = "nobody";
    }
    if (memcached->port == 0) {
        ck_assert_int_eq(setenv("MEMCACHED_PORT_FILENAME", report, 1), 0);
    }
    return spawn(argv);
}

static int read_port(const np_memcached_t *memcached)
{
    char file[64];
    char line[128];
    int port = 0;
    (void)snprintf(file, sizeof(file), "%s/port", memcached->dir);
    FILE *report = fopen(file, "r");
    if (!report) {
        return 0;
    }
    while (port == 0 && fgets(line, sizeof(line), report)) {
        const char *number = strstr(line, "TCP INET: ");
        if (number && strchr(number, '\n')) {
            port = (int)strtol(number + strlen("TCP INET: "), NULL, 10);
        }
    }
    (void)fclose(report);
    return port;
}

static bool accepts(const np_memcached_t *memcached)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_un un;
    } there;
    memset(&there, 0, sizeof(there));
    socklen_t len = sizeof(there.in);
    if (memcached->path[0]) {
        there.un.sun_family = AF_UNIX;
        memcpy(there.un.sun_path, memcached->path, strlen(memcached->path));
        len = sizeof(there.un);
    }
    else {
        there.in.sin_family = AF_INET;
        there.in.sin_port = htons((unsigned short)memcached->port);
        there.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    const int fd = socket(there.any.sa_family, SOCK_STREAM, 0);
    const bool done = connect(fd, &there.any, len) == 0;
    (void)close(fd);
    return done;
}

static void launch(np_memcached_t *memcached)
{
    memcached->pid = start_memcached(memcached);
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!memcached->path[0] && memcached->port == 0) {
            memcached->port = read_port(memcached);
        }
        if ((memcached->path[0] || memcached->port) && accepts(memcached)) {
            return;
        }
        ck_assert_int_eq(waitpid(memcached->pid, NULL, WNOHANG), 0);
        apr_sleep(PAUSE);
    }
    ck_abort_msg("memcached does not start");
}

static void make_dir(np_memcached_t *memcached)
{
    memset(memcached, 0, sizeof(*memcached));
    (void)snprintf(memcached->dir, sizeof(memcached->dir), "/tmp/np-mc.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(memcached->dir));
    /* it writes there as nobody */
    ck_assert_int_eq(chmod(memcached->dir, 01777), 0);
}

void np_memcached_start(np_memcached_t *memcached)
{
    make_dir(memcached);
    launch(memcached);
}

void np_memcached_start_unix(np_memcached_t *memcached)
{
    make_dir(memcached);
    (void)snprintf(memcached->path, sizeof(memcached->path), "%s/socket",
                   memcached->dir);
    launch(memcached);
}

void np_memcached_restart(np_memcached_t *memcached)
{
    launch(memcached);
}

void np_memcached_signal(np_memcached_t *memcached, int signal)
{
    if (memcached->pid <= 0) {
        return;
    }
    (void)kill(memcached->pid, signal);
    if (signal == SIGKILL || signal == SIGTERM) {
        (void)waitpid(memcached->pid, NULL, 0);
        memcached->pid = 0;
    }
}

void np_memcached_stop(np_memcached_t *memcached)
{
    char file[80];
    np_memcached_signal(memcached, SIGKILL);
    (void)snprintf(file, sizeof(file), "%s/port", memcached->dir);
    (void)unlink(file);
    (void)snprintf(file, sizeof(file), "%s/socket", memcached->dir);
    (void)unlink(file);
    (void)rmdir(memcached->dir);
}
