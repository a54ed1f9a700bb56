/* SPDX-License-Identifier: Apache-2.0
 * The session record and its bytes. docs/record-format.md draws them. */
#include "np_record.h"

#include <string.h>

#include "apr_strings.h"

#include "np_base64url.h"
#include "np_number.h"

/*
 *  0       1       2       3       4          12         20
 *  +-------+-------+-------+-------+----------+----------+---
 *  |version| state | mode  | flags | login_at | used_at  | ...
 *  +-------+-------+-------+-------+----------+----------+---
 *      20     28     36         44       60
 *  ---+------+------+----------+--------+-----------------------
 *     | idle | life | fresh_at | handle | fields, by rising tag
 *  ---+------+------+----------+--------+-----------------------
 *
 *  a field:  0     1        3
 *            +-----+--------+---------
 *            | tag | length | value
 *            +-----+--------+---------
 *
 * Numbers are big-endian; times and limits are microseconds in 8 octets. The
 * highest bit of a tag says that a reader who does not know the field must
 * not use the record.
 */
#define VERSION 1
#define FIXED_LEN (4 + 5 * 8 + NP_HANDLE_LEN)
#define FIELD_HEADER_LEN 3

#define FLAG_MODE_CHOSEN 0x01
#define FLAG_ASK_PASSWORD_AGAIN 0x02
#define FLAGS_KNOWN (FLAG_MODE_CHOSEN | FLAG_ASK_PASSWORD_AGAIN)

#define TAG_CRITICAL 0x80
#define TAG_USER 0x01
#define TAG_AUTH_TYPE 0x02
#define TAG_MFA 0x03
#define TAG_APP_DATA 0x04
#define TAG_DEVICE 0x05
#define TAG_METADATA 0x06
#define TAG_ACCEPTED_UNTIL 0x81
#define TAG_SUCCESSOR 0x82
#define TAG_BINDING 0x83

/** What 64 KiB have left beside the longest texts, the device, the most data
 *  and the seal. */
#define ROOM_FOR_BINDING 857

/** Octets of a device: what is known of it, whether its cookie was brought to
 *  the login, its handle. */
#define DEVICE_LEN (2 + NP_HANDLE_LEN)

/* What holds for every record. The writer keeps to it as the reader does: a
 * record that nobody could read must not replace one that can be read. */

bool np_record_is_key(const char *text)
{
    const apr_size_t len = np_base64url_span(text);
    return len == NP_STORAGE_KEY_LEN && !text[len];
}

static bool is_clean(const char *text)
{
    apr_size_t len = 0;
    while ((unsigned char)text[len] >= ' ' && text[len] != 0x7f) {
        len++;
    }
    return len <= NP_RECORD_MAX_TEXT && !text[len];
}

bool np_record_is_user(const char *user)
{
    return user && *user && is_clean(user);
}

static bool texts_are_sound(const np_record_t *record)
{
    return np_record_is_user(record->user)
           && (!record->auth_type || is_clean(record->auth_type))
           && (!record->mfa || (*record->mfa && is_clean(record->mfa)));
}

/* A binding of ordinary size fits in beside everything else that there may be;
 * what it has beyond that it takes from the data. */
static apr_size_t excess_of_binding(const np_record_t *record)
{
    const apr_size_t size =
        record->binding ? FIELD_HEADER_LEN + np_binding_size(record->binding)
                        : 0;
    return size > ROOM_FOR_BINDING ? size - ROOM_FOR_BINDING : 0;
}

/* Both kinds of data share the room. */
bool np_record_has_room(const np_record_t *record)
{
    const apr_size_t len = record->metadata ? strlen(record->metadata) : 0;

    return (!record->metadata || (len && len <= NP_RECORD_MAX_METADATA))
           && record->app_data.len
                  <= NP_RECORD_MAX_APP_DATA - len - excess_of_binding(record);
}

static bool names_successor(const np_record_t *record)
{
    return record->accepted_until > 0 && record->successor
           && np_record_is_key(record->successor);
}

static bool names_no_successor(const np_record_t *record)
{
    return !record->accepted_until && !record->successor;
}

