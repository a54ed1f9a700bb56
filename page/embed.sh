#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints C for src/httpd/np_page_script.h: embed.sh FILE
set -e
test -s "$1" || { echo "embed.sh: $1 is missing" >&2; exit 1; }

echo '/* Made by page/embed.sh: change the file, not this. */'
echo '#include "np_page_script.h"'
printf '\nstatic const unsigned char octets[] = {\n'
od -An -v -tx1 "$1" |
  awk '{ for (i = 1; i <= NF; i++) printf "0x%s,", $i; print "" }'
printf '};\n\nconst np_bytes_t np_page_script = { octets, sizeof octets };\n'
