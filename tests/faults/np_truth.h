/* SPDX-License-Identifier: Apache-2.0
 * What is true of the sessions that the load driver uses, and whether an
 * answer is. */
#ifndef NP_TRUTH_H
#define NP_TRUTH_H

#include "np_wire.h"

#define NP_MAX_SLOTS 5000
/** Ended sessions, and ids that are no good any more. */
#define NP_MAX_GRAVES 400000

/** The kinds of what is counted: np_count_names has their names. */
typedef enum np_count_e {
    NP_REQUESTS,
    NP_LOGINS,
    NP_STEP_UPS,
    NP_SAVES,
    NP_LOGOUTS,
    /** Ended sessions that were looked for. */
    NP_PROBES,
    /** Live sessions that the server did not know any more. */
    NP_LOST,
    /** Ended ones that were live. */
    NP_REVIVED,
    NP_WRONG_USER,
    /** Data that were written and are not there. */
    NP_LOST_DATA,
    /** Answers that make no sense. */
    NP_WRONG,
    /** Said that the store does not answer. */
    NP_FAILED,
    /** The same, for an id that is not a session's any more. */
    NP_UNKNOWN,
    /** Found the session locked. */
    NP_BUSY,
    /** No answer at all. */
    NP_BROKEN,
    /** Connections that httpd ended between two requests. */
    NP_CUT,
    NP_COUNTS,
} np_count_e;

extern const char *const np_count_names[NP_COUNTS];

typedef enum np_what_e {
    NP_DO_GET,
    NP_DO_GET_OLD,
    NP_DO_SAVE,
    NP_DO_STEP_UP,
    NP_DO_LOGIN,
    NP_DO_LOGOUT,
    NP_DO_PROBE,
} np_what_e;

typedef struct np_slot_t np_slot_t;

/** One request: what it does, and what was true when it was sent. */
typedef struct np_deed_t {
    np_what_e what;
    np_slot_t *slot;
    unsigned serial;
    unsigned next_serial;
    unsigned value;
    unsigned saved;
    /** Nobody changed the session when it was sent, nor its end was near. */
    bool calm;
    bool ending;
    unsigned turns;
    np_question_t question;
} np_deed_t;

typedef struct np_truth_t np_truth_t;

/**
 * Begin with @a slots browsers, none of them logged in. Callers see to it that
 * one of them at a time is in these functions.
 */
np_truth_t *np_truth_create(int slots, unsigned seed);

/** Choose what to do next. */
void np_truth_next(np_truth_t *truth, np_deed_t *deed);

/** Judge the answer, and go on from it. */
void np_truth_judge(np_truth_t *truth, const np_deed_t *deed,
                    const np_answer_t *answer);

/** The counts so far, and the longest wait for an answer. */
const unsigned long *np_truth_counts(const np_truth_t *truth);
long long np_truth_longest_usec(const np_truth_t *truth);

#endif
