/* SPDX-License-Identifier: Apache-2.0
 * What a page tells of itself: that it is there, hidden, or gone. */
#include "np_run_endpoints.h"

#include <string.h>

#include "apr_strings.h"
#include "http_protocol.h"

#include "np_base64url.h"
#include "np_run_change.h"
#include "np_run_gate.h"
#include "np_url.h"

/* What a word is about. */
typedef enum subject_e {
    PAGE,
    KEY_KEPT,
    KEY_NOT_KEPT,
} subject_e;

/* What can be told, and whether it has to be told with a header that no page of
 * another origin can send unasked. A beacon can have none. */
typedef struct word_t {
    const char *name;
    subject_e subject;
    np_page_event_e event;
    bool is_beacon;
} word_t;

static const word_t words[] = {
    { "hello", PAGE, NP_PAGE_HELLO, false },
    { "beat", PAGE, NP_PAGE_BEAT, false },
    { "hide", PAGE, NP_PAGE_HIDE, false },
    { "show", PAGE, NP_PAGE_SHOW, false },
    { "bye", PAGE, NP_PAGE_BYE, true },
    { "freeze", PAGE, NP_PAGE_FREEZE, true },
    { .name = "seeded", .subject = KEY_KEPT },
    { .name = "noseed", .subject = KEY_NOT_KEPT },
};

static const word_t *find_word(const char *name)
{
    for (size_t i = 0; name && i < sizeof words / sizeof *words; i++) {
        if (!strcmp(words[i].name, name)) {
            return &words[i];
        }
    }
    return NULL;
}

static bool is_event(const word_t *word, np_page_event_e event)
{
    return word->subject == PAGE && word->event == event;
}

static bool hear(np_binding_t *binding, const np_run_change_t *change)
{
    const bool heard = np_binding_hear(binding, change->event, change->id,
                                       &change->rules, change->now);
    const bool bound = np_run_change_bind(binding, change);
    const bool offered =
        change->key && np_binding_offer(binding, change->key, change->now);

    return heard || bound || offered;
}

/* Whoever proved the key has it. */
static apr_status_t carry_out(const np_run_call_t *call, const word_t *word,
                              const unsigned char id[NP_PAGE_ID_LEN])
{
    unsigned char ha1[NP_BINDING_SECRET_LEN];
    unsigned char key[NP_BINDING_SECRET_LEN];
    np_run_change_t change = {
        .make = word->subject == PAGE ? hear : np_run_change_bind,
        .rules = np_run_gate_rules(call->ctx, call->place),
        .now = call->ctx->now,
        .event = word->event,
    };

    memcpy(change.id, id, sizeof change.id);
    if (np_run_gate_proves(call->ctx)
        && np_run_gate_ha1(call->ctx, ha1)) {
        change.ha1 = ha1;
    }
    if (is_event(word, NP_PAGE_HELLO)
        && np_crypto_random(key, sizeof key) == APR_SUCCESS) {
        change.key = key;
    }
    const apr_status_t status = np_run_change(call->ctx, call->r, &change);
    np_crypto_wipe(ha1, sizeof ha1);
    np_crypto_wipe(key, sizeof key);
    return status;
}

/* Without a key there is nothing that must not be stored, and the answer to a
 * POST is not anyway. But a page that a script brought a no-store to is not kept
 * for "back" by Chromium, where it carries one itself. */
static int answer_plainly(const np_run_call_t *call, int status,
                          const char *type, const char *body)
{
    apr_table_setn(call->r->headers_out, "Cache-Control", "no-cache");
    return np_run_answer(call, status, type, body);
}

static int answer_hello(const np_run_call_t *call, apr_status_t status)
{
    const np_binding_t *binding = call->ctx->outcome.record.binding;
    char key[NP_BASE64URL_LEN(NP_BINDING_SECRET_LEN) + 1];

    if (status != APR_SUCCESS || !binding
        || binding->key_state != NP_KEY_PENDING) {
        return answer_plainly(call, HTTP_OK, "application/json", "{}\n");
    }
    np_base64url_encode(key, binding->secret, NP_BINDING_SECRET_LEN);
    const char *body =
        apr_pstrcat(call->r->pool, "{\"k\":\"", key, "\"}\n", NULL);
    np_crypto_wipe(key, sizeof key);
    return np_run_answer(call, HTTP_OK, "application/json", body);
}

/* The browser will not have the key, whatever the page does. */
static int answer_not_kept(const np_run_call_t *call)
{
    np_request_t *ctx = call->ctx;
    const np_binding_t *binding = ctx->outcome.record.binding;

    if (np_run_conf_mode(call->place->run) == NP_RUN_MODE_REQUIRE
        && !(binding && binding->key_state == NP_KEY_BOUND)) {
        np_run_gate_end(ctx, call->r, NP_RUN_UNCLAIMED);
        np_request_remove_cookies(ctx, !ctx->outcome.old_id);
        return np_run_answer(call, HTTP_GONE, NULL, NULL);
    }
    return answer_plainly(call, HTTP_NO_CONTENT, NULL, NULL);
}

static int serve_live(const np_run_call_t *call, const word_t *word,
                      const unsigned char id[NP_PAGE_ID_LEN])
{
    if (word->subject == KEY_NOT_KEPT) {
        return answer_not_kept(call);
    }
    const apr_status_t status = carry_out(call, word, id);
    if (!np_run_change_is_done(status)) {
        return np_run_answer_unavailable(call);
    }
    return is_event(word, NP_PAGE_HELLO)
               ? answer_hello(call, status)
               : answer_plainly(call, HTTP_NO_CONTENT, NULL, NULL);
}

int np_run_serve_event(const np_run_call_t *call)
{
    request_rec *r = call->r;
    unsigned char id[NP_PAGE_ID_LEN];

    if (r->method_number != M_POST) {
        return np_run_refuse_method(call, "POST");
    }
    const word_t *word =
        find_word(np_url_parameter(r->args, "e", r->pool));
    const char *page = np_url_parameter(r->args, "p", r->pool);
    if (!word || !page || np_page_id(id, page) != APR_SUCCESS) {
        return np_run_answer(call, HTTP_BAD_REQUEST, NULL, NULL);
    }
    if (np_run_is_foreign(call, !word->is_beacon)) {
        return np_run_refuse_foreign(call);
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    np_run_open(call, is_event(word, NP_PAGE_HELLO)
                              || is_event(word, NP_PAGE_BEAT)
                          ? NP_RUN_ASK_PAGE
                          : NP_RUN_ASK_OTHER);
    if (call->ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return np_run_answer_unavailable(call);
    }
    if (call->ctx->outcome.state == NP_STATE_LIVE) {
        return serve_live(call, word, id);
    }
    const bool refused =
        call->ctx->run_judged && call->ctx->run_verdict == NP_RUN_REFUSE;
    return np_run_answer(call, refused ? HTTP_FORBIDDEN : HTTP_GONE, NULL,
                         NULL);
}
