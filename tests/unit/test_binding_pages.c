/* SPDX-License-Identifier: Apache-2.0
 * What pages say, and how long their session goes on by it. */
#include "unit.h"

#include <string.h>

#include "fixture.h"
#include "np_binding.h"

#define NOW  APR_INT64_C(1700000000000000)
#define S(n) apr_time_from_sec(n)

static const np_run_rules_t rules = {
    .timer = { [NP_RUN_CLAIM] = S(30), [NP_RUN_SKEW] = S(5),
               [NP_RUN_BEAT] = S(60), [NP_RUN_LEASE] = S(150),
               [NP_RUN_HIDDEN] = S(3600), [NP_RUN_FROZEN] = S(7200),
               [NP_RUN_DOCUMENT] = S(900), [NP_RUN_GRACE] = S(15) },
};

static np_binding_t binding;

static void begin(void)
{
    np_pool_set_up();
    binding = (np_binding_t){ .key_state = NP_KEY_NONE };
}

static bool hear(np_page_event_e event, int page, apr_time_t now)
{
    const unsigned char id[NP_PAGE_ID_LEN] = { (unsigned char)page, 'x' };
    return np_binding_hear(&binding, event, id, &rules, now);
}

/* The first moment at which it is over. */
static void ends_at(apr_time_t end)
{
    ck_assert(!np_binding_is_closed(&binding, end - 1));
    ck_assert(np_binding_is_closed(&binding, end));
    ck_assert(np_binding_is_closed(&binding, end + 1));
}

START_TEST(hello_begins_a_lease)
{
    ck_assert(hear(NP_PAGE_HELLO, 1, NOW));
    ck_assert_int_eq(binding.until, NOW + S(15));
    ends_at(NOW + S(150));
    ck_assert(hear(NP_PAGE_HELLO, 1, NOW + S(100)));
    ck_assert_int_eq(binding.until, NOW + S(15));
    ck_assert_int_eq(binding.page_count, 1);
    ends_at(NOW + S(250));
}
END_TEST

/* Half a beat after the last one, and around that. */
START_TEST(beat_is_written_once_in_half_a_beat)
{
    const apr_time_t then = NOW + S(30) + _i - 1;

    (void)hear(NP_PAGE_HELLO, 1, NOW);
    ck_assert_int_eq(hear(NP_PAGE_BEAT, 1, then), _i >= 1);
    ends_at(then + S(150));
}
END_TEST

START_TEST(beat_makes_a_page_known)
{
    ck_assert(hear(NP_PAGE_BEAT, 1, NOW));
    ends_at(NOW + S(150));
    (void)hear(NP_PAGE_HELLO, 2, NOW + S(1));
    ck_assert(hear(NP_PAGE_BEAT, 1, NOW + S(200)));
    ck_assert_int_eq(binding.page_count, 1);
    ends_at(NOW + S(350));
}
END_TEST

START_TEST(who_is_hidden_has_to_beat)
{
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    ck_assert(hear(NP_PAGE_HIDE, 1, NOW + 1));
    ends_at(NOW + 1 + S(150));
    ck_assert(!hear(NP_PAGE_HIDE, 1, NOW + 2));
    ck_assert(hear(NP_PAGE_BEAT, 1, NOW + S(10)));
    ends_at(NOW + S(3610));
    ck_assert(!hear(NP_PAGE_BEAT, 1, NOW + S(20)));
    ck_assert(hear(NP_PAGE_SHOW, 1, NOW + S(30)));
    ends_at(NOW + S(180));
    ck_assert(hear(NP_PAGE_BEAT, 1, NOW + S(90)));
    ends_at(NOW + S(240));
}
END_TEST

START_TEST(who_is_frozen_stays)
{
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    ck_assert(hear(NP_PAGE_FREEZE, 1, NOW + S(1)));
    ends_at(NOW + S(7201));
}
END_TEST

START_TEST(only_hello_and_beat_make_a_page)
{
    static const np_page_event_e events[] = { NP_PAGE_HIDE, NP_PAGE_SHOW,
                                              NP_PAGE_FREEZE };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        ck_assert(!hear(events[i], 1, NOW));
    }
    ck_assert(np_binding_is_empty(&binding));
    ck_assert(hear(NP_PAGE_BYE, 1, NOW));
    ck_assert(!hear(NP_PAGE_BYE, 1, NOW));
    ck_assert_int_eq(binding.until, 0);
}
END_TEST

START_TEST(the_last_bye_leaves_the_grace)
{
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    (void)hear(NP_PAGE_HELLO, 2, NOW);
    ck_assert(hear(NP_PAGE_BYE, 1, NOW + S(100)));
    ends_at(NOW + S(150));
    ck_assert(hear(NP_PAGE_BYE, 2, NOW + S(101)));
    ends_at(NOW + S(116));
    ck_assert(!hear(NP_PAGE_BEAT, 2, NOW + S(102)));
    ck_assert(!hear(NP_PAGE_BYE, 2, NOW + S(103)));
    ends_at(NOW + S(116));
    ck_assert(hear(NP_PAGE_HELLO, 2, NOW + S(104)));
    ends_at(NOW + S(254));
    ck_assert_int_eq(binding.gone_count, 1);
}
END_TEST

/* A page whose lease is over does not count for the last one. */
/* A page that went without a word lasts until its lease is over, and the next
 * page of this tab is on its way at that moment. */
