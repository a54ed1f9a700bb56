/* SPDX-License-Identifier: Apache-2.0
 * Bearer tokens: made, found again, and what they may do. */
#include "np_token.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_escape.h"
#include "apr_strings.h"

#include "np_moment.h"
#include "np_token_name.h"

#define SCHEME "Bearer"

static const struct {
    np_right_e right;
    const char *scope;
} scopes_known[] = {
    { NP_RIGHT_READ_SETTINGS, "read:tenant_settings" },
    { NP_RIGHT_UPDATE_SETTINGS, "update:tenant_settings" },
    { NP_RIGHT_READ_SESSIONS, "read:sessions" },
    { NP_RIGHT_UPDATE_SESSIONS, "update:sessions" },
    { NP_RIGHT_DELETE_SESSIONS, "delete:sessions" },
    { NP_RIGHT_DELETE_REFRESH_TOKENS, "delete:refresh_tokens" },
    { NP_RIGHT_UPDATE_USERS, "update:users" },
    { NP_RIGHT_READ_METRICS, "read:metrics" },
};

#define SCOPES (sizeof scopes_known / sizeof scopes_known[0])

/* 0: there is no such scope. */
static np_rights_t right_of(np_bytes_t scope)
{
    for (apr_size_t i = 0; i < SCOPES; i++) {
        const char *known = scopes_known[i].scope;
        if (scope.len == strlen(known)
            && !memcmp(scope.data, known, scope.len)) {
            return scopes_known[i].right;
        }
    }
    return 0;
}

apr_status_t np_token_parse_scopes(np_bytes_t text, np_rights_t *rights,
                                   const char **why, apr_pool_t *p)
{
    np_rights_t found = 0;
    apr_size_t begin = 0;

    for (apr_size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.data[i] != ' ') {
            continue;
        }
        const np_bytes_t scope = { text.data + begin, i - begin };
        const np_rights_t right = right_of(scope);
        if (!right || found & right) {
            *why = right
                       ? "a scope comes twice"
                       : apr_pstrcat(p, "a scope is not known; the scopes are ",
                                     np_token_scopes(~0U, ", ", p), NULL);
            return APR_EINVAL;
        }
        found |= right;
        begin = i + 1;
    }
    *rights = found;
    return APR_SUCCESS;
}

const char *np_token_scopes(np_rights_t rights, const char *between,
                            apr_pool_t *p)
{
    const char *text = "";

    for (apr_size_t i = 0; i < SCOPES; i++) {
        if (rights & scopes_known[i].right) {
            text = apr_pstrcat(p, text, *text ? between : "",
                               scopes_known[i].scope, NULL);
        }
    }
    return text;
}

bool np_token_is_name(np_bytes_t name)
{
    for (apr_size_t i = 0; i < name.len; i++) {
        const unsigned char c = name.data[i];
        const unsigned char letter = c | 0x20;
        if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9')
            && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return name.len >= 1 && name.len <= NP_TOKEN_MAX_NAME;
}

/* --- making --------------------------------------------------------------- */

static np_bytes_t bytes_of(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}

static apr_status_t make(char text[NP_TOKEN_LEN + 1],
                         unsigned char digest[NP_CRYPTO_DIGEST_LEN])
{
    unsigned char secret[NP_TOKEN_SECRET_LEN];

    apr_status_t status = np_crypto_random(secret, sizeof secret);
    if (status == APR_SUCCESS) {
        memcpy(text, NP_TOKEN_PREFIX, sizeof NP_TOKEN_PREFIX);
        np_base64url_encode(text + strlen(NP_TOKEN_PREFIX), secret,
                            sizeof secret);
        status = np_crypto_digest(bytes_of(text), digest);
    }
    np_crypto_wipe(secret, sizeof secret);
    return status;
}

apr_status_t np_token_mint(const np_token_wish_t *wish, apr_time_t now,
                           char text[NP_TOKEN_LEN + 1], const char **line,
                           const char **why, apr_pool_t *p)
{
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
    np_rights_t rights;

    if (!np_token_is_name(bytes_of(wish->name))) {
        *why = NP_TOKEN_NAME_RULE;
        return APR_EINVAL;
    }
    if (np_token_parse_scopes(bytes_of(wish->scopes), &rights, why, p)
        != APR_SUCCESS) {
        return APR_EINVAL;
    }
    if (wish->expires_at != NP_TOKEN_NEVER && wish->expires_at <= now) {
        *why = "it would be expired from the beginning";
        return APR_EINVAL;
    }
    apr_status_t status = make(text, digest);
    if (status != APR_SUCCESS) {
        return status;
    }
    *line =
        apr_pstrcat(p, wish->name, ":", np_token_scopes(rights, " ", p), ":",
                    wish->expires_at == NP_TOKEN_NEVER
                        ? NP_TOKEN_NEVER_TEXT
                        : np_moment_print_seconds(wish->expires_at, p),
                    ":", np_moment_print_seconds(now, p), ":",
                    apr_pescape_hex(p, digest, sizeof digest, 0), "\n", NULL);
    return APR_SUCCESS;
}

/* --- using ---------------------------------------------------------------- */

const char *np_token_from_header(const char *authorization, apr_pool_t *p)
{
    const apr_size_t scheme_len = strlen(SCHEME);

    if (!authorization
        || apr_cstr_casecmpn(authorization, SCHEME, scheme_len) != 0
        || authorization[scheme_len] != ' ') {
        return NULL;
    }
    const char *token = authorization + scheme_len;
    token += strspn(token, " ");
    const apr_size_t len = strcspn(token, " \t");
    return len && !token[len + strspn(token + len, " \t")]
               ? apr_pstrmemdup(p, token, len)
               : NULL;
}

static bool is_token(const char *text)
{
    unsigned char secret[NP_TOKEN_SECRET_LEN];
    const apr_size_t prefix = strlen(NP_TOKEN_PREFIX);

    if (!text || strlen(text) != NP_TOKEN_LEN
        || strncmp(text, NP_TOKEN_PREFIX, prefix) != 0) {
        return false;
    }
    bool is =
        np_base64url_decode(secret, sizeof secret, bytes_of(text + prefix))
        == APR_SUCCESS;
    np_crypto_wipe(secret, sizeof secret);
    return is;
}

const np_token_t *np_token_find(const np_tokens_t *tokens,
                                const char *presented, apr_time_t now)
{
    unsigned char digest[NP_CRYPTO_DIGEST_LEN];
    const np_token_t *found = NULL;

    if (!is_token(presented)
        || np_crypto_digest(bytes_of(presented), digest) != APR_SUCCESS) {
        return NULL;
    }
    for (int i = 0; i < tokens->count; i++) {
        const np_token_t *token = &tokens->list[i];
        if (np_crypto_equal(token->digest, digest, sizeof digest)) {
            found = token;
        }
    }
    return found
                   && (found->expires_at == NP_TOKEN_NEVER
                       || now < found->expires_at)
               ? found
               : NULL;
}

bool np_token_may(const np_token_t *token, np_rights_t needed)
{
    return (needed & ~token->rights) == 0;
}
