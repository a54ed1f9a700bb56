/* SPDX-License-Identifier: Apache-2.0
 * session-np-token: makes, lists and removes the tokens of SessionNPTokenFile. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apr_general.h"
#include "apr_strings.h"

#include "np_clock.h"
#include "np_duration.h"
#include "np_moment.h"
#include "np_token.h"

#define DEFAULT_LIFE "90d"

static const char usage[] =
    "usage: session-np-token add FILE NAME --scope SCOPE ... [--expires 90d]\n"
    "       session-np-token list FILE\n"
    "       session-np-token remove FILE NAME\n"
    "\n"
    "add makes a token for the management API of mod_session_np and shows it\n"
    "once; FILE, which SessionNPTokenFile names, keeps a hash of it. It is good\n"
    "for 90 days if nothing else is said; \"--expires never\" is for ever. Write\n"
    "--scope several times, or once with commas; \"--scope all\" is all of\n"
    "  %s\n";

/* What was asked for, and the file as it was. */
typedef struct np_order_t {
    const char *file;
    const char *name;
    const char *scopes;
    const char *expires;
    /* Of the directory, which is locked. */
    int dir;
    bool exists;
    struct stat info;
    np_bytes_t text;
    np_tokens_t tokens;
    apr_pool_t *p;
} np_order_t;

__attribute__((format(printf, 1, 2)))
static int fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("session-np-token: ", stderr);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return 1;
}

static int fail_with_errno(const char *path, const char *what)
{
    return fail("%s %s: %s", path, what, strerror(errno));
}

/* --- the file --------------------------------------------------------------- */

static const char *directory_of(const char *path, apr_pool_t *p)
{
    const char *slash = strrchr(path, '/');

    if (!slash) {
        return ".";
    }
    return slash == path ? "/" : apr_pstrmemdup(p, path, (apr_size_t)(slash - path));
}

/* Two commands at once would lose a token: the second one waits. */
static int lock_directory(np_order_t *order)
{
    const char *dir = directory_of(order->file, order->p);

    order->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (order->dir < 0 || flock(order->dir, LOCK_EX)) {
        return fail_with_errno(dir, "cannot be opened");
    }
    return 0;
}

static int read_open(np_order_t *order, int fd)
{
    unsigned char *data = apr_palloc(order->p, NP_TOKEN_FILE_MAX + 1);
    apr_size_t len = 0;
    ssize_t got = 1;
    const char *why;

    if (fstat(fd, &order->info)) {
        return fail_with_errno(order->file, "cannot be examined");
    }
    while (got > 0 && len <= NP_TOKEN_FILE_MAX) {
        got = read(fd, data + len, NP_TOKEN_FILE_MAX + 1 - len);
        len += got > 0 ? (apr_size_t)got : 0;
    }
    if (got < 0) {
        return fail_with_errno(order->file, "cannot be read");
    }
    order->text = (np_bytes_t){ data, len };
    return np_token_parse_file(order->text, &order->tokens, &why, order->p)
                   == APR_SUCCESS
               ? 0
               : fail("%s, %s", order->file, why);
}

/* A file that is not there is an empty one, if it may be. */
static int read_file(np_order_t *order, bool may_miss)
{
    int fd = open(order->file, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT && may_miss) {
        return 0;
    }
    if (fd < 0) {
        return fail_with_errno(order->file, "cannot be opened");
    }
    order->exists = true;
    const int rc = read_open(order, fd);
    (void)close(fd);
    return rc;
}

static bool write_all(int fd, const char *text)
{
    apr_size_t left = strlen(text);

    while (left) {
        const ssize_t written = write(fd, text, left);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        text += written > 0 ? written : 0;
        left -= written > 0 ? (apr_size_t)written : 0;
    }
    return true;
}

/* Its owner and group stay, and whether the group may read it. */
static bool take_after(int fd, const np_order_t *order)
{
    return !order->exists
           || (!fchown(fd, order->info.st_uid, order->info.st_gid)
               && !fchmod(fd, order->info.st_mode & 0640));
}

static int write_file(const np_order_t *order, const char *text)
{
    char *draft = apr_pstrcat(order->p, order->file, ".XXXXXX", NULL);
    int fd = mkostemp(draft, O_CLOEXEC);

    if (fd < 0) {
        return fail_with_errno(draft, "cannot be made");
    }
    bool written =
        write_all(fd, text) && take_after(fd, order) && !fsync(fd);
    written = !close(fd) && written;
    if (written && !rename(draft, order->file)) {
        return fsync(order->dir) ? fail_with_errno(order->file,
                                                   "cannot be synced")
                                 : 0;
    }
    const int rc = fail_with_errno(order->file, "cannot be written");
    (void)unlink(draft);
    return rc;
}

/* --- the commands ----------------------------------------------------------- */

static const np_token_t *find(const np_order_t *order)
{
    for (int i = 0; i < order->tokens.count; i++) {
        if (!strcmp(order->tokens.list[i].name, order->name)) {
            return &order->tokens.list[i];
        }
    }
    return NULL;
}

static int read_expiry(const np_order_t *order, apr_time_t now,
                       apr_time_t *expires_at)
{
    apr_interval_time_t life;

    *expires_at = NP_TOKEN_NEVER;
    if (!strcmp(order->expires, "never")) {
        return 0;
    }
    const char *error = np_duration_parse(order->expires, 0, &life);
    if (error) {
        return fail("--expires: \"%s\" %s", order->expires, error);
    }
    *expires_at = now + life;
    return 0;
}

