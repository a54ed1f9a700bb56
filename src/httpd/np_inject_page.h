/* SPDX-License-Identifier: Apache-2.0
 * Which answers get the script, what is put into them, and their headers. */
#ifndef NP_INJECT_PAGE_H
#define NP_INJECT_PAGE_H

#include "np_html_scan.h"
#include "np_run.h"

/** What an administrator is told of a virtual host, by each child once. */
#define NP_INJECT_TOLD_SANDBOX 1u
#define NP_INJECT_TOLD_META    2u
#define NP_INJECT_TOLD_ENCODED 4u

/** Was this not told yet? */
bool np_inject_is_first_time(const request_rec *r, apr_uint32_t what);

/** Is the answer to @a r, whatever it will be, shown as a page by itself? */
bool np_inject_is_for_page(const request_rec *r);

/**
 * Judge by its headers, but for policies, whether what answers @a r can get the
 * script. Logs it if it cannot because it is compressed.
 * @param charset_known  whether the headers say which characters it has
 */
bool np_inject_is_page(request_rec *r, bool *charset_known);

/** The nonce of the page's own scripts; NULL: they have none. */
const char *np_inject_nonce(request_rec *r);

/** Can the script be let in under all policies, as far as they are set? Logs it
 *  if not. */
bool np_inject_is_let_in(request_rec *r, const np_run_page_t *page,
                         const char *nonce);

/** The element, in @a r's pool; @a nonce may be NULL. */
const char *np_inject_element(request_rec *r, const np_run_page_t *page,
                              const char *nonce);

/** The body is not what the application's headers speak of any more. */
void np_inject_change_headers(request_rec *r);

/** Let the script in under all policies, those of mod_headers too, and keep the
 *  page out of caches that others use. */
void np_inject_change_policies(request_rec *r, const np_run_page_t *page,
                               const char *nonce);

/** The page has a policy in its own text. */
void np_inject_found_meta_policy(request_rec *r);

#endif
