/* SPDX-License-Identifier: Apache-2.0
 * What applications say: what is understood, and that the rest is not. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_record.h"
#include "np_said.h"

static const np_said_t nothing = { 0 };

static bool hear(np_said_t *said, np_said_e which, const char *value)
{
    return np_said_hear(said, which, value, np_pool);
}

static void assert_same(const np_said_t *a, const np_said_t *b)
{
    ck_assert_int_eq(a->logout, b->logout);
    ck_assert_int_eq(a->mode_chosen, b->mode_chosen);
    ck_assert_int_eq(a->mode, b->mode);
    ck_assert_int_eq(a->remember, b->remember);
    ck_assert_pstr_eq(a->login, b->login);
    ck_assert_pstr_eq(a->mfa, b->mfa);
    ck_assert_pstr_eq(a->login_failed, b->login_failed);
}

/* A said in which all is said, by what no test says. */
static np_said_t sample(void)
{
    return (np_said_t){
        .logout = true,
        .login = "bob",
        .mode_chosen = true,
        .mode = NP_MODE_NON_PERSISTENT,
        .mfa = "sms",
        .remember = true,
        .login_failed = "carol",
    };
}

static void assert_not_understood(np_said_e which, const char *value)
{
    np_said_t said = nothing;
    np_said_t before = sample();

    ck_assert(!hear(&said, which, value));
    assert_same(&said, &nothing);
    said = before;
    ck_assert(!hear(&said, which, value));
    assert_same(&said, &before);
}

static const char *repeat(const char *text, int times)
{
    const char *all = "";
    for (int i = 0; i < times; i++) {
        all = apr_pstrcat(np_pool, all, text, NULL);
    }
    return all;
}

START_TEST(headers_have_names)
{
    ck_assert_str_eq(np_said_header(NP_SAID_LOGIN), "Session-NP-Login");
    ck_assert_str_eq(np_said_header(NP_SAID_MODE), "Session-NP-Mode");
    ck_assert_str_eq(np_said_header(NP_SAID_MFA), "Session-NP-MFA");
    ck_assert_str_eq(np_said_header(NP_SAID_LOGIN_FAILED),
                     "Session-NP-Login-Failed");
    ck_assert_str_eq(np_said_header(NP_SAID_LOGOUT), "Session-NP-Logout");
    ck_assert_int_eq(NP_SAID_LOGOUT + 1, NP_SAID_HEADERS);
}
END_TEST

static const struct {
    const char *value;
    const char *user;
} users[] = {
    { "alice", "alice" },
    { "a", "a" },
    { " \t alice \t ", "alice" },
    { "alice \t smith", NULL },             /* a tab inside */
    { "alice  smith", "alice  smith" },
    { "\"alice\"", "\"alice\"" },           /* as it stands */
    { "al%69ce; a=b, c", "al%69ce; a=b, c" },
    { "\xc3\xa9ric", "\xc3\xa9ric" },
    { "\xff\x80", "\xff\x80" },
    { "", NULL },
    { " ", NULL },
    { "\t \t", NULL },
    { "a\nb", NULL },
    { "\nalice", NULL },
    { "alice\r", NULL },
    { "a\x01", NULL },
    { "a\x1f" "b", NULL },
    { "a\x7f" "b", NULL },
};

/* The field that a header fills. */
static const char **user_field(np_said_t *said, np_said_e which)
{
    return which == NP_SAID_LOGIN ? &said->login : &said->login_failed;
}

static void assert_user(np_said_e which, const char *value, const char *user)
{
    np_said_t expected = sample();
    np_said_t said = sample();

    *user_field(&expected, which) = user;
    ck_assert(hear(&said, which, value));
    assert_same(&said, &expected);
}

START_TEST(users_are_taken_literally)
{
    static const np_said_e headers[] = { NP_SAID_LOGIN, NP_SAID_LOGIN_FAILED };

    for (int i = 0; i < 2; i++) {
        if (users[_i].user) {
            assert_user(headers[i], users[_i].value, users[_i].user);
        }
        else {
            assert_not_understood(headers[i], users[_i].value);
        }
    }
}
END_TEST

START_TEST(users_have_1024_bytes_at_the_most)
{
    const char *longest = repeat("u", 1024);
    const char *longer = repeat("u", 1025);
    const char *in_blanks = apr_pstrcat(np_pool, " ", longest, "\t", NULL);

    ck_assert_int_eq(NP_RECORD_MAX_TEXT, 1024);
    assert_user(NP_SAID_LOGIN, longest, longest);
    assert_user(NP_SAID_LOGIN, in_blanks, longest);
    assert_user(NP_SAID_LOGIN_FAILED, longest, longest);
    assert_not_understood(NP_SAID_LOGIN, longer);
    assert_not_understood(NP_SAID_LOGIN_FAILED, longer);
}
END_TEST

