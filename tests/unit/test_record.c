/* SPDX-License-Identifier: Apache-2.0
 * The record: it comes back as it went, and nothing else does. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_app_data.h"
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
    record.auth_type = NULL;
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

/* One octet of a good record, and what it must not become. */
static const struct {
    int offset;
    unsigned char value;
} faults[] = {
    { 0, 0 },    { 0, 2 },    { 1, 0 },    { 1, 6 },    { 2, 2 },
    { 3, 4 },    { 4, 0x80 }, { 12, 0x80 }, { 20, 0x80 }, { 28, 0x80 },
    { 36, 0x80 }, { 60, 0 },   { 60, 0x83 }, { 62, 0xff }, { 63, '\n' },
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

START_TEST(limits_of_zero_are_refused)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    record.limits.idle = 0;
    np_bytes_t bytes = encode(&record);
    ck_assert_int_eq(decode(bytes.data, bytes.len), APR_EINVAL);
}
END_TEST

static np_bytes_t append(np_bytes_t bytes, const char *more, apr_size_t len)
{
    unsigned char *copy = apr_palloc(np_pool, bytes.len + len);
    memcpy(copy, bytes.data, bytes.len);
    memcpy(copy + bytes.len, more, len);
    return (np_bytes_t){ copy, bytes.len + len };
}

START_TEST(newer_fields_are_passed_over_unless_critical)
{
    np_record_t record = sample(NP_RECORD_LIVE);
    np_bytes_t bytes = encode(&record);
    np_bytes_t newer = append(bytes, "\x20\0\2hi", 5);
    np_bytes_t critical = append(bytes, "\xa0\0\2hi", 5);
    np_bytes_t descending = append(bytes, "\x03\0\2hi", 5);
    np_bytes_t overlong = append(bytes, "\x20\0\3hi", 5);

    ck_assert_int_eq(decode(newer.data, newer.len), APR_SUCCESS);
    ck_assert_int_eq(decode(critical.data, critical.len), APR_EINVAL);
    ck_assert_int_eq(decode(descending.data, descending.len), APR_EINVAL);
    ck_assert_int_eq(decode(overlong.data, overlong.len), APR_EINVAL);
}
END_TEST

START_TEST(texts_have_bounds)
{
    char *user = apr_palloc(np_pool, NP_RECORD_MAX_TEXT + 2);
    np_record_t record = sample(NP_RECORD_LIVE);
    np_bytes_t bytes;

    record.user = user;
    for (int over = -1; over <= 1; over++) {
        memset(user, 'u', NP_RECORD_MAX_TEXT + 1);
        user[NP_RECORD_MAX_TEXT + over] = '\0';
        ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool),
                         over <= 0 ? APR_SUCCESS : APR_EINVAL);
    }
    record.user = "";
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
    record.user = "a\r\nb";
    ck_assert_int_eq(np_record_encode(&record, &bytes, np_pool), APR_EINVAL);
}
END_TEST

START_TEST(seal_binds_key_and_scope)
{
    static const np_scope_t others[] = {
        { NP_KIND_MFA, "acme", "" },
        { NP_KIND_SESSION, "acm", "" },
        { NP_KIND_SESSION, "acme", "h" },
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

START_TEST(application_data_needs_the_cookie)
{
    np_crypto_t *ring = np_ring("a");
    np_record_t record = sample(NP_RECORD_LIVE);
    char text[NP_ID_TEXT_LEN + 1];
    np_bytes_t data;
    np_id_t id;
    np_id_t other;

    ck_assert_int_eq(np_id_mint(ring, &scope, &id, text), APR_SUCCESS);
    ck_assert_int_eq(np_id_mint(ring, &scope, &other, text), APR_SUCCESS);
    ck_assert_int_eq(np_app_data_seal(ring, &id, np_text("cart"), &record,
                                      np_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(np_app_data_open(ring, &id, &record, &data, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(data.len, strlen("cart"));
    ck_assert_int_eq(np_app_data_open(ring, &other, &record, &data, np_pool),
                     APR_EACCES);
    record.handle[0] ^= 1;
    ck_assert_int_eq(np_app_data_open(ring, &id, &record, &data, np_pool),
                     APR_EACCES);
    record.app_data.len = 0;
    ck_assert_int_eq(np_app_data_open(ring, &id, &record, &data, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(data.len, 0);
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
    tcase_add_test(tc, limits_of_zero_are_refused);
    tcase_add_test(tc, newer_fields_are_passed_over_unless_critical);
    tcase_add_test(tc, texts_have_bounds);
    tcase_add_test(tc, seal_binds_key_and_scope);
    tcase_add_test(tc, application_data_needs_the_cookie);
    suite_add_tcase(suite, tc);
    return suite;
}
