/* SPDX-License-Identifier: Apache-2.0
 * The record: it comes back as it went, and nothing else does. */
#include "unit.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_record.h"

static const np_scope_t scope = { NP_KIND_SESSION, "acme", "" };
static const char key[] = "s-AAAAAAAAAAAAAAAAAAAAAA";

static np_record_t sample(np_record_state_e state)
{
    np_record_t record = {
        .state = state,
        .mode = NP_MODE_NON_PERSISTENT,
        .mode_chosen = true,
        .ask_password_again = true,
        .times = { 1700000000000000, 1700000001000000 },
        .limits = { 1, APR_INT64_MAX },
        .fresh_at = 1700000000500000,
        .handle = "0123456789abcde",
        .user = "alice \xc3\xa9",
        .auth_type = "Basic",
        .mfa = "otp",
        .app_data = { (const unsigned char *)"\0\1\2", 3 },
    };
    if (state == NP_RECORD_SUPERSEDED) {
        record.accepted_until = 1700000002000000;
        record.successor = "s-BBBBBBBBBBBBBBBBBBBBBB";
    }
    return record;
}

static void assert_same_text(const char *a, const char *b)
{
    ck_assert_int_eq(a == NULL, b == NULL);
    if (a) {
        ck_assert_str_eq(a, b);
    }
}

static void assert_same(const np_record_t *a, const np_record_t *b)
{
    ck_assert_int_eq(a->state, b->state);
    ck_assert_int_eq(a->mode, b->mode);
    ck_assert_int_eq(a->mode_chosen, b->mode_chosen);
    ck_assert_int_eq(a->ask_password_again, b->ask_password_again);
    ck_assert_int_eq(a->times.login_at, b->times.login_at);
    ck_assert_int_eq(a->times.used_at, b->times.used_at);
    ck_assert_int_eq(a->limits.idle, b->limits.idle);
    ck_assert_int_eq(a->limits.life, b->limits.life);
    ck_assert_int_eq(a->fresh_at, b->fresh_at);
    ck_assert_int_eq(a->accepted_until, b->accepted_until);
    ck_assert(!memcmp(a->handle, b->handle, NP_HANDLE_LEN));
    assert_same_text(a->user, b->user);
    assert_same_text(a->auth_type, b->auth_type);
    assert_same_text(a->mfa, b->mfa);
    assert_same_text(a->successor, b->successor);
    ck_assert_uint_eq(a->app_data.len, b->app_data.len);
    ck_assert(!a->app_data.len
              || !memcmp(a->app_data.data, b->app_data.data,
                         a->app_data.len));
}

static np_bytes_t encode(const np_record_t *record)
{
    np_bytes_t bytes;
    ck_assert_int_eq(np_record_encode(record, &bytes, np_pool), APR_SUCCESS);
    return bytes;
}

static apr_status_t decode(const unsigned char *octets, apr_size_t len)
{
    np_record_t record;
    return np_record_decode((np_bytes_t){ octets, len }, &record, np_pool);
}

/* _i is the state. */
START_TEST(record_comes_back_as_it_went)
{
    np_record_t record = sample((np_record_state_e)_i);
    np_record_t again;

    ck_assert_int_eq(np_record_decode(encode(&record), &again, np_pool),
                     APR_SUCCESS);
    assert_same(&record, &again);
    record.mfa = NULL;
    record.auth_type = _i % 2 ? "" : NULL;
    record.app_data.len = 0;
    ck_assert_int_eq(np_record_decode(encode(&record), &again, np_pool),
                     APR_SUCCESS);
    assert_same(&record, &again);
}
END_TEST

START_TEST(every_shorter_record_is_refused)
{
    np_record_t record = sample(NP_RECORD_SUPERSEDED);
    np_bytes_t bytes = encode(&record);

    for (apr_size_t len = 0; len < bytes.len; len++) {
        /* a copy of that length, so that a sanitizer sees what is read */
        unsigned char *copy = malloc(len ? len : 1);
        memcpy(copy, bytes.data, len);
        ck_assert_int_eq(decode(copy, len), APR_EINVAL);
        free(copy);
    }
}
END_TEST

