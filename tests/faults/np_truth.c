/* SPDX-License-Identifier: Apache-2.0
 * What the load driver does next: logins, requests, step-ups, logouts. */
#include "np_truth_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Graves that are looked at more often than others. */
#define RECENT 400

const char *const np_count_names[NP_COUNTS] = {
    [NP_REQUESTS] = "requests",
    [NP_LOGINS] = "logins",
    [NP_STEP_UPS] = "step_ups",
    [NP_SAVES] = "saves",
    [NP_LOGOUTS] = "logouts",
    [NP_PROBES] = "probes",
    [NP_LOST] = "lost",
    [NP_REVIVED] = "revived",
    [NP_WRONG_USER] = "wrong_user",
    [NP_LOST_DATA] = "lost_data",
    [NP_WRONG] = "wrong",
    [NP_FAILED] = "failed",
    [NP_UNKNOWN] = "unknown",
    [NP_BUSY] = "busy",
    [NP_BROKEN] = "broken",
    [NP_CUT] = "cut",
};

np_truth_t *np_truth_create(int slots, unsigned seed)
{
    np_truth_t *truth = calloc(1, sizeof(*truth));
    if (truth) {
        truth->slot_count = slots < NP_MAX_SLOTS ? slots : NP_MAX_SLOTS;
        truth->seed = seed;
        truth->graves = calloc(NP_MAX_GRAVES, sizeof(*truth->graves));
    }
    if (!truth || !truth->graves) {
        abort();
    }
    return truth;
}

const unsigned long *np_truth_counts(const np_truth_t *truth)
{
    return truth->counts;
}

long long np_truth_longest_usec(const np_truth_t *truth)
{
    return truth->longest_usec;
}

static int dice(np_truth_t *truth, int sides)
{
    return rand_r(&truth->seed) % sides;
}

void np_truth_bury(np_truth_t *truth, const char *cookie, unsigned serial,
                   long long since)
{
    /* when all are taken, the oldest ones make room */
    np_grave_t *grave = &truth->graves[truth->grave_count % NP_MAX_GRAVES];
    if (cookie[0]) {
        (void)snprintf(grave->cookie, sizeof(grave->cookie), "%.47s", cookie);
        grave->serial = serial;
        grave->since = since;
        truth->grave_count++;
    }
}

static bool choose_grave(np_truth_t *truth, np_deed_t *deed)
{
    const int count =
        truth->grave_count < NP_MAX_GRAVES ? truth->grave_count : NP_MAX_GRAVES;
    if (!count) {
        return false;
    }
    int i = truth->grave_cursor++ % count;
    if (dice(truth, 2)) {
        i = (truth->grave_count - 1
             - dice(truth, count < RECENT ? count : RECENT))
            % NP_MAX_GRAVES;
    }
    const np_grave_t *grave = &truth->graves[i];
    if (grave->since > np_now_usec()) {
        return false;
    }
    deed->what = NP_DO_PROBE;
    deed->serial = grave->serial;
    (void)snprintf(deed->question.cookie, NP_TEXT, "%s", grave->cookie);
    (void)snprintf(deed->question.path, NP_TEXT, "%s",
                   dice(truth, 10) ? "/app?do=state" : "/closed?do=state");
    return true;
}

static np_what_e choose_what(np_truth_t *truth, const np_slot_t *slot)
{
    const int cast = dice(truth, 1000);
    if (!slot->serial || (cast < 5 && !slot->ending && !slot->stepping)) {
        return NP_DO_LOGIN;
    }
    if ((cast < 25 || slot->doubtful) && !slot->ending) {
        return NP_DO_LOGOUT;
    }
    if (cast < 45 && !slot->stepping && !slot->doubtful) {
        return NP_DO_STEP_UP;
    }
    if (cast < 95 && !slot->saving) {
        return NP_DO_SAVE;
    }
    return cast < 145 && slot->old[0] ? NP_DO_GET_OLD : NP_DO_GET;
}

static void word_question(np_truth_t *truth, np_deed_t *deed)
{
    char *path = deed->question.path;
    switch (deed->what) {
    case NP_DO_GET:
    case NP_DO_GET_OLD:
        (void)snprintf(path, NP_TEXT, "%s?do=get&key=v",
                       dice(truth, 10) ? "/app" : "/closed");
        break;
    case NP_DO_SAVE:
        (void)snprintf(path, NP_TEXT, "/app?do=set&key=v&value=%u",
                       deed->value);
        break;
    case NP_DO_STEP_UP:
        (void)snprintf(path, NP_TEXT, "/app?do=step-up&method=otp");
        break;
    case NP_DO_LOGIN:
        (void)snprintf(path, NP_TEXT, "/app?do=login&user=u%u",
                       deed->next_serial);
        break;
    case NP_DO_LOGOUT:
        deed->question.method = "POST";
        (void)snprintf(path, NP_TEXT, "/logout");
        break;
    case NP_DO_PROBE:
        break;
    }
}

/* Mark in the slot what is under way. */
static void begin(np_truth_t *truth, np_deed_t *deed)
{
    np_slot_t *slot = deed->slot;
    slot->met = slot->met || (slot->flying > 0 && !slot->saved);
    slot->flying++;
    slot->ending =
        slot->ending || deed->what == NP_DO_LOGIN || deed->what == NP_DO_LOGOUT;
    if (deed->what == NP_DO_LOGIN) {
        deed->next_serial = ++truth->last_serial;
    }
    if (deed->what == NP_DO_SAVE) {
        slot->saving = true;
        deed->value = ++slot->tried;
    }
    slot->stepping = slot->stepping || deed->what == NP_DO_STEP_UP;
    if (deed->what != NP_DO_GET && deed->what != NP_DO_GET_OLD) {
        slot->turns++;
    }
    deed->turns = slot->turns;
}

void np_truth_next(np_truth_t *truth, np_deed_t *deed)
{
    memset(deed, 0, sizeof(*deed));
    deed->question.method = "GET";
    if (dice(truth, 8) == 0 && choose_grave(truth, deed)) {
        return;
    }
    /* now and then two requests meet in one session */
    np_slot_t *slot = &truth->slots[truth->cursor];
    do {
        if (dice(truth, 10)) {
            truth->cursor = (truth->cursor + 1) % truth->slot_count;
        }
        slot = &truth->slots[truth->cursor];
    } while (!slot->serial && slot->ending);
    deed->slot = slot;
    deed->serial = slot->serial;
    deed->saved = slot->saved;
    deed->ending = slot->ending;
    deed->calm =
        !slot->ending && !slot->stepping && !slot->saving && !slot->doubtful;
    deed->what = choose_what(truth, slot);
    begin(truth, deed);
    (void)snprintf(deed->question.cookie, NP_TEXT, "%s",
                   deed->what == NP_DO_GET_OLD ? slot->old : slot->cookie);
    (void)snprintf(deed->question.device, NP_TEXT, "%s", slot->device);
    word_question(truth, deed);
}
