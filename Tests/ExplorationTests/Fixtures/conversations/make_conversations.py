"""Renders conversations as transformers does, for the tests of lists of messages and of --answer-prefix.

    python make_conversations.py SMOLLM2_FOLDER

Needs transformers (5.x). SMOLLM2_FOLDER is SmolLM2-135M-Instruct as a folder (Tests/ProgramTests/Fixtures/RealModel
makes one of the GGUF). Writes conversations.json beside this file: each case's `text` and `ids` are those of
`apply_chat_template` by the model's own template, with `continue_final_message=True` where an answer is begun. The
`template` of the file says the same in our own words, which is checked here.
"""

import json
import pathlib
import sys

from transformers import AutoTokenizer

TEMPLATE = """\
{%- if messages[0].role != "system" -%}
<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
{% endif -%}
{%- for turn in messages -%}
<|im_start|>{{ turn.role }}
{{ turn.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}"""

ASKED = [{"role": "user", "content": "The harbour of Munathow was quiet.\n\nWho was there?"}]
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "The clerk keeps 905 lamps. \U0001F600"},
    {"role": "assistant", "content": "user\nNoted: lamps."},
    {"role": "user", "content": "  How many lamps?\n"},
]
CASES = [
    {"name": "one turn", "messages": ASKED},
    {"name": "all roles", "messages": TALK},
    {"name": "a tool", "messages": TALK[:2] + [{"role": "tool", "content": "{\"lamps\": 905}"}]},
    {"name": "begun", "messages": ASKED, "prefix": "The harbour's clerk"},
    {"name": "begun with a space", "messages": TALK, "prefix": " There are 9"},
    {"name": "ends with a space", "messages": TALK, "prefix": "There are "},
    {"name": "lines", "messages": TALK, "prefix": "1. lamps\n2."},
    {"name": "asked once more", "messages": TALK[:3], "question": "And how many lamps?"},
    {"name": "asked in the same turn", "messages": TALK, "question": "In words?", "prefix": "Nine"},
]


def messages(case):
    turns = [dict(turn) for turn in case["messages"]]
    question = case.get("question")
    if question and turns[-1]["role"] == "user":
        content = turns[-1]["content"]
        newlines = len(content[-2:]) - len(content[-2:].rstrip("\n"))
        turns[-1]["content"] = content + "\n" * (2 - newlines) + question
    elif question:
        turns.append({"role": "user", "content": question})
    return turns + ([{"role": "assistant", "content": case["prefix"]}] if "prefix" in case else [])


def main():
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    for case in CASES:
        begun = {"continue_final_message": True} if "prefix" in case else {"add_generation_prompt": True}
        text = tokenizer.apply_chat_template(messages(case), tokenize=False, **begun)
        own = tokenizer.apply_chat_template(messages(case), chat_template=TEMPLATE, tokenize=False, **begun)
        assert own == text, (own, text)
        case["text"] = text
        case["ids"] = tokenizer.apply_chat_template(messages(case), return_dict=False, **begun)
    target = pathlib.Path(__file__).with_name("conversations.json")
    lines = ",\n".join(json.dumps(case) for case in CASES)
    target.write_text(f'{{"template": {json.dumps(TEMPLATE)}, "cases": [\n{lines}\n]}}\n')


main()
