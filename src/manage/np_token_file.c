/* SPDX-License-Identifier: Apache-2.0
 * Reads the file of tokens. */
#include "np_token.h"

#include <string.h>

#include "apr_strings.h"
#include "apr_tables.h"

#include "np_moment.h"
#include "np_token_name.h"

/* Takes so much off the front of a line. */
static np_bytes_t take(np_bytes_t *line, apr_size_t len)
{
    const np_bytes_t taken = { line->data, len };

    line->data += len;
    line->len -= len;
    return taken;
}

static bool take_colon(np_bytes_t *line)
{
    return line->len && take(line, 1).data[0] == ':';
}

/* Octets in front of the next colon or, without one, in the line. */
static apr_size_t until_colon(np_bytes_t line)
{
    const unsigned char *colon =
        line.len ? memchr(line.data, ':', line.len) : NULL;

    return colon ? (apr_size_t)(colon - line.data) : line.len;
}

/* Scopes have colons of their own: what follows them begins where a moment or
 * "never" does. */
static apr_size_t until_expiry(np_bytes_t line)
{
    apr_size_t len = 0;

    while (len < line.len) {
        const np_bytes_t rest = { line.data + len + 1, line.len - len - 1 };
        const apr_size_t word = strlen(NP_TOKEN_NEVER_TEXT);
        if (line.data[len] == ':' && rest.len
            && ((rest.data[0] >= '0' && rest.data[0] <= '9')
                || (rest.len > word && rest.data[word] == ':'
                    && !memcmp(rest.data, NP_TOKEN_NEVER_TEXT, word)))) {
            break;
        }
        len++;
    }
    return len;
}

static bool take_moment(np_bytes_t *line, apr_time_t *moment, apr_pool_t *p)
{
    return line->len >= NP_MOMENT_LEN
           && np_moment_parse(take(line, NP_MOMENT_LEN), moment, p)
                  == APR_SUCCESS
           && take_colon(line);
}

static bool take_expiry(np_bytes_t *line, apr_time_t *moment, apr_pool_t *p)
{
    const apr_size_t word = strlen(NP_TOKEN_NEVER_TEXT);

    if (line->len > word && !memcmp(line->data, NP_TOKEN_NEVER_TEXT, word)) {
        (void)take(line, word);
        *moment = NP_TOKEN_NEVER;
        return take_colon(line);
    }
    return take_moment(line, moment, p) && *moment != NP_TOKEN_NEVER;
}

/* Lower case only, as it is written. */
static bool read_digest(np_bytes_t text, unsigned char *digest)
{
    static const char digits[] = "0123456789abcdef";

    if (text.len != 2 * NP_CRYPTO_DIGEST_LEN) {
        return false;
    }
    for (apr_size_t i = 0; i < text.len; i++) {
        const char *digit = text.data[i] ? strchr(digits, text.data[i]) : NULL;
        if (!digit) {
            return false;
        }
        const unsigned value = (unsigned)(digit - digits);
        digest[i / 2] =
            (unsigned char)(i % 2 ? digest[i / 2] | value : value << 4);
    }
    return true;
}

/* NULL, or what is wrong with the line. */
static const char *read_line(np_bytes_t line, np_token_t *token, apr_pool_t *p)
{
    const char *why = NULL;
    const np_bytes_t name = take(&line, until_colon(line));

    if (!np_token_is_name(name)) {
        return NP_TOKEN_NAME_RULE;
    }
    token->name = apr_pstrmemdup(p, (const char *)name.data, name.len);
    if (!take_colon(&line)) {
        return "nothing follows the name";
    }
    const np_bytes_t scopes = take(&line, until_expiry(line));
    if (np_token_parse_scopes(scopes, &token->rights, &why, p) != APR_SUCCESS) {
        return why;
    }
    if (!take_colon(&line) || !take_expiry(&line, &token->expires_at, p)) {
        return "the third part is \"never\" or like 2027-01-31T12:00:00Z";
    }
    if (!take_moment(&line, &token->created_at, p)) {
        return "the fourth part is like 2027-01-31T12:00:00Z";
    }
    return read_digest(line, token->digest)
               ? NULL
               : "the line ends in 64 hexadecimal digits, of lower case";
}

static const char *compare(const np_token_t *token,
                           const apr_array_header_t *list)
{
    for (int i = 0; i < list->nelts; i++) {
        const np_token_t *other = &APR_ARRAY_IDX(list, i, np_token_t);
        if (!strcmp(token->name, other->name)) {
            return "there is another token of this name";
        }
        if (!memcmp(token->digest, other->digest, sizeof token->digest)) {
            return "there is another token of this hash";
        }
    }
    return NULL;
}

static np_bytes_t take_line(np_bytes_t *file)
{
    const unsigned char *end = memchr(file->data, '\n', file->len);
    const apr_size_t len = end ? (apr_size_t)(end - file->data) : file->len;
    const np_bytes_t line = take(file, len);

    (void)take(file, end ? 1 : 0);
    return line;
}

apr_status_t np_token_parse_file(np_bytes_t file, np_tokens_t *tokens,
                                 const char **why, apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 8, sizeof(np_token_t));

    if (file.len > NP_TOKEN_FILE_MAX) {
        *why = "the file is too long";
        return APR_EINVAL;
    }
    for (int n = 1; file.len; n++) {
        const np_bytes_t line = take_line(&file);
        np_token_t token = { 0 };
        if (!line.len || line.data[0] == '#') {
            continue;
        }
        const char *wrong = read_line(line, &token, p);
        if (!wrong) {
            wrong = compare(&token, list);
        }
        if (wrong) {
            *why = apr_psprintf(p, "line %d: %s", n, wrong);
            return APR_EINVAL;
        }
        APR_ARRAY_PUSH(list, np_token_t) = token;
    }
    *tokens = (np_tokens_t){ (const np_token_t *)list->elts, list->nelts };
    return APR_SUCCESS;
}
