/* SPDX-License-Identifier: Apache-2.0
 * The binding to a browser's run in a session record. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "life.h"
#include "np_record.h"

#define FIXED_LEN 58

static np_record_t sample(const np_binding_t *binding)
{
    return (np_record_t){
        .state = NP_RECORD_LIVE,
        .times = { 1700000000000000, 1700000001000000 },
        .limits = { 1, 2 },
        .fresh_at = 1700000000500000,
        .handle = "0123456789abcde",
        .user = "alice",
        .binding = binding,
    };
}

static np_binding_t bound(int pages, int gone)
{
    np_binding_t binding = {
        .key_state = NP_KEY_BOUND,
        .since = 0x0102030405060708,
        .secret = "0123456789abcdef0123456789abcde",
        .until = 0x1112131415161718,
        .document_until = 0x2122232425262728,
        .page_count = pages,
        .gone_count = gone,
    };

    for (int i = 0; i < pages; i++) {
        memcpy(binding.pages[i].id, "PAGE--ID", NP_PAGE_ID_LEN);
        binding.pages[i].hidden = i == 1;
        binding.pages[i].until = 0x3132333435363738 + i;
    }
    for (int i = 0; i < gone; i++) {
        memcpy(binding.gone[i], "GONE--ID", NP_PAGE_ID_LEN);
    }
    return binding;
}

START_TEST(format_stays_as_it_is)
{
    static const char expected[] =
        "\x83\0\x64" "\2" "\1\2\3\4\5\6\7\10" "0123456789abcdef0123456789abcde\0"
        "\x11\x12\x13\x14\x15\x16\x17\x18" "\x21\x22\x23\x24\x25\x26\x27\x28"
        "\2" "PAGE--ID" "\0" "\x31\x32\x33\x34\x35\x36\x37\x38"
        "PAGE--ID" "\1" "\x31\x32\x33\x34\x35\x36\x37\x39" "GONE--ID";
    const np_binding_t binding = bound(2, 1);
    np_record_t record = sample(&binding);
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 60 + 8 + sizeof expected - 1);
    ck_assert_mem_eq(bytes.data + 68, expected, sizeof expected - 1);
}
END_TEST

/* Pages and those that are gone: none, one, all. */
static const int counts[] = { 0, 1, 63, 64 };

START_TEST(it_comes_back)
{
    const np_binding_t binding = bound(counts[_i % 4], counts[_i / 4]);
    np_record_t record = sample(&binding);
    np_record_t again;
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 60 + 8 + 3 + np_binding_size(&binding));
    ck_assert_int_eq(np_record_decode(bytes, &again, np_pool), APR_SUCCESS);
    ck_assert_mem_eq(again.binding, &binding, sizeof binding);
}
END_TEST

START_TEST(no_binding_is_not_written)
{
    np_record_t record = sample(NULL);
    np_record_t again;
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len, 60 + 8);
    ck_assert_int_eq(np_record_decode(bytes, &again, np_pool), APR_SUCCESS);
    ck_assert_ptr_null(again.binding);
}
END_TEST

/* An octet that is changed, and what a reader then says. */
static const struct {
    int at;
    unsigned char octet;
    apr_status_t status;
} changes[] = {
    { 0, 1, APR_SUCCESS },  { 0, 0, APR_EINVAL },   { 0, 3, APR_EINVAL },
    { 1, 0x80, APR_EINVAL }, { 41, 0x80, APR_EINVAL },
    { 49, 0x80, APR_EINVAL }, { 57, 0, APR_EINVAL }, { 57, 2, APR_EINVAL },
    { 57, 255, APR_EINVAL }, { 66, 1, APR_SUCCESS }, { 66, 2, APR_EINVAL },
    { 67, 0x80, APR_EINVAL }, { 82, 0, APR_SUCCESS },
};

START_TEST(what_a_reader_refuses)
{
    const np_binding_t binding = bound(1, 1);
    unsigned char octets[FIXED_LEN + 17 + 8];
    np_binding_t again;

    (void)np_binding_write(octets, &binding);
    octets[changes[_i].at] = changes[_i].octet;
    ck_assert_int_eq(np_binding_read(&again,
                                     (np_bytes_t){ octets, sizeof octets }),
                     changes[_i].status == APR_SUCCESS);
}
END_TEST

START_TEST(no_length_but_its_own)
{
    const np_binding_t binding = bound(1, 1);
    const apr_size_t len = np_binding_size(&binding);
    np_binding_t again;

    for (apr_size_t i = 0; i <= len + 1; i++) {
        unsigned char *octets = calloc(1, i + len);
        (void)np_binding_write(octets, &binding);
        unsigned char *exact = malloc(i ? i : 1);
        memcpy(exact, octets, i);
        ck_assert_int_eq(np_binding_read(&again, (np_bytes_t){ exact, i }),
                         i == len || i == len - NP_PAGE_ID_LEN);
        free(exact);
        free(octets);
    }
}
END_TEST

