/* SPDX-License-Identifier: Apache-2.0
 * Letting our script in under a page's Content-Security-Policy (CSP level 3),
 * and nothing else. */
#include "np_csp.h"

#include <string.h>

#include "apr_cstr.h"
#include "apr_strings.h"

#define BLANKS " \t\n\f\r"
#define NONCE_CHARACTERS \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="

/* Part of a header: between commas a policy, between semicolons a directive,
 * between blanks a word. */
typedef struct np_span_t {
    const char *start;
    apr_size_t len;
} np_span_t;

/* Take the next part of rest, without the delimiter; false at the end. */
static bool next_part(np_span_t *rest, char delimiter, np_span_t *part)
{
    if (!rest->start) {
        return false;
    }
    const char *end = memchr(rest->start, delimiter, rest->len);
    part->start = rest->start;
    part->len = end ? (apr_size_t)(end - rest->start) : rest->len;
    rest->len -= part->len + (end != NULL);
    rest->start = end ? end + 1 : NULL;
    return true;
}

static bool next_word(np_span_t *rest, np_span_t *word)
{
    while (rest->len && strchr(BLANKS, *rest->start)) {
        rest->start++;
        rest->len--;
    }
    word->start = rest->start;
    for (word->len = 0; word->len < rest->len
                        && !strchr(BLANKS, rest->start[word->len]);) {
        word->len++;
    }
    rest->start += word->len;
    rest->len -= word->len;
    return word->len;
}

static bool is_word(const np_span_t *word, const char *text)
{
    return word->len == strlen(text)
           && !apr_cstr_casecmpn(word->start, text, word->len);
}

static bool has_word(np_span_t words, const char *text)
{
    np_span_t word;

    while (next_word(&words, &word)) {
        if (is_word(&word, text)) {
            return true;
        }
    }
    return false;
}

/* A word as it is; hashes, nonces and paths have upper and lower case. */
static bool has_exactly(np_span_t words, const char *text)
{
    np_span_t word;

    while (next_word(&words, &word)) {
        if (word.len == strlen(text) && !memcmp(word.start, text, word.len)) {
            return true;
        }
    }
    return false;
}

/* The value of a directive; of several with one name the first counts. */
static bool find_directive(np_span_t policy, const char *name,
                           np_span_t *value)
{
    np_span_t word;

    while (next_part(&policy, ';', value)) {
        if (next_word(value, &word) && is_word(&word, name)) {
            return true;
        }
    }
    return false;
}

static bool find_first_of(np_span_t policy, const char *const *names,
                          const char **name, np_span_t *value)
{
    for (; *names; names++) {
        if (find_directive(policy, *names, value)) {
            *name = *names;
            return true;
        }
    }
    return false;
}

/* Which directive decides about script elements, and about connections. */
static const char *const script_names[] = { "script-src-elem", "script-src",
                                            "default-src", NULL };
static const char *const connect_names[] = { "connect-src", "default-src",
                                             NULL };

/* --- nonces --------------------------------------------------------------- */

/* The first nonce among sources that can stand in an attribute. */
static const char *find_nonce(np_span_t sources, apr_pool_t *p)
{
    np_span_t word;

    while (next_word(&sources, &word)) {
        apr_size_t len = word.len > 8 ? word.len - 8 : 0;
        if (len && !apr_cstr_casecmpn(word.start, "'nonce-", 7)
            && word.start[word.len - 1] == '\'') {
            const char *nonce = apr_pstrmemdup(p, word.start + 7, len);
            if (!nonce[strspn(nonce, NONCE_CHARACTERS)]) {
                return nonce;
            }
        }
    }
    return NULL;
}

const char *np_csp_nonce(const char *header, apr_pool_t *p)
{
    np_span_t rest = { header, strlen(header) };
    np_span_t policy;
    np_span_t sources;
    const char *name;
    const char *nonce = NULL;

    while (!nonce && next_part(&rest, ',', &policy)) {
        if (find_first_of(policy, script_names, &name, &sources)) {
            nonce = find_nonce(sources, p);
        }
    }
    return nonce;
}

/* --- what is missing ------------------------------------------------------ */

static bool has_nonce(np_span_t sources, const char *nonce, apr_pool_t *p)
{
    return nonce
           && has_exactly(sources, apr_pstrcat(p, "'nonce-", nonce, "'", NULL));
}

/* Does 'unsafe-inline' count? Not beside a nonce or a hash. */
static bool lets_inline_in(np_span_t sources)
{
    np_span_t all = sources;
    np_span_t word;

    while (next_word(&sources, &word)) {
        if ((word.len > 7 && !apr_cstr_casecmpn(word.start, "'nonce-", 7))
            || (word.len > 4 && !apr_cstr_casecmpn(word.start, "'sha", 4))) {
            return false;
        }
    }
    return has_word(all, "'unsafe-inline'");
}

