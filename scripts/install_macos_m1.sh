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
  cat <<'TEXT'
Usage: scripts/install_macos_m1.sh [OPTIONS]

  Install seqforecast with TensorFlow for Metal on a Mac with Apple silicon.

Options:
  --cpu          Leave the Metal plug-in out; train on the CPU.
  --python PATH  Use this Python (3.10 to 3.12; with --cpu also 3.13).
  --venv DIR     Install into this virtual environment.  [default: .venv]
  --dry-run      Check this Mac and print the commands; change nothing.
  --help         Show this message and exit.

The last step is `seqforecast doctor`, whose exit code is passed on: 0 when this Mac is
ready, 1 when a check failed. Exit code 2: wrong options; 4: this Mac cannot do it.
TEXT
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

  local disk=$venv free
  while [ ! -d "$disk" ]; do disk=$(dirname "$disk"); done
  free=$(df -Pk "$disk" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge 3145728 ] ||
    fail 4 "$((free / 1024)) MB are free on the disk of $disk; 3072 MB are needed" \
      "free some space, or choose a folder on another disk with --venv"
}

check_user() {
  [ "$(id -u)" -ne 0 ] ||
    fail 4 "this runs as root" "run it as yourself, without sudo: it changes no system file"
}

facts_of() { # python; prints version, processor and maker; nothing if it cannot be used
  # The system's own is 3.9, or a window that asks to install Xcode.
  if [ -z "$1" ] || [ "$1" = /usr/bin/python3 ]; then return; fi
  "$1" -c '
import ensurepip, os, platform, sys, venv
conda = os.path.isdir(os.path.join(sys.base_prefix, "conda-meta"))
version = "%d.%d" % sys.version_info[:2]
print(version, platform.machine(), "conda" if conda else "plain")' 2>/dev/null || true
}

fits() { # facts
  case $1 in
    "3.10 arm64 "* | "3.11 arm64 "* | "3.12 arm64 "*) return 0 ;;
    "3.13 arm64 "*) [ "$cpu" = yes ] ;;
    *) return 1 ;;
  esac
}

choose_python() {
  local newest=3.12 versions="3.12 3.11 3.10" version candidate facts
  if [ "$cpu" = yes ]; then newest=3.13 versions="$versions 3.13"; fi
  if [ -n "$python" ]; then
    facts=$(facts_of "$python")
    fits "$facts" ||
      fail 4 "$python is ${facts:-no Python with venv}; wanted: 3.10 to $newest, arm64" \
        "leave --python out to let this script look for one"
    return
  fi
  for version in $versions; do
    for candidate in "python$version" "/opt/homebrew/bin/python$version" \
      "/Library/Frameworks/Python.framework/Versions/$version/bin/python$version" \
      "$(uv python find "$version" 2>/dev/null || true)" python3; do
      candidate=$(command -v "$candidate" || true)
      facts=$(facts_of "$candidate")
      # An environment made from conda's Python breaks when conda updates it.
      if fits "$facts" && [ "${facts##* }" != conda ]; then
        python=$candidate
        return
      fi
    done
  done
  say_no_python "$newest"
}

say_no_python() { # newest version that fits
  local names=
  for version in 3.13 3.12 3.11 3.10 3; do
    candidate=$(command -v "python$version" || true)
    facts=$(facts_of "$candidate")
    [ -z "$facts" ] || names="$names; $candidate is $facts"
  done
  fail 4 "no native (arm64) Python 3.10 to $1 was found$names" \
    "\`brew install python@3.12\`, or name one with --python$(
      [ "$cpu" = yes ] || echo "; on 3.13 only --cpu works"
    )"
}

check_environment() {
  if [ -e "$venv/conda-meta" ]; then
    fail 4 "$venv is an environment of conda" "choose another folder with --venv"
  fi
  if [ -e "$venv/bin/python" ]; then
    fits "$(facts_of "$venv/bin/python")" ||
      fail 4 "$venv holds a Python that does not fit" \
        "remove that folder, or choose another one with --venv"
    if [ -n "$(find "$venv/lib" -maxdepth 3 -iname 'tensorflow_macos-*' 2>/dev/null)" ]; then
      fail 4 "$venv holds tensorflow-macos, which overwrites TensorFlow" \
        "remove that folder, or choose another one with --venv"
    fi
  elif [ -L "$venv/bin/python" ]; then
    fail 4 "the Python that $venv was made from is gone" \
      "remove that folder and start again"
  elif [ -e "$venv" ] && [ -n "$(ls -A "$venv")" ]; then
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
  # Nothing from outside the environment, and nothing installed outside it.
  unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX
  export PYTHONNOUSERSITE=1 PIP_USER=0
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
  if [ "$cpu" = yes ]; then
    run "$venv/bin/seqforecast" doctor
  else
    run "$venv/bin/seqforecast" doctor --require metal
  fi
}

arguments=(${1+"$@"})
while [ $# -gt 0 ]; do
  case $1 in
    --cpu) cpu=yes ;;
    --dry-run) dry_run=yes ;;
    --python | --venv)
      [ -n "${2:-}" ] || fail 2 "$1 needs a value" "see --help"
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
check_user
choose_python
check_environment
install
check_installed
[ "$dry_run" = yes ] ||
  printf 'Next: %q train %q\n' "$venv/bin/seqforecast" "$root/configs/simplernn.yaml"