/* One octet of a good record, and what it must not become: version, state,
 * mode, flags, five numbers, then the user's field. */
static const struct {
    int offset;
    unsigned char value;
} faults[] = {
    { 0, 0 },     { 0, 2 },     { 1, 0 },     { 1, 6 },     { 1, 2 },
    { 2, 2 },     { 3, 4 },     { 4, 0x80 },  { 12, 0x80 }, { 20, 0x80 },
    { 28, 0x80 }, { 36, 0x80 }, { 60, 0 },    { 60, 0x83 }, { 62, 0xff },
    { 63, '\n' }, { 63, 0 },    { 63, 0x7f },
};

START_TEST(faulty_octets_are_refused)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    np_bytes_t bytes = encode(&record);
    unsigned char *copy = apr_pmemdup(np_pool, bytes.data, bytes.len);

    copy[faults[_i].offset] = faults[_i].value;
    ck_assert_int_eq(decode(copy, bytes.len), APR_EINVAL);
}
END_TEST

/* What no reader would take must not be written either. */
static const struct {
    apr_size_t offset;
    apr_int64_t number;
} bad_numbers[] = {
    { offsetof(np_record_t, times.login_at), -1 },
    { offsetof(np_record_t, times.used_at), -1 },
    { offsetof(np_record_t, limits.idle), 0 },
    { offsetof(np_record_t, limits.idle), -1 },
    { offsetof(np_record_t, limits.life), 0 },
    { offsetof(np_record_t, limits.life), -1 },
    { offsetof(np_record_t, fresh_at), -1 },
    { offsetof(np_record_t, accepted_until), 0 },
    { offsetof(np_record_t, accepted_until), -1 },
    { offsetof(np_record_t, app_data.len), NP_RECORD_MAX_APP_DATA + 1 },
};

static const struct {
    apr_size_t offset;
    const char *text;
} bad_texts[] = {
    { offsetof(np_record_t, user), NULL },
    { offsetof(np_record_t, user), "" },
    { offsetof(np_record_t, user), "a\r\nb" },
    { offsetof(np_record_t, user), "a\x7f" },
    { offsetof(np_record_t, auth_type), "Bas\tic" },
    { offsetof(np_record_t, mfa), "" },
    { offsetof(np_record_t, mfa), "\x1b[m" },
    { offsetof(np_record_t, successor), NULL },
    { offsetof(np_record_t, successor), "s-BBBBBBBBBBBBBBBBBBBBB" },
    { offsetof(np_record_t, successor), "s-BBBBBBBBBBBBBBBBBBBBBBB" },
    { offsetof(np_record_t, successor), "s-BBBBBBBBBBB BBBBBBBBBB" },
    { offsetof(np_record_t, successor), "s-BBBBBBBBBBB\xe9" "BBBBBBBBBB" },
};

static void assert_not_written(apr_size_t offset, const void *value,
                               apr_size_t len)
{
    np_record_t record = sample(NP_RECORD_SUPERSEDED);
    np_bytes_t bytes;

    memcpy((char *)&record + offset, value, len);
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
}

START_TEST(bad_numbers_are_not_written)
{
    assert_not_written(bad_numbers[_i].offset, &bad_numbers[_i].number,
                       sizeof bad_numbers[_i].number);
}
END_TEST

START_TEST(bad_texts_are_not_written)
{
    assert_not_written(bad_texts[_i].offset, &bad_texts[_i].text,
                       sizeof bad_texts[_i].text);
}
END_TEST

START_TEST(bad_states_and_modes_are_not_written)
{
    for (int state = 0; state <= 6; state++) {
        if (state != NP_RECORD_SUPERSEDED) {   /* a successor goes with it */
            assert_not_written(offsetof(np_record_t, state), &state,
                               sizeof state);
        }
    }
    assert_not_written(offsetof(np_record_t, mode), &(int){ NP_MODES },
                       sizeof(int));
}
END_TEST

static np_bytes_t append(np_bytes_t bytes, const char *more, apr_size_t len)
{
    unsigned char *copy = apr_palloc(np_pool, bytes.len + len);
    memcpy(copy, bytes.data, bytes.len);
    memcpy(copy + bytes.len, more, len);
    return (np_bytes_t){ copy, bytes.len + len };
}

