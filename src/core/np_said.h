/* SPDX-License-Identifier: Apache-2.0
 * What an application says about the session in its response headers. */
#ifndef NP_SAID_H
#define NP_SAID_H

#include <stdbool.h>

#include "apr_pools.h"

#include "np_policy.h"

/** Characters of a second factor's method, at the most. */
#define NP_SAID_MAX_METHOD 64

/** The headers, from 0 on. */
typedef enum np_said_e {
    NP_SAID_LOGIN,
    NP_SAID_MODE,
    NP_SAID_MFA,
    NP_SAID_LOGIN_FAILED,
    NP_SAID_LOGOUT,
} np_said_e;

#define NP_SAID_HEADERS 5

/** What was said; all zero: nothing. Texts live in the pool that they were
 *  heard with. */
typedef struct np_said_t {
    bool logout;
    /** The user who logged in; NULL: nobody did. */
    const char *login;
    bool mode_chosen;
    /** With mode_chosen only. */
    np_mode_e mode;
    /** The method of the second factor that was passed; NULL: none was. */
    const char *mfa;
    /** With mfa only: this browser need not pass it the next time. */
    bool remember;
    /** The user whose login failed; NULL: none did. */
    const char *login_failed;
} np_said_t;

/** The name of a header. */
const char *np_said_header(np_said_e which);

/**
 * Take in the value of one header, blanks around it aside. What an earlier one
 * of this name said is overwritten. Texts are copied to @a p.
 * @return whether the value is understood; if not, @a said is as it was
 */
bool np_said_hear(np_said_t *said, np_said_e which, const char *value,
                  apr_pool_t *p);

/** Was anything said that must be acted upon? */
bool np_said_anything(const np_said_t *said);

#endif
