/* SPDX-License-Identifier: Apache-2.0
 * The answer of a browser to a Digest challenge (RFC 7616). */
#include "np_digest.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "apr_strings.h"

#include "np_crypto.h"

#define SCHEME "Digest"
#define HEX_LEN (2 * NP_CRYPTO_DIGEST_LEN)

static const struct {
    const char *name;
    apr_size_t offset;
} parameters[] = {
    { "username", offsetof(np_digest_t, username) },
    { "realm", offsetof(np_digest_t, realm) },
    { "nonce", offsetof(np_digest_t, nonce) },
    { "uri", offsetof(np_digest_t, uri) },
    { "response", offsetof(np_digest_t, response) },
    { "algorithm", offsetof(np_digest_t, algorithm) },
    { "qop", offsetof(np_digest_t, qop) },
    { "nc", offsetof(np_digest_t, nc) },
    { "cnonce", offsetof(np_digest_t, cnonce) },
};

#define PARAMETERS (sizeof parameters / sizeof parameters[0])

static const char **parameter(np_digest_t *digest, apr_size_t i)
{
    return (const char **)((char *)digest + parameters[i].offset);
}

/* RFC 9110 section 5.6.2. */
static apr_size_t token_len(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789!#$%&'*+-.^_`|~");
}

static const char *skip(const char *in, const char *blanks)
{
    return in + strspn(in, blanks);
}

/* Up to the quote that ends it: what stands behind is none of its business, and
 * in a long header there are many of them. */
static apr_size_t quoted_len(const char *in)
{
    apr_size_t len = 1;

    while (in[len] && in[len] != '"') {
        len += in[len] == '\\' && in[len + 1] ? 2 : 1;
    }
    return len;
}

/* RFC 9110 section 5.6.4, without what is not printable. NULL: it has no end,
 * or holds what it must not. */
static const char *read_quoted(const char *in, const char **value,
                               apr_pool_t *p)
{
    char *out = apr_palloc(p, quoted_len(in));

    *value = out;
    for (in++; *in != '"'; in++) {
        if (*in == '\\') {
            in++;
        }
        if ((unsigned char)*in < ' ' || *in == 0x7f) {
            return NULL;
        }
        *out++ = *in;
    }
    *out = '\0';
    return in + 1;
}

static const char *read_value(const char *in, const char **value,
                              apr_pool_t *p)
{
    if (*in == '"') {
        return read_quoted(in, value, p);
    }
    const apr_size_t len = token_len(in);
    *value = apr_pstrmemdup(p, in, len);
    return len ? in + len : NULL;
}

/* One that comes twice would be read as the one here, and as the other there. */
static bool keep(np_digest_t *digest, const char *name, apr_size_t len,
                 const char *value)
{
    for (apr_size_t i = 0; i < PARAMETERS; i++) {
        if (strlen(parameters[i].name) == len
            && !strncasecmp(parameters[i].name, name, len)) {
            const char **place = parameter(digest, i);
            const bool first = !*place;
            *place = value;
            return first;
        }
    }
    return true;
}

static const char *read_parameter(const char *in, np_digest_t *digest,
                                  apr_pool_t *p)
{
    const char *name = in;
    const apr_size_t len = token_len(in);
    const char *value;

    in = skip(in + len, " \t");
    if (!len || *in != '=') {
        return NULL;
    }
    in = read_value(skip(in + 1, " \t"), &value, p);
    return in && keep(digest, name, len, value) ? skip(in, " \t") : NULL;
}

static bool has_scheme(const char *header)
{
    return !strncasecmp(header, SCHEME, strlen(SCHEME))
           && header[strlen(SCHEME)] == ' ';
}

/* What was read up to an error stays in @a digest. */
static bool read_all(const char *header, np_digest_t *digest, apr_pool_t *p)
{
    *digest = (np_digest_t){ .username = NULL };
    if (!has_scheme(header)) {
        return false;
    }
    const char *in = skip(header + strlen(SCHEME), " \t,");
    while (*in) {
        in = read_parameter(in, digest, p);
        if (!in || (*in && *in != ',')) {
            return false;
        }
        in = skip(in, " \t,");
    }
    return true;
}

