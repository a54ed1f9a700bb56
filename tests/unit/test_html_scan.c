/* SPDX-License-Identifier: Apache-2.0
 * Where a script may go into a document: '@' marks the place, and a document
 * without it has none. However it is cut into pieces, it is the same. */
#include "unit.h"

#include <string.h>

#include "apr_strings.h"

#include "fixture.h"
#include "np_html_scan.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

#define D "<!doctype html>"
#define NOWHERE ((apr_size_t)-1)

/* Scans a document in pieces; the place, or NOWHERE. */
typedef struct pieces_t {
    np_html_scan_t scan;
    apr_size_t done;
    np_scan_e answer;
} pieces_t;

static void feed(pieces_t *pieces, const char *text, apr_size_t len)
{
    apr_size_t used;

    if (pieces->answer == NP_SCAN_MORE) {
        pieces->answer = np_html_scan(&pieces->scan, text, len, &used);
        pieces->done += used;
        ck_assert_uint_le(pieces->scan.held, NP_HTML_SCAN_HELD);
        ck_assert_uint_le(pieces->scan.held, pieces->done);
        ck_assert(pieces->answer != NP_SCAN_MORE || used == len);
    }
}

static apr_size_t place(pieces_t *pieces)
{
    if (pieces->answer == NP_SCAN_MORE) {
        pieces->answer = np_html_scan_finish(&pieces->scan);
    }
    return pieces->answer == NP_SCAN_HERE ? pieces->done - pieces->scan.held
                                          : NOWHERE;
}

static apr_size_t scan_cut(const char *text, apr_size_t len, apr_size_t at,
                           bool charset_known)
{
    pieces_t pieces = { .answer = NP_SCAN_MORE };

    np_html_scan_begin(&pieces.scan, charset_known);
    feed(&pieces, text, at);
    feed(&pieces, text + at, len - at);
    return place(&pieces);
}

static apr_size_t scan_octets(const char *text, apr_size_t len,
                              bool charset_known)
{
    pieces_t pieces = { .answer = NP_SCAN_MORE };

    np_html_scan_begin(&pieces.scan, charset_known);
    for (apr_size_t i = 0; i < len; i++) {
        feed(&pieces, text + i, 1);
    }
    return place(&pieces);
}

static void check(const char *marked, bool charset_known)
{
    const char *mark = strchr(marked, '@');
    apr_size_t wanted = mark ? (apr_size_t)(mark - marked) : NOWHERE;
    const char *text = mark ? apr_pstrcat(np_pool,
                                          apr_pstrmemdup(np_pool, marked,
                                                         wanted),
                                          mark + 1, NULL)
                            : marked;
    apr_size_t len = strlen(text);

    for (apr_size_t at = 0; at <= len; at++) {
        ck_assert_msg(scan_cut(text, len, at, charset_known) == wanted,
                      "%s cut at %d", marked, (int)at);
    }
    ck_assert_msg(scan_octets(text, len, charset_known) == wanted, "%s",
                  marked);
}

