/* SPDX-License-Identifier: Apache-2.0
 * What other modules and applications may rely on: names, functions that may
 * be there, and a hook. No structs, so the inside can change. */
#ifndef MOD_SESSION_NP_H
#define MOD_SESSION_NP_H

#include "httpd.h"
#include "apr_hooks.h"
#include "apr_optional.h"
#include "apr_optional_hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Grows by one with each change that callers have to know of. */
#define SESSION_NP_API_VERSION 3

/* Environment variables of every place with "SessionNP On". */
#define SESSION_NP_ENV_STATE "SESSION_NP_STATE"
#define SESSION_NP_ENV_USER "SESSION_NP_USER"
#define SESSION_NP_ENV_ID "SESSION_NP_ID"
#define SESSION_NP_ENV_TENANT "SESSION_NP_TENANT"
#define SESSION_NP_ENV_MODE "SESSION_NP_MODE"
#define SESSION_NP_ENV_LOGIN_AT "SESSION_NP_LOGIN_AT"
#define SESSION_NP_ENV_IDLE_EXPIRES_AT "SESSION_NP_IDLE_EXPIRES_AT"
#define SESSION_NP_ENV_EXPIRES_AT "SESSION_NP_EXPIRES_AT"
#define SESSION_NP_ENV_MFA "SESSION_NP_MFA"
#define SESSION_NP_ENV_DEVICE "SESSION_NP_DEVICE"
#define SESSION_NP_ENV_DEVICE_ID "SESSION_NP_DEVICE_ID"
#define SESSION_NP_ENV_NEW "SESSION_NP_NEW"

/* Request headers that tell the same to proxied applications. */
#define SESSION_NP_HEADER_STATE "Session-NP-State"
#define SESSION_NP_HEADER_USER "Session-NP-User"
#define SESSION_NP_HEADER_ID "Session-NP-ID"
#define SESSION_NP_HEADER_TENANT "Session-NP-Tenant"
#define SESSION_NP_HEADER_MODE "Session-NP-Mode"
#define SESSION_NP_HEADER_LOGIN_AT "Session-NP-Login-At"
#define SESSION_NP_HEADER_IDLE_EXPIRES_AT "Session-NP-Idle-Expires-At"
#define SESSION_NP_HEADER_EXPIRES_AT "Session-NP-Expires-At"
#define SESSION_NP_HEADER_MFA "Session-NP-MFA"
#define SESSION_NP_HEADER_DEVICE "Session-NP-Device"
#define SESSION_NP_HEADER_DEVICE_ID "Session-NP-Device-ID"
#define SESSION_NP_HEADER_NEW "Session-NP-New"

/* Response headers of applications that are trusted: docs/directives.md,
 * SessionNPTrustBackend. */
#define SESSION_NP_HEADER_LOGIN "Session-NP-Login"
#define SESSION_NP_HEADER_LOGIN_FAILED "Session-NP-Login-Failed"
#define SESSION_NP_HEADER_LOGOUT "Session-NP-Logout"

/** What is known of a request's session. */
typedef enum session_np_state_e {
    /** There is none, or the place has "SessionNP Off". */
    SESSION_NP_NONE = 0,
    SESSION_NP_LIVE = 1,
    /** Ended by the inactivity timeout. */
    SESSION_NP_IDLE = 2,
    /** Ended by "require login after". */
    SESSION_NP_EXPIRED = 3,
    /** Logged out, or ended by another login. */
    SESSION_NP_ENDED = 4,
    /** The store does not answer: nothing is known. */
    SESSION_NP_UNAVAILABLE = 5,
} session_np_state_e;

/** The cookie mode that a login asks for. */
typedef enum session_np_mode_e {
    /** That of the tenant. */
    SESSION_NP_MODE_TENANT = 0,
    SESSION_NP_MODE_PERSISTENT = 1,
    SESSION_NP_MODE_NON_PERSISTENT = 2,
} session_np_mode_e;

/*
 * Optional functions: get each by APR_RETRIEVE_OPTIONAL_FN() in
 * optional_fn_retrieve or later; NULL: the module is not there, or is older
 * than the function. They work from the header_parser hook on, in places with
 * "SessionNP On", for main requests and sub-requests, and in the thread of the
 * request. Those that change a session write to the store before they return,
 * and their cookies go out with the response. What the environment says is set
 * in fixups, and r->user before: a later change is seen by these functions
 * only.
 *
 * They return APR_SUCCESS if it is done, and otherwise, unless they say more:
 *   APR_ENOTIMPL  no sessions in this place
 *   APR_EINVAL    an argument cannot be, or there is no live session for it
 *   APR_EEXIST    another request has ended or renewed the session
 *   APR_EOF       too late: the response's headers are out already
 * Anything else: the store did not answer. Take it as not done; what was
 * written may still arrive. Compare to these with ==, and treat all else alike.
 */

