/* SPDX-License-Identifier: Apache-2.0
 * Content-Security-Policy headers: what is added to them, and nothing else. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_csp.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

/* What is asked for, short. */
#define S "h/.np/p.js"
#define C "h/.np/ h/.np-seed"
#define H "'sha256-Ab+/='"

static const np_csp_ask_t plain = { .script = S, .connect = C, .hash = H };
static const np_csp_ask_t with_nonce = { S, C, H, "N1" };
static const np_csp_ask_t without_address = { .connect = "'self'", .hash = H };

/* NULL: it is not to be changed. */
typedef struct policy_t {
    const char *header;
    const char *changed;
} policy_t;

static void check(const policy_t *policy, const np_csp_ask_t *ask)
{
    const char *wanted = policy->changed ? policy->changed : policy->header;
    const char *once = np_csp_admit(policy->header, ask, np_pool);

    ck_assert_ptr_nonnull(once);
    ck_assert_str_eq(once, wanted);
    ck_assert_str_eq(np_csp_admit(once, ask, np_pool), wanted);
}

static const policy_t policies[] = {
    /* nothing is forbidden */
    { "", NULL },
    { ";", NULL },
    { " , ", NULL },
    { "frame-ancestors 'none'; base-uri 'self'", NULL },
    { "style-src 'none'; img-src 'none'; script-src-attr 'none'", NULL },
    { "require-trusted-types-for 'script'; trusted-types x", NULL },
    /* it is allowed already */
    { "default-src 'self'", NULL },
    { "DEFAULT-SRC 'SELF'", NULL },
    { "default-src *", NULL },
    { "script-src 'self' https://cdn.example; connect-src 'self'", NULL },
    { "default-src 'none'; script-src 'self'; connect-src *", NULL },
    { "script-src " S "; connect-src " C, NULL },
    /* the directive that decides */
    { "script-src 'none'", "script-src " S },
    { "script-src", "script-src " S },
    { "script-src;", "script-src " S ";" },
    { "script-src https://cdn.example", "script-src https://cdn.example " S },
    { " script-src\t'unsafe-inline'  a ; img-src b ",
      " script-src 'unsafe-inline' a " S "; img-src b " },
    { "script-src 'none'; script-src-elem 'self'", NULL },
    { "script-src 'self'; script-src-elem 'none'",
      "script-src 'self'; script-src-elem " S },
    { "connect-src https://api.example", "connect-src https://api.example " C },
    { "connect-src 'none'", "connect-src " C },
    { "connect-src h/.np/", "connect-src h/.np/ h/.np-seed" },
    { "script-src 'sha256-abc'", "script-src 'sha256-abc' " S },
    { "script-src 'unsafe-inline'", "script-src 'unsafe-inline' " S },
    /* default-src stands for others, too */
    { "default-src 'none'",
      "default-src 'none'; script-src " S "; connect-src " C },
    { "default-src https: 'unsafe-eval'; img-src a",
      "default-src https: 'unsafe-eval'; img-src a; "
      "script-src https: 'unsafe-eval' " S "; connect-src https: "
      "'unsafe-eval' " C },
    { "default-src 'none'; script-src 'self'",
      "default-src 'none'; script-src 'self'; connect-src " C },
    { "default-src 'none'; connect-src 'self'",
      "default-src 'none'; connect-src 'self'; script-src " S },
    { "default-src 'self'; script-src a",
      "default-src 'self'; script-src a " S },
    /* of two with one name the first counts */
    { "script-src a; script-src 'self'",
      "script-src a " S "; script-src 'self'" },
    { "script-src 'self'; script-src 'none'", NULL },
    { "script-src 'none' a", "script-src a " S },
    /* a nonce that the element has not */
    { "script-src 'nonce-X'", "script-src 'nonce-X' " S },
    /* 'strict-dynamic' knows no addresses */
    { "script-src 'strict-dynamic' 'nonce-X' 'self'",
      "script-src 'strict-dynamic' 'nonce-X' 'self' " H },
    { "script-src 'strict-dynamic' 'sha256-ab+/='",
      "script-src 'strict-dynamic' 'sha256-ab+/=' " H },
    { "script-src 'Strict-Dynamic' " H, NULL },
    { "default-src 'strict-dynamic' 'self'",
      "default-src 'strict-dynamic' 'self'; script-src 'strict-dynamic' 'self' "
      H },
    /* sandboxes */
    { "sandbox allow-scripts allow-forms allow-same-origin", NULL },
    { "sandbox Allow-Scripts ALLOW-SAME-ORIGIN; script-src a",
      "sandbox Allow-Scripts ALLOW-SAME-ORIGIN; script-src a " S },
    /* several policies: each of them has its say */
    { "script-src 'none', script-src 'self',connect-src a",
      "script-src " S ", script-src 'self',connect-src a " C },
    { "script-src a,", "script-src a " S "," },
};

