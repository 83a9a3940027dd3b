#!/bin/bash
# Install seqforecast on Apple silicon, with TensorFlow and its Metal plug-in in versions
# that load together. Written for the bash 3.2 and the BSD tools that come with macOS.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
venv=$root/.venv
python=
cpu=no
dry_run=no

usage() {
  cat <<'END'
Usage: scripts/install_macos_m1.sh [OPTIONS]

  Install seqforecast with TensorFlow for Metal on a Mac with Apple silicon.

Options:
  --cpu          Leave the Metal plug-in out; train on the CPU.
  --python PATH  Use this Python (3.10 to 3.12; with --cpu also 3.13).
  --venv DIR     Install into this virtual environment.  [default: .venv]
  --dry-run      Check this Mac and print the commands; change nothing.
  --help         Show this message and exit.
END
}

fail() { # exit code, message, hint
  printf 'error: %s\nhint: %s\n' "$2" "$3" >&2
  exit "$1"
}

run() {
  printf '+'
  printf ' %q' "$@"
  printf '\n'
  if [ "$dry_run" = no ]; then "$@"; fi
}

check_system() {
  [ "$(uname -s)" = Darwin ] ||
    fail 4 "this is $(uname -s), not macOS" "on other systems run \`make train\`"
  [ "$(sysctl -n hw.optional.arm64 2>/dev/null || echo 0)" = 1 ] ||
    fail 4 "this Mac has an Intel processor; the Metal plug-in is for Apple silicon" \
      "run \`make train\`: it trains on the CPU"

  # A terminal under Rosetta would install Intel packages.
  if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || echo 0)" = 1 ]; then
    [ -z "${SEQFORECAST_NATIVE:-}" ] ||
      fail 4 "this terminal runs under Rosetta and cannot be left" \
        "open a terminal without \"Open using Rosetta\" and start again"
    echo "This terminal runs under Rosetta; starting again natively."
    SEQFORECAST_NATIVE=1 exec arch -arm64 /bin/bash "$0" ${1+"$@"}
  fi

  # Not from sw_vers first: it may answer with a compatibility version.
  local version major minor
  version=$(sysctl -n kern.osproductversion 2>/dev/null || sw_vers -productVersion)
  IFS=. read -r major minor _ <<<"$version.0"
  if [ "$major" -lt 12 ] || { [ "$major" -eq 12 ] && [ "$minor" -lt 1 ]; }; then
    fail 4 "macOS $version is too old: TensorFlow and its Metal plug-in need 12.1" \
      "update macOS in System Settings"
  fi
  if [ "$major" -lt 13 ] && [ "$cpu" = no ]; then
    echo "warning: on macOS $version recurrent layers are slow on the GPU; update to 13" >&2
  fi

  local free
  free=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 3145728 ] ||
    fail 4 "$((free / 1024)) MB are free on the disk of $root; 3072 MB are needed" \
      "free some space, or move this folder to a larger disk"
}

fits() { # python
  local facts
  facts=$("$1" -c '
import ensurepip, platform, sys, venv
print("%d.%d" % sys.version_info[:2], platform.machine())' 2>/dev/null) || return 1
  case $facts in
    "3.10 arm64" | "3.11 arm64" | "3.12 arm64") return 0 ;;
    "3.13 arm64") [ "$cpu" = yes ] ;;
    *) return 1 ;;
  esac
}

choose_python() {
  local newest=3.12
  [ "$cpu" = no ] || newest=3.13
  if [ -n "$python" ]; then
    fits "$python" ||
      fail 4 "$python is not a native (arm64) Python 3.10 to $newest with venv" \
        "leave --python out to let this script look for one"
    return
  fi
  local version candidate
  for version in 3.12 3.11; do
    for candidate in "python$version" "/opt/homebrew/bin/python$version" \
      "/Library/Frameworks/Python.framework/Versions/$version/bin/python$version" \
      "$(uv python find "$version" 2>/dev/null || true)" python3; do
      if [ -n "$candidate" ] && fits "$candidate"; then
        python=$candidate
        return
      fi
    done
  done
  fail 4 "no native (arm64) Python 3.12 or 3.11 was found" \
    "install one, for example with \`brew install python@3.12\`, or name it with --python"
}

