/* SPDX-License-Identifier: Apache-2.0
 * The list of a user's sessions: its octets, its order, its bounds. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_index.h"

#define LOGIN apr_time_from_sec(1700000000)

/* The session that logged in as the nth, and ends as the nth. */
static np_entry_t entry(int n)
{
    np_entry_t made = {
        .storage_key = "s-AAAAAAAAAAAAAAAAAAAAAA",
        .login_at = LOGIN + n,
        .expires_at = LOGIN + 1000 + n,
        .agent = "curl/8",
        .address = "::1",
    };
    memset(made.handle, n, NP_HANDLE_LEN);
    return made;
}

static np_index_t *empty(void)
{
    np_index_t *index = apr_palloc(np_pool, sizeof *index);
    index->count = 0;
    return index;
}

/* With these sessions, put in in this order. */
static np_index_t *with(const int *numbers, int count)
{
    np_index_t *index = empty();

    for (int i = 0; i < count; i++) {
        const np_entry_t made = entry(numbers[i]);
        ck_assert_int_eq(np_index_insert(index, &made), APR_SUCCESS);
    }
    return index;
}

static np_index_t *crowd(int count)
{
    np_index_t *index = empty();

    for (int i = 0; i < count; i++) {
        const np_entry_t made = entry(i);
        ck_assert_int_eq(np_index_insert(index, &made), APR_SUCCESS);
    }
    return index;
}

static np_bytes_t encode(const np_index_t *index)
{
    np_bytes_t bytes;
    ck_assert_int_eq(np_index_encode(index, &bytes, np_pool), APR_SUCCESS);
    return bytes;
}

static apr_status_t decode(const unsigned char *octets, apr_size_t len)
{
    return np_index_decode((np_bytes_t){ octets, len }, empty(), np_pool);
}

/* --- octets ---------------------------------------------------------------- */

START_TEST(octets_are_these)
{
    static const int numbers[] = { 0x41 };
    static const unsigned char octets[] =
        "\1"
        "AAAAAAAAAAAAAAAA"
        "s-AAAAAAAAAAAAAAAAAAAAAA"
        "\x00\x06\x0a\x24\x18\x1e\x40\x41"
        "\x00\x06\x0a\x24\x18\x1e\x44\x29"
        "\x06" "curl/8" "\x03" "::1";
    const np_bytes_t bytes = encode(with(numbers, 1));

    ck_assert_uint_eq(bytes.len, sizeof octets - 1);
    ck_assert_mem_eq(bytes.data, octets, bytes.len);
}
END_TEST

