/* SPDX-License-Identifier: Apache-2.0
 * Our variables in httpd's expressions, also before a place is told of them. */
#include "np_expr.h"

#include <strings.h>

#include "np_export.h"

/* Marks our own question among those that all modules are asked. httpd does
 * not know it. */
#define ASKED_BY_US (1 << 30)

/* The function of httpd that reads the environment. */
typedef struct np_reader_t {
    const void *read;
    const void *data;
} np_reader_t;

static const char *read_variable(ap_expr_eval_ctx_t *eval, const void *data,
                                 const char *name)
{
    const np_reader_t *httpd = data;
    const char *value;

    if (eval->r && np_export_foretell(eval->r, name, &value)) {
        return value;
    }
    return ((ap_expr_string_func_t *)httpd->read)(eval, httpd->data, name);
}

static bool reads_environment(const ap_expr_lookup_parms *parms)
{
    return parms->type == AP_EXPR_FUNC_STRING
           && (!strcasecmp(parms->name, "reqenv")
               || !strcasecmp(parms->name, "env"));
}

int np_expr_lookup(ap_expr_lookup_parms *parms)
{
    if (parms->flags & ASKED_BY_US || !reads_environment(parms)) {
        return DECLINED;
    }
    np_reader_t *httpd = apr_pcalloc(parms->pool, sizeof *httpd);
    ap_expr_lookup_parms question = *parms;
    question.flags |= ASKED_BY_US;
    question.func = &httpd->read;
    question.data = &httpd->data;
    int status = ap_run_expr_lookup(&question);
    if (status == OK) {
        *parms->func = (const void *)read_variable;
        *parms->data = httpd;
    }
    return status;
}
