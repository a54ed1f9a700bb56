#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the Apache-Test suite in a private copy: that works from a read-only
# source tree, as root (the tests then run as "nobody"), and several times at
# once. Arguments go to t/TEST, or to what RUNNER names instead. KEEP=1 leaves
# the copy behind.
set -u

src=$(cd "$(dirname "$0")" && pwd) || exit 1
: "${MODULE:?the path of the module to test}"
: "${PERL:=perl}" "${MEMCACHED:=memcached}" "${HTTPD:=/usr/sbin/apache2}"
: "${TEST_MODULES:=}" "${HTTPD_WRAPPER:=}" "${NP_COUNTS:=}" "${KEEP:=}"
: "${NODE_MODULES:=}" "${RUNNER:=t/TEST}" "${TEST_PROGRAMS:=}"

# Skipping is for people without the tools; a machine that checks others' work
# has to have them.
unable() {
  if test -n "${CI:-}"; then
    echo "check.sh: $1, and CI is set: failed" >&2
    exit 1
  fi
  echo "check.sh: SKIPPED all tests against a running httpd: $1" >&2
  exit 0
}
"$PERL" -MApache::Test -e 1 2>/dev/null ||
  unable "perl's Apache::Test is missing (Debian: libapache2-mod-perl2)"
for tool in "$HTTPD" "$MEMCACHED" curl openssl; do
  command -v "$tool" >/dev/null || unable "$tool is missing"
done

# root's TMPDIR may be closed to nobody
test "$(id -u)" = 0 && TMPDIR=/tmp
work=$(mktemp -d "${TMPDIR:-/tmp}/np-check.XXXXXX") || exit 1
chmod 755 "$work" || exit 1

# Processes of this run: they carry its folder in their environment, whatever
# became of their parents, sessions and pid files.
ours() (
  unset NP_WORK
  grep -lzsx "NP_WORK=$work" /proc/[0-9]*/environ |
    sed 's|^/proc/\([0-9]*\)/.*|\1|'
)

stop_all() {
  for signal in TERM KILL; do
    pids=$(ours)
    test -n "$pids" || return
    # shellcheck disable=SC2086  # one word a process
    kill -s "$signal" $pids 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      test -n "$(ours)" || return
      sleep 0.2
    done
  done
}

rc=1
interrupted=
finish() {
  trap '' INT TERM HUP
  stop_all
  if test -z "$KEEP" && test "$rc" = 0 -o -n "$interrupted"; then
    rm -rf "$work"
  else
    echo "== kept: $work"
  fi
}
trap finish EXIT
trap 'interrupted=1; exit 129' HUP
trap 'interrupted=1; exit 130' INT
trap 'interrupted=1; exit 143' TERM

cp -R "$src/t" "$src/browser" "$src/harness" "$src/faults" "$src/../examples" "$src/../bench" \
  "$work/" &&
  chmod -R u+w "$work" &&
  mkdir "$work/modules" "$work/programs" "$work/run" && cp "$MODULE" "$work/modules/" || exit 1
for module in $TEST_MODULES; do
  cp "$module" "$work/modules/" || exit 1
done
for program in $TEST_PROGRAMS; do
  cp "$program" "$work/programs/" || exit 1
done

if test -d "$NODE_MODULES"; then
  cp -R "$NODE_MODULES" "$work/node_modules" || exit 1
fi

NP_WORK=$work
NP_REAL_HTTPD=$HTTPD
if test -n "$HTTPD_WRAPPER"; then
  cp "$src/$HTTPD_WRAPPER" "$src/lsan.supp" "$work/" || exit 1
  HTTPD=$work/$HTTPD_WRAPPER
  chmod 755 "$HTTPD"
fi
PERL5LIB=$work/t/lib:$work/faults/lib:$work/bench/lib:$work/harness${PERL5LIB:+:$PERL5LIB}
HARNESS_SUBCLASS=NP::Harness
APACHE_TEST_ULIMIT_SET=1
HOME=$work
LC_ALL=C.UTF-8
export NP_WORK NP_REAL_HTTPD HTTPD MEMCACHED PERL5LIB HARNESS_SUBCLASS
export APACHE_TEST_ULIMIT_SET HOME LC_ALL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

counts=$work/run/counts
set -- "$PERL" "$RUNNER" "$@"
if test "$(id -u)" = 0; then
  group=$(id -gn nobody)
  chown -R "nobody:$group" "$work"
  set -- setpriv --reuid=nobody --regid="$group" --clear-groups "$@"
fi
cd "$work" || exit 1
# in the background: a shell answers a signal at once only while it waits
{
  NP_COUNTS=$counts "$@" </dev/null 2>&1
  echo $? >rc
} | tee out &
wait $!
rc=$(cat rc)

if test -n "$NP_COUNTS" && test -s "$counts"; then
  cat "$counts" >>"$NP_COUNTS"
fi
# exit 0 without one test run is no pass: all skipped, or nothing there
if test "$rc" = 0 && ! grep -q '^Result: PASS' out; then
  echo "check.sh: no test ran" >&2
  rc=1
fi
# a child that crashed is replaced: the tests need not have noticed
crash='AH0005[12]|AH00060|Sanitizer|runtime error:'
if grep -rshE --include='*error_log' --include='*output' "$crash" t/logs; then
  echo "check.sh: a process of httpd crashed" >&2
  rc=1
fi
if find t/logs -name 'valgrind.*' -exec cat {} + 2>/dev/null | grep .; then
  echo "check.sh: valgrind has found something" >&2
  rc=1
fi
if test "$rc" != 0; then
  for log in t/logs/error_log t/logs/*/error_log; do
    test -s "$log" || continue
    echo "== the last lines of $work/$log"
    grep -svE ':(trace[1-8]|debug|info)\]' "$log" | tail -n 40
  done
fi
exit "$rc"