START_TEST(every_bye_leaves_the_grace)
{
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    (void)hear(NP_PAGE_HELLO, 2, NOW + S(100));
    ck_assert(hear(NP_PAGE_BYE, 2, NOW + S(149)));
    ck_assert_int_eq(binding.page_count, 1);
    ends_at(NOW + S(164));
    (void)hear(NP_PAGE_HELLO, 3, NOW + S(163));
    ends_at(NOW + S(313));
}
END_TEST

START_TEST(bye_does_not_wait_for_the_dead)
{
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    (void)hear(NP_PAGE_HELLO, 2, NOW + S(149));
    (void)hear(NP_PAGE_BYE, 2, NOW + S(150));
    ends_at(NOW + S(165));
}
END_TEST

START_TEST(too_many_pages)
{
    for (int i = 0; i < NP_BINDING_MAX_PAGES; i++) {
        ck_assert(hear(NP_PAGE_HELLO, i, NOW + i));
        ck_assert_int_eq(binding.page_count, i + 1);
    }
    ck_assert(hear(NP_PAGE_HELLO, 0, NOW + 100));
    ck_assert(hear(NP_PAGE_HELLO, 100, NOW + 101));
    ck_assert_int_eq(binding.page_count, NP_BINDING_MAX_PAGES);
    /* the one that had to go is the second one, which was heard the longest
     * time ago */
    ck_assert(!hear(NP_PAGE_HIDE, 1, NOW + 102));
    ck_assert(hear(NP_PAGE_HIDE, 0, NOW + 102));
    ck_assert(hear(NP_PAGE_HIDE, 100, NOW + 102));
}
END_TEST

START_TEST(too_many_that_are_gone)
{
    (void)hear(NP_PAGE_HELLO, 200, NOW);
    for (int i = 0; i <= NP_BINDING_MAX_GONE; i++) {
        ck_assert(hear(NP_PAGE_BYE, i, NOW));
    }
    ck_assert_int_eq(binding.gone_count, NP_BINDING_MAX_GONE);
    ck_assert(!hear(NP_PAGE_BEAT, 1, NOW + S(1)));
    ck_assert(!hear(NP_PAGE_BEAT, NP_BINDING_MAX_GONE, NOW + S(1)));
    ck_assert(hear(NP_PAGE_BEAT, 0, NOW + S(1)));
}
END_TEST

START_TEST(documents_have_a_lease)
{
    ck_assert(!np_binding_show_document(&binding, &rules, NOW));
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    ck_assert(np_binding_show_document(&binding, &rules, NOW));
    (void)hear(NP_PAGE_BYE, 1, NOW + S(1));
    ends_at(NOW + S(900));
    ck_assert(!np_binding_show_document(&binding, &rules, NOW + S(450)));
    ck_assert(np_binding_show_document(&binding, &rules, NOW + S(450) + 1));
    ends_at(NOW + S(1350) + 1);
}
END_TEST

START_TEST(a_slow_document_gets_its_grace)
{
    ck_assert(!np_binding_extend(&binding, &rules, NOW));
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    (void)hear(NP_PAGE_BYE, 1, NOW);
    ck_assert(!np_binding_extend(&binding, &rules, NOW + S(3)));
    ck_assert(np_binding_extend(&binding, &rules, NOW + S(4)));
    ends_at(NOW + S(19));
    ck_assert(!np_binding_extend(&binding, &rules, NOW + S(4)));
}
END_TEST

START_TEST(it_shrinks_to_its_key)
{
    binding.key_state = NP_KEY_BOUND;
    (void)hear(NP_PAGE_HELLO, 1, NOW);
    (void)hear(NP_PAGE_HELLO, 2, NOW + 1);
    (void)hear(NP_PAGE_BYE, 3, NOW);
    ck_assert(np_binding_shrink(&binding));
    ck_assert_int_eq(binding.gone_count, 0);
    ck_assert_int_eq(binding.page_count, 2);
    ck_assert(np_binding_shrink(&binding));
    ck_assert_int_eq(binding.pages[0].id[0], 2);
    ck_assert(np_binding_shrink(&binding));
    ck_assert(!np_binding_shrink(&binding));
    ck_assert_int_eq(binding.key_state, NP_KEY_BOUND);
}
END_TEST

Suite *np_suite_binding_pages(void)
{
    Suite *suite = suite_create("binding_pages");
    TCase *tc = tcase_create("pages");

    tcase_add_checked_fixture(tc, begin, np_pool_tear_down);
    tcase_add_test(tc, hello_begins_a_lease);
    tcase_add_loop_test(tc, beat_is_written_once_in_half_a_beat, 0, 3);
    tcase_add_test(tc, beat_makes_a_page_known);
    tcase_add_test(tc, who_is_hidden_has_to_beat);
    tcase_add_test(tc, who_is_frozen_stays);
    tcase_add_test(tc, only_hello_and_beat_make_a_page);
    tcase_add_test(tc, the_last_bye_leaves_the_grace);
    tcase_add_test(tc, every_bye_leaves_the_grace);
    tcase_add_test(tc, bye_does_not_wait_for_the_dead);
    tcase_add_test(tc, too_many_pages);
    tcase_add_test(tc, too_many_that_are_gone);
    tcase_add_test(tc, documents_have_a_lease);
    tcase_add_test(tc, a_slow_document_gets_its_grace);
    tcase_add_test(tc, it_shrinks_to_its_key);
    suite_add_tcase(suite, tc);
    return suite;
}