static const struct {
    const char *octets;
    apr_size_t len;
    apr_status_t status;
} fields[] = {
    { "\x20\0\2hi", 5, APR_SUCCESS },             /* newer */
    { "\x20\0\0", 3, APR_SUCCESS },               /* newer and empty */
    { "\x20\0\0\x21\0\1!", 7, APR_SUCCESS },      /* two of them */
    { "\xa0\0\2hi", 5, APR_EINVAL },              /* newer and critical */
    { "\x03\0\2hi", 5, APR_EINVAL },              /* descending */
    { "\x04\0\2hi", 5, APR_EINVAL },              /* twice */
    { "\x20\0\0\x20\0\0", 6, APR_EINVAL },        /* newer, twice */
    { "\x20\0\3hi", 5, APR_EINVAL },              /* too long */
    { "\x20\xff\xffhi", 5, APR_EINVAL },          /* far too long */
    { "\x20\0", 2, APR_EINVAL },                  /* no whole field */
    { "\x81\0\x8\0\0\0\0\0\0\0\0", 11, APR_EINVAL }, /* not in this state */
};

START_TEST(fields_that_follow)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    np_bytes_t more =
        append(encode(&record), fields[_i].octets, fields[_i].len);

    ck_assert_int_eq(decode(more.data, more.len), fields[_i].status);
}
END_TEST

START_TEST(refused_bytes_leave_no_trace)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    np_record_t other = sample(NP_RECORD_SUPERSEDED);
    np_record_t before = other;
    np_bytes_t bytes = append(encode(&record), "\xff\0\0", 3);

    ck_assert_int_eq(np_record_decode(bytes, &other, np_pool), APR_EINVAL);
    assert_same(&other, &before);
    ck_assert_int_eq(np_record_decode((np_bytes_t){ NULL, 0 }, &other, np_pool),
                     APR_EINVAL);
}
END_TEST

/* The largest record there is, and one octet more; 64 KiB is what every store
 * takes. */
START_TEST(largest_record_fits_a_store)
{
    char *text = apr_pcalloc(np_pool, NP_RECORD_MAX_TEXT + 2);
    np_record_t record = sample(NP_RECORD_SUPERSEDED);
    np_record_t again;

    memset(text, 't', NP_RECORD_MAX_TEXT);
    record.user = record.auth_type = record.mfa = text;
    record.app_data.len = NP_RECORD_MAX_APP_DATA;
    record.app_data.data = apr_pcalloc(np_pool, record.app_data.len);
    np_bytes_t bytes = encode(&record);
    ck_assert_uint_le(bytes.len + NP_CRYPTO_SEAL_OVERHEAD, 64 * 1024);
    ck_assert_int_eq(np_record_decode(bytes, &again, np_pool), APR_SUCCESS);
    assert_same(&record, &again);
    text[NP_RECORD_MAX_TEXT] = 't';
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
}
END_TEST

/* Version 1 to the octet: servers of one cluster are not updated at once. */
START_TEST(format_stays_as_it_is)
{
    static const char expected[] =
        "\1\2\1\3"
        "\0\x06\x0a\x24\x18\x1e\x40\0" "\0\x06\x0a\x24\x18\x2d\x82\x40"
        "\0\0\0\0\0\0\0\1" "\x7f\xff\xff\xff\xff\xff\xff\xff"
        "\0\x06\x0a\x24\x18\x25\xe1\x20" "0123456789abcde\0"
        "\1\0\x08" "alice \xc3\xa9" "\2\0\5" "Basic" "\3\0\3" "otp"
        "\4\0\3\0\1\2" "\x81\0\x08\0\x06\x0a\x24\x18\x3c\xc4\x80"
        "\x82\0\x18" "s-BBBBBBBBBBBBBBBBBBBBBB";
    np_record_t record = sample(NP_RECORD_SUPERSEDED);
    np_bytes_t bytes = encode(&record);

    ck_assert_uint_eq(bytes.len, sizeof expected - 1);
    ck_assert_mem_eq(bytes.data, expected, bytes.len);
}
END_TEST

