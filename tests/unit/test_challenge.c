/* SPDX-License-Identifier: Apache-2.0
 * Which challenges make a browser ask for a password, in all spellings. */
#include "unit.h"

#include "np_challenge.h"

static const char *const asking[] = {
    "Basic",
    "Basic realm=\"x\"",
    "bASIC realm=x",
    " Basic\trealm=x",
    "Digest realm=\"x\", nonce=\"y\"",
    "Negotiate",
    "Negotiate YIIB==",
    "NTLM, Bearer",
    ", ,Basic realm=x",
    "Bearer realm=\"a\", Basic realm=\"b\"",
    "Bearer,Basic realm=\"b\"",
    "Bearer realm=\"a, b\",\tNTLM",
    "Bearer realm=\"a \\\" , b\", Basic realm=b",
    "Bearer realm=\"a\\\\\", Basic realm=b",
    "Bearer abc==, Digest realm=b",
    "SessionNP realm=\"members\" , negotiate",
};

START_TEST(a_password_is_asked_for)
{
    ck_assert_msg(np_challenge_asks_browser(asking[_i]), "%s", asking[_i]);
}
END_TEST

static const char *const others[] = {
    "",
    " , ,",
    "=",
    "Bearer",
    "Bearer realm=\"Basic\"",
    "Bearer realm=\"a, Basic realm=b\"",
    "Bearer realm=\"a \\\", Basic realm=b\"",
    "Bearer realm=\"a, Basic realm=b",
    "Bearer realm=\"a\\",
    "Bearer realm=a, basic=b",
    "Bearer realm=a, Basic \t=\"b\"",
    "Bearer Basic",
    "Basics realm=x",
    "Basi",
    "NTLM2, Digest-x realm=y",
    "SessionNP realm=\"members\"",
};

START_TEST(none_is)
{
    ck_assert_msg(!np_challenge_asks_browser(others[_i]), "%s", others[_i]);
}
END_TEST

Suite *np_suite_challenge(void)
{
    Suite *suite = suite_create("challenge");
    TCase *tc = tcase_create("challenge");

    tcase_add_loop_test(tc, a_password_is_asked_for, 0,
                        sizeof asking / sizeof asking[0]);
    tcase_add_loop_test(tc, none_is, 0, sizeof others / sizeof others[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