static const struct {
    const char *value;
    np_mode_e mode;
} modes[] = {
    { "persistent", NP_MODE_PERSISTENT },
    { "Persistent", NP_MODE_PERSISTENT },
    { "\tPERSISTENT ", NP_MODE_PERSISTENT },
    { "non-persistent", NP_MODE_NON_PERSISTENT },
    { "Non-Persistent", NP_MODE_NON_PERSISTENT },
    { "  NON-PERSISTENT\t", NP_MODE_NON_PERSISTENT },
};

START_TEST(modes_are_heard)
{
    np_said_t said = sample();
    np_said_t expected = sample();

    expected.mode = modes[_i].mode;
    ck_assert(hear(&said, NP_SAID_MODE, modes[_i].value));
    assert_same(&said, &expected);
    said = nothing;
    ck_assert(hear(&said, NP_SAID_MODE, modes[_i].value));
    ck_assert(said.mode_chosen);
    ck_assert_int_eq(said.mode, modes[_i].mode);
}
END_TEST

static const struct {
    const char *value;
    const char *method;
    bool remember;
} factors[] = {
    { "totp", "totp", false },
    { "\t totp \t", "totp", false },
    { "TOTP", "TOTP", false },
    { "x", "x", false },
    { "!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ", false },
    { "remember", "remember", false },
    { "remembered1", "remembered1", false },
    { "totp;remember", "totp", true },
    { "totp; remember ", "totp", true },
    { "totp; \t remember", "totp", true },
    { "totp;REMEMBER", "totp", true },
    { "totp;Remember=?1", "totp", true },
    { "totp;remember=?1\t", "totp", true },
    { "totp;remember=?0", "totp", false },
    { "totp;remember; remember=?0", "totp", false },
    { "totp;remember=?0;remember", "totp", true },
};

START_TEST(second_factors_are_heard)
{
    np_said_t said = sample();
    np_said_t expected = sample();

    expected.mfa = factors[_i].method;
    expected.remember = factors[_i].remember;
    ck_assert(hear(&said, NP_SAID_MFA, factors[_i].value));
    assert_same(&said, &expected);
}
END_TEST

START_TEST(methods_have_64_characters_at_the_most)
{
    const char *longest = repeat("m", 64);
    np_said_t said = nothing;

    ck_assert(hear(&said, NP_SAID_MFA,
                   apr_pstrcat(np_pool, longest, ";remember", NULL)));
    ck_assert_str_eq(said.mfa, longest);
    ck_assert(said.remember);
    assert_not_understood(NP_SAID_MFA, repeat("m", 65));
    assert_not_understood(NP_SAID_MFA,
                          apr_pstrcat(np_pool, longest, "m;remember", NULL));
}
END_TEST

START_TEST(logouts_are_heard)
{
    static const char *const values[2][2] = { { "?0", "\t?0 " },
                                              { "?1", " ?1\t" } };
    for (int logout = 0; logout < 2; logout++) {
        for (int i = 0; i < 2; i++) {
            np_said_t said = sample();
            np_said_t expected = sample();
            expected.logout = logout;
            ck_assert(hear(&said, NP_SAID_LOGOUT, values[logout][i]));
            assert_same(&said, &expected);
        }
    }
}
END_TEST

static const struct {
    np_said_e which;
    const char *value;
} not_understood[] = {
    { NP_SAID_MODE, "" },
    { NP_SAID_MODE, " \t" },
    { NP_SAID_MODE, "persisten" },
    { NP_SAID_MODE, "persistent2" },
    { NP_SAID_MODE, "non persistent" },
    { NP_SAID_MODE, "nonpersistent" },
    { NP_SAID_MODE, "persistent, non-persistent" },
    { NP_SAID_MODE, "\"persistent\"" },
    { NP_SAID_MODE, "persistent\n" },
    { NP_SAID_MFA, "" },
    { NP_SAID_MFA, "\t " },
    { NP_SAID_MFA, ";remember" },
    { NP_SAID_MFA, "\"totp\"" },
    { NP_SAID_MFA, "to tp" },
    { NP_SAID_MFA, "totp, sms" },
    { NP_SAID_MFA, "totp/1" },
    { NP_SAID_MFA, "totp=1" },
    { NP_SAID_MFA, "t\xc3\xb6tp" },
    { NP_SAID_MFA, "totp\n" },
    { NP_SAID_MFA, "totp\x7f" },
    { NP_SAID_MFA, "remembered" },
    { NP_SAID_MFA, "Remembered" },
    { NP_SAID_MFA, "remembered;remember" },
    { NP_SAID_MFA, "totp;" },
    { NP_SAID_MFA, "totp; " },
    { NP_SAID_MFA, "totp;;remember" },
    { NP_SAID_MFA, "totp;remember;" },
    { NP_SAID_MFA, "totp ;remember" },
    { NP_SAID_MFA, "totp remember" },
    { NP_SAID_MFA, "totp;remembe" },
    { NP_SAID_MFA, "totp;remembers" },
    { NP_SAID_MFA, "totp;level=2" },
    { NP_SAID_MFA, "totp;remember;level" },
    { NP_SAID_MFA, "totp;remember=" },
    { NP_SAID_MFA, "totp;remember=1" },
    { NP_SAID_MFA, "totp;remember=?" },
    { NP_SAID_MFA, "totp;remember=?2" },
    { NP_SAID_MFA, "totp;remember=?11" },
    { NP_SAID_MFA, "totp;remember=?1 x" },
    { NP_SAID_MFA, "totp;remember=true" },
    { NP_SAID_MFA, "totp;remember=\"?1\"" },
    { NP_SAID_MFA, "totp;remember =?1" },
    { NP_SAID_MFA, "totp;remember= ?1" },
    { NP_SAID_MFA, "totp;\nremember" },
    { NP_SAID_LOGOUT, "" },
    { NP_SAID_LOGOUT, " \t" },
    { NP_SAID_LOGOUT, "1" },
    { NP_SAID_LOGOUT, "?" },
    { NP_SAID_LOGOUT, "?2" },
    { NP_SAID_LOGOUT, "?11" },
    { NP_SAID_LOGOUT, "? 1" },
    { NP_SAID_LOGOUT, "?1;a" },
    { NP_SAID_LOGOUT, "?1, ?1" },
    { NP_SAID_LOGOUT, "true" },
    { NP_SAID_LOGOUT, "?1\n" },
    { NP_SAID_LOGOUT, "?T" },
};