static bool is_sound(const np_record_t *record)
{
    return record->state >= NP_RECORD_LIVE && record->state <= NP_RECORD_ENDED
           && (unsigned int)record->mode < NP_MODES
           && record->times.login_at >= 0 && record->times.used_at >= 0
           && record->limits.idle > 0 && record->limits.life > 0
           && record->fresh_at >= 0 && texts_are_sound(record)
           && (unsigned int)record->device.known < NP_DEVICES
           && np_record_has_room(record)
           && (!record->binding || np_binding_is_sound(record->binding))
           && (record->state == NP_RECORD_SUPERSEDED
                   ? names_successor(record)
                   : names_no_successor(record));
}

/* Writing: a cursor into a buffer that is known to be large enough. */

static unsigned char *write_field(unsigned char *out, unsigned char tag,
                                  const void *value, apr_size_t len)
{
    *out++ = tag;
    out = np_number_write(out, (apr_int64_t)len, 2);
    return np_bytes_write(out, value, len);
}

static unsigned char *write_text(unsigned char *out, unsigned char tag,
                                 const char *text)
{
    return text ? write_field(out, tag, text, strlen(text)) : out;
}

static apr_size_t text_len(const char *text)
{
    return text ? FIELD_HEADER_LEN + strlen(text) : 0;
}

static unsigned char *write_device(unsigned char *out,
                                   const np_device_t *device)
{
    *out++ = TAG_DEVICE;
    out = np_number_write(out, DEVICE_LEN, 2);
    *out++ = (unsigned char)device->known;
    *out++ = device->brought;
    return np_bytes_write(out, device->handle, NP_HANDLE_LEN);
}

static unsigned char *write_fixed(unsigned char *out,
                                  const np_record_t *record)
{
    int flags = (record->mode_chosen ? FLAG_MODE_CHOSEN : 0)
                | (record->ask_password_again ? FLAG_ASK_PASSWORD_AGAIN : 0);

    *out++ = VERSION;
    *out++ = (unsigned char)record->state;
    *out++ = (unsigned char)record->mode;
    *out++ = (unsigned char)flags;
    out = np_number_write(out, record->times.login_at, 8);
    out = np_number_write(out, record->times.used_at, 8);
    out = np_number_write(out, record->limits.idle, 8);
    out = np_number_write(out, record->limits.life, 8);
    out = np_number_write(out, record->fresh_at, 8);
    return np_bytes_write(out, record->handle, NP_HANDLE_LEN);
}

static unsigned char *write_binding(unsigned char *out,
                                    const np_binding_t *binding)
{
    if (!binding) {
        return out;
    }
    *out++ = TAG_BINDING;
    out = np_number_write(out, (apr_int64_t)np_binding_size(binding), 2);
    return np_binding_write(out, binding);
}

/* At the most. */
static apr_size_t length_of(const np_record_t *record)
{
    return FIXED_LEN + text_len(record->user) + text_len(record->auth_type)
           + text_len(record->mfa) + FIELD_HEADER_LEN + record->app_data.len
           + FIELD_HEADER_LEN + DEVICE_LEN + text_len(record->metadata)
           + FIELD_HEADER_LEN + 8 + text_len(record->successor)
           + FIELD_HEADER_LEN
           + (record->binding ? np_binding_size(record->binding) : 0);
}

apr_status_t np_record_encode(const np_record_t *record, np_bytes_t *bytes,
                              apr_pool_t *p)
{
    if (!is_sound(record)) {
        return APR_EINVAL;
    }
    unsigned char *data = apr_palloc(p, length_of(record));
    unsigned char *out = write_fixed(data, record);

    out = write_text(out, TAG_USER, record->user);
    out = write_text(out, TAG_AUTH_TYPE, record->auth_type);
    out = write_text(out, TAG_MFA, record->mfa);
    if (record->app_data.len) {
        out = write_field(out, TAG_APP_DATA, record->app_data.data,
                          record->app_data.len);
    }
    if (record->device.known != NP_DEVICE_UNTOLD || record->device.brought) {
        out = write_device(out, &record->device);
    }
    out = write_text(out, TAG_METADATA, record->metadata);
    if (record->state == NP_RECORD_SUPERSEDED) {
        *out++ = TAG_ACCEPTED_UNTIL;
        out = np_number_write(out, 8, 2);
        out = np_number_write(out, record->accepted_until, 8);
        out = write_text(out, TAG_SUCCESSOR, record->successor);
    }
    out = write_binding(out, record->binding);
    *bytes = (np_bytes_t){ data, (apr_size_t)(out - data) };
    return APR_SUCCESS;
}

