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

/* What can be told, and whether it has to be told with a header that no page of
 * another origin can send unasked. A beacon can have none. */
typedef struct np_word_of_page_t {
    const char *name;
    np_page_event_e event;
    bool is_beacon;
} np_word_of_page_t;

/* The last two are about the key, and of no page. */
#define SEEDED   "seeded"
#define NOT_SEEDED "noseed"

static const np_word_of_page_t words[] = {
    { "hello", NP_PAGE_HELLO, false },
    { "beat", NP_PAGE_BEAT, false },
    { "hide", NP_PAGE_HIDE, false },
    { "show", NP_PAGE_SHOW, false },
    { "bye", NP_PAGE_BYE, true },
    { "freeze", NP_PAGE_FREEZE, true },
    { SEEDED, NP_PAGE_BEAT, false },
    { NOT_SEEDED, NP_PAGE_BEAT, false },
};

static const np_word_of_page_t *find_word(const char *name)
{
    for (size_t i = 0; name && i < sizeof words / sizeof *words; i++) {
        if (!strcmp(words[i].name, name)) {
            return &words[i];
        }
    }
    return NULL;
}

static bool is(const np_word_of_page_t *word, const char *name)
{
    return !strcmp(word->name, name);
}

static bool make(np_binding_t *binding, const np_run_change_t *change)
{
    const bool heard = np_binding_hear(binding, change->event, change->id,
                                       &change->rules, change->now);
    const bool bound = np_run_change_bind(binding, change);
    const bool offered =
        change->key && np_binding_offer(binding, change->key, change->now);

    return heard || bound || offered;
}

/* Whoever proved the key has it. */
static apr_status_t change(const np_run_call_t *call,
                           const np_word_of_page_t *word,
                           np_run_change_t *change)
{
    unsigned char ha1[NP_BINDING_SECRET_LEN];
    unsigned char key[NP_BINDING_SECRET_LEN];

    change->make = is(word, SEEDED) ? np_run_change_bind : make;
    change->rules = np_run_gate_rules(call->ctx, call->place);
    change->now = call->ctx->now;
    change->event = word->event;
    if (np_run_gate_proves(call->ctx, true)
        && np_run_gate_ha1(call->ctx, ha1)) {
        change->ha1 = ha1;
    }
    if (word->event == NP_PAGE_HELLO
        && np_crypto_random(key, sizeof key) == APR_SUCCESS) {
        change->key = key;
    }
    const apr_status_t status = np_run_change(call->ctx, call->r, change);
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

/* The session may have got another id, or ended, at this very moment: what the
 * page says next comes with what is then true. */
static bool is_no_failure(apr_status_t status)
{
    return status == APR_SUCCESS || status == APR_EINVAL
           || status == APR_NOTFOUND;
}

/* A page could not have its browser keep the key. */
static int answer_not_seeded(const np_run_call_t *call)
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

static int serve_live(const np_run_call_t *call,
                      const np_word_of_page_t *word, np_run_change_t *what)
{
    if (is(word, NOT_SEEDED)) {
        return answer_not_seeded(call);
    }
    const apr_status_t status = change(call, word, what);
    if (!is_no_failure(status)) {
        return np_run_answer_unavailable(call);
    }
    return word->event == NP_PAGE_HELLO
               ? answer_hello(call, status)
               : answer_plainly(call, HTTP_NO_CONTENT, NULL, NULL);
}

int np_run_serve_event(const np_run_call_t *call)
{
    request_rec *r = call->r;
    np_run_change_t what = { .make = NULL };

    if (r->method_number != M_POST) {
        return np_run_refuse_method(call, "POST");
    }
    const np_word_of_page_t *word =
        find_word(np_url_parameter(r->args, "e", r->pool));
    const char *page = np_url_parameter(r->args, "p", r->pool);
    if (!word || !page || np_page_id(what.id, page) != APR_SUCCESS) {
        return np_run_answer(call, HTTP_BAD_REQUEST, NULL, NULL);
    }
    if (np_run_is_foreign(call, !word->is_beacon)) {
        return np_run_refuse_foreign(call);
    }
    if (ap_discard_request_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    np_run_open(call, is(word, "hello") || is(word, "beat")
                          ? NP_RUN_ASK_PAGE
                          : NP_RUN_ASK_OTHER);
    if (call->ctx->outcome.state == NP_STATE_UNAVAILABLE) {
        return np_run_answer_unavailable(call);
    }
    if (call->ctx->outcome.state == NP_STATE_LIVE) {
        return serve_live(call, word, &what);
    }
    const bool refused =
        call->ctx->run_judged && call->ctx->run_verdict == NP_RUN_REFUSE;
    return np_run_answer(call, refused ? HTTP_FORBIDDEN : HTTP_GONE, NULL,
                         NULL);
}
