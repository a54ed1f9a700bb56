/* SPDX-License-Identifier: Apache-2.0
 * A session's binding to the run of a browser: what its pages say. */
#include "np_binding.h"

#include <string.h>

#include "np_policy.h"

/** Where an id is not. */
#define NOWHERE (-1)

static int find_page(const np_binding_t *binding, const unsigned char *id)
{
    for (int i = 0; i < binding->page_count; i++) {
        if (!memcmp(binding->pages[i].id, id, NP_PAGE_ID_LEN)) {
            return i;
        }
    }
    return NOWHERE;
}

static int find_gone(const np_binding_t *binding, const unsigned char *id)
{
    for (int i = 0; i < binding->gone_count; i++) {
        if (!memcmp(binding->gone[i], id, NP_PAGE_ID_LEN)) {
            return i;
        }
    }
    return NOWHERE;
}

static void remove_page(np_binding_t *binding, int i)
{
    binding->page_count--;
    memmove(&binding->pages[i], &binding->pages[i + 1],
            (apr_size_t)(binding->page_count - i) * sizeof binding->pages[0]);
}

static void remove_gone(np_binding_t *binding, int i)
{
    binding->gone_count--;
    memmove(binding->gone[i], binding->gone[i + 1],
            (apr_size_t)(binding->gone_count - i) * NP_PAGE_ID_LEN);
}

static void remove_expired(np_binding_t *binding, apr_time_t now)
{
    for (int i = binding->page_count - 1; i >= 0; i--) {
        if (now >= binding->pages[i].until) {
            remove_page(binding, i);
        }
    }
}

static int first_to_end(const np_binding_t *binding)
{
    int first = 0;

    for (int i = 1; i < binding->page_count; i++) {
        if (binding->pages[i].until < binding->pages[first].until) {
            first = i;
        }
    }
    return first;
}

static np_open_page_t *add_page(np_binding_t *binding, const unsigned char *id)
{
    if (binding->page_count == NP_BINDING_MAX_PAGES) {
        remove_page(binding, first_to_end(binding));
    }
    np_open_page_t *page = &binding->pages[binding->page_count++];
    *page = (np_open_page_t){ .hidden = false };
    memcpy(page->id, id, NP_PAGE_ID_LEN);
    return page;
}

static void add_gone(np_binding_t *binding, const unsigned char *id)
{
    if (binding->gone_count == NP_BINDING_MAX_GONE) {
        remove_gone(binding, 0);
    }
    memcpy(binding->gone[binding->gone_count++], id, NP_PAGE_ID_LEN);
}

/* False if it is about as long as it was. */
static bool renew(np_open_page_t *page, np_run_timer_e lease,
                  const np_run_rules_t *rules, apr_time_t now)
{
    const apr_time_t until = np_policy_sum(now, rules->timer[lease]);
    const apr_interval_time_t gained = until - page->until;

    page->until = until;
    return gained >= rules->timer[NP_RUN_BEAT] / 2 || gained < 0;
}

/* From the first word of a page on the pages count. */
static void begin(np_binding_t *binding, const np_run_rules_t *rules,
                  apr_time_t now)
{
    if (!binding->until) {
        binding->until = np_policy_sum(now, rules->timer[NP_RUN_GRACE]);
    }
}

static bool hear_hello(np_binding_t *binding, const unsigned char *id,
                       const np_run_rules_t *rules, apr_time_t now)
{
    const int gone = find_gone(binding, id);
    const int i = find_page(binding, id);
    np_open_page_t *page = i == NOWHERE ? add_page(binding, id)
                                   : &binding->pages[i];

    if (gone != NOWHERE) {
        remove_gone(binding, gone);
    }
    page->hidden = false;
    (void)renew(page, NP_RUN_LEASE, rules, now);
    begin(binding, rules, now);
    return true;
}

/* One that comes after the good-bye of its page was only late. */
static bool hear_beat(np_binding_t *binding, const unsigned char *id,
                      const np_run_rules_t *rules, apr_time_t now)
{
    if (find_gone(binding, id) != NOWHERE) {
        return false;
    }
    const int i = find_page(binding, id);
    np_open_page_t *page = i == NOWHERE ? add_page(binding, id)
                                   : &binding->pages[i];
    begin(binding, rules, now);
    return renew(page, page->hidden ? NP_RUN_HIDDEN : NP_RUN_LEASE, rules, now)
           || i == NOWHERE;
}

/* It is said just before the end, too, so it earns no long lease. */
static bool hear_sight(np_binding_t *binding, const unsigned char *id,
                       bool hidden, const np_run_rules_t *rules,
                       apr_time_t now)
{
    const int i = find_page(binding, id);

    if (i == NOWHERE) {
        return false;
    }
    np_open_page_t *page = &binding->pages[i];
    const bool turned = page->hidden != hidden;
    page->hidden = hidden;
    return renew(page, NP_RUN_LEASE, rules, now) || turned;
}

static bool hear_bye(np_binding_t *binding, const unsigned char *id,
                     const np_run_rules_t *rules, apr_time_t now)
{
    const int i = find_page(binding, id);
    const bool was_gone = find_gone(binding, id) != NOWHERE;

    if (!was_gone) {
        add_gone(binding, id);
    }
    if (i == NOWHERE) {
        return !was_gone;
    }
    remove_page(binding, i);
    /* Also where pages are left: they may be dead, and their time run out before
     * the page that comes after this one has spoken. */
    binding->until = np_policy_sum(now, rules->timer[NP_RUN_GRACE]);
    return true;
}

static bool hear_freeze(np_binding_t *binding, const unsigned char *id,
                        const np_run_rules_t *rules, apr_time_t now)
{
    const int i = find_page(binding, id);

    return i != NOWHERE
           && renew(&binding->pages[i], NP_RUN_FROZEN, rules, now);
}

bool np_binding_hear(np_binding_t *binding, np_page_event_e event,
                     const unsigned char id[NP_PAGE_ID_LEN],
                     const np_run_rules_t *rules, apr_time_t now)
{
    remove_expired(binding, now);
    switch (event) {
    case NP_PAGE_HELLO:
        return hear_hello(binding, id, rules, now);
    case NP_PAGE_BEAT:
        return hear_beat(binding, id, rules, now);
    case NP_PAGE_HIDE:
        return hear_sight(binding, id, true, rules, now);
    case NP_PAGE_SHOW:
        return hear_sight(binding, id, false, rules, now);
    case NP_PAGE_BYE:
        return hear_bye(binding, id, rules, now);
    case NP_PAGE_FREEZE:
        return hear_freeze(binding, id, rules, now);
    }
    return false;
}

bool np_binding_show_document(np_binding_t *binding,
                              const np_run_rules_t *rules, apr_time_t now)
{
    const apr_interval_time_t lease = rules->timer[NP_RUN_DOCUMENT];

    if (!binding->until || binding->document_until - now >= lease / 2) {
        return false;
    }
    binding->document_until = np_policy_sum(now, lease);
    return true;
}

bool np_binding_extend(np_binding_t *binding, const np_run_rules_t *rules,
                       apr_time_t now)
{
    const apr_interval_time_t grace = rules->timer[NP_RUN_GRACE];

    if (!binding->until || binding->until - now > grace / 4 * 3) {
        return false;
    }
    binding->until = np_policy_sum(now, grace);
    return true;
}

bool np_binding_shrink(np_binding_t *binding)
{
    if (binding->gone_count) {
        binding->gone_count = 0;
        return true;
    }
    if (binding->page_count) {
        remove_page(binding, first_to_end(binding));
        return true;
    }
    return false;
}
