/* SPDX-License-Identifier: Apache-2.0
 * The file of tokens, and what is presented for one. */
#include "fuzz.h"

#include <string.h>

#include "apr_strings.h"

#include "np_token.h"

static void check_token(const np_token_t *token, apr_pool_t *p)
{
    const char *scopes = np_token_scopes(token->rights, " ", p);
    np_rights_t rights = 0;
    const char *why;

    NP_FUZZ_CHECK(
        np_token_parse_scopes(
            (np_bytes_t){ (const unsigned char *)scopes, strlen(scopes) },
            &rights, &why, p)
        == APR_SUCCESS);
    NP_FUZZ_CHECK(rights == token->rights);
    NP_FUZZ_CHECK(strlen(token->name) >= 1
                  && strlen(token->name) <= NP_TOKEN_MAX_NAME);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *p = np_fuzz_pool();
    const char *text = apr_pstrmemdup(p, (const char *)data, size);
    np_tokens_t tokens = { NULL, -1 };
    const char *why = NULL;

    if (np_token_parse_file((np_bytes_t){ data, size }, &tokens, &why, p)
        == APR_SUCCESS) {
        for (int i = 0; i < tokens.count; i++) {
            check_token(&tokens.list[i], p);
        }
        NP_FUZZ_CHECK(!np_token_find(&tokens, text, 0));
    }
    else {
        NP_FUZZ_CHECK(why && tokens.count == -1);
    }
    const char *token = np_token_from_header(text, p);
    NP_FUZZ_CHECK(!token || (*token && !strchr(token, ' ')));
    return 0;
}
