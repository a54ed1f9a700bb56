/* SPDX-License-Identifier: Apache-2.0
 * Fuzzing the scanner of HTML. The first octet says how the document behind it
 * is cut. */
#include "fuzz.h"

#include "np_html_scan.h"

#define NOWHERE ((size_t)-1)

/* The place of the script in a document that comes in pieces of this size, or
 * NOWHERE. */
static size_t find(const char *text, size_t size, size_t piece, int known)
{
    np_html_scan_t scan;
    np_scan_e answer = NP_SCAN_MORE;
    size_t done = 0;

    np_html_scan_begin(&scan, known);
    while (answer == NP_SCAN_MORE && done < size) {
        apr_size_t used;
        size_t len = size - done < piece ? size - done : piece;
        answer = np_html_scan(&scan, text + done, len, &used);
        NP_FUZZ_CHECK(used <= len);
        NP_FUZZ_CHECK(answer != NP_SCAN_MORE || used == len);
        done += used;
        NP_FUZZ_CHECK(scan.held <= NP_HTML_SCAN_HELD && scan.held <= done);
    }
    if (answer == NP_SCAN_MORE) {
        answer = np_html_scan_finish(&scan);
    }
    NP_FUZZ_CHECK(answer != NP_SCAN_HERE || scan.sure);
    return answer == NP_SCAN_HERE ? done - scan.held : NOWHERE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    int known = data[0] & 1;
    size_t place = find(text, size - 1, size, known);

    NP_FUZZ_CHECK(place == NOWHERE || place <= size - 1);
    NP_FUZZ_CHECK(find(text, size - 1, 1, known) == place);
    NP_FUZZ_CHECK(find(text, size - 1, 1 + data[0] / 2u, known) == place);
    /* one that knows less puts it nowhere else */
    size_t other = find(text, size - 1, size, 0);
    NP_FUZZ_CHECK(other == place || other == NOWHERE);
    return 0;
}
