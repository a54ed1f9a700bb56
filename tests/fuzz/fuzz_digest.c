/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing answers to a Digest challenge: what is understood can be written
 * again, and nothing but the right key is proved. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_digest.h"

static bool is_clean(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static const char *quote(const char *text, apr_pool_t *p)
{
    char *quoted = apr_palloc(p, 2 * strlen(text) + 1);
    char *out = quoted;

    for (; *text; text++) {
        *out++ = '\\';
        *out++ = *text;
    }
    *out = '\0';
    return quoted;
}

static bool is_same(const np_digest_t *a, const np_digest_t *b)
{
    return !strcmp(a->username, b->username) && !strcmp(a->realm, b->realm)
           && !strcmp(a->nonce, b->nonce) && !strcmp(a->uri, b->uri)
           && !strcmp(a->response, b->response)
           && !strcmp(a->algorithm, b->algorithm) && !strcmp(a->qop, b->qop)
           && !strcmp(a->nc, b->nc) && !strcmp(a->cnonce, b->cnonce);
}

static const char *write_again(const np_digest_t *digest, apr_pool_t *p)
{
    return apr_pstrcat(p, "digest cnonce=\"", quote(digest->cnonce, p),
                       "\",nc=\"", quote(digest->nc, p), "\",qop=\"",
                       quote(digest->qop, p), "\",algorithm=\"",
                       quote(digest->algorithm, p), "\",response=\"",
                       quote(digest->response, p), "\",uri=\"",
                       quote(digest->uri, p), "\",nonce=\"",
                       quote(digest->nonce, p), "\",realm=\"",
                       quote(digest->realm, p), "\",username=\"",
                       quote(digest->username, p), "\"", NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char ha1[NP_DIGEST_HA1_LEN] = "nobody knows this";
    apr_pool_t *p = np_fuzz_pool();
    const char *header = apr_pstrmemdup(p, (const char *)data, size);
    np_digest_t digest;
    np_digest_t again;

    const bool ours = np_digest_is_ours(header, p);
    if (!np_digest_parse(header, &digest, p)) {
        return 0;
    }
    NP_FUZZ_CHECK(ours
                  == (!strcmp(digest.username, NP_DIGEST_USER)
                      && !strncmp(digest.realm, NP_DIGEST_REALM_PREFIX,
                                  strlen(NP_DIGEST_REALM_PREFIX))));
    NP_FUZZ_CHECK(is_clean(digest.uri) && is_clean(digest.cnonce)
                  && is_clean(digest.response));
    NP_FUZZ_CHECK(np_digest_parse(write_again(&digest, p), &again, p));
    NP_FUZZ_CHECK(is_same(&digest, &again));
    const np_digest_check_t check = { digest.realm, digest.nonce, "GET",
                                      digest.uri };
    NP_FUZZ_CHECK(!np_digest_proves(&digest, &check, ha1, p));
    return 0;
}
