/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing what applications say: only what is sound is understood, and what is
 * not leaves no trace. The first octet says which header it is. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_record.h"
#include "np_said.h"

static bool is_trimmed(const char *text)
{
    return !strchr(" \t", text[0]) && !strchr(" \t", text[strlen(text) - 1]);
}

static void check_user(const char *user)
{
    NP_FUZZ_CHECK(np_record_is_user(user) && is_trimmed(user));
}

static void check_method(const char *method)
{
    size_t len = strlen(method);

    NP_FUZZ_CHECK(len >= 1 && len <= NP_SAID_MAX_METHOD);
    NP_FUZZ_CHECK(strcspn(method, " \t\r\n\x7f\",;=()/") == len);
    NP_FUZZ_CHECK(strcmp(method, "remembered") != 0);
}

static void check(const np_said_t *said)
{
    NP_FUZZ_CHECK(np_said_anything(said)
                  == (said->logout || said->mode_chosen || said->login
                      || said->mfa || said->login_failed));
    NP_FUZZ_CHECK((unsigned int)said->mode < NP_MODES);
    NP_FUZZ_CHECK(said->mfa || !said->remember);
    if (said->login) {
        check_user(said->login);
    }
    if (said->login_failed) {
        check_user(said->login_failed);
    }
    if (said->mfa) {
        check_method(said->mfa);
    }
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool is_same(const np_said_t *a, const np_said_t *b)
{
    return a->logout == b->logout && a->mode_chosen == b->mode_chosen
           && a->mode == b->mode && a->remember == b->remember
           && is_same_text(a->login, b->login) && is_same_text(a->mfa, b->mfa)
           && is_same_text(a->login_failed, b->login_failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const np_said_t nothing = { 0 };
    np_said_t said = nothing;
    np_said_t again = nothing;

    if (!size) {
        return 0;
    }
    np_said_e which = (np_said_e)(data[0] % NP_SAID_HEADERS);
    const char *value = apr_pstrmemdup(p, (const char *)data + 1, size - 1);
    const char *wider = apr_pstrcat(p, "\t ", value, " \t", NULL);
    bool heard = np_said_hear(&said, which, value, p);
    check(&said);
    NP_FUZZ_CHECK(heard || is_same(&said, &nothing));
    NP_FUZZ_CHECK(np_said_hear(&again, which, wider, p) == heard);
    NP_FUZZ_CHECK(is_same(&said, &again));
    NP_FUZZ_CHECK(np_said_hear(&again, which, value, p) == heard);
    NP_FUZZ_CHECK(is_same(&said, &again));
    return 0;
}
