/* SPDX-License-Identifier: Apache-2.0
 * A session's binding to the run of a browser, as octets.
 * docs/record-format.md draws them. */
#include "np_binding.h"

#include <string.h>

#include "np_number.h"

/** State, since, secret, until, document_until, number of pages. */
#define FIXED_LEN (1 + 8 + NP_BINDING_SECRET_LEN + 8 + 8 + 1)
/** Id, whether it is hidden, until. */
#define PAGE_LEN (NP_PAGE_ID_LEN + 1 + 8)

bool np_binding_is_empty(const np_binding_t *binding)
{
    return binding->key_state == NP_KEY_NONE && !binding->until
           && !binding->document_until && !binding->page_count
           && !binding->gone_count;
}

apr_size_t np_binding_size(const np_binding_t *binding)
{
    return FIXED_LEN + (apr_size_t)binding->page_count * PAGE_LEN
           + (apr_size_t)binding->gone_count * NP_PAGE_ID_LEN;
}

static bool key_is_sound(const np_binding_t *binding)
{
    static const unsigned char none[NP_BINDING_SECRET_LEN];

    switch (binding->key_state) {
    case NP_KEY_NONE:
        return !binding->since
               && !memcmp(binding->secret, none, sizeof none);
    case NP_KEY_PENDING:
    case NP_KEY_BOUND:
        return binding->since > 0;
    }
    return false;
}

bool np_binding_is_sound(const np_binding_t *binding)
{
    if (!key_is_sound(binding) || binding->until < 0
        || binding->document_until < 0 || binding->page_count < 0
        || binding->page_count > NP_BINDING_MAX_PAGES
        || binding->gone_count < 0
        || binding->gone_count > NP_BINDING_MAX_GONE) {
        return false;
    }
    for (int i = 0; i < binding->page_count; i++) {
        if (binding->pages[i].until < 0) {
            return false;
        }
    }
    return !np_binding_is_empty(binding);
}

unsigned char *np_binding_write(unsigned char *out,
                                const np_binding_t *binding)
{
    *out++ = (unsigned char)binding->key_state;
    out = np_number_write(out, binding->since, 8);
    out = np_bytes_write(out, binding->secret, NP_BINDING_SECRET_LEN);
    out = np_number_write(out, binding->until, 8);
    out = np_number_write(out, binding->document_until, 8);
    *out++ = (unsigned char)binding->page_count;
    for (int i = 0; i < binding->page_count; i++) {
        const np_open_page_t *page = &binding->pages[i];
        out = np_bytes_write(out, page->id, NP_PAGE_ID_LEN);
        *out++ = page->hidden;
        out = np_number_write(out, page->until, 8);
    }
    return np_bytes_write(out, binding->gone,
                        (apr_size_t)binding->gone_count * NP_PAGE_ID_LEN);
}

static const unsigned char *read_pages(np_binding_t *binding,
                                       const unsigned char *in)
{
    for (int i = 0; i < binding->page_count; i++) {
        np_open_page_t *page = &binding->pages[i];
        memcpy(page->id, in, NP_PAGE_ID_LEN);
        if (in[NP_PAGE_ID_LEN] > 1) {
            return NULL;
        }
        page->hidden = in[NP_PAGE_ID_LEN];
        page->until = np_number_read(in + NP_PAGE_ID_LEN + 1, 8);
        in += PAGE_LEN;
    }
    return in;
}

static void read_fixed(np_binding_t *binding, const unsigned char *in)
{
    binding->key_state = (np_key_state_e)in[0];
    binding->since = np_number_read(in + 1, 8);
    memcpy(binding->secret, in + 9, NP_BINDING_SECRET_LEN);
    binding->until = np_number_read(in + 9 + NP_BINDING_SECRET_LEN, 8);
    binding->document_until =
        np_number_read(in + 17 + NP_BINDING_SECRET_LEN, 8);
    binding->page_count = in[FIXED_LEN - 1];
}

bool np_binding_read(np_binding_t *binding, np_bytes_t octets)
{
    *binding = (np_binding_t){ .key_state = NP_KEY_NONE };
    if (octets.len < FIXED_LEN) {
        return false;
    }
    read_fixed(binding, octets.data);
    const apr_size_t pages_len = (apr_size_t)binding->page_count * PAGE_LEN;
    const apr_size_t rest = octets.len - FIXED_LEN;
    if (binding->page_count > NP_BINDING_MAX_PAGES || rest < pages_len
        || (rest - pages_len) % NP_PAGE_ID_LEN
        || rest - pages_len > sizeof binding->gone) {
        return false;
    }
    const unsigned char *in = read_pages(binding, octets.data + FIXED_LEN);
    if (!in) {
        return false;
    }
    binding->gone_count = (int)((rest - pages_len) / NP_PAGE_ID_LEN);
    memcpy(binding->gone, in, rest - pages_len);
    return np_binding_is_sound(binding);
}
