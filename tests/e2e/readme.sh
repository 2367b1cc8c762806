#!/usr/bin/env bash
# Runs every command of the README, in order, in a scratch folder. The benchmark CSV is taken from ../shared;
# without it the commands that need it are skipped. `tools/test` is what runs this.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$top/tools" "$top/configs" "$top/experiments" "$top/python" "$work"
table=$top/../shared/data/nasbench201/nasbench201.csv.gz
[[ -e $table ]] && ln -s "$table" "$work/nasbench201.csv.gz"
cd "$work"

count=0
while IFS= read -r command; do
  [[ -n $command && $command != tools/test* ]] || continue
  if [[ ! -e nasbench201.csv.gz && $command == *nasbench201.sqlite* ]]; then
    echo "skipped, needs the benchmark data: $command"
    continue
  fi
  echo "\$ $command"
  SECONDS=0
  bash -c "$command" </dev/null || { echo "README command failed with exit code $?: $command"; exit 1; }
  echo "(took $SECONDS s)"
  count=$((count + 1))
done < <(awk '/^```sh$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$top/README.md")
((count > 8)) || { echo "only $count commands found in README.md"; exit 1; }
echo "$count commands of the README done"