/* By what the script is named, if not by its address: a hash would keep the
 * page's own inline scripts out where they are let in. */
static const char *other_name(np_span_t sources, const np_csp_ask_t *ask)
{
    return lets_inline_in(sources) ? "'self'" : ask->hash;
}

/* What must be added to sources, so that the element may run its script; ""
 * for nothing. A hash is added only where 'unsafe-inline' counts for nothing
 * anyway, which it does not any more where there is one. */
static const char *missing_script(np_span_t sources, const np_csp_ask_t *ask,
                                  apr_pool_t *p)
{
    if (has_nonce(sources, ask->nonce, p)) {
        return "";
    }
    if (has_word(sources, "'strict-dynamic'")) {
        return has_exactly(sources, ask->hash) ? "" : ask->hash;
    }
    const char *source = ask->script ? ask->script : other_name(sources, ask);
    return has_word(sources, "'self'") || has_word(sources, "*")
                   || has_exactly(sources, source)
               ? ""
               : source;
}

static const char *missing_connect(np_span_t sources, const np_csp_ask_t *ask,
                                   apr_pool_t *p)
{
    np_span_t wanted = { ask->connect, strlen(ask->connect) };
    np_span_t word;
    const char *missing = "";

    if (has_word(sources, "'self'") || has_word(sources, "*")) {
        return missing;
    }
    while (next_word(&wanted, &word)) {
        const char *source = apr_pstrmemdup(p, word.start, word.len);
        if (!has_exactly(sources, source)) {
            missing = apr_pstrcat(p, missing, *missing ? " " : "", source,
                                  NULL);
        }
    }
    return missing;
}

/* --- adding it ------------------------------------------------------------ */

/* Sources with something added. 'none' means nothing beside others, and
 * browsers complain of it. */
static const char *add_sources(np_span_t sources, const char *missing,
                               apr_pool_t *p)
{
    np_span_t word;
    const char *text = "";

    while (next_word(&sources, &word)) {
        if (!is_word(&word, "'none'")) {
            text = apr_pstrcat(p, text, " ",
                               apr_pstrmemdup(p, word.start, word.len), NULL);
        }
    }
    return apr_pstrcat(p, text, " ", missing, NULL);
}

/* The policy with a source added where name decides. Where that is default-src,
 * which decides about much else, the directive that it stands for is written
 * out. */
static const char *add_to_policy(np_span_t policy, np_span_t sources,
                                 const char *name, const char *written_out,
                                 const char *missing, apr_pool_t *p)
{
    const char *text = add_sources(sources, missing, p);

    if (!strcmp(name, "default-src")) {
        return apr_psprintf(p, "%s; %s%s",
                            apr_pstrmemdup(p, policy.start, policy.len),
                            written_out, text);
    }
    const char *end = sources.start + sources.len;
    return apr_pstrcat(
        p,
        apr_pstrmemdup(p, policy.start,
                       (apr_size_t)(sources.start - policy.start)),
        text,
        apr_pstrmemdup(p, end,
                       (apr_size_t)(policy.start + policy.len - end)),
        NULL);
}

typedef const char *missing_t(np_span_t sources, const np_csp_ask_t *ask,
                              apr_pool_t *p);

/* The policy with what one kind of directive misses; without such a directive
 * everything is allowed. */
static np_span_t complete(np_span_t policy, const char *const *names,
                          const char *written_out, missing_t *missing_of,
                          const np_csp_ask_t *ask, apr_pool_t *p)
{
    np_span_t sources;
    const char *name;

    if (find_first_of(policy, names, &name, &sources)) {
        const char *missing = missing_of(sources, ask, p);
        if (*missing) {
            const char *text = add_to_policy(policy, sources, name,
                                             written_out, missing, p);
            return (np_span_t){ text, strlen(text) };
        }
    }
    return policy;
}

static bool is_sandboxed(np_span_t policy)
{
    np_span_t flags;

    return find_directive(policy, "sandbox", &flags)
           && !(has_word(flags, "allow-scripts")
                && has_word(flags, "allow-same-origin"));
}

const char *np_csp_admit(const char *header, const np_csp_ask_t *ask,
                         apr_pool_t *p)
{
    np_span_t rest = { header, strlen(header) };
    np_span_t policy;
    const char *whole = NULL;

    while (next_part(&rest, ',', &policy)) {
        if (is_sandboxed(policy)) {
            return NULL;
        }
        policy = complete(policy, script_names, "script-src", missing_script,
                          ask, p);
        policy = complete(policy, connect_names, "connect-src",
                          missing_connect, ask, p);
        const char *text = apr_pstrmemdup(p, policy.start, policy.len);
        whole = whole ? apr_pstrcat(p, whole, ",", text, NULL) : text;
    }
    return strcmp(whole, header) ? whole : header;
}
