/* SPDX-License-Identifier: Apache-2.0
 * The device in a session record: what was known of the browser at login. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_record.h"

/* Where the field begins in the sample's bytes: it is the last one. */
#define FIELD 68
#define FIELD_LEN (3 + 2 + NP_HANDLE_LEN)

static np_record_t sample(np_device_e known, bool brought)
{
    return (np_record_t){
        .state = NP_RECORD_LIVE,
        .times = { 1700000000000000, 1700000001000000 },
        .limits = { 1, 2 },
        .fresh_at = 1700000000500000,
        .handle = "0123456789abcde",
        .user = "alice",
        .device = { known, brought, "ABCDEFGHIJKLMNO" },
    };
}

static np_bytes_t encode(const np_record_t *record)
{
    np_bytes_t bytes;
    ck_assert_int_eq(np_record_encode(record, &bytes, np_pool), APR_SUCCESS);
    return bytes;
}

static apr_status_t decode(np_bytes_t bytes)
{
    np_record_t record;
    return np_record_decode(bytes, &record, np_pool);
}

/* _i is what is known, and whether it was brought. */
START_TEST(device_comes_back_as_it_went)
{
    np_record_t record = sample((np_device_e)(_i / 2), _i % 2);
    np_record_t again;
    np_bytes_t bytes = encode(&record);

    ck_assert_uint_eq(bytes.len, _i ? FIELD + FIELD_LEN : FIELD);
    ck_assert_int_eq(np_record_decode(bytes, &again, np_pool), APR_SUCCESS);
    ck_assert_int_eq(again.device.known, record.device.known);
    ck_assert_int_eq(again.device.brought, record.device.brought);
    if (_i) {
        ck_assert_mem_eq(again.device.handle, record.device.handle,
                         NP_HANDLE_LEN);
    }
}
END_TEST

