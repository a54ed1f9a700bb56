/* SPDX-License-Identifier: Apache-2.0
 * Profiles: each rule at its limit and one over it, on each level. */
#include "unit.h"

#include "np_profile.h"

#define MINUTES(n) apr_time_from_sec(APR_INT64_C(60) * (n))
#define HOURS(n) MINUTES(60 * (n))

static np_profile_miss_t misses[NP_PROFILE_MOST_MISSES];

/* A tenant that misses nothing, on no level. */
static np_profile_facts_t good(void)
{
    return (np_profile_facts_t){
        .mode = NP_MODE_NON_PERSISTENT,
        .limits = { { MINUTES(15), HOURS(12) }, { MINUTES(15), HOURS(12) } },
        .secure_always = true,
        .cookie_name = { "__Host-a", "__Host-b", "__Host-c" },
        .cookie_path = "/",
        .same_site = NP_SAME_SITE_LAX,
        .throttled = true,
    };
}

static int check(np_profile_e profile, const np_profile_facts_t *facts)
{
    return np_profile_check(profile, NP_STRICTNESS_STANDARD, facts, misses);
}

/* The one rule that is missed is this one. */
static void check_one(np_profile_e profile, const np_profile_facts_t *facts,
                      np_profile_rule_e rule, bool shall)
{
    ck_assert_int_eq(check(profile, facts), 1);
    ck_assert_int_eq(misses[0].rule, rule);
    ck_assert_int_eq(misses[0].shall, shall);
    ck_assert_int_eq(misses[0].refused, shall);
}

/* _i is the level. */
START_TEST(good_tenant_misses_nothing)
{
    np_profile_facts_t facts = good();

    ck_assert_int_eq(check((np_profile_e)_i, &facts), 0);
    facts.same_site = NP_SAME_SITE_STRICT;
    ck_assert_int_eq(check((np_profile_e)_i, &facts), 0);
}
END_TEST

/* SP 800-63B-4 sections 2.1.3, 2.2.3, 2.3.3 */
static const struct {
    np_profile_e profile;
    np_profile_rule_e rule;
    apr_interval_time_t most;
    bool shall;
    const char *section;
} limits[] = {
    { NP_PROFILE_AAL1, NP_PROFILE_LIFE, HOURS(720), false, "2.1.3" },
    { NP_PROFILE_AAL2, NP_PROFILE_LIFE, HOURS(24), false, "2.2.3" },
    { NP_PROFILE_AAL2, NP_PROFILE_IDLE, HOURS(1), false, "2.2.3" },
    { NP_PROFILE_AAL3, NP_PROFILE_LIFE, HOURS(12), true, "2.3.3" },
    { NP_PROFILE_AAL3, NP_PROFILE_IDLE, MINUTES(15), false, "2.3.3" },
};

static void set_limit(np_profile_facts_t *facts, int mode,
                      np_profile_rule_e rule, apr_interval_time_t value)
{
    *(rule == NP_PROFILE_LIFE ? &facts->limits[mode].life
                              : &facts->limits[mode].idle) = value;
}

START_TEST(limits_may_be_reached_and_not_passed)
{
    for (int mode = 0; mode < NP_MODES; mode++) {
        np_profile_facts_t facts = good();

        set_limit(&facts, mode, limits[_i].rule, limits[_i].most);
        ck_assert_int_eq(check(limits[_i].profile, &facts), 0);
        set_limit(&facts, mode, limits[_i].rule, limits[_i].most + 1);
        check_one(limits[_i].profile, &facts, limits[_i].rule,
                  limits[_i].shall);
        ck_assert_int_eq(misses[0].mode, mode);
        ck_assert_int_eq(misses[0].value, limits[_i].most + 1);
        ck_assert_int_eq(misses[0].most, limits[_i].most);
        ck_assert_str_eq(misses[0].section, limits[_i].section);
    }
}
END_TEST

START_TEST(same_limits_are_told_once)
{
    np_profile_facts_t facts = good();

    for (int mode = 0; mode < NP_MODES; mode++) {
        set_limit(&facts, mode, limits[_i].rule, limits[_i].most + 1);
    }
    check_one(limits[_i].profile, &facts, limits[_i].rule, limits[_i].shall);
    ck_assert_int_eq(misses[0].mode, NP_PROFILE_BOTH_MODES);
}
END_TEST

START_TEST(different_limits_are_told_apart)
{
    np_profile_facts_t facts = good();

    for (int mode = 0; mode < NP_MODES; mode++) {
        set_limit(&facts, mode, limits[_i].rule, limits[_i].most + 1 + mode);
    }
    ck_assert_int_eq(check(limits[_i].profile, &facts), 2);
    ck_assert_int_eq(misses[0].mode, NP_MODE_PERSISTENT);
    ck_assert_int_eq(misses[1].mode, NP_MODE_NON_PERSISTENT);
    ck_assert_int_eq(misses[1].value, limits[_i].most + 2);
}
END_TEST

START_TEST(nobody_is_idle_for_longer_than_he_lives)
{
    np_profile_facts_t facts = good();

    for (int mode = 0; mode < NP_MODES; mode++) {
        facts.limits[mode] = (np_limits_t){ HOURS(72), HOURS(1) };
    }
    ck_assert_int_eq(check(NP_PROFILE_AAL2, &facts), 0);
    check_one(NP_PROFILE_AAL3, &facts, NP_PROFILE_IDLE, false);
    ck_assert_int_eq(misses[0].value, HOURS(1));
}
END_TEST

