/* SPDX-License-Identifier: Apache-2.0
 * Documents of sessions that end with the run of the browser: how long they
 * keep the session alive, where they cannot say so themselves. */
#include "np_run_document.h"

#include <string.h>

#include "np_clock.h"
#include "np_html_scan.h"
#include "np_run_change.h"
#include "np_run_gate.h"

bool np_run_document_is_asked(const request_rec *r)
{
    if (apr_table_get(r->headers_in, "Sec-Fetch-Dest")) {
        return np_run_gate_is_document(r);
    }
    return np_request_accepts_html(r)
           && !apr_table_get(r->headers_in, "X-Requested-With");
}

/* Do the pages of this session count, and is this one's moment? */
static bool concerns(const np_request_t *ctx, const request_rec *r,
                     const np_place_t *place)
{
    const np_binding_t *binding = ctx->outcome.record.binding;

    return np_run_conf_mode(place->run) != NP_RUN_MODE_OFF && !ctx->run_is_own
           && ctx->outcome.state == NP_STATE_LIVE && binding && binding->until
           && np_request_sees(ctx, r, place)
           && np_run_document_is_asked(ctx->first);
}

static bool extend(np_binding_t *binding, const np_run_change_t *change)
{
    return np_binding_extend(binding, &change->rules, change->now);
}

/* Nothing that a window would show: the page before it stays. */
static bool shows_nothing(const request_rec *r)
{
    const char *disposition =
        apr_table_get(r->headers_out, "Content-Disposition");

    return (ap_is_HTTP_REDIRECT(r->status) && r->status != HTTP_NOT_MODIFIED)
           || r->status == HTTP_NO_CONTENT || r->status == HTTP_RESET_CONTENT
           || (disposition
               && !strncasecmp(disposition, "attachment",
                               strlen("attachment")));
}

static bool show(np_binding_t *binding, const np_run_change_t *change)
{
    return np_binding_show_document(binding, &change->rules, change->now);
}

/* A PDF, say: it is on show while it still comes, and never gets the script. */
static bool is_mute(const request_rec *r)
{
    return (r->status == HTTP_OK || r->status == HTTP_PARTIAL_CONTENT)
           && r->content_type && np_html_type(r->content_type) == NP_HTML_NOT
           && !shows_nothing(r);
}

void np_run_document_leaves(np_request_t *ctx, request_rec *r,
                            const np_place_t *place)
{
    if (!place->run || !concerns(ctx, r, place)) {
        return;
    }
    const bool mute = is_mute(r);
    const np_run_change_t change = {
        .make = mute ? show : extend,
        .rules = np_run_gate_rules(ctx, place),
        .now = np_clock_now(),
    };
    if (mute
        || change.now - ctx->now >= change.rules.timer[NP_RUN_GRACE] / 2) {
        (void)np_run_change(ctx, r, &change);
    }
}

void np_run_document_shown(np_request_t *ctx, request_rec *r,
                           const np_place_t *place)
{
    const request_rec *last = r;

    if (!place->run || ctx->page_has_script || !concerns(ctx, r, place)) {
        return;
    }
    while (last->next) {
        last = last->next;
    }
    if (shows_nothing(last)) {
        return;
    }
    const np_run_change_t change = {
        .make = show,
        .rules = np_run_gate_rules(ctx, place),
        .now = np_clock_now(),
    };
    (void)np_run_change(ctx, r, &change);
}
