/* SPDX-License-Identifier: Apache-2.0
 * The hooks that a request passes, in their order. */
#include "np_hooks.h"

#include "np_app_cookies.h"
#include "np_bearer.h"
#include "np_export.h"
#include "np_inject.h"
#include "np_login.h"
#include "np_run_document.h"
#include "np_run_gate.h"
#include "np_run_login.h"
#include "np_run_place.h"
#include "np_scrub.h"
#include "np_turn.h"
#include "np_voice.h"

int np_hook_scrub(request_rec *r)
{
    np_scrub_request(r);
    np_scrub_cookies(np_request_start(r), r, NULL);
    np_bearer_hide(np_request_get(r), r);
    np_run_gate_hide(np_request_get(r), r);
    return DECLINED;
}

int np_hook_open(request_rec *r)
{
    np_request_t *ctx = np_request_start(r);
    const np_place_t *place = np_config_place(r);

    np_app_cookies_take_out(ctx, r);
    np_bearer_settle(ctx, r, place);
    np_scrub_cookies(ctx, r, place);
    if (r->prev) {
        np_voice_listen(ctx, r->prev);
        np_app_cookies_take(ctx, r->prev);
    }
    if (place->run && place->on && np_run_place_check(r, place) != OK) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (place->on) {
        np_request_open(ctx, r, place);
    }
    np_app_cookies_put_in(ctx, r, place);
    if (place->on && !r->prev
        && np_site_is_login_page(ctx->site, r->parsed_uri.path)) {
        np_login_page_seen(ctx);
    }
    return DECLINED;
}

int np_hook_fixups(request_rec *r)
{
    np_request_t *ctx = np_request_get(r);
    const np_place_t *place = np_config_place(r);

    if (!ctx || !place->on) {
        np_export_nothing(r);
        return DECLINED;
    }
    bool takes_turn = !r->main && np_request_sees(ctx, r, place);
    int status = takes_turn ? np_turn_take(ctx, r, place) : OK;
    if (status == OK) {
        np_export(ctx, r, place);
        np_inject_refresh(r);
    }
    return status == OK ? DECLINED : status;
}

int np_hook_log(request_rec *r)
{
    np_request_t *ctx = np_request_get(r);

    if (ctx && ctx->tenant) {
        const np_place_t *place = np_config_place(r);
        np_turn_touch(ctx, r, place);
        np_run_document_shown(ctx, r, place);
        np_run_login_forget(ctx);
    }
    return DECLINED;
}
