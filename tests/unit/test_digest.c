/* SPDX-License-Identifier: Apache-2.0
 * The answer to a Digest challenge: RFC 7616, and what is none. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_digest.h"

#define REALM "np /app/"
#define KEY   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define NONCE "0123456789abcdefABCDEF"
#define REQUEST "/app/x?y=1"

/* By python3: hashlib.sha256, as section 3.4.1 has it */
#define RESPONSE "2d4721aaa86d49f8ce14fc132df5166444a36310bb96f47f4a1fbd591625ed30"

#define ANSWER(user, realm, nonce, uri, rest) \
    "Digest username=\"" user "\", realm=\"" realm "\", nonce=\"" nonce \
    "\", uri=\"" uri "\", " rest
#define REST \
    "algorithm=SHA-256, response=\"" RESPONSE "\", qop=auth, nc=00000001, " \
    "cnonce=\"abc\""

static bool proves(const char *header, const char *method, const char *uri)
{
    const np_digest_check_t check = { REALM, NONCE, method, uri };
    unsigned char ha1[NP_DIGEST_HA1_LEN];
    np_digest_t digest;

    ck_assert_int_eq(np_digest_ha1(ha1, REALM, KEY, np_pool), APR_SUCCESS);
    return np_digest_parse(header, &digest, np_pool)
           && np_digest_proves(&digest, &check, ha1, np_pool);
}

/* What browsers and curl write. */
static const char *const good[] = {
    ANSWER("np", REALM, NONCE, REQUEST, REST),
    "dIGEST  username=\"np\",realm=\"" REALM "\",nonce=\"" NONCE "\",uri=\"" REQUEST
    "\",cnonce=\"abc\",nc=00000001,qop=auth,response=\"" RESPONSE
    "\",algorithm=SHA-256",
    "Digest , Username = \"n\\p\" ,,\trealm=\"" REALM "\", nonce=" NONCE ", uri=\"" REQUEST
    "\", algorithm=\"sha-256\", response=" RESPONSE ", qop=\"auth\", "
    "nc=\"00000001\", cnonce=abc, opaque=\"x\", userhash=false ,",
};

START_TEST(an_answer_proves_the_key)
{
    ck_assert(proves(good[_i], "GET", REQUEST));
    ck_assert(proves(good[_i], "GET", "http://host" REQUEST));
    ck_assert(np_digest_is_ours(good[_i], np_pool));
    ck_assert(!proves(good[_i], "POST", REQUEST));
    ck_assert(!proves(good[_i], "GET", "/app/x?y=2"));
    ck_assert(!proves(good[_i], "GET", "/app/x"));
}
END_TEST

static const char *const bad[] = {
    ANSWER("eve", REALM, NONCE, REQUEST, REST),
    ANSWER("np", "np /other/", NONCE, REQUEST, REST),
    ANSWER("np", REALM, "other", REQUEST, REST),
    ANSWER("np", REALM, NONCE, "/app/", REST),
    ANSWER("np", REALM, NONCE, "", REST),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=MD5, response=\"" RESPONSE
           "\", qop=auth, nc=00000001, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"" RESPONSE
           "\", qop=auth-int, nc=00000001, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"" RESPONSE
           "\", qop=auth, nc=0000001, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"" RESPONSE
           "\", qop=auth, nc=00000002, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"" RESPONSE
           "0\", qop=auth, nc=00000001, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"\", qop=auth, nc=00000001, "
           "cnonce=\"abc\""),
    /* without one of them */
    ANSWER("np", REALM, NONCE, REQUEST,
           "response=\"" RESPONSE "\", qop=auth, nc=00000001, cnonce=\"abc\""),
    ANSWER("np", REALM, NONCE, REQUEST,
           "algorithm=SHA-256, response=\"" RESPONSE "\""),
    /* twice, of one kind or the other */
    ANSWER("np", REALM, NONCE, REQUEST, REST ", nc=00000001"),
    ANSWER("np", REALM, NONCE, REQUEST, REST ", USERNAME=np"),
    /* two headers in one */
    ANSWER("np", REALM, NONCE, REQUEST, REST ", Basic bnA6eA=="),
    ANSWER("np", REALM, NONCE, REQUEST, REST " opaque=x"),
};

START_TEST(all_others_do_not)
{
    ck_assert(!proves(bad[_i], "GET", REQUEST));
}
END_TEST

START_TEST(a_wrong_key_does_not)
{
    const np_digest_check_t check = { REALM, NULL, "GET", REQUEST };
    unsigned char ha1[NP_DIGEST_HA1_LEN];
    np_digest_t digest;

    ck_assert(np_digest_parse(good[0], &digest, np_pool));
    ck_assert_int_eq(np_digest_ha1(ha1, REALM, KEY, np_pool), APR_SUCCESS);
    ck_assert(np_digest_proves(&digest, &check, ha1, np_pool));
    ha1[31] ^= 1;
    ck_assert(!np_digest_proves(&digest, &check, ha1, np_pool));
}
END_TEST

/* Those that must be hidden, whatever is wrong with them, and those that must
 * not. */
static const struct {
    const char *header;
    bool ours;
} headers[] = {
    { "Digest username=\"np\", realm=\"np /\"", true },
    { "Digest realm=\"np /a\", username=\"np\", response=\"", true },
    { "Digest username=np, realm=\"np /\", x", true },
    { ANSWER("np", REALM, NONCE, REQUEST, REST ", Basic bnA6eA=="), true },
    { "Digest username=\"np\", realm=\"members\"", false },
    { "Digest username=\"np\", realm=\"np\"", false },
    { "Digest username=\"alice\", realm=\"np /\"", false },
    { "Digest username=\"np\"", false },
    { "Digest", false },
    { "Digest ", false },
    { "Digestusername=\"np\", realm=\"np /\"", false },
    { "Basic bnA6eA==", false },
    { "", false },
};

START_TEST(ours_are_known)
{
    ck_assert_int_eq(np_digest_is_ours(headers[_i].header, np_pool),
                     headers[_i].ours);
}
END_TEST

START_TEST(the_challenge)
{
    ck_assert_str_eq(
        np_digest_challenge(REALM, NONCE, "/app/", false, np_pool),
        "Digest realm=\"np /app/\", domain=\"/app/\", nonce=\"" NONCE
        "\", algorithm=SHA-256, qop=\"auth\"");
    ck_assert_str_eq(
        np_digest_challenge(REALM, NONCE, "/app/", true, np_pool),
        "Digest realm=\"np /app/\", domain=\"/app/\", nonce=\"" NONCE
        "\", algorithm=SHA-256, qop=\"auth\", stale=true");
}
END_TEST

Suite *np_suite_digest(void)
{
    Suite *suite = suite_create("digest");
    TCase *tc = tcase_create("digest");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tc, an_answer_proves_the_key, 0,
                        sizeof good / sizeof good[0]);
    tcase_add_loop_test(tc, all_others_do_not, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, a_wrong_key_does_not);
    tcase_add_loop_test(tc, ours_are_known, 0,
                        sizeof headers / sizeof headers[0]);
    tcase_add_test(tc, the_challenge);
    suite_add_tcase(suite, tc);
    return suite;
}