/** The state of the session of @a r. */
APR_DECLARE_OPTIONAL_FN(session_np_state_e, session_np_state, (request_rec *r));

/** The user of the live session of @a r; NULL without one. Lives as long as
 *  the request that the client made. */
APR_DECLARE_OPTIONAL_FN(const char *, session_np_user, (request_rec *r));

/**
 * Read what a module has put into the session under @a key, 1 to 255 printable
 * ASCII characters without blanks. Begin keys with the name of your module.
 * @a value lives in the pool of @a r and is followed by a NUL that @a len does
 * not count. Both are set by APR_SUCCESS only.
 * @return APR_SUCCESS; APR_NOTFOUND for a key that was not put; see above
 */
APR_DECLARE_OPTIONAL_FN(apr_status_t, session_np_get,
                        (request_rec *r, const char *key, const char **value,
                         apr_size_t *len));

/**
 * Put @a len octets into the session under @a key; NULL removes it. They go
 * into the store sealed, and only the browser's cookie opens them. They stay
 * over a new id, and go with the session. It is never too late. Requests that
 * put at the same moment lose nothing of each other.
 * @return APR_SUCCESS; APR_ENOSPC if a session cannot hold so much, which is
 *         60 KB in all; see above
 */
APR_DECLARE_OPTIONAL_FN(apr_status_t, session_np_set,
                        (request_rec *r, const char *key, const char *value,
                         apr_size_t len));

/**
 * Log @a user in: a new session with a new id; one that there was is over.
 * APR_ENOSPC: he has as many sessions as SessionNPMaxSessions allows.
 * @param user 1 to 1024 octets without control characters
 * @param mfa the method of a second factor that was passed, 1 to 64 characters
 *        of a token of RFC 9110, and not "remembered"; NULL: none
 */
APR_DECLARE_OPTIONAL_FN(apr_status_t, session_np_login,
                        (request_rec *r, const char *user,
                         session_np_mode_e mode, const char *mfa));

/**
 * A second factor was passed in the live session, by @a method, as for a login:
 * a new id. The old one is accepted for ten seconds more, without the second
 * factor. With @a remember this user needs none in this browser for some time.
 */
APR_DECLARE_OPTIONAL_FN(apr_status_t, session_np_step_up,
                        (request_rec *r, const char *method, int remember));

/** End the session: its record is removed, and the cookies. Without one there
 *  is nothing to do. The cookies go too if the store does not answer; then the
 *  session itself may live on. */
APR_DECLARE_OPTIONAL_FN(apr_status_t, session_np_end, (request_rec *r));

/** What happens to sessions. */
typedef enum session_np_event_e {
    SESSION_NP_EVENT_LOGIN = 1,
    SESSION_NP_EVENT_STEP_UP = 2,
    SESSION_NP_EVENT_LOGOUT = 3,
    /** A request found it ended by the inactivity timeout; so may others at the
     *  same moment. */
    SESSION_NP_EVENT_IDLE = 4,
    /** The same, by "require login after". */
    SESSION_NP_EVENT_EXPIRED = 5,
    /** Ended from elsewhere: another login in the same browser took its place,
     *  which is told of next; a login needed room, see SessionNPMaxSessions; or
     *  all sessions of its user were ended. */
    SESSION_NP_EVENT_REVOKED = 6,
    /** The login that was told of just before came from a new device. */
    SESSION_NP_EVENT_NEW_DEVICE = 7,
    /** A request found it over with the run of its browser, see
     *  SessionNPBrowserRun: another run brought its cookie, its last page is
     *  gone, or no run has taken its key. */
    SESSION_NP_EVENT_RUN_OVER = 8,
} session_np_event_e;

#define SESSION_NP_DECLARE(type) type

/**
 * An optional hook that is run for each event, when it has happened. Add to it
 * in register_hooks, whether the module is there or not:
 *
 *   APR_OPTIONAL_HOOK(session_np, session_np_event, my_event, NULL, NULL,
 *                     APR_HOOK_MIDDLE);
 *
 * @a user and @a id, the public handle, live as long as @a r. Return DECLINED;
 * other hooks are run all the same. Do not change the session in it.
 */
APR_DECLARE_EXTERNAL_HOOK(session_np, SESSION_NP, int, session_np_event,
                          (request_rec *r, session_np_event_e event,
                           const char *user, const char *id))

#ifdef __cplusplus
}
#endif

#endif
