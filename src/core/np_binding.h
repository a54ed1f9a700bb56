/* SPDX-License-Identifier: Apache-2.0
 * A session's binding to the run of a browser: its key, its pages, and when
 * both say that the run is over. Reads no clock, asks no store. */
#ifndef NP_BINDING_H
#define NP_BINDING_H

#include <stdbool.h>

#include "apr_errno.h"
#include "apr_time.h"

#include "np_bytes.h"

/** Octets of a key, and of what it is checked by. */
#define NP_BINDING_SECRET_LEN 32
/** Pages that are known at a time, and those that said good-bye. */
#define NP_BINDING_MAX_PAGES 64
#define NP_BINDING_MAX_GONE 64
/** Octets of a page's id here, which are the first of a hash of its own. */
#define NP_PAGE_ID_LEN 8
/** Characters of a page's own id, from and to. */
#define NP_PAGE_NAME_MIN 16
#define NP_PAGE_NAME_MAX 43

/** Has the run of the browser the key? The values are part of the format. */
typedef enum np_key_state_e {
    NP_KEY_NONE = 0,
    /** It was given out, and has not come back. */
    NP_KEY_PENDING = 1,
    /** It came back: nothing goes without it from then on. */
    NP_KEY_BOUND = 2,
} np_key_state_e;

/** A page that is open in the browser, for all that is known. */
typedef struct np_open_page_t {
    unsigned char id[NP_PAGE_ID_LEN];
    bool hidden;
    /** It is there while now is before this. */
    apr_time_t until;
} np_open_page_t;

typedef struct np_binding_t {
    np_key_state_e key_state;
    /** When it became pending, or bound. */
    apr_time_t since;
    /** Pending: the key; bound: its HA1, see np_digest.h. */
    unsigned char secret[NP_BINDING_SECRET_LEN];
    /** Until when the session goes on without any page; 0: no page has spoken
     *  yet, and pages do not count. */
    apr_time_t until;
    /** Until when a document may be on show that cannot speak. */
    apr_time_t document_until;
    int page_count;
    np_open_page_t pages[NP_BINDING_MAX_PAGES];
    int gone_count;
    /** The oldest first. */
    unsigned char gone[NP_BINDING_MAX_GONE][NP_PAGE_ID_LEN];
} np_binding_t;

/** The timers of SessionNPBrowserRunTimer, in this order. */
typedef enum np_run_timer_e {
    NP_RUN_CLAIM,
    NP_RUN_SKEW,
    NP_RUN_BEAT,
    NP_RUN_LEASE,
    NP_RUN_HIDDEN,
    NP_RUN_FROZEN,
    NP_RUN_DOCUMENT,
    NP_RUN_GRACE,
} np_run_timer_e;

#define NP_RUN_TIMERS 8

/** What a place asks of its sessions. */
typedef struct np_run_rules_t {
    /** A session that no run claims in time is over. */
    bool require;
    apr_interval_time_t timer[NP_RUN_TIMERS];
} np_run_rules_t;

/** What a request is, as far as its key matters. */
typedef enum np_run_ask_e {
    NP_RUN_ASK_OTHER,
    /** A document for a window, or a page that says that it is there: without
     *  the key it comes from another run of the browser. */
    NP_RUN_ASK_PAGE,
    /** The request that brings the key for the first time. */
    NP_RUN_ASK_SEED,
} np_run_ask_e;

typedef enum np_run_verdict_e {
    NP_RUN_SERVE,
    /** Not this request; the session stays as it is. */
    NP_RUN_REFUSE,
    /** The session is over: another run of the browser brought its cookie, ... */
    NP_RUN_OTHER,
    /** ... the last of its pages is gone, ... */
    NP_RUN_CLOSED,
    /** ... or no run has taken its key. */
    NP_RUN_UNCLAIMED,
} np_run_verdict_e;

/** What a page says. */
typedef enum np_page_event_e {
    NP_PAGE_HELLO,
    NP_PAGE_BEAT,
    NP_PAGE_HIDE,
    NP_PAGE_SHOW,
    NP_PAGE_BYE,
    NP_PAGE_FREEZE,
} np_page_event_e;

/**
 * Judge a request at the moment @a now for the session of @a login_at;
 * @a binding may be NULL: nothing is known. The session is over from the moment
 * on at which no page is left and the grace has passed, and, if the rules
 * require a key and none is bound, from login + claim on. A bound session
 * serves without the key while now - since < skew.
 */
np_run_verdict_e np_binding_judge(const np_binding_t *binding,
                                  const np_run_rules_t *rules,
                                  apr_time_t login_at, bool has_key,
                                  np_run_ask_e ask, apr_time_t now);

/** Are the pages gone, and the time that the session goes on without any? */
bool np_binding_is_closed(const np_binding_t *binding, apr_time_t now);

/** Give a key out, if there is none yet: NP_BINDING_SECRET_LEN random octets.
 *  False: there is one. */
bool np_binding_offer(np_binding_t *binding,
                      const unsigned char key[NP_BINDING_SECRET_LEN],
                      apr_time_t now);

/** The key came back: from now on its HA1 is kept. False: it was not pending. */
bool np_binding_bind(np_binding_t *binding,
                     const unsigned char ha1[NP_BINDING_SECRET_LEN],
                     apr_time_t now);

/**
 * The id of a page, from the name that it gave itself: NP_PAGE_NAME_MIN to
 * NP_PAGE_NAME_MAX characters of base64url.
 * @return APR_SUCCESS; APR_EINVAL for another name; APR_EGENERAL
 */
apr_status_t np_page_id(unsigned char id[NP_PAGE_ID_LEN], const char *name);

/**
 * Page @a id says @a event. Of too many pages those go whose time is over the
 * first. @return false if nothing changed that is worth being written: a beat
 * and its like are not, when the last one was less than half a beat ago
 */
bool np_binding_hear(np_binding_t *binding, np_page_event_e event,
                     const unsigned char id[NP_PAGE_ID_LEN],
                     const np_run_rules_t *rules, apr_time_t now);

/** A document goes out that cannot speak. False: nothing worth being written. */
bool np_binding_show_document(np_binding_t *binding,
                              const np_run_rules_t *rules, apr_time_t now);

/** A document goes out late: the page before it may have gone long ago. False:
 *  nothing worth being written, for more than three quarters of the grace are
 *  left. */
bool np_binding_extend(np_binding_t *binding, const np_run_rules_t *rules,
                       apr_time_t now);

/** Leave out what may be left out, first those that are gone, then a page.
 *  False: there is no more of it. */
bool np_binding_shrink(np_binding_t *binding);

/** Is there anything to be kept? */
bool np_binding_is_empty(const np_binding_t *binding);

/** Octets that np_binding_write() needs. */
apr_size_t np_binding_size(const np_binding_t *binding);

/** Can it be written? */
bool np_binding_is_sound(const np_binding_t *binding);

/** Write it as octets; returns what is behind. */
unsigned char *np_binding_write(unsigned char *out,
                                const np_binding_t *binding);

/** Read it. False for octets that np_binding_write() did not write of a sound
 *  one. */
bool np_binding_read(np_binding_t *binding, np_bytes_t octets);

#endif
