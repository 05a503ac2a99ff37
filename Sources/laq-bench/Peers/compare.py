"""laq-bench beside llama.cpp's llama-bench: what a ratio is, both measured in turn on the same machine and the same file.

    python make_models.py MODELS --model NAME --type TYPE ...
    swift build -c release --product laq-bench
    python compare.py LAQ_BENCH LLAMA_BENCH FILE.gguf ... [--prefill N ...] [--depth N ...] [--rounds 3] [--cpu avx2]

Any GGUF file of a model that both programs know, a public one or random weights. Each figure is the best of the rounds:
other work on a machine only ever takes away. llama.cpp runs with flash attention on and as many threads as there are
processors, where it is fastest. `--cpu` has laq-bench use the instructions of an older CPU; llama.cpp is to be built
for it (`-DGGML_NATIVE=OFF -DGGML_AVX512=OFF`), as it cannot be told when it runs.
"""
import argparse
import csv
import io
import json
import os
import pathlib
import subprocess


def ours(options, file, prefill, depth):
    """laq-bench's figures by their names, and the instructions that it says it has used."""
    command = [options.laq_bench, "--file", file, "--repeats", "2"]
    command += [word for n in prefill for word in ("--prefill", str(n))]
    command += [word for n in depth for word in ("--depth", str(n))]
    environment = os.environ | ({"LAQ_CPU": options.cpu} if options.cpu else {})
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    (report,) = json.loads(output).values()
    return {result["name"]: result for result in report["results"]}, report["instructions"]


def llama(options, file, arguments):
    command = [options.llama_bench, "-m", file, "-fa", "1", "-r", "2", "-t", str(os.cpu_count()), "-o", "csv", *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(next(csv.DictReader(io.StringIO(output)))["avg_ts"])


def measure(options, file):
    """The best figures of all rounds, by their names, and the instructions."""
    mine, theirs, instructions = {}, {}, ""

    def take(best, name, value):
        best[name] = max(best.get(name, 0), value)

    for _ in range(options.rounds):
        for n in options.prefill:
            found, instructions = ours(options, file, [n], [])
            take(mine, f"prefill {n}", found[f"prefill {n}"]["tokensPerSecond"])
            take(theirs, f"prefill {n}", llama(options, file, ["-p", str(n), "-n", "0"]))
        for n in options.depth:
            found, instructions = ours(options, file, [], [n])
            for name, result in found.items():
                for unit, suffix in [("tokensPerSecond", ""), ("gigabytesPerSecond", ", GB/s")]:
                    if unit in result:
                        take(mine, name + suffix, result[unit])
            take(theirs, f"decode at {n}, full cache", llama(options, file, ["-p", "0", "-n", "32", "-d", str(n)]))
    return mine, theirs, instructions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("laq_bench")
    parser.add_argument("llama_bench")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--prefill", type=int, nargs="*", default=[])
    parser.add_argument("--depth", type=int, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", choices=["avx512-bf16", "avx512", "avx2", "portable"])
    options = parser.parse_args()
    for file in options.files:
        mine, theirs, instructions = measure(options, file)
        for name, value in mine.items():
            other = theirs.get(name)
            beside = f"   llama.cpp {other:8.1f}   ratio {value / other:.2f}" if other else ""
            print(f"{pathlib.Path(file).stem} {instructions} {name:34} {value:8.1f}{beside}", flush=True)


if __name__ == "__main__":
    main()