bool np_digest_parse(const char *header, np_digest_t *digest, apr_pool_t *p)
{
    if (!read_all(header, digest, p)) {
        return false;
    }
    for (apr_size_t i = 0; i < PARAMETERS; i++) {
        if (!*parameter(digest, i)) {
            return false;
        }
    }
    return true;
}

bool np_digest_is_ours(const char *header, apr_pool_t *p)
{
    np_digest_t digest;

    (void)read_all(header, &digest, p);
    return digest.username && !strcmp(digest.username, NP_DIGEST_USER)
           && digest.realm
           && !strncmp(digest.realm, NP_DIGEST_REALM_PREFIX,
                       strlen(NP_DIGEST_REALM_PREFIX));
}

static apr_status_t hash(unsigned char out[NP_CRYPTO_DIGEST_LEN],
                         const char *text)
{
    return np_crypto_digest(
        (np_bytes_t){ (const unsigned char *)text, strlen(text) }, out);
}

static void write_hex(char text[HEX_LEN + 1], const unsigned char *octets)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < NP_CRYPTO_DIGEST_LEN; i++) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 15];
    }
    text[HEX_LEN] = '\0';
}

apr_status_t np_digest_ha1(unsigned char ha1[NP_DIGEST_HA1_LEN],
                           const char *realm, const char *key, apr_pool_t *p)
{
    char *text =
        apr_pstrcat(p, NP_DIGEST_USER ":", realm, ":", key, NULL);
    const apr_status_t status = hash(ha1, text);

    np_crypto_wipe(text, strlen(text));
    return status;
}

/* What the answer has to say with this key. */
static bool expect(char response[HEX_LEN + 1], const np_digest_t *digest,
                   const char *method, const unsigned char *ha1,
                   apr_pool_t *p)
{
    unsigned char octets[NP_CRYPTO_DIGEST_LEN];
    char ha1_text[HEX_LEN + 1];
    char ha2_text[HEX_LEN + 1];

    if (hash(octets, apr_pstrcat(p, method, ":", digest->uri, NULL))
        != APR_SUCCESS) {
        return false;
    }
    write_hex(ha2_text, octets);
    write_hex(ha1_text, ha1);
    char *text = apr_pstrcat(p, ha1_text, ":", digest->nonce, ":", digest->nc,
                             ":", digest->cnonce, ":", digest->qop, ":",
                             ha2_text, NULL);
    const apr_status_t status = hash(octets, text);
    np_crypto_wipe(text, strlen(text));
    np_crypto_wipe(ha1_text, sizeof ha1_text);
    write_hex(response, octets);
    return status == APR_SUCCESS;
}

/* A request line may name the server, too; the answer is about the path. */
static const char *path_of(const char *uri)
{
    const char *authority = *uri == '/' ? NULL : strstr(uri, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;

    return path ? path : uri;
}

static bool is_count(const char *nc)
{
    return strlen(nc) == 8 && strspn(nc, "0123456789abcdefABCDEF") == 8;
}

static bool is_for(const np_digest_t *digest, const np_digest_check_t *check)
{
    return !strcasecmp(digest->algorithm, "SHA-256")
           && !strcasecmp(digest->qop, "auth") && is_count(digest->nc)
           && !strcmp(digest->username, NP_DIGEST_USER)
           && !strcmp(digest->realm, check->realm)
           && (!check->nonce || !strcmp(digest->nonce, check->nonce))
           && !strcmp(path_of(digest->uri), path_of(check->uri));
}

bool np_digest_proves(const np_digest_t *digest,
                      const np_digest_check_t *check,
                      const unsigned char ha1[NP_DIGEST_HA1_LEN],
                      apr_pool_t *p)
{
    char expected[HEX_LEN + 1];

    return is_for(digest, check) && strlen(digest->response) == HEX_LEN
           && expect(expected, digest, check->method, ha1, p)
           && np_crypto_equal((const unsigned char *)expected,
                              (const unsigned char *)digest->response,
                              HEX_LEN);
}

const char *np_digest_challenge(const char *realm, const char *nonce,
                                const char *path, bool stale, apr_pool_t *p)
{
    return apr_pstrcat(p, SCHEME " realm=\"", realm, "\", domain=\"", path,
                       "\", nonce=\"", nonce,
                       "\", algorithm=SHA-256, qop=\"auth\"",
                       stale ? ", stale=true" : "", NULL);
}
