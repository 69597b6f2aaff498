/**
 * The programs that run on the node: constants for `sh -c`, which get everything that varies as arguments. They use
 * POSIX sh and what coreutils or BusyBox have. Each answers on stdout with lines that begin with the marker, its first
 * argument: random, so that what a login shell prints before is told apart. They hold no backslash before a quote or
 * another backslash, so that the login shells that read those inside single quotes (fish) pass them on unchanged.
 */

/**
 * Runs the rest of its arguments as root: directly when the user is root or `elevate` is `no`, else through sudo, which
 * reads a password from stdin only when it needs one and then asks for it on stderr with `MARKER:password:`.
 *
 * Arguments: marker, `yes` or `no`, program and its arguments.
 */
export const elevateScript = `
marker=$1 elevate=$2
shift 2
LC_ALL=C
export LC_ALL
if [ "$elevate" = no ] || [ "$(id -u)" = 0 ]; then exec "$@"; fi
if ! command -v sudo >/dev/null 2>&1; then printf '%s:sudoMissing\\n' "$marker"; exit 90; fi
exec sudo -S -p "$marker:password:" -- "$@"
`;

/**
 * Shell functions that more than one script needs. `folder` must be set for them. A folder is safe when it is a real
 * one, our own, and neither its group nor others may write to it: who may could exchange what we start as root.
 */
const sharedFunctions = `
umask 022
choose_folder() {
  if [ -n "$1" ]; then folder=$1
  elif [ "$(id -u)" = 0 ]; then folder=/var/lib/kube-service-rules
  else folder=\${XDG_CACHE_HOME:-$HOME/.cache}/kube-service-rules
  fi
}
safe_folder() {
  [ -d "$folder" ] && [ ! -L "$folder" ] && [ -O "$folder" ] || return 1
  case $(ls -ld -- "$folder") in d????-??-*) return 0 ;; *) return 1 ;; esac
}
identity() { TZ=UTC stat -c '%u %a %s %i %y %z' "$1" 2>/dev/null; }
checksum() {
  sum=$(sha256sum "$1" 2>/dev/null) || return 1
  printf '%s' "\${sum%% *}"
}
intact() {
  [ -n "$1" ] && [ -f "$folder/$1/$2" ] && [ ! -L "$folder/$1/$2" ] && [ -O "$folder/$1/$2" ] || return 1
  now=$(identity "$folder/$1/$2")
  if [ -n "$now" ] && [ "$now" = "$(cat "$folder/$1/verified" 2>/dev/null)" ]; then return 0; fi
  [ "$(checksum "$folder/$1/$2")" = "$1" ]
}
`;

/**
 * Starts the agent when all that it needs is there, and untouched since it was verified (same inode, size and times as
 * noted then; else its checksum is computed again). The last line before the agent's own output is `MARKER:ready`.
 * Otherwise it reports what it found as `name=value` lines between `MARKER:missing` and `MARKER:end`. Changes nothing.
 *
 * Arguments: marker, folder or empty, SHA-256 of the agent, of the runtime for x86_64, for aarch64 (empty: none).
 */
export const launchScript = `
marker=$1 agent=$3 x64=$4 arm64=$5
choose_folder "$2"
unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS
case $(uname -m) in
  x86_64) runtime=$x64 ;;
  aarch64 | arm64) runtime=$arm64 ;;
  *) runtime= ;;
esac
node= have_runtime=no have_agent=no
if safe_folder; then
  if intact "$runtime" node; then have_runtime=yes node=$folder/$runtime/node; fi
  if intact "$agent" agent.js; then have_agent=yes; fi
fi
own=$(command -v node 2>/dev/null)
own_version=
if [ -z "$node" ] && [ -n "$own" ]; then
  own_version=$("$own" -p process.versions.node </dev/null 2>/dev/null)
  own_major=\${own_version%%.*}
  case $own_major in
    '' | *[!0-9]*) ;;
    *) if [ "$own_major" -ge 20 ]; then node=$own; fi ;;
  esac
fi
if [ -n "$node" ] && [ "$have_agent" = yes ]; then
  printf '%s:ready\\n' "$marker"
  exec "$node" "$folder/$agent/agent.js" serve
fi
fact() { printf '%s=%s\\n' "$1" "$2"; }
has() { if command -v "$1" >/dev/null 2>&1; then fact "tool.$1" yes; else fact "tool.$1" no; fi; }
printf '%s:missing\\n' "$marker"
fact uid "$(id -u)"
fact folder "$folder"
if [ -e "$folder" ] || [ -L "$folder" ]; then
  if safe_folder; then fact folderState safe; else fact folderState unsafe; fi
else fact folderState absent
fi
fact haveAgent "$have_agent"
fact haveRuntime "$have_runtime"
fact usableNode "$node"
fact nodeVersion "$own_version"
fact system "$(uname -s)"
fact machine "$(uname -m)"
fact bits "$(getconf LONG_BIT 2>/dev/null)"
fact glibc "$(getconf GNU_LIBC_VERSION 2>/dev/null)"
fact ldd "$(ldd --version 2>&1 | head -n 1)"
found=
for library in /lib64/libstdc++.so.6 /usr/lib64/libstdc++.so.6 /lib/*-linux-gnu/libstdc++.so.6 /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/libstdc++.so.6; do
  if [ -e "$library" ]; then found=$library; break; fi
done
if [ -z "$found" ]; then
  found=$(ldconfig -p 2>/dev/null | sed -n 's/^.*libstdc++[.]so[.]6 .*=> //p' | head -n 1)
  if [ ! -e "$found" ]; then found=; fi
fi
fact libstdcxx "$found"
has gzip
has sha256sum
has mktemp
has df
printf '%s:end\\n' "$marker"
`;

