/* SPDX-License-Identifier: Apache-2.0
 * Documents that all processes of a machine share, and their files. */
#include "np_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apr_strings.h"

/* Only who has the lock writes it: so one name does for all. */
#define DRAFT ".new"

/* What lies before the document's own memory. */
typedef struct head_t {
    atomic_int loaded;
    /* The file lacks something. */
    atomic_int unwritten;
    atomic_int said;
    _Atomic apr_int64_t asked_at;
    /* Pools and shared memory of APR are aligned for no more. */
    _Alignas(apr_int64_t) unsigned char rest[];
} head_t;

struct np_shared_t {
    const np_document_t *document;
    head_t *head;
    apr_global_mutex_t *mutex;
    int dir;
    const char *draft;
};

apr_size_t np_shared_size(const np_document_t *document)
{
    return sizeof(head_t) + document->size;
}

np_shared_t *np_shared_open(const np_document_t *document, void *memory,
                            apr_global_mutex_t *mutex, int dir, apr_pool_t *p)
{
    np_shared_t *shared = apr_palloc(p, sizeof *shared);

    *shared = (np_shared_t){
        .document = document,
        .head = memory,
        .mutex = mutex,
        .dir = dir,
        .draft = apr_pstrcat(p, document->name, DRAFT, NULL),
    };
    return shared;
}

void *np_shared_memory(const np_shared_t *shared)
{
    return shared->head->rest;
}

const np_document_t *np_shared_document(const np_shared_t *shared)
{
    return shared->document;
}

apr_status_t np_shared_lock(np_shared_t *shared)
{
    return apr_global_mutex_lock(shared->mutex);
}

void np_shared_unlock(np_shared_t *shared)
{
    (void)apr_global_mutex_unlock(shared->mutex);
}

/* --- the file --------------------------------------------------------------- */

static apr_status_t last_error(void)
{
    return APR_FROM_OS_ERROR(errno);
}

static apr_status_t write_all(int fd, np_bytes_t octets)
{
    while (octets.len) {
        const ssize_t written = write(fd, octets.data, octets.len);
        if (written < 0 && errno != EINTR) {
            return last_error();
        }
        if (written > 0) {
            octets.data += written;
            octets.len -= (apr_size_t)written;
        }
    }
    return fsync(fd) ? last_error() : APR_SUCCESS;
}

static apr_status_t write_draft(const np_shared_t *shared, np_bytes_t octets)
{
    int fd = openat(shared->dir, shared->draft,
                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return last_error();
    }
    apr_status_t status = write_all(fd, octets);
    if (close(fd) && status == APR_SUCCESS) {
        status = last_error();
    }
    return status;
}

/* The old file or the new one is there, whatever happens at whatever moment. */
static apr_status_t write_file(const np_shared_t *shared, np_bytes_t octets)
{
    if (shared->dir < 0) {
        return APR_ENODIR;
    }
    const apr_status_t status = write_draft(shared, octets);
    if (status != APR_SUCCESS) {
        return status;
    }
    return renameat(shared->dir, shared->draft, shared->dir,
                    shared->document->name)
                   || fsync(shared->dir)
               ? last_error()
               : APR_SUCCESS;
}

static apr_status_t read_all(int fd, np_bytes_t *octets, const char **why,
                             apr_pool_t *p)
{
    struct stat info;
    apr_size_t len = 0;

    if (fstat(fd, &info)) {
        *why = "it cannot be examined";
        return last_error();
    }
    if (!S_ISREG(info.st_mode) || info.st_size > NP_SHARED_MAX) {
        *why = "it is no file, or too long";
        return APR_EINVAL;
    }
    unsigned char *data = apr_palloc(p, (apr_size_t)info.st_size + 1);
    while (len < (apr_size_t)info.st_size) {
        const ssize_t got = read(fd, data + len, (apr_size_t)info.st_size - len);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            *why = "it cannot be read";
            return got ? last_error() : APR_EOF;
        }
        len += got > 0 ? (apr_size_t)got : 0;
    }
    *octets = (np_bytes_t){ data, len };
    return APR_SUCCESS;
}

