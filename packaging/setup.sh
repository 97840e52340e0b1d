#!/usr/bin/env bash
# Installs what is missing, into .venv and through apt: system libraries, the pinned Python packages, and an engine
# build that runs on this and other CPUs. Usage: packaging/setup.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."
purpose="${1:-run}"
venv=.venv
say() { printf 'pennyweight: %s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

system_packages() {
    command -v dpkg-query >/dev/null 2>&1 || { say "no dpkg here: see packaging/system-packages.txt for what is needed"; return 0; }
    local wanted missing=() name
    wanted=$(awk -v p="$purpose" '$1 == "run" || $1 == p { print $2 }' packaging/system-packages.txt)
    for name in $wanted; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            say "these system packages are missing; install them and run make again:"
            say "    sudo apt-get install ${missing[*]}"
            exit 1
        fi
    fi
    say "installing system packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || say "apt-get update failed; trying with the lists that are here"
    if ! "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$venv/apt.log" 2>&1; then
        tail -n 5 "$venv/apt.log" >&2
        say "apt-get could not install them; run: sudo apt-get install ${missing[*]}"
        exit 1
    fi
}

# The registry has only the engine's source, and its default build is for the CPU it is built on: it crashes on some
# (GGML_NATIVE). We build for the common AVX2 baseline, once per version and flags, and keep the wheel for the next time.
engine_wheel() {
    local version flags cache
    version=$(sed -n 's/^llama_cpp_python==//p' packaging/constraints.txt)
    flags="${PENNYWEIGHT_ENGINE_FLAGS:--DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF}"
    cache="${XDG_CACHE_HOME:-$HOME/.cache}/pennyweight/wheels/$version-$("$venv/bin/python" -c '
import hashlib, platform, sys
print(hashlib.sha256(repr((sys.argv[1], sys.version_info[:2], platform.machine())).encode()).hexdigest()[:12])' "$flags")"
    if ! ls "$cache"/*.whl >/dev/null 2>&1; then
        say "building the engine (llama.cpp through llama-cpp-python $version): three to six minutes, once"
        mkdir -p "$cache"
        CMAKE_ARGS="$flags" CMAKE_BUILD_PARALLEL_LEVEL="$(nproc 2>/dev/null || echo 2)" \
            "$venv/bin/pip" wheel -q --disable-pip-version-check --no-cache-dir --no-deps -w "$cache.part" \
            "llama-cpp-python==$version"
        mv "$cache.part"/*.whl "$cache"/
        rmdir "$cache.part"
    fi
    "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall "$cache"/*.whl
}

python=$(find_python) || { say "Python 3.11 or newer with venv is needed (apt-get install python3 python3-venv)"; exit 1; }
mkdir -p "$venv"
system_packages
if ! "$venv/bin/python" -c 'import sys' >/dev/null 2>&1; then
    say "making the virtual environment"
    "$python" -m venv --clear "$venv"
fi
say "installing the pinned Python packages"
extra=""
[ "$purpose" = test ] && extra="[dev]"
"$venv/bin/python" -c 'import llama_cpp' >/dev/null 2>&1 || engine_wheel
"$venv/bin/pip" install -q --disable-pip-version-check -c packaging/constraints.txt -e ".$extra"
# So that the first start is as fast as the others, whatever the environment says about compiled files.
"$venv/bin/python" -m compileall -q desktop/pennyweight
say "ready: .venv/bin/pennyweight"
