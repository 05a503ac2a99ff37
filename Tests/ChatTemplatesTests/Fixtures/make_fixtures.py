"""Renders the templates of families.py and constructs.py as transformers does, for the tests of ChatTemplates.

    python make_fixtures.py

Needs transformers (5.x) and jinja2. Writes families.json and constructs.json beside this file. A case whose
template fails there has `error` in the place of `expected`. Objects are written as {"pairs": [[key, value], ...]},
as their order counts, and floats as {"number": text}.
"""

import datetime
import json
import pathlib

from transformers.utils import chat_template_utils

from constructs import CONSTRUCTS, FAILING, VARIABLES
from conversations import CONVERSATIONS, TOOLS
from families import FAMILIES

FOLDER = pathlib.Path(__file__).parent
NOW = datetime.datetime(2025, 3, 4, 15, 6, 7)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = Clock


def encoded(value):
    if isinstance(value, dict):
        return {"pairs": [[key, encoded(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [encoded(item) for item in value]
    return {"number": repr(value)} if isinstance(value, float) else value


def rendered(template, messages, add_generation_prompt, variables):
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            [messages], chat_template=template, add_generation_prompt=add_generation_prompt, **variables)
        return {"expected": texts[0]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def family_cases():
    choices = [{}, {"tools": TOOLS, "xml_tools": TOOLS}, {"enable_thinking": False}]
    for family, template in FAMILIES.items():
        for name, messages in CONVERSATIONS.items():
            for choice in choices:
                # Other variables matter to few.
                if choice and (name not in ("question", "system", "calls") or not any(k in template for k in choice)):
                    continue
                for prompt in (False, True):
                    yield {
                        "family": family,
                        "conversation": name,
                        "variables": encoded({**TOKENS, **choice}),
                        "prompt": prompt,
                        **rendered(template, messages, prompt, {**TOKENS, **choice}),
                    }


def construct_cases():
    wrong = 0
    for text, fails in ((CONSTRUCTS, False), (FAILING, True)):
        for template in split(text):
            case = {"template": template, **rendered(template, [], False, VARIABLES)}
            if fails != ("error" in case):
                print(f"not as expected: {case}")
                wrong += 1
            yield case
    if wrong:
        raise SystemExit(f"{wrong} cases are in the wrong list of constructs.py")


def split(text):
    """The templates, one a line, and those of several lines."""
    yield from text.strip("\n").split("\n")
    yield from MULTILINE if text is CONSTRUCTS else []


MULTILINE = [
    "a\n{%- if true -%}  x  {%- endif +%}\nb\n",
    "  {% if true %}  \n  in\n  {% endif %}\nout\n\n",
    "{% if true %}\nx\n{% endif %}\n\ny\n",
    "x\n   {%+ if true %}kept{% endif %}\n  {# gone #}\n   {#- gone #} y\n",
    "{{ 'x' }}  {% set a = 1 %}  {{ a }}\n   {{ 'indented' }}\n",
    "{{ 'x' }}\n  {% set a = 1 %}\n\t{% set b = 1 %}\nend",
    "a\r\n{% if true %}\r\nb\r{% endif %}\rc\r\n",
    "{{ 'line\r\nbreak' }}\n\n\n",
    "{% for x in xs %}\n  {{ x }}\n{% endfor %}\n",
    "{% for x in xs -%}\n  {{ x }}\n{%- endfor %}\n!",
    "{{\n  s\n  |\n  upper\n}}\n",
    "{%- set a = {\n  'k': [1,\n 2]\n} -%}\n\n{{ a }}",
    "a\n\n  {#- c -#}\n\n  b",
    "a\n  {{- 'x' }}\n  {{ 'y' -}}\n  b",
    "{% raw %}\n{{ x }}\n  {% endraw %}\nz",
    "\n\n{% if true %}\u00a0x{% endif %}",
    "\u00a0\u2003{% if true %}x{% endif %}\n \x1c{%- if true %}y{% endif %}",
    "{% if true %}  {% if true %}x{% endif %}  {% endif %}",
    "{% macro m(a) -%}\n  [{{ a }}]\n{%- endmacro %}\n{{ m(1) }}\n{{ m(2) }}",
    "",
    "\n",
    "{{ '' }}",
    "text without a tag",
    "{ { } } %} }} #}",
]


def write(name, content):
    text = json.dumps(content, ensure_ascii=True, indent=0, separators=(",", ":"))
    (FOLDER / name).write_text(text + "\n")


write("families.json", {
    "templates": FAMILIES,
    "conversations": {name: encoded(messages) for name, messages in CONVERSATIONS.items()},
    "cases": list(family_cases()),
})
write("constructs.json", {"variables": encoded(VARIABLES), "cases": list(construct_cases())})
