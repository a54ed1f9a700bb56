#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints C for src/httpd/endpoints/np_dashboard_files.h: embed.sh
# SOURCE_FOLDER FILE...
set -e
top=$1
shift

echo '/* Made by dashboard/embed.sh: change the files, not this. */'
echo '#include "np_dashboard_files.h"'
n=0
for file in "$@"; do
  test -s "$top/$file" || { echo "embed.sh: $file is missing" >&2; exit 1; }
  printf '\nstatic const unsigned char file_%d[] = {\n' "$n"
  od -An -v -tx1 "$top/$file" |
    awk '{ for (i = 1; i <= NF; i++) printf "0x%s,", $i; print "" }'
  echo '};'
  n=$((n + 1))
done
printf '\nconst np_dashboard_file_t np_dashboard_files[] = {\n'
n=0
for file in "$@"; do
  printf '    { "%s", { file_%d, sizeof file_%d } },\n' "${file##*/}" "$n" "$n"
  n=$((n + 1))
done
printf '    { NULL, { NULL, 0 } },\n};\n'
