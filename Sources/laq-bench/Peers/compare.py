"""laq-bench beside llama.cpp's llama-bench: what a ratio is, both measured in turn on the same machine.

    python make_models.py MODELS
    swift build -c release --product laq-bench
    python compare.py LAQ_BENCH LLAMA_BENCH MODELS [--model NAME] [--type bf16|q8_0] [--prefill N ...] [--depth N ...] [--rounds 3]

Each figure is the best of the rounds: other work on a machine only ever takes away. llama.cpp runs with flash attention
on and as many threads as there are processors, where it is fastest.
"""
import argparse, csv, io, json, os, subprocess

FORMATS = {"bf16": "plain", "q8_0": "q8_0"}


def ours(options, prefill, depth):
    command = [options.laq_bench, "--model", options.model, "--weights", FORMATS[options.type], "--repeats", "2"]
    command += [word for n in prefill for word in ("--prefill", str(n))]
    command += [word for n in depth for word in ("--depth", str(n))]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[options.model]
    return {result["name"]: result for result in report["results"]}


def llama(options, arguments):
    command = [options.llama_bench, "-m", f"{options.models}/{options.model}-{options.type}.gguf", "-fa", "1", "-r", "2",
               "-t", str(os.cpu_count()), "-o", "csv", *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(next(csv.DictReader(io.StringIO(output)))["avg_ts"])


parser = argparse.ArgumentParser()
parser.add_argument("laq_bench")
parser.add_argument("llama_bench")
parser.add_argument("models")
parser.add_argument("--model", default="smollm2-135m")
parser.add_argument("--type", choices=FORMATS, default="bf16")
parser.add_argument("--prefill", type=int, nargs="*", default=[])
parser.add_argument("--depth", type=int, nargs="*", default=[])
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()

mine, theirs = {}, {}
for _ in range(options.rounds):
    for n in options.prefill:
        found = ours(options, [n], [])
        mine[f"prefill {n}"] = max(mine.get(f"prefill {n}", 0), found[f"prefill {n}"]["tokensPerSecond"])
        theirs[f"prefill {n}"] = max(theirs.get(f"prefill {n}", 0), llama(options, ["-p", str(n), "-n", "0"]))
    for n in options.depth:
        for name, result in ours(options, [], [n]).items():
            value = result.get("tokensPerSecond") or result["gigabytesPerSecond"]
            mine[name] = max(mine.get(name, 0), value)
            if "gigabytesPerSecond" in result and "tokensPerSecond" in result:
                mine[name + ", GB/s"] = max(mine.get(name + ", GB/s", 0), result["gigabytesPerSecond"])
        name = f"decode at {n}, full cache"
        theirs[name] = max(theirs.get(name, 0), llama(options, ["-p", "0", "-n", "32", "-d", str(n)]))
for name, value in mine.items():
    other = theirs.get(name)
    beside = f"   llama.cpp {other:8.1f}   ratio {value / other:.2f}" if other else ""
    print(f"{options.model} {options.type} {name:28} {value:8.1f}{beside}", flush=True)
