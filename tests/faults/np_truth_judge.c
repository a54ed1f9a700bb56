/* SPDX-License-Identifier: Apache-2.0
 * Whether an answer is true, and what is true after it. */
#include "np_truth_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An old id is good for ten seconds: seen from here, for less or for more. */
#define OLD_IS_GOOD (8 * 1000000LL)
#define OLD_IS_DEAD (13 * 1000000LL)
/* Half of what a request may wait for the store. */
#define LOCK_WAIT (100 * 1000LL)
/* Of each kind; later ones are only counted. */
#define MAX_COMPLAINTS 10

static void complain(np_truth_t *truth, np_count_e count, const np_deed_t *deed,
                     const np_answer_t *answer, const char *why)
{
    if (truth->counts[count]++ < MAX_COMPLAINTS) {
        (void)fprintf(stderr,
                      "%s: %s; %s %s as u%u: %d, state %s, user %s, \"%s\" "
                      "\"%s\"%s, after %lld ms\n",
                      np_count_names[count], why, deed->question.method,
                      deed->question.path, deed->serial, answer->status,
                      answer->state, answer->user, answer->word, answer->value,
                      answer->cookie[0] ? ", new cookie" : "",
                      answer->waited_usec / 1000);
    }
}

static bool says_live(const np_answer_t *answer)
{
    return strcmp(answer->state, "live") == 0;
}

/* Did the store not answer? The module's functions then give a number. */
static bool says_failed(const np_answer_t *answer)
{
    return answer->status >= 500 || strcmp(answer->state, "unavailable") == 0
           || (answer->word[0] >= '0' && answer->word[0] <= '9');
}

/* What APR_EBUSY is; this program does without APR. */
#define APR_EBUSY_NUMBER 70025

/* Did it wait in vain for the session's lock? A request that an outage broke off
 * leaves it behind, for five seconds. */
static bool says_busy(const np_answer_t *answer)
{
    return answer->waited_usec >= LOCK_WAIT
           && (strcmp(answer->word, "APR_EEXIST") == 0
               || (int)strtol(answer->word, NULL, 10) == APR_EBUSY_NUMBER);
}

/* Was nothing else done to the session while the request was under way? */
static bool was_calm(const np_deed_t *deed)
{
    return deed->calm && deed->slot->turns == deed->turns;
}

/* Has the session to live, as this request saw it? */
static bool must_live(const np_deed_t *deed)
{
    const np_slot_t *slot = deed->slot;
    if (deed->ending || slot->ending || slot->doubtful
        || slot->serial != deed->serial) {
        return false;
    }
    if (strcmp(deed->question.cookie, slot->cookie) == 0) {
        return true;
    }
    /* One more new id under way, and it may be two behind: that is not
     * promised. */
    return strcmp(deed->question.cookie, slot->old) == 0
           && deed->turns == slot->turns && !slot->stepping
           && np_now_usec() - slot->old_since < OLD_IS_GOOD;
}

/* Did it ask for what was over, or under another id, before it was answered?
 * While one server is away nobody may know that of the other one. */
static bool asked_for_the_past(const np_deed_t *deed)
{
    const np_slot_t *slot = deed->slot;
    if (deed->what == NP_DO_LOGIN || deed->what == NP_DO_LOGOUT) {
        return false;
    }
    return !slot || !must_live(deed)
           || strcmp(deed->question.cookie, slot->cookie) != 0;
}

static void judge_value(np_truth_t *truth, const np_deed_t *deed,
                        const np_answer_t *answer)
{
    const unsigned value = (unsigned)strtoul(answer->value, NULL, 10);
    /* (under the old id the data are as they were) */
    if (deed->what == NP_DO_GET_OLD || deed->slot->blurred
        || !must_live(deed)) {
        return;
    }
    if (value < deed->saved) {
        complain(truth, NP_LOST_DATA, deed, answer, "older data");
    }
    else if (value > deed->slot->tried) {
        complain(truth, NP_WRONG, deed, answer, "data of nobody");
    }
}

static void judge_get(np_truth_t *truth, const np_deed_t *deed,
                      const np_answer_t *answer)
{
    if (answer->cookie[0]) {
        complain(truth, NP_WRONG, deed, answer, "a cookie unasked");
    }
    if (says_live(answer)) {
        judge_value(truth, deed, answer);
    }
    else if (must_live(deed)) {
        complain(truth, NP_LOST, deed, answer, "it was live");
        deed->slot->serial = 0;
        deed->slot->turns++;
    }
}

static void judge_save(np_truth_t *truth, const np_deed_t *deed,
                       const np_answer_t *answer)
{
    np_slot_t *slot = deed->slot;
    if (strcmp(answer->word, "APR_SUCCESS") == 0) {
        truth->counts[NP_SAVES]++;
        if (slot->serial == deed->serial) {
            slot->blurred = slot->blurred || (slot->met && !slot->saved);
            slot->saved = deed->value;
        }
    }
    else if (was_calm(deed)) {
        complain(truth, NP_LOST, deed, answer, "its data could not be saved");
    }
}

static void judge_step_up(np_truth_t *truth, const np_deed_t *deed,
                          const np_answer_t *answer)
{
    np_slot_t *slot = deed->slot;
    if (strcmp(answer->word, "APR_SUCCESS") || !answer->cookie[0]) {
        if (was_calm(deed)) {
            complain(truth, NP_LOST, deed, answer, "no new id");
        }
        return;
    }
    truth->counts[NP_STEP_UPS]++;
    if (slot->serial != deed->serial) {
        /* it ended meanwhile, whatever its id */
        np_truth_bury(truth, answer->cookie, deed->serial, 0);
        return;
    }
    const long long now = np_now_usec();
    np_truth_bury(truth, slot->cookie, deed->serial, now + OLD_IS_DEAD);
    (void)snprintf(slot->old, NP_TEXT, "%s", slot->cookie);
    (void)snprintf(slot->cookie, NP_TEXT, "%s", answer->cookie);
    slot->old_since = now;
}

