/* SPDX-License-Identifier: Apache-2.0
 * Arguments of directives: reading them, and saying what is wrong with them. */
#include "np_directive_args.h"

#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "np_duration.h"

np_origin_t np_directive_origin(const cmd_parms *cmd)
{
    return (np_origin_t){
        .directive = cmd->cmd->name,
        .file = cmd->directive->filename,
        .line = cmd->directive->line_num,
    };
}

const char *np_directive_word(const cmd_parms *cmd, const np_word_t *words,
                             const char *text, int *value)
{
    const char *choice = "";

    for (; words->word; words++) {
        if (!strcasecmp(words->word, text)) {
            *value = words->value;
            return NULL;
        }
        choice = apr_pstrcat(cmd->temp_pool, choice, *choice ? ", " : "",
                             words->word, NULL);
    }
    return apr_psprintf(cmd->pool, "%s: \"%s\" is not known: use one of %s",
                        cmd->cmd->name, text, choice);
}

const char *np_directive_duration(const cmd_parms *cmd, const char *text,
                                 apr_interval_time_t default_unit,
                                 apr_interval_time_t *duration)
{
    const char *error = np_duration_parse(text, default_unit, duration);
    return error ? apr_psprintf(cmd->pool, "%s: \"%s\" %s", cmd->cmd->name,
                                text, error)
                 : NULL;
}

const char *np_directive_tenant_name(const cmd_parms *cmd, const char *name)
{
    apr_size_t len = strlen(name);
    bool valid = len > 0 && len <= 64;

    for (const char *c = name; valid && *c; c++) {
        valid = apr_isalnum(*c) || strchr("-_.", *c);
    }
    return valid ? NULL
                 : apr_psprintf(cmd->pool,
                                "%s: \"%s\" cannot name a tenant: use 1 to "
                                "64 letters, digits, '-', '_' and '.'",
                                cmd->cmd->name, name);
}

/* RFC 6265: a cookie's name is a token of RFC 9110. */
bool np_directive_is_token(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (apr_iscntrl(*c) || *c <= ' ' || *c >= 127
            || strchr("()<>@,;:\\\"/[]?={}", *c)) {
            return false;
        }
    }
    return *text != '\0';
}

const char *np_directive_choose(const cmd_parms *cmd, void *conf,
                                const char *text)
{
    const np_choice_t *choice = cmd->info;
    int *value = (int *)((char *)conf + choice->offset);
    return np_directive_word(cmd, choice->words, text, value);
}

const char *np_directive_only_in_server(cmd_parms *cmd)
{
    if (np_config_server(cmd->server)->open_tenant) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " does not belong inside a tenant: move it out",
                           NULL);
    }
    return ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE);
}