static apr_status_t read_file(np_shared_t *shared, const char **why,
                              apr_pool_t *p)
{
    np_bytes_t octets;
    np_news_t news;

    int fd = openat(shared->dir, shared->document->name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        *why = "it cannot be opened";
        return errno == ENOENT ? APR_SUCCESS : last_error();
    }
    apr_status_t status = read_all(fd, &octets, why, p);
    (void)close(fd);
    if (status == APR_SUCCESS && octets.len == 0) {
        *why = "it is empty";         /* nobody here writes such */
        return APR_EINVAL;
    }
    return status == APR_SUCCESS
               ? shared->document->merge(np_shared_memory(shared), octets,
                                         &news, why, p)
               : status;
}

apr_status_t np_shared_load(np_shared_t *shared, const char **why,
                            apr_pool_t *p)
{
    if (shared->dir < 0 || atomic_load(&shared->head->loaded)) {
        return APR_SUCCESS;
    }
    *why = "there is no lock";
    apr_status_t status = np_shared_lock(shared);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = read_file(shared, why, p);
    atomic_store(&shared->head->loaded, status == APR_SUCCESS);
    np_shared_unlock(shared);
    return status;
}

/* --- changes ---------------------------------------------------------------- */

static apr_status_t save(np_shared_t *shared, apr_pool_t *p)
{
    np_bytes_t octets;

    apr_status_t status =
        shared->document->encode(np_shared_memory(shared), &octets, p);
    if (status == APR_SUCCESS) {
        status = write_file(shared, octets);
    }
    if (status == APR_SUCCESS) {
        atomic_store(&shared->head->unwritten, 0);
    }
    return status;
}

apr_status_t np_shared_save(np_shared_t *shared, apr_pool_t *p)
{
    if (!atomic_load(&shared->head->unwritten)) {
        return APR_SUCCESS;
    }
    apr_status_t status = np_shared_lock(shared);
    if (status == APR_SUCCESS) {
        status = save(shared, p);
        np_shared_unlock(shared);
    }
    return status;
}

static apr_status_t change_it(np_shared_t *shared, np_shared_change_t change,
                              void *data, apr_pool_t *p)
{
    void *memory = np_shared_memory(shared);
    np_bytes_t octets;
    np_news_t news;
    const char *why;

    apr_status_t status = change(memory, data, &octets, p);
    if (status == APR_SUCCESS) {
        status = write_file(shared, octets);
    }
    if (status == APR_SUCCESS) {
        atomic_store(&shared->head->unwritten, 0);
        status = shared->document->merge(memory, octets, &news, &why, p);
    }
    return status;
}

apr_status_t np_shared_change(np_shared_t *shared, np_shared_change_t change,
                              void *data, apr_pool_t *p)
{
    apr_status_t status = np_shared_lock(shared);
    if (status == APR_SUCCESS) {
        status = change_it(shared, change, data, p);
        np_shared_unlock(shared);
    }
    return status;
}

apr_status_t np_shared_take(np_shared_t *shared, np_bytes_t octets,
                            np_news_t *news, const char **why, apr_pool_t *p)
{
    *why = "there is no lock";
    apr_status_t status = np_shared_lock(shared);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = shared->document->merge(np_shared_memory(shared), octets, news,
                                     why, p);
    if (status == APR_SUCCESS && news->newer) {
        atomic_store(&shared->head->unwritten, 1);
        (void)save(shared, p);
    }
    np_shared_unlock(shared);
    return status;
}

apr_status_t np_shared_encode(np_shared_t *shared, np_bytes_t *octets,
                              apr_pool_t *p)
{
    apr_status_t status = np_shared_lock(shared);
    if (status == APR_SUCCESS) {
        status = shared->document->encode(np_shared_memory(shared), octets, p);
        np_shared_unlock(shared);
    }
    return status;
}

/* --- turns ------------------------------------------------------------------ */

bool np_shared_is_due(np_shared_t *shared, apr_time_t now,
                      apr_interval_time_t period)
{
    apr_int64_t before = atomic_load(&shared->head->asked_at);

    /* (a clock that was behind: the machine was started anew) */
    return (!before || now - before >= period || now < before)
           && atomic_compare_exchange_strong(&shared->head->asked_at, &before,
                                             now);
}

bool np_shared_say_once(np_shared_t *shared)
{
    return !atomic_exchange(&shared->head->said, 1);
}
