#!/usr/bin/env bash
# Proves the two commands of the README on a fresh machine: a minimal Debian in a
# folder of its own, with this machine's Node and npm, CA certificates and nothing
# else. Takes the last commit, not the working tree. Prints what it did.
#
#   scripts/clean-room.sh [unit] [demo] [test] [user]      default: all
#
#   unit   npm run test:unit
#   demo   npm run demo, and the shop answers 200 at the address it prints
#   test   npm test
#   user   npm test without root: stops, and names the line to type
#
# SUITE and MIRROR choose another release, such as SUITE=trixie.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SUITE=${SUITE:-bookworm}
MIRROR=${MIRROR:-}
ROOMS=$(mktemp -d)
trap clean_up EXIT

main() {
  [ "$(id -u)" = 0 ] || stop 'run it as root: a chroot needs it'
  command -v debootstrap >/dev/null || stop 'not found: debootstrap. Install: apt-get install -y debootstrap'
  build_base
  [ $# -gt 0 ] || set -- unit demo test user
  for proof in "$@"; do
    cp -a "$ROOMS/base" "$ROOMS/$proof"
    mount -t proc proc "$ROOMS/$proof/proc"
    "prove_$proof" "$ROOMS/$proof"
  done
  say 'everything held'
}

prove_demo() {
  local room=$1 port=4300 log=$1/demo.log address status=
  address=http://127.0.0.1:$port
  say "npm run demo, on $address"
  local began=$SECONDS
  setsid chroot "$room" /usr/bin/env -i "${ENVIRONMENT[@]}" PORT=$port \
    bash -c 'cd /sojourn && exec npm run demo' >"$log" 2>&1 &
  local demo=$!
  until [ "$status" = 200 ]; do
    sleep 1
    kill -0 $demo 2>/dev/null || { cat "$log"; stop 'the demo ended'; }
    [ $((SECONDS - began)) -lt 600 ] || { cat "$log"; stop 'the demo did not answer in 10 minutes'; }
    status=$(node -e 'fetch(process.argv[1]).then((r) => console.log(r.status), () => {})' "$address")
  done
  cat "$log"
  kill -- -$demo
  grep -q "$address" "$log" || stop 'the demo did not print its address'
  say "GET / answered 200 after $((SECONDS - began)) s"
}

prove_unit() {
  local began=$SECONDS
  say 'npm run test:unit'
  inside "$1" 'npm run test:unit'
  say "npm run test:unit: passed in $((SECONDS - began)) s"
}

prove_test() {
  local began=$SECONDS
  say 'npm test'
  inside "$1" 'npm test'
  say "npm test: passed in $((SECONDS - began)) s"
}

prove_user() {
  say 'npm test, not as root'
  chown -R 1000:1000 "$1/sojourn" "$1/home"
  local output
  if output=$(inside "$1" 'npm test' --userspec=1000:1000 2>&1); then stop 'it should have stopped'; fi
  printf '%s\n' "$output"
  grep -q 'sudo apt-get' <<<"$output" || stop 'it did not say what to type'
}

build_base() {
  local base=$ROOMS/base
  say "a minimal $SUITE with Node $(node -p process.versions.node) and npm $(npm -v), and nothing else"
  # shellcheck disable=SC2086
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$SUITE" "$base" $MIRROR >"$ROOMS/log" ||
    { cat "$ROOMS/log"; stop 'debootstrap failed'; }

  # Services must not start: the room shares the network with this machine.
  printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
  chmod +x "$base/usr/sbin/policy-rc.d"

  local npm
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  cp "$(readlink -f "$(command -v node)")" "$base/usr/local/bin/node"
  mkdir -p "$base/usr/local/lib/node_modules"
  cp -aL "$npm" "$base/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$base/usr/local/bin/npx"

  carry_network_settings "$base"
  mkdir "$base/sojourn"
  git archive HEAD | tar -x -C "$base/sojourn"
}

# How this machine reaches the package registries: resolver, certificates, proxies, mirrors.
carry_network_settings() {
  local base=$1 file name
  ENVIRONMENT=(HOME=/home PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || ENVIRONMENT+=("$name=${!name}")
  done
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
    cp --parents -L "$NODE_EXTRA_CA_CERTS" "$base"
    ENVIRONMENT+=("NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS")
  fi
  for file in /etc/resolv.conf /etc/hosts; do cp -L "$file" "$base$file"; done
  for file in $(grep -ls Acquire /etc/apt/apt.conf.d/* || true); do cp "$file" "$base/etc/apt/apt.conf.d/"; done
  for name in userconfig globalconfig; do
    file=$(npm config get $name 2>/dev/null)
    [ -f "$file" ] || continue
    cp "$file" "$base/etc/npm-$name"
    chmod a+r "$base/etc/npm-$name"
    ENVIRONMENT+=("npm_config_$name=/etc/npm-$name")
  done
}

# inside <room> <command> [chroot options]
inside() {
  local room=$1 command=$2
  shift 2
  chroot "$@" "$room" /usr/bin/env -i "${ENVIRONMENT[@]}" bash -c "cd /sojourn && $command" </dev/null
}

clean_up() {
  local process room
  for process in /proc/[0-9]*; do
    case "$(readlink "$process/root" || true)" in
      "$ROOMS"/*) kill -9 "${process#/proc/}" || true ;;
    esac
  done
  for room in "$ROOMS"/*/; do
    ! mountpoint -q "${room}proc" || umount --lazy "${room}proc"
  done
  rm -rf --one-file-system "$ROOMS"
}

say() { printf '\n== %s\n' "$*"; }
stop() { printf 'clean-room: %s\n' "$*" >&2; exit 1; }

main "$@"
