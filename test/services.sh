#!/bin/sh
# Installs the programs that tests run beside the server, where they are missing; says which, where that is not allowed.
set -eu

missing=""
for program in redis-server nginx haproxy chromium chromium-headless-shell; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
# Debian has its programs beside the path.
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing$missing" >&2
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
else
  echo "tests need programs that are not installed: install$missing" >&2
  exit 1
fi