START_TEST(index_comes_back_as_it_went)
{
    np_index_t *again = empty();
    np_index_t *index = crowd(_i);

    ck_assert_int_eq(np_index_decode(encode(index), again, np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(again->count, _i);
    for (int i = 0; i < _i; i++) {
        const np_entry_t *a = &index->entries[i];
        const np_entry_t *b = &again->entries[i];
        ck_assert_mem_eq(a->handle, b->handle, NP_HANDLE_LEN);
        ck_assert_str_eq(a->storage_key, b->storage_key);
        ck_assert_int_eq(a->login_at, b->login_at);
        ck_assert_int_eq(a->expires_at, b->expires_at);
        ck_assert_str_eq(a->agent, b->agent);
        ck_assert_str_eq(a->address, b->address);
    }
}
END_TEST

/* Whatever the texts, a full one can be put into every store. */
START_TEST(largest_index_fits_into_a_store)
{
    char agent[NP_INDEX_MAX_AGENT + 1];
    char address[NP_INDEX_MAX_ADDRESS + 1];
    np_index_t *index = crowd(NP_INDEX_MAX);

    memset(agent, 'a', sizeof agent - 1);
    agent[sizeof agent - 1] = '\0';
    memset(address, '1', sizeof address - 1);
    address[sizeof address - 1] = '\0';
    for (int i = 0; i < index->count; i++) {
        index->entries[i].agent = agent;
        index->entries[i].address = address;
    }
    ck_assert_uint_le(encode(index).len + NP_CRYPTO_SEAL_OVERHEAD, 64 * 1024);
}
END_TEST

START_TEST(part_of_an_index_is_none)
{
    const np_bytes_t bytes = encode(crowd(3));
    const apr_size_t one = (bytes.len - 1) / 3;

    for (apr_size_t len = 0; len < bytes.len; len++) {
        ck_assert_int_eq(decode(bytes.data, len) == APR_SUCCESS,
                         len % one == 1);
    }
}
END_TEST

/* Where in an index of two an octet is wrong. */
static const struct {
    int at;
    unsigned char octet;
} wrong[] = {
    { 0, 2 },                         /* version */
    { 18, ' ' },                      /* storage key */
    { 41, 0x80 },                     /* login_at */
    { 49, 0x80 },                     /* expires_at */
    { 57, 255 },                      /* length of the agent */
    { 58, 0 },                        /* a NUL in it */
    { 58, 0x7f },
    { 64, 200 },                      /* length of the address */
    { 65, '\n' },
};

START_TEST(wrong_octet_is_refused)
{
    const np_bytes_t bytes = encode(crowd(2));
    unsigned char *octets = apr_pmemdup(np_pool, bytes.data, bytes.len);

    ck_assert_int_ne(octets[wrong[_i].at], wrong[_i].octet);
    octets[wrong[_i].at] = wrong[_i].octet;
    ck_assert_int_eq(decode(octets, bytes.len), APR_EINVAL);
}
END_TEST

/* Out of order, and one twice. */
START_TEST(order_is_kept_by_writer_and_reader)
{
    np_index_t *index = crowd(2);
    np_bytes_t bytes = encode(index);
    const apr_size_t one = (bytes.len - 1) / 2;
    unsigned char *octets = apr_palloc(np_pool, bytes.len);

    octets[0] = 1;
    memcpy(octets + 1, bytes.data + 1 + one, one);
    memcpy(octets + 1 + one, bytes.data + 1, one);
    ck_assert_int_eq(decode(octets, bytes.len), APR_EINVAL);
    memcpy(octets + 1, bytes.data + 1, one);
    ck_assert_int_eq(decode(octets, bytes.len), APR_EINVAL);
    index->entries[0].login_at = index->entries[1].login_at + 1;
    ck_assert_int_eq(np_index_encode(index, &bytes, np_pool), APR_EINVAL);
}
END_TEST

START_TEST(one_too_many_is_refused)
{
    const np_bytes_t bytes = encode(crowd(NP_INDEX_MAX));
    const apr_size_t one = (bytes.len - 1) / NP_INDEX_MAX;
    unsigned char *octets = apr_palloc(np_pool, bytes.len + one);

    memcpy(octets, bytes.data, bytes.len);
    memcpy(octets + bytes.len, bytes.data + bytes.len - one, one);
    octets[bytes.len + 47]++;         /* a later login */
    ck_assert_int_eq(decode(octets, bytes.len), APR_SUCCESS);
    ck_assert_int_eq(decode(octets, bytes.len + one), APR_EINVAL);
}
END_TEST

/* --- entries --------------------------------------------------------------- */

START_TEST(entries_stand_by_login)
{
    static const int numbers[] = { 3, 1, 4, 2, 5 };
    np_index_t *index = with(numbers, 5);

    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(index->entries[i].login_at, LOGIN + i + 1);
    }
    ck_assert_int_eq(np_index_ends_at(index), LOGIN + 1005);
    ck_assert_int_eq(np_index_ends_at(empty()), 0);
}
END_TEST

START_TEST(logins_of_one_moment_stand_by_handle)
{
    np_entry_t a = entry(1);
    np_entry_t b = entry(2);

    b.login_at = a.login_at;
    ck_assert(np_index_is_before(&a, &b));
    ck_assert(!np_index_is_before(&b, &a));
    ck_assert(!np_index_is_before(&a, &a));
}
END_TEST

START_TEST(one_session_stands_once)
{
    np_index_t *index = crowd(3);
    np_entry_t again = entry(1);

    again.agent = "other";
    ck_assert_int_eq(np_index_insert(index, &again), APR_SUCCESS);
    ck_assert_int_eq(index->count, 3);
    ck_assert_str_eq(np_index_find(index, again.handle)->agent, "other");
}
END_TEST

START_TEST(full_index_takes_no_other)
{
    np_index_t *index = crowd(NP_INDEX_MAX - 1);
    const np_entry_t last = entry(NP_INDEX_MAX - 1);
    np_entry_t more = entry(NP_INDEX_MAX);

    ck_assert_int_eq(np_index_insert(index, &last), APR_SUCCESS);
    ck_assert_int_eq(np_index_insert(index, &last), APR_SUCCESS);
    ck_assert_int_eq(np_index_insert(index, &more), APR_ENOSPC);
    ck_assert_int_eq(index->count, NP_INDEX_MAX);
}
END_TEST

START_TEST(entry_is_removed_wherever_it_stands)
{
    np_index_t *index = crowd(3);
    const np_entry_t gone = entry(_i);
    const np_entry_t other = entry(7);

    np_index_remove(index, other.handle);
    ck_assert_int_eq(index->count, 3);
    np_index_remove(index, gone.handle);
    ck_assert_int_eq(index->count, 2);
    ck_assert_ptr_null(np_index_find(index, gone.handle));
    ck_assert_int_eq(index->entries[0].login_at, LOGIN + (_i == 0));
    ck_assert_int_eq(index->entries[1].login_at, LOGIN + 2 - (_i == 2));
}
END_TEST

START_TEST(what_has_ended_is_swept_out)
{
    np_index_t *index = crowd(3);

    np_index_sweep(index, LOGIN + 999);
    ck_assert_int_eq(index->count, 3);
    np_index_sweep(index, LOGIN + 1001);
    ck_assert_int_eq(index->count, 1);
    ck_assert_int_eq(index->entries[0].login_at, LOGIN + 2);
}
END_TEST

START_TEST(texts_are_cut_and_made_printable)
{
    ck_assert_str_eq(np_index_text("a\tb\x7f\xc3\xa9~ ", 100, np_pool),
                     "a?b???~ ");
    ck_assert_str_eq(np_index_text("abc", 2, np_pool), "ab");
    ck_assert_str_eq(np_index_text("abc", 3, np_pool), "abc");
    ck_assert_str_eq(np_index_text(NULL, 3, np_pool), "");
}
END_TEST

Suite *np_suite_index(void)
{
    Suite *suite = suite_create("index");
    TCase *tc = tcase_create("octets");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, octets_are_these);
    tcase_add_loop_test(tc, index_comes_back_as_it_went, 0, 4);
    tcase_add_test(tc, largest_index_fits_into_a_store);
    tcase_add_test(tc, part_of_an_index_is_none);
    tcase_add_loop_test(tc, wrong_octet_is_refused, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tc, order_is_kept_by_writer_and_reader);
    tcase_add_test(tc, one_too_many_is_refused);
    suite_add_tcase(suite, tc);
    tc = tcase_create("entries");
    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, entries_stand_by_login);
    tcase_add_test(tc, logins_of_one_moment_stand_by_handle);
    tcase_add_test(tc, one_session_stands_once);
    tcase_add_test(tc, full_index_takes_no_other);
    tcase_add_loop_test(tc, entry_is_removed_wherever_it_stands, 0, 3);
    tcase_add_test(tc, what_has_ended_is_swept_out);
    tcase_add_test(tc, texts_are_cut_and_made_printable);
    suite_add_tcase(suite, tc);
    return suite;
}
