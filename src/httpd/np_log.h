/* SPDX-License-Identifier: Apache-2.0
 * Every message that the module logs: number, level, text. Numbers never
 * change their meaning; docs/messages.md says what to do about each. */
#ifndef NP_LOG_H
#define NP_LOG_H

#include "np_module.h"

/* A message is a level and a literal format, so that compilers check the
 * arguments of each use. No argument is ever a cookie, a key or a password. */

/* At start. */
#define NP_MSG_CONFIG_ERROR \
    APLOG_ERR, "NP0001: %s"
#define NP_MSG_PLAN_SUPERSEDES \
    APLOG_WARNING, "NP0002: %s of tenant \"%s\" asks for %" APR_TIME_T_FMT \
                   " minutes; the plan's limit of %" APR_TIME_T_FMT \
                   " minutes supersedes it"
#define NP_MSG_COOKIES_MEET \
    APLOG_WARNING, "NP0003: tenants \"%s\" and \"%s\" both set a cookie " \
                   "\"%s\" on paths that overlap: on one host each login " \
                   "overwrites the other's; give one of them another " \
                   "SessionNPCookieName or SessionNPCookiePath"
#define NP_MSG_KEY_MADE \
    APLOG_NOTICE, "NP0004: made a new record key in %s"
#define NP_MSG_STORE_NOT_OPENED \
    APLOG_ERR, "NP0005: the store \"%s\" cannot be opened: %s"
#define NP_MSG_CHILD_NOT_READY \
    APLOG_CRIT, "NP0006: this child process has no store: its sessions are " \
                "unavailable"
#define NP_MSG_PROFILE_MISSED \
    APLOG_WARNING, "NP0007: %s"
#define NP_MSG_CONFIG_DOUBT \
    APLOG_WARNING, "NP0008: %s"

/* In a request. */
#define NP_MSG_LOGIN \
    APLOG_INFO, "NP0101: login: user \"%s\", tenant \"%s\", session %s, %s"
#define NP_MSG_LOGOUT \
    APLOG_INFO, "NP0102: logout: user \"%s\", tenant \"%s\", session %s"
#define NP_MSG_ENDED_IDLE \
    APLOG_INFO, "NP0103: ended by the inactivity timeout: user \"%s\", " \
                "tenant \"%s\", session %s"
#define NP_MSG_ENDED_EXPIRED \
    APLOG_INFO, "NP0104: login required again: user \"%s\", tenant \"%s\", " \
                "session %s"
#define NP_MSG_RENEWED \
    APLOG_INFO, "NP0105: new id: user \"%s\", tenant \"%s\", session %s"
#define NP_MSG_PASSWORD_AGAIN \
    APLOG_INFO, "NP0106: the session is over and the browser repeated its " \
                "password unasked: answered 401, so that it asks its user"
#define NP_MSG_STEP_UP \
    APLOG_INFO, "NP0107: second factor passed: user \"%s\", tenant \"%s\", " \
                "session %s, method \"%s\""
#define NP_MSG_NEW_DEVICE \
    APLOG_INFO, "NP0108: login from a new device: user \"%s\", tenant " \
                "\"%s\", session %s, device %s"
#define NP_MSG_REPLACED \
    APLOG_INFO, "NP0109: ended by another login: user \"%s\", tenant " \
                "\"%s\", session %s"
#define NP_MSG_STORE_UNAVAILABLE \
    APLOG_ERR, "NP0110: the session store did not answer"
#define NP_MSG_NOT_RECORDED \
    APLOG_ERR, "NP0111: a login could not be recorded: user \"%s\", tenant " \
               "\"%s\""
#define NP_MSG_NOT_ENDED \
    APLOG_ERR, "NP0112: a logout could not be recorded: user \"%s\", tenant " \
               "\"%s\", session %s; it may live on until its limits"
#define NP_MSG_DAMAGED \
    APLOG_WARNING, "NP0113: a record in the store was not sealed by this " \
                   "server's keys, or was changed; it is ignored"
#define NP_MSG_FROM_FUTURE \
    APLOG_WARNING, "NP0114: a session began more than a minute in the " \
                   "future; it is ignored: check the clocks of the servers"
