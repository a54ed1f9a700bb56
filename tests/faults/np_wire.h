/* SPDX-License-Identifier: Apache-2.0
 * A browser's connection to the httpd of the fault suite. */
#ifndef NP_WIRE_H
#define NP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/** The longest text of an answer that is looked at, with its NUL. */
#define NP_TEXT 80

typedef struct np_wire_t {
    int port;
    /** Before all paths: "" or "/race". */
    const char *prefix;
    /** -1 while there is no connection. */
    int fd;
    /** Answers on this connection so far. */
    unsigned long answers;
} np_wire_t;

/** What a request asks for. */
typedef struct np_question_t {
    const char *method;
    /** Below the prefix, with its query. */
    char path[NP_TEXT];
    /** Of the session and the device; "" for none. */
    char cookie[NP_TEXT];
    char device[NP_TEXT];
} np_question_t;

/** What was answered; texts that did not come are "". */
typedef struct np_answer_t {
    /** 0: the connection ended instead. */
    int status;
    /** It had been used before, and ended without an octet: httpd may do that
     *  when it restarts. */
    bool cut;
    /** SESSION_NP_STATE and SESSION_NP_USER, "-" if the application had none. */
    char state[NP_TEXT];
    char user[NP_TEXT];
    /** Cookies that were set; those that were removed are "". */
    char cookie[NP_TEXT];
    char device[NP_TEXT];
    bool cookie_removed;
    /** The lines of the body: a status' name, a value. */
    char word[NP_TEXT];
    char value[NP_TEXT];
    /** Between the last octet sent and the last one received. */
    long long waited_usec;
} np_answer_t;

/** Microseconds, by a clock that nobody sets. */
long long np_now_usec(void);

/** Send a question. @return false if the connection is gone. */
bool np_wire_send(np_wire_t *wire, const np_question_t *question);

/** Wait for its answer. An answer with the status 0 has no other part
 *  but cut. */
void np_wire_receive(np_wire_t *wire, np_answer_t *answer);

/**
 * Send and wait. If httpd ended the connection between two requests, it is done
 * once more with a new one, but only if @a may_repeat.
 */
void np_wire_ask(np_wire_t *wire, const np_question_t *question,
                 bool may_repeat, np_answer_t *answer);

#endif
