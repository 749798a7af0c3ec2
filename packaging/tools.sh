# shellcheck shell=bash
# Sourced by ./run and ./check: finds the tools they need and installs what can be installed (on Debian, as root).
# Everything else ends in one sentence that names what is missing.

say() { printf '%s\n' "$*" >&2; }
stop() {
  say "$*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

can_install() { [ "$(id -u)" = 0 ] && has apt-get; }

# apt_install PACKAGE…: false where it cannot be done.
apt_install() {
  can_install || return 1
  say "Installing $*."
  if [ -z "${apt_is_fresh:-}" ]; then
    apt-get update -qq >/dev/null 2>&1
    apt_is_fresh=1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 </dev/null
}

# The same for a package that would start a service of its own: nobody asked for one on this machine.
apt_install_asleep() {
  local policy=/usr/sbin/policy-rc.d ours="" status
  can_install || return 1
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && ours=yes
  fi
  apt_install "$@"
  status=$?
  [ -z "$ours" ] || rm -f "$policy"
  return "$status"
}

# An LDAP server: the tests start their own from it, with a folder and a port of its own.
slapd_find() { [ -x /usr/sbin/slapd ] && [ -r /etc/ldap/schema/msuser.schema ]; }
slapd_need() { slapd_find || { apt_install_asleep slapd && slapd_find; }; }

need_rust() {
  has cargo || PATH="$HOME/.cargo/bin:$PATH"
  has cargo || stop "Rust is missing: install the stable toolchain (1.95 or newer) with rustup, then start this again."
}

need_cc() {
  has cc || has gcc || has clang || apt_install gcc libc6-dev
  has cc || has gcc || has clang || stop "A C compiler is missing: install gcc (Debian: apt-get install gcc libc6-dev), then start this again."
}

node_is_new() {
  local major
  has npm && major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) && [ "${major:-0}" -ge 20 ]
}

# Debian 12 has Node 18; its npm can bring a newer one, which then lives in target/ and nowhere else.
newer_node() {
  local machine package
  case "$(uname -sm)" in
    "Linux x86_64") machine=x64 ;;
    "Linux aarch64") machine=arm64 ;;
    *) return 1 ;;
  esac
  package="node-linux-$machine"
  if [ ! -x "target/node/node_modules/$package/bin/node" ]; then
    has npm || return 1
    say "Installing Node 22 in target/node."
    mkdir -p target/node
    npm install --silent --no-save --no-audit --no-fund --prefix target/node "$package@22" >/dev/null 2>&1 || return 1
  fi
  PATH="$PWD/target/node/node_modules/$package/bin:$PATH"
}

need_node() {
  node_is_new && return
  has npm || apt_install nodejs npm
  node_is_new || newer_node
  node_is_new || stop "Node 20 or newer with npm is missing: install it (Debian 13: apt-get install nodejs npm), then start this again."
}