START_TEST(nothing_told_and_nothing_brought_is_not_written)
{
    static const np_device_t nothing;
    np_record_t record = sample(NP_DEVICE_UNTOLD, false);
    np_record_t again;

    ck_assert_int_eq(np_record_decode(encode(&record), &again, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(again.device.known, NP_DEVICE_UNTOLD);
    ck_assert(!again.device.brought);
    ck_assert_mem_eq(again.device.handle, nothing.handle, NP_HANDLE_LEN);
}
END_TEST

START_TEST(unknown_device_is_not_written)
{
    np_record_t record = sample((np_device_e)NP_DEVICES, true);
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
    memset(&record.device.known, 0xff, sizeof record.device.known);
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
}
END_TEST

/* The field, and whether a reader may take it. */
static const struct {
    const char *octets;
    apr_size_t len;
    apr_status_t status;
} fields[] = {
    { "\5\0\x12\3\1" "ABCDEFGHIJKLMNO", 21, APR_SUCCESS },
    { "\5\0\x12\0\1" "ABCDEFGHIJKLMNO", 21, APR_SUCCESS },
    { "\5\0\x12\1\0" "ABCDEFGHIJKLMNO", 21, APR_SUCCESS },
    { "\5\0\x12\3\1" "ABCDEFGHIJKLMNO\0\x07\0\0", 24, APR_SUCCESS },
    { "\5\0\x12\0\0" "ABCDEFGHIJKLMNO", 21, APR_EINVAL },   /* nothing */
    { "\5\0\x12\4\1" "ABCDEFGHIJKLMNO", 21, APR_EINVAL },   /* unknown */
    { "\5\0\x12\xff\1" "ABCDEFGHIJKLMNO", 21, APR_EINVAL },
    { "\5\0\x12\1\2" "ABCDEFGHIJKLMNO", 21, APR_EINVAL },   /* no bool */
    { "\5\0\x12\1\xff" "ABCDEFGHIJKLMNO", 21, APR_EINVAL },
    { "\5\0\x11\1\1" "ABCDEFGHIJKLMNO", 20, APR_EINVAL },   /* too short */
    { "\5\0\x13\1\1" "ABCDEFGHIJKLMNO\0", 22, APR_EINVAL }, /* too long */
    { "\5\0\0", 3, APR_EINVAL },                            /* empty */
    { "\5\0\1\1", 4, APR_EINVAL },
    { "\x07\0\0\5\0\x12\3\1" "ABCDEFGHIJKLMNO", 24, APR_EINVAL },
};

START_TEST(field_of_a_device)
{
    np_record_t record = sample(NP_DEVICE_UNTOLD, false);
    np_bytes_t bytes = encode(&record);
    apr_size_t len = bytes.len + fields[_i].len;
    unsigned char *copy = malloc(len);

    memcpy(copy, bytes.data, bytes.len);
    memcpy(copy + bytes.len, fields[_i].octets, fields[_i].len);
    ck_assert_int_eq(decode((np_bytes_t){ copy, len }), fields[_i].status);
    free(copy);
}
END_TEST

START_TEST(every_shorter_field_is_refused)
{
    np_record_t record = sample(NP_DEVICE_KNOWN, true);
    np_bytes_t bytes = encode(&record);

    for (apr_size_t len = FIELD + 1; len < bytes.len; len++) {
        /* a copy of that length, so that a sanitizer sees what is read */
        unsigned char *copy = malloc(len);
        memcpy(copy, bytes.data, len);
        ck_assert_int_eq(decode((np_bytes_t){ copy, len }), APR_EINVAL);
        free(copy);
    }
}
END_TEST

/* Behind the application's data, in front of the successor. */
START_TEST(format_stays_as_it_is)
{
    static const char expected[] =
        "\1\2\0\0"
        "\0\x06\x0a\x24\x18\x1e\x40\0" "\0\x06\x0a\x24\x18\x2d\x82\x40"
        "\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\2"
        "\0\x06\x0a\x24\x18\x25\xe1\x20" "0123456789abcde\0"
        "\1\0\5" "alice" "\4\0\3\0\1\2"
        "\5\0\x12\3\1" "ABCDEFGHIJKLMNO\0"
        "\x81\0\x08\0\x06\x0a\x24\x18\x3c\xc4\x80"
        "\x82\0\x18" "s-BBBBBBBBBBBBBBBBBBBBBB";
    np_record_t record = sample(NP_DEVICE_KNOWN_USER, true);

    record.state = NP_RECORD_SUPERSEDED;
    record.accepted_until = 1700000002000000;
    record.successor = "s-BBBBBBBBBBBBBBBBBBBBBB";
    record.app_data = (np_bytes_t){ (const unsigned char *)"\0\1\2", 3 };
    np_bytes_t bytes = encode(&record);
    ck_assert_uint_eq(bytes.len, sizeof expected - 1);
    ck_assert_mem_eq(bytes.data, expected, bytes.len);
}
END_TEST

static apr_size_t sealed_len(const np_record_t *record)
{
    return encode(record).len + NP_CRYPTO_SEAL_OVERHEAD;
}

/* docs/record-format.md has these numbers. */
START_TEST(typical_record_is_small)
{
    np_record_t record = sample(NP_DEVICE_NEW, true);

    record.user = "alice@example.com";
    record.auth_type = "Basic";
    ck_assert_uint_eq(sealed_len(&record), 142);
    record.mfa = "otp";
    ck_assert_uint_eq(sealed_len(&record), 148);
    record.mfa = NULL;
    record.state = NP_RECORD_SUPERSEDED;
    record.accepted_until = 1700000002000000;
    record.successor = "s-BBBBBBBBBBBBBBBBBBBBBB";
    ck_assert_uint_eq(sealed_len(&record), 180);
    record = sample(NP_DEVICE_UNTOLD, false);
    record.user = "alice@example.com";
    record.auth_type = "Basic";
    record.state = NP_RECORD_ENDED;
    ck_assert_uint_eq(sealed_len(&record), 121);
}
END_TEST

/* 64 KiB is what every store takes. */
START_TEST(largest_record_fits_a_store)
{
    char *text = apr_pcalloc(np_pool, NP_RECORD_MAX_TEXT + 1);
    np_record_t record = sample(NP_DEVICE_KNOWN_USER, true);

    memset(text, 't', NP_RECORD_MAX_TEXT);
    record.user = record.auth_type = record.mfa = text;
    record.state = NP_RECORD_SUPERSEDED;
    record.accepted_until = 1700000002000000;
    record.successor = "s-BBBBBBBBBBBBBBBBBBBBBB";
    ck_assert_uint_eq(sealed_len(&record), 3233);
    record.app_data.len = NP_RECORD_MAX_APP_DATA;
    record.app_data.data = apr_pcalloc(np_pool, record.app_data.len);
    ck_assert_uint_eq(sealed_len(&record), 64676);
    ck_assert_uint_le(sealed_len(&record), 64 * 1024);
    ck_assert_int_eq(decode(encode(&record)), APR_SUCCESS);
}
END_TEST

Suite *np_suite_record_device(void)
{
    Suite *suite = suite_create("record_device");
    TCase *tc = tcase_create("field");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, device_comes_back_as_it_went, 0, 2 * NP_DEVICES);
    tcase_add_test(tc, nothing_told_and_nothing_brought_is_not_written);
    tcase_add_test(tc, unknown_device_is_not_written);
    tcase_add_loop_test(tc, field_of_a_device, 0,
                        sizeof fields / sizeof fields[0]);
    tcase_add_test(tc, every_shorter_field_is_refused);
    tcase_add_test(tc, format_stays_as_it_is);
    tcase_add_test(tc, typical_record_is_small);
    tcase_add_test(tc, largest_record_fits_a_store);
    suite_add_tcase(suite, tc);
    return suite;
}