/* Reading: every length is checked before it is used. */

static bool read_fixed(const unsigned char *in, np_record_t *record)
{
    if (in[0] != VERSION || in[3] & ~FLAGS_KNOWN) {
        return false;
    }
    record->state = (np_record_state_e)in[1];
    record->mode = (np_mode_e)in[2];
    record->mode_chosen = in[3] & FLAG_MODE_CHOSEN;
    record->ask_password_again = in[3] & FLAG_ASK_PASSWORD_AGAIN;
    record->times.login_at = np_number_read(in + 4, 8);
    record->times.used_at = np_number_read(in + 12, 8);
    record->limits.idle = np_number_read(in + 20, 8);
    record->limits.life = np_number_read(in + 28, 8);
    record->fresh_at = np_number_read(in + 36, 8);
    memcpy(record->handle, in + 44, NP_HANDLE_LEN);
    return true;
}

/* A NUL in the value would hide what stands behind it. */
static bool read_text(const unsigned char *value, apr_size_t len,
                      const char **text, apr_pool_t *p)
{
    if (memchr(value, '\0', len)) {
        return false;
    }
    *text = apr_pstrmemdup(p, (const char *)value, len);
    return true;
}

static bool read_accepted_until(const unsigned char *value, apr_size_t len,
                                np_record_t *record)
{
    if (len != 8) {
        return false;
    }
    record->accepted_until = np_number_read(value, 8);
    return record->accepted_until != 0;
}

static bool read_device(const unsigned char *value, apr_size_t len,
                        np_device_t *device)
{
    if (len != DEVICE_LEN || value[1] > 1 || !(value[0] || value[1])) {
        return false;
    }
    device->known = (np_device_e)value[0];
    device->brought = value[1];
    memcpy(device->handle, value + 2, NP_HANDLE_LEN);
    return true;
}

static bool read_binding(np_bytes_t octets, const np_binding_t **binding,
                         apr_pool_t *p)
{
    np_binding_t *found = apr_palloc(p, sizeof *found);

    *binding = found;
    return np_binding_read(found, octets);
}

static bool read_field(unsigned char tag, const unsigned char *value,
                       apr_size_t len, np_record_t *record, apr_pool_t *p)
{
    switch (tag) {
    case TAG_USER:
        return read_text(value, len, &record->user, p);
    case TAG_AUTH_TYPE:
        return read_text(value, len, &record->auth_type, p);
    case TAG_MFA:
        return read_text(value, len, &record->mfa, p);
    case TAG_APP_DATA:
        record->app_data = (np_bytes_t){ value, len };
        return len > 0;
    case TAG_DEVICE:
        return read_device(value, len, &record->device);
    case TAG_METADATA:
        return read_text(value, len, &record->metadata, p);
    case TAG_ACCEPTED_UNTIL:
        return read_accepted_until(value, len, record);
    case TAG_SUCCESSOR:
        return read_text(value, len, &record->successor, p);
    case TAG_BINDING:
        return read_binding((np_bytes_t){ value, len }, &record->binding, p);
    default:
        return !(tag & TAG_CRITICAL);
    }
}

static bool read_fields(const unsigned char *in, const unsigned char *end,
                        np_record_t *record, apr_pool_t *p)
{
    int last_tag = 0;

    while (in < end) {
        if (end - in < FIELD_HEADER_LEN || in[0] <= last_tag) {
            return false;
        }
        apr_size_t len = (apr_size_t)np_number_read(in + 1, 2);
        if ((apr_size_t)(end - in) - FIELD_HEADER_LEN < len
            || !read_field(in[0], in + FIELD_HEADER_LEN, len, record, p)) {
            return false;
        }
        last_tag = in[0];
        in += FIELD_HEADER_LEN + len;
    }
    return true;
}

apr_status_t np_record_decode(np_bytes_t bytes, np_record_t *record,
                              apr_pool_t *p)
{
    np_record_t found = { 0 };

    if (bytes.len < FIXED_LEN || !read_fixed(bytes.data, &found)
        || !read_fields(bytes.data + FIXED_LEN, bytes.data + bytes.len, &found,
                        p)
        || !is_sound(&found)) {
        return APR_EINVAL;
    }
    *record = found;
    return APR_SUCCESS;
}
