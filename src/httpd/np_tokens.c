/* SPDX-License-Identifier: Apache-2.0
 * The file with the tokens of programs: read, and who may read it. */
#include "np_tokens.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apr_strings.h"
#include "unixd.h"

#include "np_state_dir.h"

/* It holds hashes only; but who can write to it makes himself a token. */
static const char *check_others(const char *path, const struct stat *info,
                                apr_pool_t *p)
{
    const mode_t group =
        info->st_gid == ap_unixd_config.group_id ? S_IWGRP | S_IXGRP : S_IRWXG;

    if (!S_ISREG(info->st_mode)) {
        return apr_psprintf(p, "%s is not a file", path);
    }
    if (info->st_mode & (group | S_IRWXO)) {
        return apr_psprintf(p,
                            "%s is open to other users: run \"chmod 600 %s\"",
                            path, path);
    }
    return NULL;
}

/* It is read with each request, by a child. */
static const char *check_children(const char *path, const struct stat *info,
                                  apr_pool_t *p)
{
    if (geteuid() != 0
        || (info->st_uid == ap_unixd_config.user_id
            && info->st_mode & S_IRUSR)
        || (info->st_gid == ap_unixd_config.group_id
            && info->st_mode & S_IRGRP)) {
        return NULL;
    }
    return apr_psprintf(p,
                        "httpd's user cannot read %s: run \"chown %s %s\"",
                        path, ap_unixd_config.user_name, path);
}

static const char *read_text(const char *path, int fd, np_bytes_t *text,
                             apr_pool_t *p)
{
    unsigned char *data = apr_palloc(p, NP_TOKEN_FILE_MAX + 1);
    apr_size_t len = 0;
    ssize_t got = 1;

    while (got > 0 && len <= NP_TOKEN_FILE_MAX) {
        got = read(fd, data + len, NP_TOKEN_FILE_MAX + 1 - len);
        len += got > 0 ? (apr_size_t)got : 0;
    }
    *text = (np_bytes_t){ data, len };
    return got < 0 ? np_state_dir_failed(p, path, "cannot be read") : NULL;
}

static const char *read_open(const char *path, int fd, np_tokens_t *tokens,
                             apr_pool_t *p)
{
    np_bytes_t text;
    struct stat info;
    const char *why = NULL;

    if (fstat(fd, &info)) {
        return np_state_dir_failed(p, path, "cannot be examined");
    }
    const char *error = check_others(path, &info, p);
    if (!error) {
        error = check_children(path, &info, p);
    }
    if (!error) {
        error = read_text(path, fd, &text, p);
    }
    if (!error && np_token_parse_file(text, tokens, &why, p) != APR_SUCCESS) {
        error = apr_psprintf(p, "%s, %s; make tokens with session-np-token",
                             path, why);
    }
    return error;
}

const char *np_tokens_read(const char *path, np_tokens_t *tokens,
                           apr_pool_t *p)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return np_state_dir_failed(p, path,
                                   "cannot be opened (session-np-token makes "
                                   "it)");
    }
    const char *error = read_open(path, fd, tokens, p);
    (void)close(fd);
    return error;
}
