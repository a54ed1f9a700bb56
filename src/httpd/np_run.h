/* SPDX-License-Identifier: Apache-2.0
 * Sessions that end with the run of the browser: what a page is to be told. */
#ifndef NP_RUN_H
#define NP_RUN_H

#include "np_request.h"

/** A text of the question "still there?" in a language. */
typedef struct np_still_text_t {
    /** A language tag, such as "de" or "pt-BR". */
    const char *language;
    /** title, text, stay, end or ended. */
    const char *name;
    const char *text;
} np_still_text_t;

/** What a page's script has to know. Lives in the request's pool, or longer. */
typedef struct np_run_page_t {
    /** P: the path of the tenant's cookies, with a slash at the end. */
    const char *path;
    /** The script's own name below P, such as "p-0123456789ab.js". */
    const char *script;
    /** Its SHA-256 as CSP and integrity write it: "sha256-...". */
    const char *integrity;
    /** The script tells the server that the page is there. */
    bool run;
    /** It gets the key and has the browser keep it. */
    bool seed;
    /** How often it tells, in milliseconds. */
    apr_int64_t beat_ms;
    /** How long before the end by inactivity it asks; 0: never. */
    apr_int64_t still_ms;
    /** of np_still_text_t, in the order of the configuration, later lines
     *  winning; NULL: none. */
    const apr_array_header_t *texts;
} np_run_page_t;

/**
 * What the script in the document that now answers @a r has to know. Says
 * nothing of whether a script can be put into it.
 * @return NULL where none is to be inserted: SessionNPBrowserRun and
 *         SessionNPStillThere are off, there is no live session, or it is a
 *         sub-request
 */
const np_run_page_t *np_run_page(request_rec *r);

/** The script was put into the document that answers @a r: it will speak for
 *  itself. Without this a document counts as one that cannot. */
void np_run_page_has_script(request_rec *r);

/** Give @a site the name and the hash of the script, in @a p. */
void np_run_page_name_script(np_site_t *site, apr_pool_t *p);

#endif
