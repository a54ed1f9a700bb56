/* SPDX-License-Identifier: Apache-2.0
 * What "AuthType SessionNP" without a Require means. */
#include "np_check.h"

#include <string.h>

#include "apr_strings.h"

/* Does this section, or one for some methods inside it, decide who may? */
static bool has_require(const ap_directive_t *sibling)
{
    for (; sibling; sibling = sibling->next) {
        if (!strncasecmp(sibling->directive, "Require",
                         strlen("Require"))
            || !strncasecmp(sibling->directive, "<Require",
                            strlen("<Require"))
            || (!strncasecmp(sibling->directive, "<Limit",
                             strlen("<Limit"))
                && has_require(sibling->first_child))) {
            return true;
        }
    }
    return false;
}

static bool has_directive(const ap_directive_t *sibling, const char *name)
{
    while (sibling && strcasecmp(sibling->directive, name)) {
        sibling = sibling->next;
    }
    return sibling != NULL;
}

static ap_directive_t *insert_after(ap_directive_t *before, const char *name,
                                    const char *args, apr_pool_t *p)
{
    ap_directive_t *added = apr_pcalloc(p, sizeof *added);
    added->directive = name;
    added->args = args;
    added->filename = before->filename;
    added->line_num = before->line_num;
    added->parent = before->parent;
    added->next = before->next;
    before->next = added;
    return added;
}

static void complete_section(ap_directive_t *first, apr_pool_t *p)
{
    for (ap_directive_t *d = first; d; d = d->next) {
        if (d->first_child) {
            complete_section(d->first_child, p);
        }
        if (strcasecmp(d->directive, "AuthType")) {
            continue;
        }
        const char *args = d->args;
        const char *type = ap_getword_conf(p, &args);
        if (!strcasecmp(type, "SessionNP") && !has_require(first)) {
            ap_directive_t *last =
                insert_after(d, "Require", "session-np valid", p);
            if (!has_directive(first, "AuthMerging")) {
                insert_after(last, "AuthMerging", "And", p);
            }
            return;
        }
    }
}

void np_check_complete_sections(apr_pool_t *p)
{
    if (ap_find_linked_module("mod_authz_core.c")) {
        complete_section(ap_conftree, p);
    }
}
