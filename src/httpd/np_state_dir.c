/* SPDX-License-Identifier: Apache-2.0
 * The state directory, and the one inside it that children write to. */
#include "np_state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apr_strings.h"
#include "unixd.h"

#define DEFAULT_NAME "session_np"

const char *np_state_dir_default(apr_pool_t *p)
{
    return ap_runtime_dir_relative(p, DEFAULT_NAME);
}

const char *np_state_dir_failed(apr_pool_t *p, const char *path,
                                const char *what)
{
    char reason[120];

    apr_strerror(errno, reason, sizeof reason);
    return apr_psprintf(p, "%s: %s: %s", path, what, reason);
}

bool np_state_dir_give(int fd)
{
    return geteuid() != 0
           || !fchown(fd, ap_unixd_config.user_id, ap_unixd_config.group_id);
}

/* What is there, and whether others may write to it. */
static const char *examine(const char *dir, int fd, struct stat *info,
                           apr_pool_t *p)
{
    if (fstat(fd, info)) {
        return np_state_dir_failed(p, dir, "cannot be examined");
    }
    if (info->st_mode & (S_IWGRP | S_IWOTH)) {
        return apr_psprintf(p, "%s is writable by other users: run \"chmod "
                               "700 %s\"",
                            dir, dir);
    }
    return NULL;
}

static const char *open_dir(const char *dir, int *fd, bool *hopeless,
                            apr_pool_t *p)
{
    struct stat info;

    bool made = !mkdir(dir, S_IRWXU);
    *hopeless = !made && errno != EEXIST;
    if (*hopeless) {
        return np_state_dir_failed(
            p, dir, "cannot be made (set SessionNPStateDir to a directory "
                    "that may be)");
    }
    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) {
        return np_state_dir_failed(p, dir, "cannot be opened");
    }
    if (made && !np_state_dir_give(*fd)) {
        return np_state_dir_failed(p, dir, "cannot be given to httpd's user");
    }
    return examine(dir, *fd, &info, p);
}

const char *np_state_dir_open(const char *dir, int *fd, apr_pool_t *p)
{
    bool hopeless;

    return open_dir(dir, fd, &hopeless, p);
}

static apr_status_t close_dir(void *data)
{
    (void)close((int)(intptr_t)data);
    return APR_SUCCESS;
}

/* Whoever made it, children must be able to write to it. */
static const char *hand_over(const char *path, int fd, apr_pool_t *p)
{
    struct stat info;

    const char *error = examine(path, fd, &info, p);
    if (!error && geteuid() == 0 && info.st_uid != ap_unixd_config.user_id
        && !np_state_dir_give(fd)) {
        error = np_state_dir_failed(p, path, "cannot be given to httpd's user");
    }
    return error;
}

static const char *open_inner(const char *path, int parent, int *fd,
                              bool *hopeless, apr_pool_t *p)
{
    bool made = !mkdirat(parent, NP_STATE_DIR_SHARED, S_IRWXU);
    *hopeless = !made && errno != EEXIST;
    if (*hopeless) {
        return np_state_dir_failed(p, path, "cannot be made");
    }
    *fd = openat(parent, NP_STATE_DIR_SHARED,
                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) {
        return np_state_dir_failed(p, path, "cannot be opened");
    }
    apr_pool_cleanup_register(p, (void *)(intptr_t)*fd, close_dir,
                              apr_pool_cleanup_null);
    if (made && fsync(parent)) {
        return np_state_dir_failed(p, path, "cannot be synced");
    }
    return hand_over(path, *fd, p);
}

const char *np_state_dir_open_shared(const char *dir, int *fd, bool *hopeless,
                                     apr_pool_t *p)
{
    const char *path = apr_pstrcat(p, dir, "/" NP_STATE_DIR_SHARED, NULL);
    int parent = -1;

    *fd = -1;
    const char *error = open_dir(dir, &parent, hopeless, p);
    if (!error) {
        error = open_inner(path, parent, fd, hopeless, p);
    }
    if (parent >= 0) {
        (void)close(parent);
    }
    return error;
}
