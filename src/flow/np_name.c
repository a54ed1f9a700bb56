/* SPDX-License-Identifier: Apache-2.0
 * Names for what the store keeps of users: it does not learn who they are. */
#include "np_name.h"

#include <string.h>

#include "apr_strings.h"

apr_status_t np_name_make(const np_crypto_t *crypto, int key,
                          const char *input, unsigned char name[NP_NAME_LEN])
{
    const np_bytes_t text = { (const unsigned char *)input, strlen(input) };
    unsigned char prf[NP_CRYPTO_PRF_LEN];

    apr_status_t status = np_crypto_prf(crypto, key, text, prf);
    if (status == APR_SUCCESS) {
        memcpy(name, prf, NP_NAME_LEN);
    }
    return status;
}

apr_status_t np_name_user(const np_crypto_t *crypto, int key,
                          const np_scope_t *scope, const char *user,
                          unsigned char name[NP_NAME_LEN], apr_pool_t *scratch)
{
    const char *input = apr_psprintf(
        scratch,
        "user %" APR_SIZE_T_FMT ":%s %" APR_SIZE_T_FMT ":%s %s",
        strlen(scope->tenant), scope->tenant, strlen(scope->host),
        scope->host, user);

    return np_name_make(crypto, key, input, name);
}

const char *np_name_key(char letter, const unsigned char name[NP_NAME_LEN],
                        apr_pool_t *p)
{
    char text[NP_NAME_TEXT_LEN + 1];

    np_base64url_encode(text, name, NP_NAME_LEN);
    return apr_psprintf(p, "%c-%s", letter, text);
}
