/* SPDX-License-Identifier: Apache-2.0
 * What an application says about the session in its response headers. */
#include "np_said.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_strings.h"

#include "np_record.h"

#define BLANKS " \t"

/* Of RFC 9110 section 5.6.2. Not by isalnum() and its like: they ask the
 * locale. */
#define TOKEN_CHARACTERS \
    "!#$%&'*+-.^_`|~" \
    "0123456789" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
    "abcdefghijklmnopqrstuvwxyz"

#define REMEMBER "remember"

const char *np_said_header(np_said_e which)
{
    static const char *const names[NP_SAID_HEADERS] = {
        [NP_SAID_LOGIN] = "Session-NP-Login",
        [NP_SAID_MODE] = "Session-NP-Mode",
        [NP_SAID_MFA] = "Session-NP-MFA",
        [NP_SAID_LOGIN_FAILED] = "Session-NP-Login-Failed",
        [NP_SAID_LOGOUT] = "Session-NP-Logout",
    };

    return names[which];
}

static const char *trim(const char *text, apr_pool_t *p)
{
    text += strspn(text, BLANKS);
    apr_size_t len = strlen(text);
    while (len && strchr(BLANKS, text[len - 1])) {
        len--;
    }
    return apr_pstrmemdup(p, text, len);
}

/* A Boolean of RFC 9651 at the beginning of a text. */
static bool read_boolean(const char *text, bool *value)
{
    if (text[0] != '?' || (text[1] != '0' && text[1] != '1')) {
        return false;
    }
    *value = text[1] == '1';
    return true;
}

static bool hear_user(const char **user, const char *text)
{
    if (!np_record_is_user(text)) {
        return false;
    }
    *user = text;
    return true;
}

static bool hear_mode(np_said_t *said, const char *text)
{
    bool persistent = !apr_cstr_casecmp(text, "persistent");

    if (!persistent && apr_cstr_casecmp(text, "non-persistent") != 0) {
        return false;
    }
    said->mode_chosen = true;
    said->mode = persistent ? NP_MODE_PERSISTENT : NP_MODE_NON_PERSISTENT;
    return true;
}

/* The parameters of RFC 9651: if one comes twice, the last one counts. */
static bool read_parameters(const char *text, bool *remember)
{
    while (*text) {
        if (*text++ != ';') {
            return false;
        }
        text += strspn(text, BLANKS);
        apr_size_t len = strspn(text, TOKEN_CHARACTERS);
        if (len != strlen(REMEMBER)
            || apr_cstr_casecmpn(text, REMEMBER, len) != 0) {
            return false;
        }
        text += len;
        *remember = true;
        if (*text == '=') {
            if (!read_boolean(text + 1, remember)) {
                return false;
            }
            text += strlen("=?1");
        }
    }
    return true;
}

static bool hear_mfa(np_said_t *said, const char *text, apr_pool_t *p)
{
    apr_size_t len = strspn(text, TOKEN_CHARACTERS);
    bool remember = false;

    if (len < 1 || len > NP_SAID_MAX_METHOD
        || !read_parameters(text + len, &remember)) {
        return false;
    }
    const char *method = apr_pstrmemdup(p, text, len);
    if (!apr_cstr_casecmp(method, NP_RECORD_MFA_REMEMBERED)) {
        return false;
    }
    said->mfa = method;
    said->remember = remember;
    return true;
}

bool np_said_hear(np_said_t *said, np_said_e which, const char *value,
                  apr_pool_t *p)
{
    const char *text = trim(value, p);

    switch (which) {
    case NP_SAID_LOGIN:
        return hear_user(&said->login, text);
    case NP_SAID_MODE:
        return hear_mode(said, text);
    case NP_SAID_MFA:
        return hear_mfa(said, text, p);
    case NP_SAID_LOGIN_FAILED:
        return hear_user(&said->login_failed, text);
    case NP_SAID_LOGOUT:
        return strlen(text) == strlen("?1")
               && read_boolean(text, &said->logout);
    }
    return false;
}

bool np_said_anything(const np_said_t *said)
{
    return said->logout || said->login || said->mode_chosen || said->mfa
           || said->login_failed;
}
