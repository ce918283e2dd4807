# Shared by bin/demo and bin/test: finds a Python, makes .venv, installs the lock when it changed, compiles the
# translations. Sourced from the root of the project; takes $lock, leaves $PYTHON. POSIX sh.

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

has_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# The first Python that is new enough and passes the given test.
find_python() {
    for candidate in python3.14 python3.13 python3.12 python3 /usr/bin/python3.14 /usr/bin/python3.13 \
        /usr/bin/python3.12 /usr/bin/python3 /usr/local/bin/python3; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate" && "$1" "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

make_environment() {
    base=$(find_python has_venv)
    if [ -z "$base" ]; then
        [ -z "$(find_python true)" ] || fail "Install python3-venv: apt install python3-venv"
        fail "Install Python 3.12 or newer: apt install python3 python3-venv"
    fi
    printf 'Making .venv with %s\n' "$("$base" --version)"
    "$base" -m venv --clear .venv || fail "Could not make .venv: is the disk full, or the folder read-only?"
}

# The locks are complete, with hashes: nothing to resolve, and nothing else is taken. uv fetches and unpacks many at once,
# in a quarter of pip's time, but knows nothing of a mirror or a folder of wheels that pip is set to: where it finds no
# way, pip goes its own. Nothing is compiled here: to compile all files takes ten seconds, and Python compiles those that
# it needs in four.
install_libraries() {
    sed -n '/^uv==/,/[^\\]$/p' tests/requirements.txt >.venv/uv.txt
    if by_pip -r .venv/uv.txt && "$PYTHON" -m uv pip install --quiet --python "$PYTHON" \
        --no-deps --require-hashes -r "$lock" 2>/dev/null; then
        return
    fi
    by_pip --require-hashes -r "$lock"
}

by_pip() {
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps "$@"
}

digest() {
    "$PYTHON" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read() + sys.version.encode()).hexdigest())' "$1"
}

# Subjects of commits are checked as they are written. A hook of one's own, or a folder of hooks, stays as it is.
install_commit_hook() {
    command -v git >/dev/null 2>&1 && [ -e .git ] && ! git config core.hooksPath >/dev/null || return 0
    hooks=$(git rev-parse --git-path hooks 2>/dev/null) || return 0
    [ ! -e "$hooks/commit-msg" ] || return 0
    mkdir -p "$hooks" 2>/dev/null &&
        printf '#!/bin/sh\n[ ! -x bin/commit-msg ] || exec bin/commit-msg "$1"\n' 2>/dev/null >"$hooks/commit-msg" &&
        chmod +x "$hooks/commit-msg" || return 0
}

# What was compiled once is kept: a second start takes half the time, and three processes need not do it each.
unset PYTHONDONTWRITEBYTECODE

PYTHON=.venv/bin/python
new_enough "$PYTHON" || make_environment

# requirements.txt, or tests/requirements.txt that holds it too: who tested has all that the demo needs.
lock=${lock:-requirements.txt}
if ! grep -qxF "$(digest "$lock")" .venv/lock.sha256 2>/dev/null; then
    printf 'Installing the libraries of %s\n' "$lock"
    install_libraries || fail "Could not install the libraries: is this machine on the network?"
    { digest requirements.txt && digest "$lock"; } >.venv/lock.sha256
fi

"$PYTHON" bin/compile_messages.py
install_commit_hook