START_TEST(the_rest_is_not_understood)
{
    assert_not_understood(not_understood[_i].which, not_understood[_i].value);
}
END_TEST

START_TEST(the_last_one_counts)
{
    np_said_t said = nothing;

    ck_assert(hear(&said, NP_SAID_LOGIN, "alice"));
    ck_assert(hear(&said, NP_SAID_LOGIN, "bob"));
    ck_assert_str_eq(said.login, "bob");
    ck_assert(hear(&said, NP_SAID_MFA, "totp;remember"));
    ck_assert(hear(&said, NP_SAID_MFA, "sms"));
    ck_assert_str_eq(said.mfa, "sms");
    ck_assert(!said.remember);
    ck_assert(hear(&said, NP_SAID_LOGOUT, "?1"));
    ck_assert(hear(&said, NP_SAID_LOGOUT, "?0"));
    ck_assert(!said.logout);
}
END_TEST

START_TEST(texts_are_copied)
{
    char value[] = "alice";
    np_said_t said = nothing;

    ck_assert(hear(&said, NP_SAID_LOGIN, value));
    ck_assert(hear(&said, NP_SAID_LOGIN_FAILED, value));
    ck_assert(hear(&said, NP_SAID_MFA, value));
    memset(value, 'x', strlen(value));
    ck_assert_str_eq(said.login, "alice");
    ck_assert_str_eq(said.login_failed, "alice");
    ck_assert_str_eq(said.mfa, "alice");
}
END_TEST

START_TEST(anything_is_any_of_them)
{
    static const char *const values[NP_SAID_HEADERS] = {
        [NP_SAID_LOGIN] = "alice", [NP_SAID_MODE] = "persistent",
        [NP_SAID_MFA] = "totp",    [NP_SAID_LOGIN_FAILED] = "alice",
        [NP_SAID_LOGOUT] = "?1",
    };
    np_said_t said = nothing;

    ck_assert(!np_said_anything(&said));
    ck_assert(hear(&said, NP_SAID_LOGOUT, "?0"));
    ck_assert(!np_said_anything(&said));
    ck_assert(!hear(&said, NP_SAID_LOGOUT, "yes"));
    ck_assert(!np_said_anything(&said));
    for (int i = 0; i < NP_SAID_HEADERS; i++) {
        said = nothing;
        ck_assert(hear(&said, (np_said_e)i, values[i]));
        ck_assert(np_said_anything(&said));
    }
}
END_TEST

#define LOOP(tc, test, table) \
    tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

Suite *np_suite_said(void)
{
    Suite *suite = suite_create("said");
    TCase *tc = tcase_create("headers");

    tcase_add_checked_fixture(tc, np_pool_set_up, np_pool_tear_down);
    tcase_add_test(tc, headers_have_names);
    LOOP(tc, users_are_taken_literally, users);
    tcase_add_test(tc, users_have_1024_bytes_at_the_most);
    LOOP(tc, modes_are_heard, modes);
    LOOP(tc, second_factors_are_heard, factors);
    tcase_add_test(tc, methods_have_64_characters_at_the_most);
    tcase_add_test(tc, logouts_are_heard);
    LOOP(tc, the_rest_is_not_understood, not_understood);
    tcase_add_test(tc, the_last_one_counts);
    tcase_add_test(tc, texts_are_copied);
    tcase_add_test(tc, anything_is_any_of_them);
    suite_add_tcase(suite, tc);
    return suite;
}
