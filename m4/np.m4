dnl SPDX-License-Identifier: Apache-2.0
dnl The questions of configure.ac, one macro each.

dnl NP_ARG_COMPILER: --enable-werror, --enable-sanitizers and --enable-fuzzing
AC_DEFUN([NP_ARG_COMPILER], [
AC_ARG_ENABLE([werror],
  [AS_HELP_STRING([--enable-werror],
     [for developers: many warnings, each an error])],
  [], [enable_werror=no])
AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers[=LIST]],
     [for developers: AddressSanitizer and UndefinedBehaviorSanitizer,
      or others, such as thread])],
  [], [enable_sanitizers=no])
AC_ARG_ENABLE([fuzzing],
  [AS_HELP_STRING([--enable-fuzzing],
     [for developers, with clang: the fuzz targets look for new inputs])],
  [], [enable_fuzzing=no])
NP_CFLAGS=
NP_LDFLAGS=
AS_VAR_IF([enable_werror], [yes],
  [NP_CFLAGS="-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
   NP_CFLAGS="$NP_CFLAGS -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wconversion"
   NP_CFLAGS="$NP_CFLAGS -Wno-unused-parameter"
   # (clang sees one in the brigade macros of APR)
   NP_CFLAGS="$NP_CFLAGS -Wno-null-pointer-subtraction -Werror"])
AS_VAR_IF([enable_sanitizers], [yes], [enable_sanitizers=address,undefined])
AS_VAR_IF([enable_sanitizers], [no], [],
  [np_sanitize="-fsanitize=$enable_sanitizers -fno-sanitize-recover=undefined"
   NP_CFLAGS="$NP_CFLAGS $np_sanitize -fno-omit-frame-pointer"
   NP_LDFLAGS="$NP_LDFLAGS $np_sanitize"])
FUZZ_LIBS=
AS_VAR_IF([enable_fuzzing], [yes],
  [NP_CFLAGS="$NP_CFLAGS -fsanitize=fuzzer-no-link"
   NP_LDFLAGS="$NP_LDFLAGS -fsanitize=fuzzer-no-link"
   FUZZ_LIBS="-fsanitize=fuzzer"])
AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
AC_SUBST([NP_CFLAGS])
AC_SUBST([NP_LDFLAGS])
AC_SUBST([FUZZ_LIBS])
])

dnl NP_APXS(VARIABLE, QUESTION): what apxs answers, nothing if it cannot
AC_DEFUN([NP_APXS], [$1=`$APXS -q $2 2>/dev/null`])

dnl NP_REQUIRE_HTTPD(VERSION, WHO SAYS SO)
AC_DEFUN([NP_REQUIRE_HTTPD], [
AS_VERSION_COMPARE([$1], [2.4.54],
  [AC_MSG_ERROR([httpd $1 is too old: 2.4.54 or newer is needed (the version is from $2)])])
])