#define NP_MSG_NOT_ON \
    APLOG_ERR, "NP0115: %s needs \"SessionNP On\" in the same place; access " \
               "is denied until it is there"
#define NP_MSG_CROSS_SITE \
    APLOG_INFO, "NP0116: refused a request of another site to this endpoint"
#define NP_MSG_NOT_TOUCHED \
    APLOG_DEBUG, "NP0117: the last interaction was not written: the session " \
                 "ended meanwhile"
#define NP_MSG_LOGIN_FAILED \
    APLOG_INFO, "NP0118: login failed: user \"%s\", tenant \"%s\""
#define NP_MSG_LOCKED \
    APLOG_WARNING, "NP0119: too many failed logins: user \"%s\", tenant " \
                   "\"%s\", %s: none is tried for now"
#define NP_MSG_NOT_OBEYED \
    APLOG_WARNING, "NP0120: the application's %s was ignored: %s"
#define NP_MSG_NOT_REMEMBERED \
    APLOG_WARNING, "NP0121: the %s could not be remembered: user \"%s\", " \
                   "tenant \"%s\""
#define NP_MSG_BAD_USER \
    APLOG_WARNING, "NP0122: a login was refused: its user name is empty, too " \
                   "long, or has control characters"
#define NP_MSG_DATA_OF_NOBODY \
    APLOG_WARNING, "NP0123: what mod_session would keep for a visitor is lost: " \
                   "there is no session before a login"
#define NP_MSG_DATA_NOT_STORED \
    APLOG_ERR, "NP0124: what mod_session keeps could not be stored"
#define NP_MSG_VAULT_FULL \
    APLOG_WARNING, "NP0125: the vault is full: %d of the application's cookies " \
                   "are lost"
#define NP_MSG_NOT_VAULTED \
    APLOG_ERR, "NP0126: the application's cookies could not be stored"
#define NP_MSG_ENDED_OLDEST \
    APLOG_INFO, "NP0127: ended to make room for a login, as the oldest " \
                "session: user \"%s\", tenant \"%s\", session %s"
#define NP_MSG_TOO_MANY_SESSIONS \
    APLOG_WARNING, "NP0128: a login was refused: user \"%s\", tenant " \
                   "\"%s\", has %d live sessions already"
#define NP_MSG_NOT_LISTED \
    APLOG_WARNING, "NP0129: the list of the user's sessions could not be " \
                   "read or written: user \"%s\", tenant \"%s\""
#define NP_MSG_ENDED_REVOKED \
    APLOG_INFO, "NP0130: ended with all sessions of its user: user \"%s\", " \
                "tenant \"%s\", session %s"

/* Pages that our script is put into. */
#define NP_MSG_PAGE_SANDBOX \
    APLOG_WARNING, "NP0150: the page %s has a Content-Security-Policy with a " \
                   "sandbox in which our script cannot run: the browser does " \
                   "not get it"
#define NP_MSG_PAGE_ENCODED \
    APLOG_WARNING, "NP0151: the page %s is compressed by the application: our " \
                   "script cannot be put into it"
#define NP_MSG_PAGE_META_POLICY \
    APLOG_WARNING, "NP0152: the page %s has a Content-Security-Policy in a " \
                   "<meta> element, which is not changed: it may keep our " \
                   "script from running"

#define NP_MSG_ENDED_OTHER_RUN \
    APLOG_INFO, "NP0131: ended: its cookie came without the key of its " \
                "browser's run: user \"%s\", tenant \"%s\", session %s"
#define NP_MSG_ENDED_CLOSED \
    APLOG_INFO, "NP0132: ended with the last of its pages: user \"%s\", " \
                "tenant \"%s\", session %s"
#define NP_MSG_ENDED_UNCLAIMED \
    APLOG_WARNING, "NP0133: ended, for no browser has taken its key: user " \
                   "\"%s\", tenant \"%s\", session %s"
#define NP_MSG_WITHOUT_KEY \
    APLOG_INFO, "NP0134: refused a request without the key of its session's " \
                "browser run: user \"%s\", tenant \"%s\", session %s"
#define NP_MSG_RUN_AND_HTTP_LOGIN \
    APLOG_ERR, "NP0135: SessionNPBrowserRun cannot hold where users log in by " \
               "AuthType %s: a browser sends one Authorization header, and " \
               "the key of its run goes by it; write another AuthType, or " \
               "SessionNPBrowserRun off there"
