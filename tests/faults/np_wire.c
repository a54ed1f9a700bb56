/* SPDX-License-Identifier: Apache-2.0
 * A browser's connection to the httpd of the fault suite. */
#include "np_wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_ANSWER 16384
/* Longer than anything may last. */
#define PATIENCE_SEC 30

long long np_now_usec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void hang_up(np_wire_t *wire)
{
    if (wire->fd >= 0) {
        (void)close(wire->fd);
    }
    wire->fd = -1;
    wire->answers = 0;
}

static bool dial(np_wire_t *wire)
{
    const struct timeval patience = { .tv_sec = PATIENCE_SEC };
    const int yes = 1;
    struct sockaddr_in address = { .sin_family = AF_INET };
    address.sin_port = htons((unsigned short)wire->port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    wire->fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof(patience));
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (connect(wire->fd, (void *)&address, sizeof(address)) != 0) {
        hang_up(wire);
        return false;
    }
    return true;
}

bool np_wire_send(np_wire_t *wire, const np_question_t *question)
{
    char text[1024];
    char cookies[3 * NP_TEXT] = "";
    if (wire->fd < 0 && !dial(wire)) {
        return false;
    }
    if (question->cookie[0] || question->device[0]) {
        (void)snprintf(cookies, sizeof(cookies), "Cookie: %s%s%s%s%s\r\n",
                       question->cookie[0] ? "auth0=" : "", question->cookie,
                       question->cookie[0] && question->device[0] ? "; " : "",
                       question->device[0] ? "did=" : "", question->device);
    }
    const int len = snprintf(
        text, sizeof(text), "%s %s%s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n",
        question->method, wire->prefix, question->path, cookies,
        strcmp(question->method, "POST") ? "" : "Content-Length: 0\r\n");
    if (send(wire->fd, text, (size_t)len, MSG_NOSIGNAL) != len) {
        hang_up(wire);
        return false;
    }
    return true;
}

/* The value of a header of that name, from *at on, which goes behind it. */
static bool next_header(const char **at, const char *name, char value[NP_TEXT])
{
    const size_t len = strlen(name);
    for (const char *line = strstr(*at, "\r\n"); line;
         line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, len) == 0
            && strncmp(line + len, ": ", 2) == 0) {
            const char *text = line + len + 2;
            (void)snprintf(value, NP_TEXT, "%.*s", (int)strcspn(text, "\r"),
                           text);
            *at = text;
            return true;
        }
    }
    return false;
}

static void read_cookies(const char *head, np_answer_t *answer)
{
    char line[NP_TEXT];
    while (next_header(&head, "Set-Cookie", line)) {
        const size_t name_len = strcspn(line, "=");
        const char *value = line[name_len] ? line + name_len + 1 : "";
        const int len = (int)strcspn(value, ";");
        if (name_len == 3 && strncmp(line, "did", 3) == 0) {
            (void)snprintf(answer->device, NP_TEXT, "%.*s", len, value);
        }
        else if (name_len == 5 && strncmp(line, "auth0", 5) == 0) {
            (void)snprintf(answer->cookie, NP_TEXT, "%.*s", len, value);
            answer->cookie_removed = len == 0;
        }
    }
}

/* Length of the body; -1: chunked, and not at its end yet. */
static long body_length(const char *head, const char *body)
{
    char value[NP_TEXT];
    const char *at = head;
    if (next_header(&at, "Content-Length", value)) {
        return strtol(value, NULL, 10);
    }
    at = head;
    if (!next_header(&at, "Transfer-Encoding", value)) {
        return 0;
    }
    const char *end = strstr(body, "0\r\n\r\n");
    return end ? (long)(end - body) + 5 : -1;
}

static void read_body(const char *body, np_answer_t *answer)
{
    size_t len = strcspn(body, "\n");
    (void)snprintf(answer->word, NP_TEXT, "%.*s", (int)len, body);
    if (body[len]) {
        body += len + 1;
        len = strcspn(body, "\n");
        (void)snprintf(answer->value, NP_TEXT, "%.*s", (int)len, body);
    }
}

static void read_answer(np_wire_t *wire, const char *text, const char *body,
                        np_answer_t *answer)
{
    char value[NP_TEXT];
    const char *at = text;
    answer->status = (int)strtol(text + strlen("HTTP/1.1 "), NULL, 10);
    (void)next_header(&at, "X-State", answer->state);
    at = text;
    (void)next_header(&at, "X-User", answer->user);
    read_cookies(text, answer);
    read_body(body, answer);
    at = text;
    wire->answers++;
    if (next_header(&at, "Connection", value)
        && strcasecmp(value, "close") == 0) {
        hang_up(wire);
    }
}

void np_wire_receive(np_wire_t *wire, np_answer_t *answer)
{
    char text[MAX_ANSWER];
    size_t len = 0;
    const long long began = np_now_usec();
    memset(answer, 0, sizeof(*answer));
    for (;;) {
        const ssize_t got =
            wire->fd < 0 || len + 1 >= sizeof(text)
                ? -1
                : recv(wire->fd, text + len, sizeof(text) - len - 1, 0);
        if (got <= 0) {
            answer->cut = len == 0 && wire->answers > 0;
            hang_up(wire);
            break;
        }
        len += (size_t)got;
        text[len] = '\0';
        char *body = strstr(text, "\r\n\r\n");
        const long wanted = body ? body_length(text, body + 4) : -1;
        if (wanted >= 0 && text + len - (body + 4) >= wanted) {
            body[2] = '\0';
            read_answer(wire, text, body + 4, answer);
            break;
        }
    }
    answer->waited_usec = np_now_usec() - began;
}

void np_wire_ask(np_wire_t *wire, const np_question_t *question,
                 bool may_repeat, np_answer_t *answer)
{
    for (int i = 0; i < 2; i++) {
        const bool is_used = wire->fd >= 0 && wire->answers > 0;
        memset(answer, 0, sizeof(*answer));
        answer->cut = is_used;
        if (np_wire_send(wire, question)) {
            np_wire_receive(wire, answer);
        }
        if (answer->status || !is_used || !may_repeat) {
            return;
        }
    }
}
