/* SPDX-License-Identifier: Apache-2.0
 * The application's data: values under names, as bytes. */
#include "np_app_map.h"

#include <string.h>

#include "np_number.h"

/*
 *  entries, by strictly rising name; an empty map has none:
 *
 *  0             1      1+n            3+n
 *  +-------------+------+--------------+-------
 *  | length n    | name | length       | value
 *  | of the name |      | of the value |
 *  +-------------+------+--------------+-------
 *
 * The length of the value is big-endian. So two maps that hold the same are
 * the same bytes.
 */
#define LENGTHS_LEN 3

typedef struct np_entry_t {
    np_bytes_t name;
    np_bytes_t value;
} np_entry_t;

/* Where an entry begins and ends. If it is missing, both are where it would
 * begin. */
typedef struct np_slot_t {
    apr_size_t start;
    apr_size_t end;
    np_bytes_t value;
} np_slot_t;

static np_bytes_t name_of(const char *text)
{
    return (np_bytes_t){ (const unsigned char *)text, strlen(text) };
}

static bool is_name(np_bytes_t name)
{
    for (apr_size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] > '~') {
            return false;
        }
    }
    return name.len >= 1 && name.len <= NP_APP_MAP_MAX_NAME;
}

/* Below, at or above 0, as memcmp(); what another name begins with stands
 * before it. */
static int compare(np_bytes_t a, np_bytes_t b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static apr_size_t entry_len(const np_entry_t *entry)
{
    return LENGTHS_LEN + entry->name.len + entry->value.len;
}

/* Reading: every length is checked before it is used. */

static bool read_entry(np_bytes_t bytes, np_entry_t *entry)
{
    if (bytes.len < LENGTHS_LEN || bytes.len - LENGTHS_LEN < bytes.data[0]) {
        return false;
    }
    entry->name = (np_bytes_t){ bytes.data + 1, bytes.data[0] };
    const unsigned char *behind = entry->name.data + entry->name.len;
    apr_size_t value_len = (apr_size_t)np_number_read(behind, 2);
    if (bytes.len - LENGTHS_LEN - entry->name.len < value_len) {
        return false;
    }
    entry->value = (np_bytes_t){ behind + 2, value_len };
    return is_name(entry->name);
}

/* Find the slot of a name; false if the bytes are no map. */
static bool locate(np_bytes_t map, np_bytes_t name, np_slot_t *slot)
{
    np_bytes_t last_name = name_of("");
    apr_size_t offset = 0;

    *slot = (np_slot_t){ 0 };
    while (offset < map.len) {
        np_bytes_t rest = { map.data + offset, map.len - offset };
        np_entry_t entry;
        if (!read_entry(rest, &entry) || compare(last_name, entry.name) >= 0) {
            return false;
        }
        offset += entry_len(&entry);
        int order = compare(entry.name, name);
        if (order < 0) {
            slot->start = offset;
        }
        if (order <= 0) {
            slot->end = offset;
            slot->value = entry.value;
        }
        last_name = entry.name;
    }
    return true;
}

bool np_app_map_is_name(const char *name)
{
    return is_name(name_of(name));
}

apr_status_t np_app_map_get(np_bytes_t map, const char *name,
                            np_bytes_t *value)
{
    np_slot_t slot;

    if (!locate(map, name_of(name), &slot)) {
        return APR_EINVAL;
    }
    if (slot.start == slot.end) {
        return APR_NOTFOUND;
    }
    *value = slot.value;
    return APR_SUCCESS;
}

bool np_app_map_next(np_bytes_t *rest, np_bytes_t *name, np_bytes_t *value)
{
    np_entry_t entry;

    if (!read_entry(*rest, &entry)) {
        return false;
    }
    rest->data += entry_len(&entry);
    rest->len -= entry_len(&entry);
    *name = entry.name;
    *value = entry.value;
    return true;
}

/* Writing: a cursor into a buffer that is known to be large enough. */

/* Empty bytes may have no address to count from. */
static unsigned char *write_part(unsigned char *out, np_bytes_t bytes,
                                 apr_size_t start, apr_size_t end)
{
    if (start < end) {
        memcpy(out, bytes.data + start, end - start);
    }
    return out + (end - start);
}

static unsigned char *write_entry(unsigned char *out, const np_entry_t *entry)
{
    *out++ = (unsigned char)entry->name.len;
    out = write_part(out, entry->name, 0, entry->name.len);
    out = np_number_write(out, (apr_int64_t)entry->value.len, 2);
    return write_part(out, entry->value, 0, entry->value.len);
}

apr_status_t np_app_map_set(np_bytes_t map, const char *name,
                            const np_bytes_t *value, apr_size_t max,
                            np_bytes_t *changed, apr_pool_t *p)
{
    np_entry_t entry = { .name = name_of(name) };
    np_slot_t slot;

    if (value) {
        entry.value = *value;
    }
    if (!is_name(entry.name) || entry.value.len > NP_APP_MAP_MAX_VALUE
        || !locate(map, entry.name, &slot)) {
        return APR_EINVAL;
    }
    apr_size_t len =
        map.len - (slot.end - slot.start) + (value ? entry_len(&entry) : 0);
    if (len > max) {
        return APR_ENOSPC;
    }
    unsigned char *data = apr_palloc(p, len);
    unsigned char *out = write_part(data, map, 0, slot.start);
    if (value) {
        out = write_entry(out, &entry);
    }
    (void)write_part(out, map, slot.end, map.len);
    *changed = (np_bytes_t){ data, len };
    return APR_SUCCESS;
}
