/* SPDX-License-Identifier: Apache-2.0
 * The record keys: where they are kept, and who may read them. */
#include "np_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apr_escape.h"
#include "apr_lib.h"
#include "apr_strings.h"

#include "np_log.h"
#include "np_state_dir.h"

#define KEY_NAME "record.key"
#define HEX_LEN (2 * NP_CRYPTO_KEY_LEN)

static const char *decode(const char *path, const char *text, apr_size_t len,
                          unsigned char *key, apr_pool_t *p)
{
    apr_size_t key_len = 0;

    if (len == NP_CRYPTO_KEY_LEN) {
        memcpy(key, text, NP_CRYPTO_KEY_LEN);
        return NULL;
    }
    while (len && apr_isspace(text[len - 1])) {
        len--;
    }
    if (len == HEX_LEN
        && apr_unescape_hex(key, text, HEX_LEN, 0, &key_len) == APR_SUCCESS
        && key_len == NP_CRYPTO_KEY_LEN) {
        return NULL;
    }
    return apr_psprintf(p,
                        "%s holds no key: write one with \"openssl rand -hex "
                        "32 > %s\"",
                        path, path);
}

static const char *check_access(const char *path, int fd, apr_pool_t *p)
{
    struct stat info;

    if (fstat(fd, &info)) {
        return np_state_dir_failed(p, path, "cannot be examined");
    }
    if (!S_ISREG(info.st_mode)) {
        return apr_psprintf(p, "%s is not a file", path);
    }
    if (info.st_mode & (S_IRWXG | S_IRWXO)) {
        return apr_psprintf(p,
                            "%s is open to other users: run \"chmod 600 %s\", "
                            "and make a new key if others may have read it",
                            path, path);
    }
    return NULL;
}

static const char *read_key(const char *path, unsigned char *key,
                            apr_pool_t *p)
{
    char text[HEX_LEN + 8];
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return np_state_dir_failed(p, path, "cannot be opened");
    }
    const char *error = check_access(path, fd, p);
    ssize_t len = error ? 0 : read(fd, text, sizeof text);
    if (len < 0) {
        error = np_state_dir_failed(p, path, "cannot be read");
    }
    (void)close(fd);
    if (!error) {
        error = decode(path, text, (apr_size_t)len, key, p);
    }
    np_crypto_wipe(text, sizeof text);
    return error;
}

static const char *make_ring(const unsigned char *octets, int count,
                             np_crypto_t **crypto, apr_pool_t *p)
{
    np_bytes_t keys[NP_CRYPTO_MAX_KEYS];

    for (int i = 0; i < count; i++) {
        keys[i] = (np_bytes_t){ octets + i * NP_CRYPTO_KEY_LEN,
                                NP_CRYPTO_KEY_LEN };
    }
    switch (np_crypto_create(crypto, keys, count, p)) {
    case APR_SUCCESS:
        return NULL;
    case APR_EINVAL:
        return "the same key is listed twice: list each key once";
    default:
        return "OpenSSL offers no AES-256-GCM, HMAC-SHA256 or HKDF here";
    }
}

const char *np_keys_read(const apr_array_header_t *files, np_crypto_t **crypto,
                         apr_pool_t *p)
{
    unsigned char octets[NP_CRYPTO_MAX_KEYS * NP_CRYPTO_KEY_LEN];
    const char *error = NULL;

    if (files->nelts > NP_CRYPTO_MAX_KEYS) {
        return apr_psprintf(p, "lists %d keys: list %d at the most",
                            files->nelts, NP_CRYPTO_MAX_KEYS);
    }
    for (int i = 0; i < files->nelts && !error; i++) {
        error = read_key(APR_ARRAY_IDX(files, i, const char *),
                         octets + i * NP_CRYPTO_KEY_LEN, p);
    }
    if (!error) {
        error = make_ring(octets, files->nelts, crypto, p);
    }
    np_crypto_wipe(octets, sizeof octets);
    return error;
}

static bool write_new_key(int fd)
{
    unsigned char key[NP_CRYPTO_KEY_LEN];
    char text[HEX_LEN + 2];

    if (np_crypto_random(key, sizeof key) != APR_SUCCESS) {
        errno = EIO;
        return false;
    }
    (void)apr_escape_hex(text, key, sizeof key, 0, NULL);
    text[HEX_LEN] = '\n';
    bool written = write(fd, text, HEX_LEN + 1) == HEX_LEN + 1
                   && np_state_dir_give(fd) && !fsync(fd);
    np_crypto_wipe(key, sizeof key);
    np_crypto_wipe(text, sizeof text);
    return written;
}

/* The key appears under its name complete and synced, or not at all; of two
 * servers that start together, the first one's stays. */
static const char *make_key(const char *dir, int dir_fd, server_rec *server,
                            apr_pool_t *p)
{
    char name[] = KEY_NAME ".XXXXXX";
    const char *draft = apr_pstrcat(p, dir, "/", name, NULL);

    int fd = mkostemp((char *)draft, O_CLOEXEC);
    if (fd < 0) {
        return np_state_dir_failed(p, dir, "no key can be made there");
    }
    const char *error = NULL;
    if (!write_new_key(fd)) {
        error = np_state_dir_failed(p, draft, "cannot be written");
    }
    (void)close(fd);
    const char *path = apr_pstrcat(p, dir, "/" KEY_NAME, NULL);
    if (!error && link(draft, path) && errno != EEXIST) {
        error = np_state_dir_failed(p, path, "cannot be made");
    }
    (void)unlink(draft);
    if (!error && fsync(dir_fd)) {
        error = np_state_dir_failed(p, dir, "cannot be synced");
    }
    if (!error) {
        NP_LOG_SERVER(server, APR_SUCCESS, NP_MSG_KEY_MADE, path);
    }
    return error;
}

const char *np_keys_keep(const char *dir, server_rec *server,
                         np_crypto_t **crypto, apr_pool_t *p)
{
    const char *path = apr_pstrcat(p, dir, "/" KEY_NAME, NULL);
    apr_array_header_t *files = apr_array_make(p, 1, sizeof(const char *));
    struct stat info;
    int dir_fd = -1;

    const char *error = np_state_dir_open(dir, &dir_fd, p);
    if (!error && lstat(path, &info)) {
        error = errno == ENOENT
                    ? make_key(dir, dir_fd, server, p)
                    : np_state_dir_failed(p, path, "cannot be examined");
    }
    if (dir_fd >= 0) {
        (void)close(dir_fd);
    }
    APR_ARRAY_PUSH(files, const char *) = path;
    return error ? error : np_keys_read(files, crypto, p);
}