static const char *all_lines(const np_order_t *order)
{
    const char *text = apr_pstrmemdup(
        order->p, (const char *)order->text.data, order->text.len);
    const bool ends = !order->text.len
                      || order->text.data[order->text.len - 1] == '\n';

    return ends ? text : apr_pstrcat(order->p, text, "\n", NULL);
}

static int add(np_order_t *order)
{
    char text[NP_TOKEN_LEN + 1];
    const char *line;
    const char *why = "there are no random numbers";
    const apr_time_t now = np_clock_now();
    apr_time_t expires_at;

    if (read_file(order, true) || read_expiry(order, now, &expires_at)) {
        return 1;
    }
    if (find(order)) {
        return fail("%s has a token \"%s\" already: remove it first, or choose "
                    "another name",
                    order->file, order->name);
    }
    const np_token_wish_t wish = { order->name, order->scopes, expires_at };
    if (np_token_mint(&wish, now, text, &line, &why, order->p)
        != APR_SUCCESS) {
        return fail("%s", why);
    }
    const int rc = write_file(
        order, apr_pstrcat(order->p, all_lines(order), line, NULL));
    if (!rc) {
        printf("%s\n", text);
    }
    np_crypto_wipe(text, sizeof text);
    if (!rc && !order->exists) {
        (void)fprintf(stderr,
                      "session-np-token: made %s; httpd's user must be able to "
                      "read it, and nobody else (on Debian: \"chown www-data "
                      "%s\")\n",
                      order->file, order->file);
    }
    return rc;
}

static int list(np_order_t *order)
{
    const apr_time_t now = np_clock_now();

    if (read_file(order, false)) {
        return 1;
    }
    for (int i = 0; i < order->tokens.count; i++) {
        const np_token_t *token = &order->tokens.list[i];
        const bool never = token->expires_at == NP_TOKEN_NEVER;
        printf("%s\n  %s\n  made %s, %s%s\n", token->name,
               np_token_scopes(token->rights, " ", order->p),
               np_moment_print_seconds(token->created_at, order->p),
               never                       ? "never expires"
               : token->expires_at <= now ? "EXPIRED "
                                           : "expires ",
               never ? ""
                     : np_moment_print_seconds(token->expires_at, order->p));
    }
    return 0;
}

static bool is_line_of(const char *line, const char *name)
{
    const apr_size_t len = strlen(name);

    return !strncmp(line, name, len) && line[len] == ':';
}

static int drop(np_order_t *order)
{
    const char *text = "";
    char *rest;

    if (read_file(order, false)) {
        return 1;
    }
    if (!find(order)) {
        return fail("%s has no token \"%s\": see \"session-np-token list %s\"",
                    order->file, order->name, order->file);
    }
    rest = apr_pstrdup(order->p, all_lines(order));
    while (*rest) {
        char *end = strchr(rest, '\n');
        *end = '\0';
        if (!is_line_of(rest, order->name)) {
            text = apr_pstrcat(order->p, text, rest, "\n", NULL);
        }
        rest = end + 1;
    }
    return write_file(order, text);
}

/* --- the command line ------------------------------------------------------- */

/* Commas and blanks between scopes are one blank. */
static const char *add_scopes(const np_order_t *order, const char *more)
{
    char *text = apr_pstrcat(order->p, order->scopes,
                             *order->scopes ? " " : "",
                             strcmp(more, "all")
                                 ? more
                                 : np_token_scopes(~0U, " ", order->p),
                             NULL);

    for (char *c = text; *c; c++) {
        *c = *c == ',' ? ' ' : *c;
    }
    return text;
}

static int read_options(np_order_t *order, int argc, const char *const *argv)
{
    for (int i = 0; i < argc; i += 2) {
        if (i + 1 == argc) {
            return fail("%s: something is missing behind it", argv[i]);
        }
        if (!strcmp(argv[i], "--scope")) {
            order->scopes = add_scopes(order, argv[i + 1]);
        }
        else if (!strcmp(argv[i], "--expires")) {
            order->expires = argv[i + 1];
        }
        else {
            return fail("%s is not known: there are --scope and --expires",
                        argv[i]);
        }
    }
    return *order->scopes ? 0
                          : fail("say what the token is for: --scope and one "
                                 "of %s",
                                 np_token_scopes(~0U, ", ", order->p));
}

static int run(int argc, const char *const *argv, apr_pool_t *p)
{
    const char *command = argc > 1 ? argv[1] : "";
    np_order_t order = {
        .file = argc > 2 ? argv[2] : NULL,
        .name = argc > 3 ? argv[3] : NULL,
        .scopes = "",
        .expires = DEFAULT_LIFE,
        .text = { (const unsigned char *)"", 0 },
        .p = p,
    };

    if (!strcmp(command, "add") && argc > 3) {
        return read_options(&order, argc - 4, argv + 4)
                       || lock_directory(&order)
                   ? 1
                   : add(&order);
    }
    if (!strcmp(command, "list") && argc == 3) {
        return list(&order);
    }
    if (!strcmp(command, "remove") && argc == 4) {
        return lock_directory(&order) ? 1 : drop(&order);
    }
    const bool asked = !strcmp(command, "--help") || !strcmp(command, "help");
    (void)fprintf(asked ? stdout : stderr, usage,
                  np_token_scopes(~0U, " ", p));
    return asked ? 0 : 2;
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *p;

    if (apr_initialize() || apr_pool_create(&p, NULL)) {
        return fail("APR does not start");
    }
    const int rc = run(argc, argv, p);
    apr_terminate();
    return fflush(stdout) ? fail_with_errno("the output", "cannot be written")
                          : rc;
}
