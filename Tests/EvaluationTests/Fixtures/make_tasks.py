"""Records LongBench's configuration, as tasks.json: each data set's prompt (by its SHA-256), answer length, metric, and
whether it is asked in a chat's turn and scored by its first line.

    python make_tasks.py LongBench/LongBench > tasks.json

The argument is a checkout of github.com/THUDM/LongBench. The metrics' names are read from eval.py without running it.
"""
import hashlib
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
prompts = json.loads((root / "config/dataset2prompt.json").read_text())
lengths = json.loads((root / "config/dataset2maxlen.json").read_text())
scorer = (root / "eval.py").read_text()
metrics = dict(re.findall(r'"([\w-]+)": (\w+_score),', scorer))
first_line = re.search(r"if dataset in \[(.*?)\]", scorer).group(1)
without_chat = re.search(r"if dataset not in \[(.*?)\]", (root / "pred.py").read_text()).group(1)
print(json.dumps({
    name: {
        "prompt": hashlib.sha256(prompt.encode()).hexdigest(), "answerLimit": lengths[name], "metric": metrics[name],
        "firstLine": f'"{name}"' in first_line, "chat": f'"{name}"' not in without_chat,
    } for name, prompt in prompts.items()}, indent=1, sort_keys=True))