check_environment() {
  if [ -e "$venv/bin/python" ]; then
    fits "$venv/bin/python" ||
      fail 4 "$venv holds a Python that does not fit" \
        "remove that folder, or choose another one with --venv"
    if [ -n "$(find "$venv/lib" -maxdepth 3 -name 'tensorflow_macos-*' 2>/dev/null)" ]; then
      fail 4 "$venv holds tensorflow-macos, which overwrites TensorFlow" \
        "remove that folder, or choose another one with --venv"
    fi
  elif [ -e "$venv" ]; then
    fail 4 "$venv exists and is not a virtual environment" "choose another one with --venv"
  fi

  # TensorFlow 2.19 loads plug-ins from there even inside a virtual environment.
  local user_site
  user_site=$("$python" -c 'import site; print(site.getusersitepackages())')
  if [ -d "$user_site/tensorflow-plugins" ]; then
    fail 4 "a TensorFlow plug-in outside any environment would be loaded: $user_site" \
      "remove it with \`$python -m pip uninstall tensorflow-metal\`"
  fi
}

install() {
  export PYTHONNOUSERSITE=1
  local constraints=constraints-metal.txt extra='[metal]'
  if [ "$cpu" = yes ]; then constraints=constraints.txt extra=''; fi

  [ -e "$venv/bin/python" ] || run "$python" -m venv "$venv"
  run "$venv/bin/python" -m pip install --upgrade pip
  if [ "$cpu" = yes ] && [ -e "$venv/.metal" ]; then
    run "$venv/bin/python" -m pip uninstall --yes tensorflow-metal
    run rm "$venv/.metal"
  fi
  # Only wheels: nothing is compiled, so Xcode is not needed.
  run "$venv/bin/python" -m pip install --only-binary :all: \
    -c "$root/$constraints" -e "$root$extra"
  [ "$cpu" = yes ] || run touch "$venv/.metal"
  run touch "$venv/.made" "$venv/.ready" # `make` uses the environment as it is
}

check_installed() {
  if "$venv/bin/seqforecast" doctor --help >/dev/null 2>&1; then
    if [ "$cpu" = yes ]; then set --; else set -- --require metal; fi
    "$venv/bin/seqforecast" doctor ${1+"$@"}
    return
  fi
  local gpus
  gpus=$(TF_CPP_MIN_LOG_LEVEL=3 "$venv/bin/python" -c '
import tensorflow
print(len(tensorflow.config.list_physical_devices("GPU")))' </dev/null) ||
    fail 4 "TensorFlow is installed and does not load; its message is above" \
      "remove $venv and start again, or leave the plug-in out with --cpu"
  if [ "$cpu" = no ] && [ "$gpus" -eq 0 ]; then
    fail 4 "TensorFlow loads, but sees no GPU (a virtual machine has none)" \
      "train on the CPU: start again with --cpu"
  fi
  echo "TensorFlow loads and sees $gpus GPU."
}

arguments=(${1+"$@"})
while [ $# -gt 0 ]; do
  case $1 in
    --cpu) cpu=yes ;;
    --dry-run) dry_run=yes ;;
    --python | --venv)
      [ $# -ge 2 ] || fail 2 "$1 needs a value" "see --help"
      if [ "$1" = --python ]; then python=$2; else venv=$2; fi
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail 2 "unknown option $1" "see --help" ;;
  esac
  shift
done

check_system ${arguments[@]+"${arguments[@]}"}
[ "$(id -u)" -ne 0 ] ||
  fail 4 "this runs as root" "run it as yourself, without sudo: it changes no system file"
choose_python
check_environment
install
[ "$dry_run" = no ] || exit 0
check_installed
printf 'Next: %q train %q\n' "$venv/bin/seqforecast" "$root/configs/simplernn.yaml"