START_TEST(nothing_is_no_binding)
{
    const np_binding_t empty = { .key_state = NP_KEY_NONE };
    np_binding_t key = { .key_state = NP_KEY_NONE, .secret = "x", .until = 1 };
    np_record_t record = sample(&empty);
    np_bytes_t bytes;

    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
    record.binding = &key;
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
    memset(key.secret, 0, sizeof key.secret);
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
}
END_TEST

/* The longest texts, all data, and all pages: it has to fit a store. */
START_TEST(the_largest_one_fits)
{
    char *text = apr_palloc(np_pool, NP_RECORD_MAX_TEXT + 1);
    const np_binding_t binding = bound(64, 64);
    np_record_t record = sample(&binding);
    np_bytes_t bytes;

    memset(text, 'x', NP_RECORD_MAX_TEXT);
    text[NP_RECORD_MAX_TEXT] = '\0';
    record.user = text;
    record.auth_type = text;
    record.mfa = text;
    record.metadata = "{}";
    record.device = (np_device_t){ NP_DEVICE_NEW, true, "" };
    record.state = NP_RECORD_SUPERSEDED;
    record.accepted_until = 1;
    record.successor = "s-AAAAAAAAAAAAAAAAAAAAAA";
    record.app_data = (np_bytes_t){ apr_pcalloc(np_pool, 65536), 61440 };
    while (!np_record_has_room(&record)) {
        record.app_data.len--;
    }
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_SUCCESS);
    ck_assert_uint_eq(bytes.len + NP_CRYPTO_SEAL_OVERHEAD, 64 * 1024);
}
END_TEST

/* What an application keeps is worth more than what pages have said. */
START_TEST(data_take_the_room_of_pages)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    np_binding_t binding = bound(64, 64);
    np_plan_t plan;

    outcome.record.app_data =
        (np_bytes_t){ apr_pcalloc(np_pool, 61440), 61440 };
    ck_assert_int_eq(np_plan_binding(&outcome, &binding, LOGIN + 2, &plan),
                     APR_SUCCESS);
    ck_assert_int_eq(plan.action, NP_ACTION_TOUCH);
    ck_assert_int_eq(binding.gone_count, 0);
    ck_assert_int_eq(binding.page_count, 46);
    ck_assert_int_eq(binding.key_state, NP_KEY_BOUND);
    ck_assert(np_record_has_room(&plan.record));
}
END_TEST

START_TEST(a_new_id_keeps_it_and_an_end_does_not)
{
    const char *cookie = np_life_log_in(LOGIN);
    np_outcome_t outcome = np_life_open_one(cookie, LOGIN + 1);
    np_binding_t binding = bound(1, 0);
    np_plan_t plan;

    ck_assert_int_eq(np_plan_binding(&outcome, &binding, LOGIN + 1, &plan),
                     APR_SUCCESS);
    ck_assert_int_eq(np_life_commit(&plan), APR_SUCCESS);
    const char *next = np_life_renew(cookie, LOGIN + 2);
    outcome = np_life_open_one(next, LOGIN + 3);
    ck_assert_mem_eq(outcome.record.binding, &binding, sizeof binding);
    outcome = np_life_open_one(cookie, LOGIN + 3);
    ck_assert(outcome.old_id);
    ck_assert_mem_eq(outcome.record.binding, &binding, sizeof binding);
    ck_assert_int_eq(np_plan_binding(&outcome, &binding, LOGIN + 3, &plan),
                     APR_EINVAL);
    ck_assert_int_eq(np_life_end(next, LOGIN + 4), APR_SUCCESS);
    outcome = np_life_open_one(next, LOGIN + 5);
    ck_assert_int_eq(outcome.state, NP_STATE_ENDED);
    ck_assert_ptr_null(outcome.record.binding);
}
END_TEST

Suite *np_suite_record_binding(void)
{
    Suite *suite = suite_create("record_binding");
    TCase *tc = tcase_create("field");
    TCase *plans = tcase_create("plans");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, format_stays_as_it_is);
    tcase_add_loop_test(tc, it_comes_back, 0, 16);
    tcase_add_test(tc, no_binding_is_not_written);
    tcase_add_loop_test(tc, what_a_reader_refuses, 0,
                        sizeof changes / sizeof changes[0]);
    tcase_add_test(tc, no_length_but_its_own);
    tcase_add_test(tc, nothing_is_no_binding);
    tcase_add_test(tc, the_largest_one_fits);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(plans, np_life_set_up, np_pool_tear_down);
    tcase_add_test(plans, data_take_the_room_of_pages);
    tcase_add_test(plans, a_new_id_keeps_it_and_an_end_does_not);
    suite_add_tcase(suite, plans);
    return suite;
}