START_TEST(typical_record_is_small)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    record.user = "alice@example.com";
    record.mfa = NULL;
    record.app_data.len = 0;
    ck_assert_uint_eq(encode(&record).len + NP_CRYPTO_SEAL_OVERHEAD, 121);
}
END_TEST

START_TEST(seal_binds_key_and_scope)
{
    static const np_scope_t others[] = {
        { NP_KIND_MFA, "acme", "" },
        { NP_KIND_SESSION, "acm", "" },
        { NP_KIND_SESSION, "acme", "h" },
        { NP_KIND_SESSION, "acm", "e" },
        { NP_KIND_SESSION, "acme 0:", "" },
    };
    np_crypto_t *ring = np_ring("a");
    np_record_t record = sample(NP_RECORD_LIVE);
    np_record_t again;
    np_bytes_t sealed;

    ck_assert_int_eq(
        np_record_seal(ring, &scope, key, &record, &sealed, np_pool),
        APR_SUCCESS);
    ck_assert_int_eq(
        np_record_open(ring, &scope, key, sealed, &again, np_pool),
        APR_SUCCESS);
    assert_same(&record, &again);
    ck_assert_int_eq(np_record_open(ring, &scope, "s-AAAAAAAAAAAAAAAAAAAAAB",
                                    sealed, &again, np_pool),
                     APR_EACCES);
    for (apr_size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(
            np_record_open(ring, &others[i], key, sealed, &again, np_pool),
            APR_EACCES);
    }
}
END_TEST

/* The binding to the octet, and what opens but is no record. */
START_TEST(what_was_sealed_must_be_a_record)
{
    np_crypto_t *ring = np_ring("a");
    np_bytes_t binding =
        np_text("session_np record 1 4:acme 0: s-AAAAAAAAAAAAAAAAAAAAAA");
    np_record_t record = sample(NP_RECORD_LIVE);
    np_record_t again;
    np_bytes_t sealed;

    ck_assert_int_eq(
        np_crypto_seal(ring, encode(&record), binding, &sealed, np_pool),
        APR_SUCCESS);
    ck_assert_int_eq(np_record_open(ring, &scope, key, sealed, &again, np_pool),
                     APR_SUCCESS);
    assert_same(&record, &again);
    ck_assert_int_eq(
        np_crypto_seal(ring, np_text("hello"), binding, &sealed, np_pool),
        APR_SUCCESS);
    ck_assert_int_eq(np_record_open(ring, &scope, key, sealed, &again, np_pool),
                     APR_EINVAL);
    record.user = "";
    ck_assert_int_eq(
        np_record_seal(ring, &scope, key, &record, &sealed, np_pool),
        APR_EINVAL);
}
END_TEST

Suite *np_suite_record(void)
{
    Suite *suite = suite_create("record");
    TCase *tc = tcase_create("codec");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, record_comes_back_as_it_went, NP_RECORD_LIVE,
                        NP_RECORD_ENDED + 1);
    tcase_add_test(tc, every_shorter_record_is_refused);
    tcase_add_loop_test(tc, faulty_octets_are_refused, 0,
                        sizeof faults / sizeof faults[0]);
    tcase_add_loop_test(tc, bad_numbers_are_not_written, 0,
                        sizeof bad_numbers / sizeof bad_numbers[0]);
    tcase_add_loop_test(tc, bad_texts_are_not_written, 0,
                        sizeof bad_texts / sizeof bad_texts[0]);
    tcase_add_test(tc, bad_states_and_modes_are_not_written);
    tcase_add_loop_test(tc, fields_that_follow, 0,
                        sizeof fields / sizeof fields[0]);
    tcase_add_test(tc, refused_bytes_leave_no_trace);
    tcase_add_test(tc, largest_record_fits_a_store);
    tcase_add_test(tc, format_stays_as_it_is);
    tcase_add_test(tc, typical_record_is_small);
    tcase_add_test(tc, seal_binds_key_and_scope);
    tcase_add_test(tc, what_was_sealed_must_be_a_record);
    suite_add_tcase(suite, tc);
    return suite;
}
