/* SPDX-License-Identifier: Apache-2.0
 * Directives of a place: the browser's run, and the question "still there?". */
#include "np_directive_args.h"

#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "np_run.h"

/** Characters of a language tag, octets of a text, at the most. */
#define MAX_LANGUAGE 35
#define MAX_TEXT     500

static const np_word_t mode_words[] = {
    { "off", NP_RUN_MODE_OFF },
    { "prefer", NP_RUN_MODE_PREFER },
    { "require", NP_RUN_MODE_REQUIRE },
    { NULL, 0 },
};
static const np_word_t key_words[] = {
    { "script", NP_RUN_KEY_SCRIPT },
    { "login", NP_RUN_KEY_LOGIN },
    { NULL, 0 },
};
static const np_word_t timer_words[] = {
    { "claim", NP_RUN_CLAIM },       { "skew", NP_RUN_SKEW },
    { "beat", NP_RUN_BEAT },         { "lease", NP_RUN_LEASE },
    { "hidden", NP_RUN_HIDDEN },     { "frozen", NP_RUN_FROZEN },
    { "document", NP_RUN_DOCUMENT }, { "grace", NP_RUN_GRACE },
    { NULL, 0 },
};
static const np_word_t text_words[] = {
    { "title", 0 }, { "text", 0 }, { "stay", 0 }, { "end", 0 }, { "ended", 0 },
    { NULL, 0 },
};

#define DAY (APR_INT64_C(86400))

/* The shortest and the longest, in seconds, and in words. */
static const struct {
    apr_int64_t least;
    apr_int64_t most;
    const char *words;
} bounds[NP_RUN_TIMERS] = {
    [NP_RUN_CLAIM] = { 1, 3600, "1s to 1h, such as 30s" },
    [NP_RUN_SKEW] = { 1, 60, "1s to 60s, such as 5s" },
    [NP_RUN_BEAT] = { 1, 600, "1s to 10m, such as 60s" },
    [NP_RUN_LEASE] = { 2, DAY, "2s to 1d, such as 150s" },
    [NP_RUN_HIDDEN] = { 2, 365 * DAY, "2s to 365d, such as 1h" },
    [NP_RUN_FROZEN] = { 2, 365 * DAY, "2s to 365d, such as 1h" },
    [NP_RUN_DOCUMENT] = { 1, DAY, "1s to 1d, such as 15m" },
    [NP_RUN_GRACE] = { 1, 3600, "1s to 1h, such as 15s" },
};

static np_run_conf_t *run_of(cmd_parms *cmd, void *dir)
{
    np_dir_conf_t *conf = dir;

    if (!conf->run) {
        conf->run = np_run_conf_create(cmd->pool);
    }
    return conf->run;
}

/* The addresses of the script and the key are known before files are. */
static const char *only_in_location(cmd_parms *cmd)
{
    return ap_check_cmd_context(cmd, NOT_IN_DIRECTORY | NOT_IN_FILES)
               ? apr_psprintf(cmd->pool,
                              "%s only works in a <Location> or outside of "
                              "sections: it has to hold at the path of the "
                              "session's cookie, which is no file",
                              cmd->cmd->name)
               : NULL;
}

static void remember_place(cmd_parms *cmd, const np_dir_conf_t *dir)
{
    np_server_conf_t *conf = np_config_server(cmd->server);

    if (!conf->run_refs) {
        conf->run_refs = apr_array_make(cmd->pool, 2, sizeof(np_run_ref_t));
    }
    APR_ARRAY_PUSH(conf->run_refs, np_run_ref_t) = (np_run_ref_t){
        .conf = dir,
        .path = cmd->path,
        .origin = np_directive_origin(cmd),
    };
}

const char *np_set_browser_run(cmd_parms *cmd, void *dir, const char *text)
{
    np_run_conf_t *conf = run_of(cmd, dir);
    const char *error = np_directive_word(cmd, mode_words, text, &conf->mode);

    np_config_settle_run(dir);
    if (error || conf->mode == NP_RUN_MODE_OFF) {
        return error;
    }
    remember_place(cmd, dir);
    return only_in_location(cmd);
}

const char *np_set_browser_run_key(cmd_parms *cmd, void *dir,
                                   const char *text)
{
    const char *error =
        np_directive_word(cmd, key_words, text, &run_of(cmd, dir)->key);
    return error ? error : only_in_location(cmd);
}

const char *np_set_browser_run_timer(cmd_parms *cmd, void *dir,
                                     const char *name, const char *text)
{
    apr_interval_time_t duration;
    int timer;
    const char *error = np_directive_word(cmd, timer_words, name, &timer);

    if (!error) {
        error = np_directive_duration(cmd, text, 0, &duration);
    }
    if (error) {
        return error;
    }
    if (duration < apr_time_from_sec(bounds[timer].least)
        || duration > apr_time_from_sec(bounds[timer].most)) {
        return apr_psprintf(cmd->pool, "%s %s: \"%s\" is out of bounds: "
                            "write %s",
                            cmd->cmd->name, timer_words[timer].word, text,
                            bounds[timer].words);
    }
    run_of(cmd, dir)->timer[timer] = duration;
    return only_in_location(cmd);
}

const char *np_set_still_there(cmd_parms *cmd, void *dir, const char *text)
{
    np_run_conf_t *conf = run_of(cmd, dir);
    apr_interval_time_t duration;

    if (!strcasecmp(text, "off")) {
        conf->still_there = 0;
        np_config_settle_run(dir);
        return NULL;
    }
    const char *error = np_directive_duration(cmd, text, 0, &duration);
    if (error) {
        return error;
    }
    if (duration < apr_time_from_sec(1) || duration > apr_time_from_sec(DAY)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is out of bounds: write off, or 1s "
                            "to 1d, such as 2m",
                            cmd->cmd->name, text);
    }
    conf->still_there = duration;
    np_config_settle_run(dir);
    remember_place(cmd, dir);
    return only_in_location(cmd);
}

static bool is_language(const char *text)
{
    apr_size_t len = 0;

    while (apr_isalnum(text[len]) || (len && text[len] == '-')) {
        len++;
    }
    return len && len <= MAX_LANGUAGE && !text[len];
}

static bool is_text(const char *text)
{
    apr_size_t len = 0;

    while ((unsigned char)text[len] >= ' ' && text[len] != 0x7f) {
        len++;
    }
    return len && len <= MAX_TEXT && !text[len];
}

const char *np_add_still_there_text(cmd_parms *cmd, void *dir,
                                    const char *language, const char *name,
                                    const char *text)
{
    np_run_conf_t *conf = run_of(cmd, dir);
    int ignored;
    const char *error = np_directive_word(cmd, text_words, name, &ignored);

    if (error) {
        return error;
    }
    if (!is_language(language)) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a language: write its tag, "
                            "such as de or pt-BR",
                            cmd->cmd->name, language);
    }
    if (!is_text(text)) {
        return apr_psprintf(cmd->pool,
                            "%s: the text has to have 1 to %d octets and no "
                            "control characters",
                            cmd->cmd->name, MAX_TEXT);
    }
    if (!conf->texts) {
        conf->texts = apr_array_make(cmd->pool, 5, sizeof(np_still_text_t));
    }
    APR_ARRAY_PUSH(conf->texts, np_still_text_t) =
        (np_still_text_t){ language, name, text };
    return NULL;
}
