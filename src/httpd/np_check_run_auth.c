/* SPDX-License-Identifier: Apache-2.0
 * SessionNPBrowserRun where users log in by HTTP itself: found in the sections
 * of the configuration. */
#include "np_check_run.h"

#include <string.h>

#include "apr_strings.h"

#include "np_log.h"
#include "np_run_place.h"

/* A section, or the server around them: what it says itself. */
typedef struct np_section_t {
    /** The path of a <Location>; NULL: what it holds for cannot be told. */
    const char *path;
    /** NULL: nothing is said. */
    const ap_directive_t *run;
    const ap_directive_t *auth;
} np_section_t;

typedef struct np_walk_t {
    server_rec *server;
    apr_pool_t *p;
    /** of np_section_t, in the order in which httpd applies them */
    apr_array_header_t *locations;
    /** of const ap_directive_t *: each is complained of once */
    apr_array_header_t *told;
    int errors;
} np_walk_t;

static const char *word(const ap_directive_t *d, apr_pool_t *p)
{
    const char *args = d->args;
    char *first = ap_getword_conf(p, &args);
    const apr_size_t len = strlen(first);

    if (len && d->directive[0] == '<' && first[len - 1] == '>') {
        first[len - 1] = '\0';
    }
    return first;
}

static bool is_told(const np_walk_t *walk, const ap_directive_t *auth)
{
    for (int i = 0; i < walk->told->nelts; i++) {
        if (APR_ARRAY_IDX(walk->told, i, const ap_directive_t *) == auth) {
            return true;
        }
    }
    return false;
}

static void check(np_walk_t *walk, const np_section_t *s)
{
    if (!s->run || !s->auth || is_told(walk, s->auth)
        || !strcasecmp(word(s->run, walk->p), "off")) {
        return;
    }
    const char *type = word(s->auth, walk->p);
    if (ap_strchr_c(type, '%') || !np_run_place_is_http_login(type)) {
        return;
    }
    APR_ARRAY_PUSH(walk->told, const ap_directive_t *) = s->auth;
    walk->errors++;
    const char *text = apr_psprintf(
        walk->p,
        "AuthType (line %d of %s): \"%s\" does not go together with "
        "SessionNPBrowserRun (line %d of %s): a browser sends one "
        "Authorization header, and the key of its run goes by it; write "
        "another AuthType, or SessionNPBrowserRun off in this place",
        s->auth->line_num, s->auth->filename, type, s->run->line_num,
        s->run->filename);
    NP_LOG_SERVER(walk->server, APR_SUCCESS, NP_MSG_CONFIG_ERROR, text);
}

/* What stands in a section, on top of what it has from around. */
static np_section_t read_section(const ap_directive_t *first, np_section_t around)
{
    for (const ap_directive_t *d = first; d; d = d->next) {
        if (!strcasecmp(d->directive, "SessionNPBrowserRun")) {
            around.run = d;
        }
        else if (!strcasecmp(d->directive, "AuthType")) {
            around.auth = d;
        }
    }
    return around;
}

static bool is_location(const ap_directive_t *d)
{
    return !strcasecmp(d->directive, "<Location")
           && d->args[strspn(d->args, " \t")] != '~';
}

/* All sections in this one; virtual hosts are walked by themselves. */
static void walk_sections(np_walk_t *walk, const ap_directive_t *first,
                          np_section_t around)
{
    for (const ap_directive_t *d = first; d; d = d->next) {
        if (!d->first_child || !strcasecmp(d->directive, "<VirtualHost")) {
            continue;
        }
        np_section_t s = read_section(d->first_child, around);
        check(walk, &s);
        walk_sections(walk, d->first_child, s);
        if (is_location(d)) {
            np_section_t own = read_section(d->first_child, (np_section_t){ .path = NULL });
            own.path = word(d, walk->p);
            APR_ARRAY_PUSH(walk->locations, np_section_t) = own;
        }
    }
}

/* All that holds at the path of each location. */
static void check_locations(np_walk_t *walk, np_section_t server)
{
    for (int i = 0; i < walk->locations->nelts; i++) {
        const char *path =
            APR_ARRAY_IDX(walk->locations, i, np_section_t).path;
        np_section_t sum = server;
        for (int j = 0; j < walk->locations->nelts; j++) {
            const np_section_t *s =
                &APR_ARRAY_IDX(walk->locations, j, np_section_t);
            if (np_check_run_covers(s->path, path)) {
                sum.run = s->run ? s->run : sum.run;
                sum.auth = s->auth ? s->auth : sum.auth;
            }
        }
        check(walk, &sum);
    }
}

int np_check_run_auth(server_rec *main_server, apr_pool_t *scratch)
{
    np_walk_t walk = {
        .server = main_server,
        .p = scratch,
        .locations = apr_array_make(scratch, 8, sizeof(np_section_t)),
        .told = apr_array_make(scratch, 2, sizeof(const ap_directive_t *)),
    };
    const np_section_t outer = read_section(ap_conftree, (np_section_t){ .path = NULL });

    walk_sections(&walk, ap_conftree, outer);
    check_locations(&walk, outer);
    const int common = walk.locations->nelts;
    for (const ap_directive_t *d = ap_conftree; d; d = d->next) {
        if (d->first_child && !strcasecmp(d->directive, "<VirtualHost")) {
            const np_section_t inner = read_section(d->first_child, outer);
            walk.locations->nelts = common;
            walk_sections(&walk, d->first_child, inner);
            check_locations(&walk, inner);
        }
    }
    return walk.errors;
}