START_TEST(what_is_missing_is_added)
{
    check(&policies[_i], &plain);
}
END_TEST

static const policy_t nonce_policies[] = {
    { "script-src 'nonce-N1'", NULL },
    { "script-src 'nonce-N1' 'strict-dynamic'; connect-src 'self'", NULL },
    { "default-src 'nonce-N1'",
      "default-src 'nonce-N1'; connect-src 'nonce-N1' " C },
    { "script-src 'nonce-n1'", "script-src 'nonce-n1' " S },
    { "script-src 'nonce-N2' 'strict-dynamic'",
      "script-src 'nonce-N2' 'strict-dynamic' " H },
    { "script-src 'nonce-N1', script-src 'none'",
      "script-src 'nonce-N1', script-src " S },
};

START_TEST(with_a_nonce)
{
    check(&nonce_policies[_i], &with_nonce);
}
END_TEST

/* Where the address of the script cannot be written: no other script of the site
 * is let in, unless anything inline is, which a hash would end. */
static const policy_t policies_without_address[] = {
    { "default-src 'self'", NULL },
    { "script-src *", NULL },
    { "script-src 'none'", "script-src " H },
    { "script-src a", "script-src a " H },
    { "script-src " H, NULL },
    { "script-src 'unsafe-inline'", "script-src 'unsafe-inline' 'self'" },
    { "script-src 'nonce-X' 'unsafe-inline'",
      "script-src 'nonce-X' 'unsafe-inline' " H },
    { "script-src 'SHA256-X' 'unsafe-inline'",
      "script-src 'SHA256-X' 'unsafe-inline' " H },
    { "script-src 'strict-dynamic'", "script-src 'strict-dynamic' " H },
    { "default-src 'none'",
      "default-src 'none'; script-src " H "; connect-src 'self'" },
};

START_TEST(without_an_address)
{
    check(&policies_without_address[_i], &without_address);
}
END_TEST

static const char *const sandboxes[] = {
    "sandbox",
    "sandbox allow-scripts",
    "sandbox allow-same-origin",
    "default-src 'self'; SANDBOX allow-forms",
    "script-src 'self', sandbox allow-scripts",
    "sandbox; sandbox allow-scripts allow-same-origin",
};

START_TEST(a_sandbox_cannot_be_opened)
{
    ck_assert_ptr_null(np_csp_admit(sandboxes[_i], &plain, np_pool));
}
END_TEST

static const struct {
    const char *header;
    const char *nonce;
} nonces[] = {
    { "script-src 'nonce-aB+/0_-='", "aB+/0_-=" },
    { "script-src 'self' 'NONCE-abc' 'nonce-def'", "abc" },
    { "default-src 'nonce-abc'", "abc" },
    { "default-src 'nonce-abc'; script-src 'self'", NULL },
    { "script-src 'nonce-abc'; script-src-elem 'nonce-def'", "def" },
    { "img-src a, script-src 'self', script-src 'nonce-abc'", "abc" },
    { "style-src 'nonce-abc'", NULL },
    { "script-src 'nonce-'", NULL },
    { "script-src 'nonce-a", NULL },
    { "script-src 'nonce-a\"b'", NULL },
    { "script-src 'nonce-a\"b' 'nonce-c'", "c" },
    { "script-src nonce-a", NULL },
    { "", NULL },
};

START_TEST(nonce_of_a_policy)
{
    const char *nonce = np_csp_nonce(nonces[_i].header, np_pool);

    ck_assert_pstr_eq(nonce, nonces[_i].nonce);
}
END_TEST

Suite *np_suite_csp(void)
{
    Suite *suite = suite_create("csp");
    TCase *tests = tcase_create("csp");

    tcase_add_checked_fixture(tests, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tests, what_is_missing_is_added, 0, COUNT(policies));
    tcase_add_loop_test(tests, with_a_nonce, 0, COUNT(nonce_policies));
    tcase_add_loop_test(tests, without_an_address, 0,
                        COUNT(policies_without_address));
    tcase_add_loop_test(tests, a_sandbox_cannot_be_opened, 0,
                        COUNT(sandboxes));
    tcase_add_loop_test(tests, nonce_of_a_policy, 0, COUNT(nonces));
    suite_add_tcase(suite, tests);
    return suite;
}
