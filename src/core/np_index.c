/* SPDX-License-Identifier: Apache-2.0
 * The list of a user's sessions, and its bytes. docs/record-format.md draws
 * them. */
#include "np_index.h"

#include <string.h>

#include "apr_strings.h"

#include "np_number.h"

/*
 *  0         1
 *  +---------+-----------------------------------------------
 *  | version | entries, the oldest login first, to the end
 *  +---------+-----------------------------------------------
 *
 *  an entry:  0        16            40         48           56
 *             +--------+-------------+----------+------------+---
 *             | handle | storage key | login_at | expires_at | ...
 *             +--------+-------------+----------+------------+---
 *                56       57      57+n     58+n
 *             ---+--------+-------+--------+---------
 *                | length | agent | length | address
 *             ---+--------+-------+--------+---------
 */
#define VERSION 1
#define HEAD_LEN 1
#define ENTRY_HEAD_LEN (NP_HANDLE_LEN + NP_STORAGE_KEY_LEN + 8 + 8)

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

const char *np_index_text(const char *text, apr_size_t max, apr_pool_t *p)
{
    char *cut = apr_pstrndup(p, text ? text : "", max);

    for (char *c = cut; *c; c++) {
        if (!is_printable(*c)) {
            *c = '?';
        }
    }
    return cut;
}

np_entry_t *np_index_find(np_index_t *index, const unsigned char *handle)
{
    for (int i = 0; i < index->count; i++) {
        if (!memcmp(index->entries[i].handle, handle, NP_HANDLE_LEN)) {
            return &index->entries[i];
        }
    }
    return NULL;
}

void np_index_remove(np_index_t *index, const unsigned char *handle)
{
    np_entry_t *entry = np_index_find(index, handle);

    if (entry) {
        const np_entry_t *end = index->entries + index->count--;
        memmove(entry, entry + 1,
                (apr_size_t)(end - entry - 1) * sizeof *entry);
    }
}

void np_index_sweep(np_index_t *index, apr_time_t now)
{
    int kept = 0;

    for (int i = 0; i < index->count; i++) {
        if (index->entries[i].expires_at > now) {
            index->entries[kept++] = index->entries[i];
        }
    }
    index->count = kept;
}

bool np_index_is_before(const np_entry_t *a, const np_entry_t *b)
{
    return a->login_at != b->login_at
               ? a->login_at < b->login_at
               : memcmp(a->handle, b->handle, NP_HANDLE_LEN) < 0;
}

apr_status_t np_index_insert(np_index_t *index, const np_entry_t *entry)
{
    np_index_remove(index, entry->handle);
    if (index->count >= NP_INDEX_MAX) {
        return APR_ENOSPC;
    }
    int at = index->count++;
    for (; at > 0 && np_index_is_before(entry, &index->entries[at - 1]);
         at--) {
        index->entries[at] = index->entries[at - 1];
    }
    index->entries[at] = *entry;
    return APR_SUCCESS;
}

apr_time_t np_index_ends_at(const np_index_t *index)
{
    apr_time_t latest = 0;

    for (int i = 0; i < index->count; i++) {
        const apr_time_t end = index->entries[i].expires_at;
        latest = end > latest ? end : latest;
    }
    return latest;
}

/* What holds for every index; the writer keeps to it as the reader does. */

static bool is_text(const char *text, apr_size_t max)
{
    apr_size_t len = 0;
    while (is_printable(text[len])) {
        len++;
    }
    return len <= max && !text[len];
}

static bool is_sound(const np_index_t *index)
{
    if (index->count < 0 || index->count > NP_INDEX_MAX) {
        return false;
    }
    for (int i = 0; i < index->count; i++) {
        const np_entry_t *entry = &index->entries[i];
        if (entry->login_at < 0 || entry->expires_at < 0
            || !np_record_is_key(entry->storage_key)
            || !is_text(entry->agent, NP_INDEX_MAX_AGENT)
            || !is_text(entry->address, NP_INDEX_MAX_ADDRESS)
            || (i && !np_index_is_before(entry - 1, entry))) {
            return false;
        }
    }
    return true;
}

static apr_size_t encoded_len(const np_index_t *index)
{
    apr_size_t len = HEAD_LEN;

    for (int i = 0; i < index->count; i++) {
        const np_entry_t *entry = &index->entries[i];
        len += ENTRY_HEAD_LEN + 1 + strlen(entry->agent) + 1
               + strlen(entry->address);
    }
    return len;
}

static unsigned char *write_text(unsigned char *out, const char *text)
{
    const apr_size_t len = strlen(text);

    *out++ = (unsigned char)len;
    return np_bytes_write(out, text, len);
}

apr_status_t np_index_encode(const np_index_t *index, np_bytes_t *bytes,
                             apr_pool_t *p)
{
    if (!is_sound(index)) {
        return APR_EINVAL;
    }
    const apr_size_t len = encoded_len(index);
    unsigned char *data = apr_palloc(p, len);
    unsigned char *out = data;

    *out++ = VERSION;
    for (int i = 0; i < index->count; i++) {
        const np_entry_t *entry = &index->entries[i];
        out = np_bytes_write(out, entry->handle, NP_HANDLE_LEN);
        out = np_bytes_write(out, entry->storage_key, NP_STORAGE_KEY_LEN);
        out = np_number_write(out, entry->login_at, 8);
        out = np_number_write(out, entry->expires_at, 8);
        out = write_text(out, entry->agent);
        out = write_text(out, entry->address);
    }
    *bytes = (np_bytes_t){ data, len };
    return APR_SUCCESS;
}

/* Reading: every length is checked before it is used. */

/* Read the text at *in and step over it. */
static bool read_text(const unsigned char **in, const unsigned char *end,
                      const char **text, apr_pool_t *p)
{
    if (*in >= end || end - *in - 1 < **in
        || memchr(*in + 1, '\0', **in)) {
        return false;
    }
    *text = apr_pstrmemdup(p, (const char *)*in + 1, **in);
    *in += 1 + **in;
    return true;
}

static bool read_entry(const unsigned char **in, const unsigned char *end,
                       np_entry_t *entry, apr_pool_t *p)
{
    const unsigned char *at = *in;

    if (end - at < ENTRY_HEAD_LEN) {
        return false;
    }
    memcpy(entry->handle, at, NP_HANDLE_LEN);
    at += NP_HANDLE_LEN;
    memcpy(entry->storage_key, at, NP_STORAGE_KEY_LEN);
    entry->storage_key[NP_STORAGE_KEY_LEN] = '\0';
    at += NP_STORAGE_KEY_LEN;
    entry->login_at = np_number_read(at, 8);
    entry->expires_at = np_number_read(at + 8, 8);
    *in = at + 16;
    return read_text(in, end, &entry->agent, p)
           && read_text(in, end, &entry->address, p);
}

apr_status_t np_index_decode(np_bytes_t bytes, np_index_t *index,
                             apr_pool_t *p)
{
    np_index_t *found = apr_palloc(p, sizeof *found);

    if (bytes.len < HEAD_LEN || bytes.data[0] != VERSION) {
        return APR_EINVAL;
    }
    const unsigned char *in = bytes.data + HEAD_LEN;
    const unsigned char *end = bytes.data + bytes.len;
    for (found->count = 0; in < end; found->count++) {
        if (found->count == NP_INDEX_MAX
            || !read_entry(&in, end, &found->entries[found->count], p)) {
            return APR_EINVAL;
        }
    }
    if (!is_sound(found)) {
        return APR_EINVAL;
    }
    *index = *found;
    return APR_SUCCESS;
}