/* What misses one rule, on each level. */
static void keep_cookies(np_profile_facts_t *facts)
{
    facts->mode = NP_MODE_PERSISTENT;
}

static void be_insecure(np_profile_facts_t *facts)
{
    facts->secure_always = false;
}

static void rename_device(np_profile_facts_t *facts)
{
    facts->cookie_name[NP_KIND_DEVICE - 1] = "__Secure-did";
}

static void spell_otherwise(np_profile_facts_t *facts)
{
    facts->cookie_name[NP_KIND_SESSION - 1] = "__host-a";
}

static void narrow_path(np_profile_facts_t *facts)
{
    facts->cookie_path = "/app";
    facts->cookie_name[NP_KIND_SESSION - 1] = "auth0";
}

static void widen_domain(np_profile_facts_t *facts)
{
    facts->cookie_domain = "example.com";
    for (int kind = 0; kind < NP_KINDS; kind++) {
        facts->cookie_name[kind] = "__Secure-x";
    }
}

static void go_cross_site(np_profile_facts_t *facts)
{
    facts->same_site = NP_SAME_SITE_NONE;
}

static void send_twins(np_profile_facts_t *facts)
{
    facts->twins = true;
}

static void count_nothing(np_profile_facts_t *facts)
{
    facts->throttled = false;
}

static const struct {
    void (*spoil)(np_profile_facts_t *facts);
    np_profile_rule_e rule;
    bool shall;
} faults[] = {
    { keep_cookies, NP_PROFILE_NOT_KEPT, false },
    { be_insecure, NP_PROFILE_SECURE, true },
    { rename_device, NP_PROFILE_PREFIX, false },
    { spell_otherwise, NP_PROFILE_PREFIX, false },
    { narrow_path, NP_PROFILE_PREFIX, false },
    { widen_domain, NP_PROFILE_HOST_ONLY, false },
    { go_cross_site, NP_PROFILE_SAME_SITE, false },
    { send_twins, NP_PROFILE_NO_TWINS, false },
    { count_nothing, NP_PROFILE_THROTTLED, true },
};

START_TEST(each_fault_misses_its_rule)
{
    for (int level = NP_PROFILE_AAL1; level <= NP_PROFILE_AAL3; level++) {
        np_profile_facts_t facts = good();

        faults[_i].spoil(&facts);
        check_one((np_profile_e)level, &facts, faults[_i].rule,
                  faults[_i].shall);
    }
}
END_TEST

/* Everything at once: the room is enough, and strictness decides. */
static np_profile_facts_t worst(void)
{
    np_profile_facts_t facts = {
        .mode = NP_MODE_PERSISTENT,
        .limits = { { HOURS(100), HOURS(800) }, { HOURS(99), HOURS(799) } },
        .cookie_name = { "a", "b", "c" },
        .cookie_path = "/",
        .cookie_domain = "example.com",
        .same_site = NP_SAME_SITE_NONE,
        .twins = true,
    };
    return facts;
}

START_TEST(strictness_decides)
{
    np_profile_facts_t facts = worst();

    ck_assert_int_eq(check(NP_PROFILE_AAL3, &facts), NP_PROFILE_MOST_MISSES);
    for (int i = 0; i < NP_PROFILE_MOST_MISSES; i++) {
        ck_assert_int_eq(misses[i].refused, misses[i].shall);
    }
    np_profile_check(NP_PROFILE_AAL3, NP_STRICTNESS_WARN, &facts, misses);
    for (int i = 0; i < NP_PROFILE_MOST_MISSES; i++) {
        ck_assert(!misses[i].refused);
    }
    np_profile_check(NP_PROFILE_AAL3, NP_STRICTNESS_REFUSE, &facts, misses);
    for (int i = 0; i < NP_PROFILE_MOST_MISSES; i++) {
        ck_assert(misses[i].refused);
    }
}
END_TEST

START_TEST(no_profile_asks_for_nothing)
{
    np_profile_facts_t facts = worst();

    ck_assert_int_eq(np_profile_check(NP_PROFILE_OFF, NP_STRICTNESS_REFUSE,
                                      &facts, misses),
                     0);
}
END_TEST

Suite *np_suite_profile(void)
{
    Suite *suite = suite_create("profile");
    TCase *tc = tcase_create("limits");
    int count = sizeof limits / sizeof limits[0];

    tcase_add_loop_test(tc, good_tenant_misses_nothing, NP_PROFILE_OFF,
                        NP_PROFILE_AAL3 + 1);
    tcase_add_loop_test(tc, limits_may_be_reached_and_not_passed, 0, count);
    tcase_add_loop_test(tc, same_limits_are_told_once, 0, count);
    tcase_add_loop_test(tc, different_limits_are_told_apart, 0, count);
    tcase_add_test(tc, nobody_is_idle_for_longer_than_he_lives);
    suite_add_tcase(suite, tc);
    tc = tcase_create("rules");
    tcase_add_loop_test(tc, each_fault_misses_its_rule, 0,
                        sizeof faults / sizeof faults[0]);
    tcase_add_test(tc, strictness_decides);
    tcase_add_test(tc, no_profile_asks_for_nothing);
    suite_add_tcase(suite, tc);
    return suite;
}
