#!/usr/bin/env bash
# Installs the build folder $1, builds a project with a search space of its own against what was
# installed, and searches that space from C++ and with the installed program.
set -euo pipefail
build=$1 source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null
prefix=$(sed -n 's/^Torch_DIR:PATH=//p' "$build/CMakeCache.txt")
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$work/prefix" ${prefix:+-DTorch_DIR="$prefix"} >"$work/log" || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" || { cat "$work/log"; exit 1; }
"$work/build/search_stack" | sort >"$work/from_cpp"
cp "$source/stack.yaml" "$work/build"
"$work/prefix/bin/evonas" search "$work/build/stack.yaml" --out "$work/run" --json >/dev/null
# The same seed finds the same front, whoever asks.
tail -n +2 "$work/run/front.csv" | grep -o '^"[0-9,]*"' | tr -d '"' | sort >"$work/from_program"
cut -d' ' -f1 "$work/from_cpp" | diff - "$work/from_program"
grep -c . "$work/from_program" | sed 's/$/ architectures on the front of an own space, from C++ and from the program/'