/* The session is over: none of its ids may ever be live again. */
static void end_session(np_truth_t *truth, np_slot_t *slot)
{
    if (slot->serial) {
        np_truth_bury(truth, slot->cookie, slot->serial, 0);
        np_truth_bury(truth, slot->old, slot->serial, 0);
    }
    slot->serial = 0;
    slot->cookie[0] = slot->old[0] = '\0';
    slot->saved = slot->tried = 0;
    slot->doubtful = slot->met = slot->blurred = false;
}

static void judge_login(np_truth_t *truth, const np_deed_t *deed,
                        const np_answer_t *answer)
{
    np_slot_t *slot = deed->slot;
    if (strcmp(answer->word, "APR_SUCCESS") || !answer->cookie[0]) {
        /* (two that end one session may meet) */
        if (was_calm(deed)) {
            complain(truth, NP_WRONG, deed, answer, "no login");
        }
        slot->doubtful = slot->serial != 0;
        return;
    }
    truth->counts[NP_LOGINS]++;
    end_session(truth, slot);
    slot->serial = deed->next_serial;
    (void)snprintf(slot->cookie, NP_TEXT, "%s", answer->cookie);
    if (answer->device[0]) {
        (void)snprintf(slot->device, NP_TEXT, "%s", answer->device);
    }
}

static void judge_logout(np_truth_t *truth, const np_deed_t *deed,
                         const np_answer_t *answer)
{
    if (answer->status != 303) {
        complain(truth, NP_WRONG, deed, answer, "no logout");
        return;
    }
    truth->counts[NP_LOGOUTS]++;
    end_session(truth, deed->slot);
}

static void judge_probe(np_truth_t *truth, const np_deed_t *deed,
                        const np_answer_t *answer)
{
    truth->counts[NP_PROBES]++;
    if (says_live(answer) || answer->cookie[0]) {
        complain(truth, NP_REVIVED, deed, answer, "it had ended");
    }
}

static void judge_one(np_truth_t *truth, const np_deed_t *deed,
                      const np_answer_t *answer)
{
    switch (deed->what) {
    case NP_DO_GET:
    case NP_DO_GET_OLD:
        judge_get(truth, deed, answer);
        break;
    case NP_DO_SAVE:
        judge_save(truth, deed, answer);
        break;
    case NP_DO_STEP_UP:
        judge_step_up(truth, deed, answer);
        break;
    case NP_DO_LOGIN:
        judge_login(truth, deed, answer);
        break;
    case NP_DO_LOGOUT:
        judge_logout(truth, deed, answer);
        break;
    case NP_DO_PROBE:
        judge_probe(truth, deed, answer);
        break;
    }
}

/* What was under way is not any more. What failed may have been done. */
static void end_deed(const np_deed_t *deed, const np_answer_t *answer,
                     bool failed)
{
    np_slot_t *slot = deed->slot;
    const bool ends = deed->what == NP_DO_LOGIN || deed->what == NP_DO_LOGOUT;
    if (!slot) {
        return;
    }
    slot->flying--;
    slot->blurred = slot->blurred || failed || answer->waited_usec > LOCK_WAIT;
    slot->ending = slot->ending && !ends;
    slot->stepping = slot->stepping && deed->what != NP_DO_STEP_UP;
    slot->saving = slot->saving && deed->what != NP_DO_SAVE;
    if (deed->what != NP_DO_GET && deed->what != NP_DO_GET_OLD) {
        slot->turns++;
    }
    if (failed && (ends || deed->what == NP_DO_STEP_UP) && slot->serial
        && slot->serial == deed->serial) {
        slot->doubtful = true;
    }
}

static bool is_wrong_user(const np_deed_t *deed, const np_answer_t *answer)
{
    char user[16];
    (void)snprintf(user, sizeof(user), "u%u", deed->serial);
    return says_live(answer) && deed->what != NP_DO_LOGIN
           && strcmp(user, answer->user) != 0;
}

void np_truth_judge(np_truth_t *truth, const np_deed_t *deed,
                    const np_answer_t *answer)
{
    truth->counts[NP_REQUESTS]++;
    if (answer->waited_usec > truth->longest_usec) {
        truth->longest_usec = answer->waited_usec;
    }
    const bool failed =
        answer->status && (says_failed(answer) || says_busy(answer));
    if (is_wrong_user(deed, answer)) {
        complain(truth, NP_WRONG_USER, deed, answer, "somebody else");
    }
    if (!answer->status && answer->cut) {
        truth->counts[NP_CUT]++;
    }
    else if (!answer->status) {
        complain(truth, NP_BROKEN, deed, answer, "no answer");
    }
    else if (says_busy(answer)) {
        complain(truth, NP_BUSY, deed, answer, "locked");
    }
    else if (failed && asked_for_the_past(deed)) {
        truth->counts[NP_UNKNOWN]++;
    }
    else if (failed) {
        complain(truth, NP_FAILED, deed, answer, "the store");
    }
    else {
        judge_one(truth, deed, answer);
    }
    end_deed(deed, answer, failed || !answer->status);
}