static const char *const documents[] = {
    /* before the end of the head */
    D "<html><head><title>a</title>@</head><body>b</body></html>",
    D "<html><head>@</head>",
    D "<HTML><HEAD>@</HEAD ><BODY>",
    D "<html><head>@</head\n class=x>",
    D "<html><head>@</head/>",
    "<html><head>@</head>",
    "<head>@</head>",
    "\n<!-- a --><html lang=en><head >\n@</head>",
    "\xef\xbb\xbf" D "<head>@</head>",
    "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 "
    "Strict//EN\" \"x\"><html xmlns=\"y\"><head>@</head>",
    D "<head></headers></hea></headx></hea d>@</head>",
    D "<head><meta name=\"</head>\" content='</head>'>@</head>",
    D "<head><meta name=a content=</head><meta x=\">\" y='>'>@</head>",
    D "<head><link rel=x / href = y/><meta =x><meta a=><meta/ a/b >@</head>",
    D "<head></head-x>@<>< /head>",
    D "<head></>@</head>",
    D "<head></ head></?head></!head></1>@</head>",
    /* comments */
    D "<head><!-- </head> -->@</head>",
    D "<head><!-->@</head>",
    D "<head><!--->@</head>",
    D "<head><!---->@</head>-->",
    D "<head><!---->@</head>",
    D "<head><!----->@</head>",
    D "<head><!--!></head>-->@</head>",
    D "<head><!---!></head>-->@</head>",
    D "<head><!----!>@</head>",
    D "<head><!-- a --!>@</head>",
    D "<head><!-- a --!>@</head>-->",
    D "<head><!-- a --!-></head>-->@</head>",
    D "<head><!-- a --!-->@</head>",
    D "<head><!-- a -- ></head> - -> -->@</head>",
    D "<head><!-- <!-- -->@</head>",
    D "<head><!-- <!->-->@</head>",
    D "<head><!-- <!-->@</head>",
    D "<head><!-a>@</head>",
    D "<head><![CDATA[</head>@]]>",
    D "<head><!doctypehtml <!-->@</head>",
    D "<head><!-- a",
    "<!doctype html SYSTEM \"a>@b",
    /* text that is no markup */
    D "<head><title></head></title>@</head>",
    D "<head><title></head></titles></title >@</head>",
    D "<head><title><!-- </title>@</head>",
    D "<head><TITLE></head></title/>@</head>",
    D "<head><title></head></title a=\">\">@</head>",
    D "<head><style></head></style>@</head>",
    D "<head><style></script></style>@</head>",
    D "<head><script></head></script>@</head>",
    D "<head><script>a < b; '</scrip' + '</scripts>'</script>@</head>",
    D "<head><script/></head></script>@</head>",
    D "<head><script src=a></head></script>@</head>",
    D "<head><script><!-- </script>@</head>",
    D "<head><script><!-- <script> </script> --></script>@</head>",
    D "<head><script><!-- <script> </script></head></script>@</head>",
    D "<head><script><!-- <script> </script></head> --></head></script>"
      "@</head>",
    D "<head><script><!-- <scripts> </script>@</head>",
    D "<head><script><!-- <script> --></script>@</head>",
    D "<head><script><!-- <script>--></script>@</head>",
    D "<head><script><!-- <script> -- ></script></head></script>@</head>",
    D "<head><script><!--><script></script>@</head>",
    D "<head><script><!-><script></script>@</head>",
    D "<head><script><!--<script></script/></head></script>@</head>",
    D "<head><script><script></script>@</head>",
    D "<head><script><!-- <SCRIPT\n></ScRiPt ></script>@</head>",
    D "<head><script><!-- <script </script></script>@</head>",
    D "<head><noscript></head></noscript>@</head>",
    D "<head><noframes></head></noframes>@</head>",
    D "<head><script></head>",
    D "<head><template></head><body>x</body></template>@</head>",
    D "<head><template><template></template></head></template>@</head>",
    D "<head><template><script></template></script></template>@</head>",
    D "<head><template>a < b <textarea></template></textarea></template>"
      "@</head>",
    D "<head><template><blockquotes></blockquotes></template>@</head>",
    D "<head><template><svg><title><a></title></svg></template></head>",
    D "<head><template><math></math></template></head>",
    D "<head><template><plaintext></template></head>",
    D "<head><template><select><title></select></template></head></title>"
      "</template><p>",
    D "<head></template></p>@</head>",
    /* a head without an end, or no head */
    D "<title>a</title>@<body>b",
    D "<title>a</title>@<p>b",
    D "<title>a</title>\n@b",
    D "@b",
    D "@< b",
    D "@<p>",
    D "@</body>",
    D "@</html>",
    D "@<br>",
    D "<html>@<frameset cols=1>",
    D "<head>@<averyveryverylongname>",
    D "</averyveryverylongname x=\"</head>\">@</head>",
    D "<head>@<svg></svg></head>",
    D "<title>a</title>@",
    D "<script>a()</script>\n@",
    D "<script>a()",
    D "<meta",
    D "<html></p>@<div>",
    /* <base> */
    D "<head><title>a</title>@<base href=//b/></head>",
    D "<head><basefont><!--<base>-->@</head>",
    D "<head><template><base></template>@</head>",
    /* no documents */
    "",
    "a",
    "</head>",
    "<p>a</p></head>",
    "<title>a</title></head>",
    "<body>a</body>",
    "<!doctype svg><head_></head>",
    "<!doctype><head_></head>",
    "<!doctypehtml2><p>",
    "{\"a\":\"<html><head></head>\"}",
    "<<html><head></head>",
    "\xef\xbb<html></head>",
    "\xfe\xff<html></head>",
    "\xff\xfe<html></head>",
    D "<head>\x1b$B</head>",
};

