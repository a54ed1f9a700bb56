/* SPDX-License-Identifier: Apache-2.0
 * The inside of the truth, for the two files that know it. */
#ifndef NP_TRUTH_INSIDE_H
#define NP_TRUTH_INSIDE_H

#include "np_truth.h"

/* A browser. Its user is new with each login, so that nobody can be taken for
 * another one unnoticed. */
struct np_slot_t {
    /** 0: nobody is logged in. */
    unsigned serial;
    char cookie[NP_TEXT];
    char device[NP_TEXT];
    /** The id before the last step-up, and when that was. */
    char old[NP_TEXT];
    long long old_since;
    /** A login, or a logout, is under way. */
    bool ending;
    bool stepping;
    bool saving;
    /** A change failed, and may have been done all the same. */
    bool doubtful;
    /** The last value that was stored, and the last one that was tried. */
    unsigned saved;
    unsigned tried;
    /** Requests under way, and whether two were before data were stored. */
    int flying;
    bool met;
    /** Which data there are cannot be said: a request was so slow that what it
     *  wrote may have come later. Or some met when the first data were stored:
     *  who writes a session without data takes no lock. */
    bool blurred;
    /** Grows when a change begins or ends. */
    unsigned turns;
};

typedef struct np_grave_t {
    char cookie[48];
    unsigned serial;
    long long since;
} np_grave_t;

struct np_truth_t {
    np_slot_t slots[NP_MAX_SLOTS];
    int slot_count;
    int cursor;
    unsigned seed;
    unsigned last_serial;
    np_grave_t *graves;
    int grave_count;
    int grave_cursor;
    unsigned long counts[NP_COUNTS];
    long long longest_usec;
};

/** From @a since on, by np_now_usec(), @a cookie must not be live. "" is no
 *  cookie. */
void np_truth_bury(np_truth_t *truth, const char *cookie, unsigned serial,
                   long long since);

#endif