/**
 * Receives one file on stdin, checks it and renames it into place. Nothing of it remains when it fails or the
 * connection ends. Several may run at once: each works in a folder of its own, and the last to rename wins with the
 * same bytes. Answers `MARKER:receiving` when stdin is read, `MARKER:delivered`, or `MARKER:failed CODE DETAIL`.
 *
 * Arguments: marker, folder or empty, SHA-256, file name (`node`, `agent.js`), kilobytes needed, `gzip` or `identity`,
 * and `run` when the file must be able to run here.
 */
export const receiveScript = `
marker=$1 sha=$3 name=$4 kilobytes=$5 encoding=$6 run=$7
choose_folder "$2"
incoming=
clean_up() {
  if [ -n "$incoming" ]; then rm -rf -- "$incoming"; fi
  incoming=
}
trap clean_up EXIT
trap 'exit 129' HUP INT TERM PIPE
failed() { clean_up; printf '%s:failed %s %s\\n' "$marker" "$1" "$(printf '%s' "$2" | tr '\\n' ' ')"; exit 91; }
error=$(mkdir -p -- "$folder" 2>&1) || failed folderNotWritable "$error"
safe_folder || failed folderUnsafe "$folder"
find "$folder" -maxdepth 1 -name '.incoming.*' -mmin +60 -exec rm -rf -- '{}' + 2>/dev/null
if intact "$sha" "$name"; then printf '%s:delivered\\n' "$marker"; exit 0; fi
free=$(df -Pk "$folder" 2>/dev/null | { read -r header; read -r device blocks used available rest; printf '%s' "$available"; })
case $free in
  '' | *[!0-9]*) ;;
  *) if [ "$free" -lt "$kilobytes" ]; then failed diskFull "$free"; fi ;;
esac
incoming=$(mktemp -d "$folder/.incoming.XXXXXX" 2>/dev/null) || { incoming=; failed diskFull 0; }
if [ "$run" = run ]; then
  { printf '#!/bin/sh\\nexit 0\\n' >"$incoming/try" && chmod 0755 "$incoming/try"; } 2>/dev/null || failed diskFull 0
  "$incoming/try" >/dev/null 2>&1 || failed folderNotExecutable "$folder"
fi
printf '%s:receiving\\n' "$marker"
case $encoding in
  gzip) error=$( { gzip -dc >"$incoming/$name"; } 2>&1 ) ;;
  *) error=$( { cat >"$incoming/$name"; } 2>&1 ) ;;
esac
status=$?
case $error in *'No space left'* | *'quota exceeded'*) failed diskFull 0 ;; esac
[ "$status" = 0 ] || failed transferBroken "$error"
[ "$(checksum "$incoming/$name")" = "$sha" ] || failed checksumMismatch "$name"
if [ "$run" = run ]; then
  chmod 0755 "$incoming/$name"
  error=$( "$incoming/$name" --version 2>&1 </dev/null ) || {
    libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
    failed runtimeDoesNotStart "$(uname -m) \${libc#glibc } $error"
  }
else
  chmod 0644 "$incoming/$name"
fi
error=$( { mkdir -p -- "$folder/$sha" && mv -f -- "$incoming/$name" "$folder/$sha/$name"; } 2>&1 ) || failed folderNotWritable "$error"
identity "$folder/$sha/$name" >"$incoming/verified" && mv -f -- "$incoming/verified" "$folder/$sha/verified"
clean_up
printf '%s:delivered\\n' "$marker"
`;

/**
 * Removes what was delivered and nothing else: folders named by a SHA-256 and unfinished deliveries, then the folder
 * itself when it is empty. Answers `MARKER:removed PATH` for each, then `MARKER:end`; `MARKER:failed PATH` where
 * something could not be removed.
 *
 * Arguments: marker, folder or empty.
 */
export const uninstallScript = `
marker=$1
choose_folder "$2"
if [ -d "$folder" ] && [ ! -L "$folder" ] && [ -O "$folder" ]; then
  for path in "$folder"/* "$folder"/.incoming.*; do
    name=\${path##*/}
    case $name in
      .incoming.??????) ;;
      *[!0-9a-f]*) continue ;;
      *) if [ "\${#name}" != 64 ]; then continue; fi ;;
    esac
    if [ -L "$path" ] || [ ! -d "$path" ]; then continue; fi
    if rm -rf -- "$path" 2>/dev/null; then printf '%s:removed %s\\n' "$marker" "$path"
    else printf '%s:failed %s\\n' "$marker" "$path"
    fi
  done
  if rmdir -- "$folder" 2>/dev/null; then printf '%s:removed %s\\n' "$marker" "$folder"; fi
fi
printf '%s:end\\n' "$marker"
`;

/** Name under which a script appears among the node's processes. */
const processName = 'kube-service-rules';

/** The command that runs one of the scripts that use the shared functions. */
export function scriptCommand(script: string, ...values: readonly string[]): string[] {
  return ['sh', '-c', `${sharedFunctions}${script}`, processName, ...values];
}

/** The command that runs `argv` as root, see {@link elevateScript}. */
export function elevatedCommand(marker: string, elevate: boolean, argv: readonly string[]): string[] {
  return ['sh', '-c', elevateScript, processName, marker, elevate ? 'yes' : 'no', ...argv];
}
