/* SPDX-License-Identifier: Apache-2.0
 * Arguments of directives: reading them, and saying what is wrong with them.
 * For the np_directive*.c files only. */
#ifndef NP_DIRECTIVE_ARGS_H
#define NP_DIRECTIVE_ARGS_H

#include "np_config.h"

/** Words that an argument may be, and what each stands for; ends with NULL. */
typedef struct np_word_t {
    const char *word;
    int value;
} np_word_t;

/** A directive whose argument is one of a few words: which words, where in its
 *  configuration the value, an int, goes, and what is set by that: of a place
 *  NP_SET_*, of a tenant 0. */
typedef struct np_choice_t {
    const np_word_t *words;
    apr_size_t offset;
    int set;
} np_choice_t;

extern const np_word_t np_mode_words[];

/** Where the directive stands. */
np_origin_t np_directive_origin(const cmd_parms *cmd);

/** NULL, or an error that lists the words that are known. */
const char *np_directive_word(const cmd_parms *cmd, const np_word_t *words,
                              const char *text, int *value);

/** NULL, or what is wrong with the duration; see np_duration_parse(). */
const char *np_directive_duration(const cmd_parms *cmd, const char *text,
                                  apr_interval_time_t default_unit,
                                  apr_interval_time_t *duration);

/** Set the int of np_choice_t cmd->info in @a conf. */
const char *np_directive_choose(const cmd_parms *cmd, void *conf,
                                const char *text);

/** NULL in the server configuration or a virtual host, outside of tenants. */
const char *np_directive_only_in_server(cmd_parms *cmd);

/** NULL, or why @a name cannot be a tenant's. */
const char *np_directive_tenant_name(const cmd_parms *cmd, const char *name);

/** Is @a text a token of RFC 9110 section 5.6.2? */
bool np_directive_is_token(const char *text);

/* The handlers, for the table in np_directives.c. */
const char *np_set_store(cmd_parms *cmd, void *dir, const char *spec);
const char *np_set_store_timeout(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_store_copies(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_near_cache(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_state_dir(cmd_parms *cmd, void *dir, const char *path);
const char *np_add_key_file(cmd_parms *cmd, void *dir, const char *path);

const char *np_open_tenant(cmd_parms *cmd, void *dir, const char *args);
const char *np_set_tenant_choice(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_profile(cmd_parms *cmd, void *dir, const char *level,
                           const char *strictness);
const char *np_set_limit(cmd_parms *cmd, void *dir, const char *first,
                         const char *second);
const char *np_set_tenant_duration(cmd_parms *cmd, void *dir,
                                   const char *text);
const char *np_set_max_sessions(cmd_parms *cmd, void *dir, const char *text,
                                const char *then);
const char *np_set_login_attempts(cmd_parms *cmd, void *dir,
                                  const char *text);
const char *np_set_cookie_name(cmd_parms *cmd, void *dir, const char *kind,
                               const char *name);
const char *np_set_cookie_path(cmd_parms *cmd, void *dir, const char *path);
const char *np_set_cookie_domain(cmd_parms *cmd, void *dir,
                                 const char *domain);
const char *np_add_host(cmd_parms *cmd, void *dir, const char *host);

const char *np_set_on(cmd_parms *cmd, void *dir, int on);
const char *np_set_place_choice(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_tenant(cmd_parms *cmd, void *dir, const char *name);
const char *np_set_login_url(cmd_parms *cmd, void *dir, const char *url);
const char *np_set_app_cookies(cmd_parms *cmd, void *dir, int argc,
                               char *const argv[]);
const char *np_add_passive(cmd_parms *cmd, void *dir, const char *pattern);
const char *np_set_token_file(cmd_parms *cmd, void *dir, const char *path);
const char *np_add_clear_site_data(cmd_parms *cmd, void *dir,
                                   const char *value);

const char *np_set_browser_run(cmd_parms *cmd, void *dir, const char *text);
const char *np_set_browser_run_key(cmd_parms *cmd, void *dir,
                                   const char *text);
const char *np_set_browser_run_timer(cmd_parms *cmd, void *dir,
                                     const char *name, const char *text);
const char *np_set_still_there(cmd_parms *cmd, void *dir, const char *text);
const char *np_add_still_there_text(cmd_parms *cmd, void *dir,
                                    const char *language, const char *name,
                                    const char *text);

#endif
