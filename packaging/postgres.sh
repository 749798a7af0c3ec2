# shellcheck shell=bash
# Sourced by ./check after tools.sh: a PostgreSQL of its own in a temporary folder, started and removed with the check.
# Sets TENANTRY_TEST_POSTGRES. PostgreSQL refuses to run as root, so root hands it to another user.

pg_dir=""
pg_bin=""

postgres_find() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  if [ -x "$newest" ]; then
    pg_bin=$(dirname "$newest")
  elif has pg_config && [ -x "$(pg_config --bindir)/initdb" ]; then
    pg_bin=$(pg_config --bindir)
  else
    return 1
  fi
}

postgres_need() {
  postgres_find || { apt_install postgresql && postgres_find; }
}

# The user that may run it: ourselves, or for root the first of these that exists.
as_postgres() {
  if [ "$(id -u)" != 0 ]; then
    "$@"
  elif has runuser; then
    runuser -u "$(postgres_user)" -- "$@"
  else
    # shellcheck disable=SC2016 # the inner shell expands it
    su -s /bin/sh "$(postgres_user)" -c 'exec "$0" "$@"' -- "$@"
  fi
}
postgres_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

# Memory where there is room: fsync stays on, so what is tested is the truth, and the disk of the machine does not decide the time.
postgres_place() {
  local free=0
  [ -d /dev/shm ] && [ -w /dev/shm ] && free=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')
  if [ "${free:-0}" -ge 2097152 ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

postgres_start() {
  local port try
  pg_dir=$(mktemp -d "$(postgres_place)/tenantry-pg.XXXXXX") || return 1
  [ "$(id -u)" != 0 ] || chown "$(postgres_user)" "$pg_dir"
  (cd "$pg_dir" && as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync) || return 1
  for try in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + try) % 12000))
    port_is_free "$port" || continue
    if (cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -w -t 30 start \
      -o "-p $port -k $pg_dir -c listen_addresses=127.0.0.1 -c max_connections=200 -c log_min_messages=warning") </dev/null; then
      export TENANTRY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
  done
  cat "$pg_dir/log" 2>/dev/null
  return 1
}

postgres_stop() {
  [ -n "$pg_dir" ] || return 0
  (cd "$pg_dir" && as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate -w stop) >/dev/null 2>&1
  rm -rf "$pg_dir"
  pg_dir=""
}
