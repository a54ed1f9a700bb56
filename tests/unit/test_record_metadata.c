/* SPDX-License-Identifier: Apache-2.0
 * The metadata in a session record: what clients of the management API keep. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_record.h"

static np_record_t sample(const char *metadata, apr_size_t data_len)
{
    return (np_record_t){
        .state = NP_RECORD_LIVE,
        .times = { 1700000000000000, 1700000001000000 },
        .limits = { 1, 2 },
        .fresh_at = 1700000000500000,
        .handle = "0123456789abcde",
        .user = "alice",
        .metadata = metadata,
        .app_data = { apr_pcalloc(np_pool, data_len + 1), data_len },
    };
}

static const char *text_of(apr_size_t len)
{
    char *text = apr_palloc(np_pool, len + 1);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

/* How long the metadata are, and the data, and whether both fit. */
static const struct {
    apr_size_t text;
    apr_size_t data;
    apr_status_t status;
} sizes[] = {
    { 1, 0, APR_SUCCESS },
    { NP_RECORD_MAX_METADATA, 0, APR_SUCCESS },
    { NP_RECORD_MAX_METADATA + 1, 0, APR_EINVAL },
    { 0, 0, APR_EINVAL },
    { NP_RECORD_MAX_METADATA,
      NP_RECORD_MAX_APP_DATA - NP_RECORD_MAX_METADATA, APR_SUCCESS },
    { NP_RECORD_MAX_METADATA,
      NP_RECORD_MAX_APP_DATA - NP_RECORD_MAX_METADATA + 1, APR_EINVAL },
    { 1, NP_RECORD_MAX_APP_DATA - 1, APR_SUCCESS },
    { 1, NP_RECORD_MAX_APP_DATA, APR_EINVAL },
};

START_TEST(metadata_come_back_if_they_fit)
{
    np_record_t record = sample(text_of(sizes[_i].text), sizes[_i].data);
    np_record_t again;
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool),
                     sizes[_i].status);
    if (sizes[_i].status == APR_SUCCESS) {
        ck_assert_int_eq(np_record_decode(bytes, &again, np_pool),
                         APR_SUCCESS);
        ck_assert_str_eq(again.metadata, record.metadata);
        ck_assert_uint_eq(again.app_data.len, sizes[_i].data);
        ck_assert_uint_le(bytes.len + NP_CRYPTO_SEAL_OVERHEAD, 64 * 1024);
    }
}
END_TEST

START_TEST(no_metadata_are_not_written)
{
    np_record_t record = sample(NULL, 0);
    np_record_t again;
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 60 + 3 + 5);
    ck_assert_int_eq(np_record_decode(bytes, &again, np_pool), APR_SUCCESS);
    ck_assert_ptr_null(again.metadata);
}
END_TEST

/* The field, and whether a reader may take it. */
static const struct {
    const char *octets;
    apr_size_t len;
    apr_status_t status;
} fields[] = {
    { "\6\0\2{}", 5, APR_SUCCESS },
    { "\6\0\2{}\7\0\0", 8, APR_SUCCESS },
    { "\6\0\0", 3, APR_EINVAL },
    { "\6\0\2{\0", 5, APR_EINVAL },
    { "\6\0\3{}", 5, APR_EINVAL },
    { "\6\0\2{}\6\0\2{}", 10, APR_EINVAL },
    { "\7\0\0\6\0\2{}", 8, APR_EINVAL },
};

START_TEST(field_of_metadata)
{
    np_record_t record = sample(NULL, 0);
    np_record_t again;
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    apr_size_t len = bytes.len + fields[_i].len;
    unsigned char *copy = malloc(len);
    memcpy(copy, bytes.data, bytes.len);
    memcpy(copy + bytes.len, fields[_i].octets, fields[_i].len);
    ck_assert_int_eq(
        np_record_decode((np_bytes_t){ copy, len }, &again, np_pool),
        fields[_i].status);
    free(copy);
}
END_TEST

/* Behind the device. */
START_TEST(format_stays_as_it_is)
{
    static const char expected[] = "\1\0\5" "alice"
                                   "\5\0\x12\1\1" "ABCDEFGHIJKLMNO\0"
                                   "\6\0\2{}";
    np_record_t record = sample("{}", 0);
    np_bytes_t bytes;

    record.device = (np_device_t){ NP_DEVICE_NEW, true, "ABCDEFGHIJKLMNO" };
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 60 + sizeof expected - 1);
    ck_assert_mem_eq(bytes.data + 60, expected, sizeof expected - 1);
}
END_TEST

Suite *np_suite_record_metadata(void)
{
    Suite *suite = suite_create("record_metadata");
    TCase *tc = tcase_create("field");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, metadata_come_back_if_they_fit, 0,
                        sizeof sizes / sizeof sizes[0]);
    tcase_add_test(tc, no_metadata_are_not_written);
    tcase_add_loop_test(tc, field_of_metadata, 0,
                        sizeof fields / sizeof fields[0]);
    tcase_add_test(tc, format_stays_as_it_is);
    suite_add_tcase(suite, tc);
    return suite;
}