dnl NP_FIND_HTTPD: apxs, the server, its headers, where the module goes
AC_DEFUN([NP_FIND_HTTPD], [
AC_ARG_WITH([apxs],
  [AS_HELP_STRING([--with-apxs=PATH], [the apxs of the httpd to build for])],
  [], [with_apxs=yes])
AS_CASE([$with_apxs],
  [yes], [AC_PATH_PROGS([APXS], [apxs apxs2], [],
            [$PATH$PATH_SEPARATOR/usr/local/apache2/bin$PATH_SEPARATOR/usr/sbin])],
  [APXS=$with_apxs])
AS_IF([test -z "$APXS" || test "$APXS" = no],
  [AC_MSG_ERROR([apxs was not found. Install the development files of httpd
    (Debian: apache2-dev, Fedora: httpd-devel) or say --with-apxs=PATH])])
AS_IF([test -x "$APXS"], [],
  [AC_MSG_ERROR([--with-apxs: $APXS is not a program])])
AC_SUBST([APXS])

NP_APXS([httpd_includedir], [INCLUDEDIR])
NP_APXS([httpd_libexecdir], [LIBEXECDIR])
NP_APXS([httpd_version], [HTTPD_VERSION])
NP_APXS([httpd_sbindir], [sbindir])
NP_APXS([httpd_progname], [progname])

AC_MSG_CHECKING([for the headers of httpd])
AS_IF([test -n "$httpd_includedir" && test -f "$httpd_includedir/httpd.h" &&
       test -f "$httpd_includedir/ap_release.h"],
  [AC_MSG_RESULT([$httpd_includedir])],
  [AC_MSG_RESULT([no])
   AC_MSG_ERROR([no httpd.h in "$httpd_includedir", where $APXS says that it is.
    Install the development files of httpd (Debian: apache2-dev, Fedora: httpd-devel)])])

dnl the headers can be of another version than the apxs that was found
AC_MSG_CHECKING([for the version of httpd])
np_release=$httpd_includedir/ap_release.h
np_number='s/^@%:@define[[ 	]]*AP_SERVER_\([[A-Z]]*\)_NUMBER[[ 	]]*\([[0-9]]*\).*/\1 \2/p'
header_version=`$SED -n "$np_number" "$np_release" | $SED 's/.* //' | tr '\n' '.' | $SED 's/\.$//'`
AS_IF([test -z "$httpd_version"], [httpd_version=$header_version])
AC_MSG_RESULT([$httpd_version])
AS_IF([test -z "$httpd_version"],
  [AC_MSG_ERROR([neither $APXS nor $np_release tells the version of httpd])])
NP_REQUIRE_HTTPD([$httpd_version], [$APXS])
NP_REQUIRE_HTTPD([$header_version], [$np_release])

HTTPD_CPPFLAGS="-I$httpd_includedir"
np_saved_cppflags=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $HTTPD_CPPFLAGS `$APXS -q EXTRA_INCLUDES`"
AC_CHECK_HEADERS([mod_session.h ap_socache.h], [],
  [AC_MSG_ERROR([the httpd in $httpd_includedir lacks this header])],
  [#include "httpd.h"])
CPPFLAGS=$np_saved_cppflags
AC_SUBST([HTTPD_CPPFLAGS])
AC_SUBST([HTTPD], ["$httpd_sbindir/$httpd_progname"])

AC_ARG_WITH([module-dir],
  [AS_HELP_STRING([--with-module-dir=DIR],
     [where the module is installed [apxs -q LIBEXECDIR]])],
  [moddir=$withval], [moddir=$httpd_libexecdir])
AC_ARG_WITH([header-dir],
  [AS_HELP_STRING([--with-header-dir=DIR],
     [where mod_session_np.h is installed [apxs -q INCLUDEDIR]])],
  [headerdir=$withval], [headerdir=$httpd_includedir])
AC_SUBST([moddir])
AC_SUBST([headerdir])
])

dnl NP_FIND_APR: through the scripts that this httpd was built with
AC_DEFUN([NP_FIND_APR], [
NP_APXS([apr_config], [APR_CONFIG])
NP_APXS([apu_config], [APU_CONFIG])
AS_IF([test -x "$apr_config" && test -x "$apu_config"], [],
  [AC_MSG_ERROR([$APXS names "$apr_config" and "$apu_config", but they are not
    there. Install the development files of APR and APR-util
    (Debian: libapr1-dev libaprutil1-dev, Fedora: apr-devel apr-util-devel)])])
APR_CPPFLAGS="`$apr_config --cppflags --includes` `$apu_config --includes`"
APR_LIBS="`$apu_config --link-ld --libs` `$apr_config --link-ld --libs`"
np_saved_cppflags=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $APR_CPPFLAGS"
AC_CHECK_HEADERS([apr_memcache.h], [],
  [AC_MSG_ERROR([apr_memcache.h was not found: an APR-util 1.5 or newer with its
    development files is needed (Debian: libaprutil1-dev, Fedora: apr-util-devel)])])
CPPFLAGS=$np_saved_cppflags
AC_SUBST([APR_CPPFLAGS])
AC_SUBST([APR_LIBS])
])

dnl NP_FIND_OPENSSL: libcrypto 3.0 for the algorithms fetched once
AC_DEFUN([NP_FIND_OPENSSL], [
PKG_CHECK_MODULES([CRYPTO], [libcrypto >= 3.0], [],
  [AC_MSG_ERROR([OpenSSL 3.0 or newer was not found: $CRYPTO_PKG_ERRORS
    Install its development files (Debian: libssl-dev, Fedora: openssl-devel)])])
])

dnl NP_FIND_JANSSON: the JSON of the management API
AC_DEFUN([NP_FIND_JANSSON], [
PKG_CHECK_MODULES([JANSSON], [jansson >= 2.11], [],
  [AC_MSG_ERROR([Jansson 2.11 or newer was not found: $JANSSON_PKG_ERRORS
    Install its development files (Debian: libjansson-dev, Fedora: jansson-devel)])])
])

dnl NP_FIND_TEST_TOOLS: what `make check` needs and the build does not
AC_DEFUN([NP_FIND_TEST_TOOLS], [
PKG_CHECK_MODULES([CHECK], [check >= 0.11], [have_check=yes], [have_check=no])
AM_CONDITIONAL([HAVE_CHECK], [test "$have_check" = yes])
AC_PATH_PROG([PERL], [perl], [perl])
AC_PATH_PROG([PROVE], [prove], [prove])
AC_PATH_PROGS([MEMCACHED], [memcached], [memcached],
  [$PATH$PATH_SEPARATOR/usr/local/bin$PATH_SEPARATOR/usr/sbin])
AC_MSG_CHECKING([for Apache::Test])
AS_IF([$PERL -MApache::Test -e 1 2>/dev/null],
  [have_apache_test=yes], [have_apache_test=no])
AC_MSG_RESULT([$have_apache_test])
])
