/* SPDX-License-Identifier: Apache-2.0
 * The session record and its bytes. docs/record-format.md draws them. */
#ifndef NP_RECORD_H
#define NP_RECORD_H

#include "np_binding.h"
#include "np_crypto.h"
#include "np_id.h"
#include "np_policy.h"
#include "np_scope.h"

/** Octets of the public handle, which is useless as a cookie. */
#define NP_HANDLE_LEN 16
/** Bytes of a user name, a method or an authentication type, at the most. */
#define NP_RECORD_MAX_TEXT 1024
/** Octets of the application's data at the most, the metadata included: whatever
 *  else a record holds, it then fits into the 64 KiB that every store takes. */
#define NP_RECORD_MAX_APP_DATA (60 * 1024)
/** Octets of the metadata at the most. */
#define NP_RECORD_MAX_METADATA (16 * 1024)

/** The method of a session whose second factor was passed earlier, in the same
 *  browser; nobody else may name one so. */
#define NP_RECORD_MFA_REMEMBERED "remembered"

/** What a record says of its session. The values are part of the format. */
typedef enum np_record_state_e {
    NP_RECORD_LIVE = 1,
    /** The id was changed; this one is accepted until accepted_until. */
    NP_RECORD_SUPERSEDED = 2,
    NP_RECORD_IDLE = 3,
    NP_RECORD_EXPIRED = 4,
    NP_RECORD_ENDED = 5,
} np_record_state_e;

/** What was known, at a login, of the browser that it was made with. The
 *  values are part of the format. */
typedef enum np_device_e {
    /** Nothing is said: the store did not answer, or nobody asked. */
    NP_DEVICE_UNTOLD = 0,
    /** Nobody had logged in with it. */
    NP_DEVICE_NEW = 1,
    /** Others had. */
    NP_DEVICE_KNOWN = 2,
    /** This user had. */
    NP_DEVICE_KNOWN_USER = 3,
} np_device_e;

#define NP_DEVICES 4

/** The browser of a session, as it was at login. */
typedef struct np_device_t {
    np_device_e known;
    /** It brought a device cookie of ours to the login. */
    bool brought;
    /** Its public handle: the same over logins and users. */
    unsigned char handle[NP_HANDLE_LEN];
} np_device_t;

/** A session as the store keeps it. Texts live in the pool that they were
 *  decoded into, or in the login's. */
typedef struct np_record_t {
    np_record_state_e state;
    np_mode_e mode;
    /** The application chose the mode; the tenant's changes leave it alone. */
    bool mode_chosen;
    /** Began by Basic or Digest: the browser repeats the password unasked. */
    bool ask_password_again;
    np_times_t times;
    /** What was in force at login. */
    np_limits_t limits;
    /** The last login or step-up, whichever is later. */
    apr_time_t fresh_at;
    unsigned char handle[NP_HANDLE_LEN];
    const char *user;
    /** How the user logged in: httpd's AuthType at login. NULL or empty:
     *  it named none. */
    const char *auth_type;
    /** The second factor's method; NULL without one. */
    const char *mfa;
    np_device_t device;
    /** NP_RECORD_SUPERSEDED only. */
    apr_time_t accepted_until;
    /** NP_RECORD_SUPERSEDED only: where the session lives now. */
    const char *successor;
    /** The application's data, sealed with the cookie's secret; len 0: none. */
    np_bytes_t app_data;
    /** What clients of the management API keep with the session: a text, JSON
     *  to them; NULL: none. */
    const char *metadata;
    /** The run of the browser that it is bound to; NULL: nothing is known of
     *  one. Never changed in place: records share it. */
    const np_binding_t *binding;
} np_record_t;

/** Can a session be of this user: is it a text that may stand in a record,
 *  not empty, NP_RECORD_MAX_TEXT bytes at the most, no control characters? */
bool np_record_is_user(const char *user);

/** Has @a text the shape of a storage key? */
bool np_record_is_key(const char *text);

/** Do the application's data and the metadata fit into one record, beside what
 *  is known of the browser's pages? */
bool np_record_has_room(const np_record_t *record);

/**
 * Write @a record as bytes, in @a p.
 * @return APR_SUCCESS, or APR_EINVAL for a record that np_record_decode() would
 *         refuse: no user; an empty mfa; a text that is longer than
 *         NP_RECORD_MAX_TEXT or has control characters; a limit that is not
 *         above 0; a successor with any other state than
 *         NP_RECORD_SUPERSEDED, or none with it; too much data; an empty text
 *         of metadata, or too long a one
 */
apr_status_t np_record_encode(const np_record_t *record, np_bytes_t *bytes,
                              apr_pool_t *p);

/**
 * Read a record. Whatever the bytes are, nothing outside of them is read;
 * fields that a newer version added are passed over. Texts are copied to @a p,
 * app_data points into @a bytes.
 * @return APR_SUCCESS, or APR_EINVAL for bytes that no encoder wrote; @a record
 *         is then left as it was
 */
apr_status_t np_record_decode(np_bytes_t bytes, np_record_t *record,
                              apr_pool_t *p);

/**
 * Encode and seal, bound to @a scope and @a key. @a sealed lives in @a p.
 * @return APR_SUCCESS; APR_EINVAL as from np_record_encode(); APR_EGENERAL
 */
apr_status_t np_record_seal(const np_crypto_t *crypto, const np_scope_t *scope,
                            const char *key, const np_record_t *record,
                            np_bytes_t *sealed, apr_pool_t *p);

/**
 * Open and decode what the store holds under @a key.
 * @return APR_SUCCESS; APR_EACCES if it was not sealed here for this key and
 *         scope; APR_EINVAL if it does not decode; APR_EGENERAL
 */
apr_status_t np_record_open(const np_crypto_t *crypto, const np_scope_t *scope,
                            const char *key, np_bytes_t sealed,
                            np_record_t *record, apr_pool_t *p);

#endif