START_TEST(place_of_a_script)
{
    check(documents[_i], true);
}
END_TEST

/* Where nothing says beforehand which characters the document has. */
static const char *const without_charset[] = {
    D "<head>@</head>",
    D "<head>@<body>",
    D "<head><p>",
    D "a",
    D "<head><base></head>",
    D "<head><meta charset=utf-8>@<base></head>",
    D "<head><meta CHARSET=utf-8>@<p>",
    D "<head><meta http-equiv=content-type content='text/html;charset=x'>@<p>",
    D "<head><link charset=utf-8><p>",
    D "<head><title>charset=</title><p>",
    D "<head><meta name=char><meta set=a><p>",
    D "<head><meta charset=iso-2022-jp></head>",
    D "<head><meta http-equiv=a content='text/html; charset=ISO-2022-KR'>"
      "</head>",
    D "<head><meta charset=hz-gb-2312></head>",
    D "<head><script>'iso-2022-jp'</script>@</head>",
    "\xef\xbb\xbf" D "@<p>",
};

START_TEST(place_without_charset)
{
    check(without_charset[_i], false);
}
END_TEST

static char *repeat(const char *text, apr_size_t len)
{
    char *all = apr_palloc(np_pool, len + 1);

    for (apr_size_t i = 0; i < len; i++) {
        all[i] = text[i % strlen(text)];
    }
    all[len] = '\0';
    return all;
}

static apr_size_t scan_whole(const char *text, bool charset_known)
{
    return scan_cut(text, strlen(text), 0, charset_known);
}

START_TEST(behind_the_window_the_next_element_is_good)
{
    const char *start = apr_pstrcat(np_pool, D "<head><style>",
                                    repeat("a{}", NP_HTML_SCAN_WINDOW),
                                    "</style>", NULL);

    ck_assert_uint_eq(scan_whole(apr_pstrcat(np_pool, start, "<!--a--> <link>",
                                             NULL), false),
                      strlen(start) + strlen("<!--a--> "));
}
END_TEST

START_TEST(what_is_no_document_within_the_window_is_none)
{
    const char *blanks = repeat("\n", NP_HTML_SCAN_WINDOW);

    ck_assert_uint_eq(scan_whole(apr_pstrcat(np_pool, blanks, D "<head></head>",
                                             NULL), true),
                      NOWHERE);
    ck_assert_uint_eq(scan_whole(apr_pstrcat(np_pool, blanks + 100,
                                             D "<head></head>", NULL), true),
                      NP_HTML_SCAN_WINDOW - 100 + strlen(D "<head>"));
}
END_TEST

START_TEST(a_head_has_an_end)
{
    const char *text = apr_pstrcat(np_pool, D "<script>",
                                   repeat("a", NP_HTML_SCAN_END),
                                   "</script></head>", NULL);

    ck_assert_uint_eq(scan_whole(text, true), NOWHERE);
}
END_TEST

/* Browsers look so far for a <meta charset>. */
START_TEST(what_is_far_down_needs_no_charset)
{
    const char *start = apr_pstrcat(np_pool, D "<!--", repeat("a", 1024), "-->",
                                    NULL);

    ck_assert_uint_eq(scan_whole(apr_pstrcat(np_pool, start, "<p>", NULL),
                                 false),
                      strlen(start));
}
END_TEST

