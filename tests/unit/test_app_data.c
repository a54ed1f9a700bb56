/* SPDX-License-Identifier: Apache-2.0
 * The application's data: the cookie opens it, in its own session only. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_app_data.h"

static const np_scope_t scope = { NP_KIND_SESSION, "acme", "" };

static np_id_t mint(const np_crypto_t *ring)
{
    char text[NP_ID_TEXT_LEN + 1];
    np_id_t id;
    ck_assert_int_eq(np_id_mint(ring, &scope, &id, text), APR_SUCCESS);
    return id;
}

/* A record with the data "cart" for id. */
static np_record_t with_data(const np_crypto_t *ring, const np_id_t *id)
{
    np_record_t record = { .handle = "0123456789abcde" };
    ck_assert_int_eq(
        np_app_data_seal(ring, id, np_text("cart"), &record, np_pool),
        APR_SUCCESS);
    return record;
}

static apr_status_t try_open(const np_crypto_t *ring, const np_id_t *id,
                             const np_record_t *record)
{
    np_bytes_t data;
    return np_app_data_open(ring, id, record, &data, np_pool);
}

START_TEST(data_comes_back_as_it_went)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_record_t record = with_data(ring, &id);
    np_bytes_t data;

    ck_assert_int_eq(np_app_data_open(ring, &id, &record, &data, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(data.len, strlen("cart"));
    ck_assert_mem_eq(data.data, "cart", data.len);
}
END_TEST

START_TEST(no_data_is_empty_data)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_record_t record = { .app_data = { 0 } };
    np_bytes_t data = np_text("left over");

    ck_assert_int_eq(np_app_data_open(ring, &id, &record, &data, np_pool),
                     APR_SUCCESS);
    ck_assert_uint_eq(data.len, 0);
}
END_TEST

START_TEST(another_cookie_opens_nothing)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_id_t other = mint(ring);
    np_record_t record = with_data(ring, &id);

    ck_assert_int_eq(try_open(ring, &other, &record), APR_EACCES);
}
END_TEST

START_TEST(another_session_opens_nothing)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_record_t record = with_data(ring, &id);

    record.handle[0] ^= 1;
    ck_assert_int_eq(try_open(ring, &id, &record), APR_EACCES);
}
END_TEST

START_TEST(another_ring_opens_nothing_a_longer_one_does)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_record_t record = with_data(ring, &id);

    ck_assert_int_eq(try_open(np_ring("b"), &id, &record), APR_EACCES);
    ck_assert_int_eq(try_open(np_ring("ba"), &id, &record), APR_SUCCESS);
}
END_TEST

START_TEST(changed_data_does_not_open)
{
    np_crypto_t *ring = np_ring("a");
    np_id_t id = mint(ring);
    np_record_t record = with_data(ring, &id);
    unsigned char *octets =
        apr_pmemdup(np_pool, record.app_data.data, record.app_data.len);

    record.app_data.data = octets;
    for (apr_size_t i = 0; i < record.app_data.len; i++) {
        octets[i] ^= 1;
        ck_assert_int_eq(try_open(ring, &id, &record), APR_EACCES);
        octets[i] ^= 1;
    }
    ck_assert_int_eq(try_open(ring, &id, &record), APR_SUCCESS);
}
END_TEST

Suite *np_suite_app_data(void)
{
    Suite *suite = suite_create("app_data");
    TCase *tc = tcase_create("seal");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, data_comes_back_as_it_went);
    tcase_add_test(tc, no_data_is_empty_data);
    tcase_add_test(tc, another_cookie_opens_nothing);
    tcase_add_test(tc, another_session_opens_nothing);
    tcase_add_test(tc, another_ring_opens_nothing_a_longer_one_does);
    tcase_add_test(tc, changed_data_does_not_open);
    suite_add_tcase(suite, tc);
    return suite;
}