#define NP_MSG_RUN_AND_CHALLENGE \
    APLOG_ERR, "NP0137: the application at %s asks for a password by HTTP, " \
               "which does not go together with SessionNPBrowserRun: write " \
               "SessionNPBrowserRun off there, or have it log in by a page"
#define NP_MSG_NOT_LED_ON \
    APLOG_DEBUG, "NP0136: the login's redirect leads to another server, or to " \
                 "too long an address; the key has to go by the script"

/* The management API, and the documents that machines share. */
#define NP_MSG_SETTINGS_CHANGED \
    APLOG_NOTICE, "NP0201: settings of tenant \"%s\" changed by %s from %s: %s"
#define NP_MSG_SETTINGS_NOT_CHANGED \
    APLOG_ERR, "NP0202: settings of tenant \"%s\" were not changed for %s: " \
               "%s cannot be written"
#define NP_MSG_API_REFUSED \
    APLOG_INFO, "NP0203: management API: refused a request from %s: %s"
#define NP_MSG_TOKENS_UNUSABLE \
    APLOG_ERR, "NP0204: SessionNPTokenFile: %s"
#define NP_MSG_TAKEN_OVER \
    APLOG_NOTICE, "NP0205: took over \"%s\" of another machine"
#define NP_MSG_NOT_TAKEN_OVER \
    APLOG_WARNING, "NP0206: \"%s\" in the store was not written by a server " \
                   "of these keys and this version; it is ignored"
#define NP_MSG_NOT_KEPT \
    APLOG_ERR, "NP0207: %s/%s cannot be written: what other machines have " \
               "changed is in force, but would be unknown after a restart"
#define NP_MSG_NOTHING_KEPT \
    APLOG_WARNING, "NP0208: settings cannot be changed while httpd runs: %s"
#define NP_MSG_NOT_EXCHANGED \
    APLOG_WARNING, "NP0209: \"%s\" is too large for the store: other machines " \
                   "do not get it"
#define NP_MSG_NO_EXCHANGE \
    APLOG_CRIT, "NP0210: this child process can change no settings, and get " \
                "none of other machines"
#define NP_MSG_TOO_MANY_TENANTS \
    APLOG_WARNING, "NP0211: tenants whose settings cannot be changed while httpd " \
                   "runs: %u, \"%s\" among them; there is room for %d"
#define NP_MSG_API_NO_DOCUMENTS \
    APLOG_ERR, "NP0212: the management API has nothing to manage: no place of " \
               "this httpd has \"SessionNP On\""

#define NP_MSG_ENDED_BY_API \
    APLOG_NOTICE, "NP0213: ended: user \"%s\", tenant \"%s\", session %s, " \
                  "by %s from %s"
#define NP_MSG_ALL_ENDED \
    APLOG_NOTICE, "NP0214: ended all sessions: user \"%s\", tenant \"%s\", " \
                  "by %s from %s"
#define NP_MSG_ALL_NOT_ENDED \
    APLOG_ERR, "NP0215: that all sessions are ended could not be written: " \
               "user \"%s\", tenant \"%s\", for %s; those that are listed were " \
               "ended"
#define NP_MSG_DESCRIBED \
    APLOG_NOTICE, "NP0216: metadata changed: user \"%s\", tenant \"%s\", " \
                  "session %s, by %s from %s"

#define NP_LOG_SERVER_(server, status, level, text, ...) \
    ap_log_error(APLOG_MARK, level, status, server, text, ##__VA_ARGS__)
#define NP_LOG_REQUEST_(r, status, level, text, ...) \
    ap_log_rerror(APLOG_MARK, level, status, r, text, ##__VA_ARGS__)

/** Log message NP_MSG_... of a server, with its arguments. */
#define NP_LOG_SERVER(server, status, ...) \
    NP_LOG_SERVER_(server, status, __VA_ARGS__)
/** Log message NP_MSG_... of a request, with its arguments. */
#define NP_LOG_REQUEST(r, status, ...) \
    NP_LOG_REQUEST_(r, status, __VA_ARGS__)

#endif