START_TEST(a_policy_in_the_text_is_seen)
{
    const char *text = D "<meta http-equiv=\"Content-Security-Policy\" "
                         "content=\"default-src 'self'\"></head>";
    np_html_scan_t scan;
    apr_size_t used;

    np_html_scan_begin(&scan, true);
    ck_assert_int_eq(np_html_scan(&scan, text, strlen(text), &used),
                     NP_SCAN_HERE);
    ck_assert(scan.meta_policy);
}
END_TEST

static const struct {
    const char *content_type;
    np_html_type_e type;
} types[] = {
    { "text/html", NP_HTML_CHARSET_UNKNOWN },
    { "text/html;", NP_HTML_CHARSET_UNKNOWN },
    { "TEXT/HTML; Charset=UTF-8", NP_HTML_CHARSET_KNOWN },
    { "text/html;charset=utf-8", NP_HTML_CHARSET_KNOWN },
    { "text/html ; charset=\"utf-8\"", NP_HTML_CHARSET_KNOWN },
    { "text/html; a=\"; charset=utf-16\"; charset=utf-8",
      NP_HTML_CHARSET_KNOWN },
    { "text/html; a=b", NP_HTML_CHARSET_UNKNOWN },
    { "text/html;charset=ISO-8859-15", NP_HTML_CHARSET_KNOWN },
    { "text/html;charset=windows-1251", NP_HTML_CHARSET_KNOWN },
    { "text/html;charset=Shift_JIS", NP_HTML_CHARSET_KNOWN },
    { "text/html;charset=iso-8859-", NP_HTML_NOT },
    { "text/html;charset=", NP_HTML_NOT },
    { "text/html;charset=utf-16", NP_HTML_NOT },
    { "text/html;charset=UTF-16LE", NP_HTML_NOT },
    { "text/html;charset=utf-32", NP_HTML_NOT },
    { "text/html;charset=utf-7", NP_HTML_NOT },
    { "text/html;charset=iso-2022-jp", NP_HTML_NOT },
    { "text/html;charset=x-nobody-knows", NP_HTML_NOT },
    { "text/html;charset=utf-8;charset=utf-16", NP_HTML_NOT },
    { "text/html, text/plain", NP_HTML_NOT },
    { "text/html;charset=utf-8, text/plain", NP_HTML_NOT },
    { "text/html;charset=utf-8;a=\"b,c\"", NP_HTML_CHARSET_KNOWN },
    { "text/html;a=b, text/plain;charset=utf-8", NP_HTML_NOT },
    { "text/html; a=\"", NP_HTML_CHARSET_UNKNOWN },
    { "text/htmlx", NP_HTML_NOT },
    { "application/xhtml+xml", NP_HTML_NOT },
    { "text/plain", NP_HTML_NOT },
    { "text/", NP_HTML_NOT },
    { "", NP_HTML_NOT },
    { NULL, NP_HTML_NOT },
};

START_TEST(content_type)
{
    ck_assert_msg(np_html_type(types[_i].content_type) == types[_i].type, "%s",
                  types[_i].content_type);
}
END_TEST

Suite *np_suite_html_scan(void)
{
    Suite *suite = suite_create("html_scan");
    TCase *tests = tcase_create("html_scan");

    tcase_add_checked_fixture(tests, np_pool_set_up, np_pool_tear_down);
    tcase_add_loop_test(tests, place_of_a_script, 0, COUNT(documents));
    tcase_add_loop_test(tests, place_without_charset, 0,
                        COUNT(without_charset));
    tcase_add_test(tests, behind_the_window_the_next_element_is_good);
    tcase_add_test(tests, what_is_no_document_within_the_window_is_none);
    tcase_add_test(tests, a_head_has_an_end);
    tcase_add_test(tests, what_is_far_down_needs_no_charset);
    tcase_add_test(tests, a_policy_in_the_text_is_seen);
    tcase_add_loop_test(tests, content_type, 0, COUNT(types));
    suite_add_tcase(suite, tests);
    return suite;
}
