#!/usr/bin/env bash
# Create or update a virtual environment from a hash-locked list and install Holocrine into it, editable.
#
#   scripts/setup.sh [ENVIRONMENT] [LOCK]        defaults: .venv requirements/dev.txt
#
# Uses uv where it is installed and reaches a package index, otherwise the venv and pip that come with Python.
# PYTHON names the interpreter. Says and does nothing when the environment already matches the lock. Safe to
# interrupt: the stamp that says "complete" is written last, so the next run carries on from what is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
environment=${1:-.venv}
lock=${2:-requirements/dev.txt}
stamp=$environment/.holocrine-complete
origin=$environment/.holocrine-origin

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

command -v "$python" >/dev/null ||
  fail "no '$python' on this machine." "Install Python 3.11 or newer, or name yours: make PYTHON=python3.12 ..."
[ -f "$lock" ] || fail "$lock is missing; it belongs to the project, so restore it from the repository."

trap 'exit 130' INT TERM

# One start of Python for the version check, the identity of the interpreter and the key of what is wanted.
if ! identity=$("$python" - "$lock" pyproject.toml "${BASH_SOURCE[0]##*/}" <<'PY'
import hashlib, os, pathlib, sys, sysconfig

if sys.version_info < (3, 11):
    sys.exit(3)
paths = [*sys.argv[1:3], os.path.join("scripts", sys.argv[3])]
wanted = hashlib.sha256(b"".join(pathlib.Path(path).read_bytes() for path in paths)).hexdigest()
print(f"python{sys.version_info[0]}.{sys.version_info[1]} {sysconfig.get_platform()} {wanted}")
PY
); then
  fail "$("$python" --version 2>&1) is too old: Holocrine needs Python 3.11 or newer." \
    "Install one and name it: make PYTHON=python3.12 ..."
fi
wanted=${identity##* }
place="$(pwd -P)/$environment ${identity% *}"

[ "$(cat "$stamp" 2>/dev/null)" = "$place $wanted" ] && exit 0

# An environment can be kept if it was made here by the same Python (scripts inside it name its own folder) and
# if what made it got as far as a working interpreter and, for pip, a working pip.
usable() {
  [ -x "$environment/bin/python" ] || return 1
  [ ! -e "$origin" ] || [ "$(cat "$origin")" = "$place" ] || return 1
  if [ "$1" = pip ]; then
    "$environment/bin/python" -m pip --version >/dev/null 2>&1
  else
    "$environment/bin/python" -c "import encodings" >/dev/null 2>&1
  fi
}

create() {
  if [ "$1" = uv ]; then
    uv venv --quiet --clear --python "$(command -v "$python")" "$environment" || return 1
  else
    "$python" -c "import ensurepip, venv" 2>/dev/null ||
      fail "this Python has no venv or ensurepip module; on Debian and Ubuntu: apt-get install python3-venv"
    "$python" -m venv --clear "$environment" || return 1
  fi
  printf '*\n' >"$environment/.gitignore"
  printf '%s\n' "$place" >"$origin"
}

install() {
  local run
  if [ "$1" = uv ]; then
    run=(uv pip install --quiet --python "$environment/bin/python")
  else
    run=("$environment/bin/python" -m pip --disable-pip-version-check --no-input install --quiet)
  fi
  "${run[@]}" --require-hashes --only-binary :all: --requirement "$lock" &&
    "${run[@]}" --no-deps --no-build-isolation --editable .
}

set_up_with() {
  echo "Setting up $environment with $1 from $lock (the first time this downloads about 170 MB) ..." >&2
  { usable "$1" || create "$1"; } && install "$1"
}

rm -f "$stamp"
if command -v uv >/dev/null && set_up_with uv; then
  :
elif set_up_with pip; then # also when uv could not: it does not read the mirrors and certificates set for pip
  :
else
  fail "the installation stopped; what was installed is kept, so run the same command again to carry on." \
    "If it fails again, check that pip can reach a package index."
fi
printf '%s\n' "$place $wanted" >"$stamp.new"
mv "$stamp.new" "$stamp"
