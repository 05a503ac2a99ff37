"""Single constructs: a template each, rendered with the variables below and no conversation."""

VARIABLES = {
    "s": "Hello, wOrld",
    "u": "Grüße ǆ ß İ Σας 👩‍🚀",
    "e1": "\u00e9",
    "e2": "e\u0301",
    "n": 7,
    "f": 2.5,
    "yes": True,
    "nothing": None,
    "empty": "",
    "xs": [3, 1, 2],
    "names": ["b", "A", "c", "a"],
    "m": {"b": 1, "a": [1, "x"], "C": None, "items": "own"},
    "people": [{"n": "x", "a": 3, "o": {"p": 1}}, {"n": "y", "a": 1}, {"n": "z", "a": 3, "o": {"p": None}}],
    "lines": "one\n\n  two\r\nthree\n",
    "spaces": " \t\n a  b\u00a0\u2003\n",
}

CONSTRUCTS = r"""
plain text { } % # {} }}
{{ s }}|{{ n }}|{{ f }}|{{ yes }}|{{ nothing }}|{{ xs }}|{{ m }}|{{ undefined_thing }}
{{ 'a\'b' }}{{ "a\"b" }}{{ '\n\t\\\x41\u00e9\U0001F600\101\q' }}
{{ 'one' 'two' "three" }}
{{ 1_000 }} {{ 1.5 }} {{ 1e3 }} {{ 2.5e-7 }} {{ 1E+2 }} {{ 0 }} {{ 1e16 }} {{ 12345678901234567.0 }} {{ 1e22 }} {{ 123456.789e3 }}
{{ [1, 'a', none, True, 1.0,] }} {{ [] }} {{ (1, 2) }} {{ (1,) }} {{ () }} {{ {'a': 1, 2: 'b', None: [{}]} }}
{{ 1, 2 }}
{{ ["it's", 'say "x"', 'both \' and "', "tab\t\x00\x7f\u200b\u00ad\U0001F600é"] }}
{{ true }} {{ false }} {{ none }} {{ True }} {{ False }} {{ None }}
{{ 7 + 2 }} {{ 7 - 2 }} {{ 7 * 2 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }}
{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 6 / 3 }} {{ 0.1 + 0.2 }} {{ 1 + 1.0 }} {{ true + 1 }}
{{ 2 + 3 * 4 ** 2 - 1 }} {{ (2 + 3) * 4 }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ - n }} {{ +f }} {{ 10 - 4 - 3 }}
{{ 'a' + 'b' * 3 }} {{ 3 * 'ab' }} {{ [1] + [2] }} {{ [0] * 3 }} {{ 'x' * -1 }}| {{ (1,) + (2,) }}
{{ 'a' ~ 1 ~ none ~ [1] ~ nope }}
{{ 1 == 1.0 }} {{ 1 == '1' }} {{ true == 1 }} {{ [1, 2] == [1, 2] }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ none == false }} {{ (1,) == [1] }}
{{ e1 == e2 }} {{ e1 | length }} {{ e2 | length }} {{ {e1: 1, e2: 2} | length }} {{ e1 in e2 }} {{ 'e' in e2 }}
{{ 1 < 2 }} {{ 2 <= 2 }} {{ 'a' < 'B' }} {{ [1, 2] < [1, 3] }} {{ 1 != 2 }} {{ 3 > 2.5 }} {{ 'é' >= 'z' }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 < 2 == 2 }}
{{ 1 and 0 }} {{ 0 or 'x' }} {{ '' or [] }} {{ not 1 }} {{ not not 'a' }} {{ nope or 'fallback' }} {{ 1 and 2 and 3 }}
{{ 1 in xs }} {{ 9 not in xs }} {{ 'ell' in s }} {{ 'a' in m }} {{ not 'a' in m }} {{ 1 in (1, 2) }} {{ '' in '' }} {{ 'x' in nope }}
{{ 'yes' if n > 3 else 'no' }} {{ 'shown' if false }}| {{ 'a' if false else 'b' if false else 'c' }}
{{ s[0] }} {{ s[-1] }} {{ xs[1] }} {{ xs[-3] }} {{ xs[9] }}| {{ m['b'] }} {{ m.b }} {{ m['zz'] }}| {{ m.a.1 }} {{ m.a[1] }} {{ people[0].o.p }}
{{ xs[1:] }} {{ xs[:-1] }} {{ xs[::-1] }} {{ xs[::2] }} {{ s[2:5] }} {{ s[::-1] }} {{ s[-3:] }} {{ xs[5:] }} {{ xs[-9:2] }} {{ xs[:] }} {{ xs[2:0:-1] }} {{ u[6:8] }}
{{ xs[::9223372036854775807] }} {{ xs[-9223372036854775807:9223372036854775807] }} {{ xs[::-9223372036854775807] }} {{ (1,2,3)[1:] }}
{{ m.items is defined }} {{ m['items'] }} {{ m.get('b') }} {{ m.get('q') }} {{ m.get('q', 5) }} {{ m.get('q', default_is_not) is defined }}
{% for k, v in {'x': 1, 'y': [2]}.items() %}{{ k }}={{ v }};{% endfor %}
{{ {'x': 1}.keys() }} {{ {'x': 1}.values() }} {{ {'x': 1}.items() }} {{ {'x': 1}.keys() | list }} {{ {'x': 1}.items() | length }}
{{ none.foo }}| {{ s.foo }}| {{ n.foo }}| {{ xs.foo }}| {{ xs['a'] }}| {{ nothing['x'] }}|
{% if n > 5 %}big{% elif n > 3 %}middle{% else %}small{% endif %}
{% if n > 9 %}big{% elif n > 6 %}middle{% else %}small{% endif %}
{% if [] %}a{% elif {} %}b{% elif 0 %}c{% elif '' %}d{% elif none %}e{% elif nope %}f{% elif 0.0 %}g{% else %}none{% endif %}
{% for x in xs %}{{ x }},{% endfor %}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }} {% endfor %}
{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}
{% for x in xs %}{{ loop.previtem is defined }} {{ loop.nextitem is defined }} {% endfor %}
{% for x in xs %}{{ loop.cycle('odd', 'even') }} {% endfor %}
{% for x in [] %}x{% else %}nothing{% endfor %} {% for x in nope %}x{% else %}nothing{% endfor %}
{% for x in xs if x > 1 %}{{ x }}:{{ loop.index }}/{{ loop.length }} {% endfor %}
{% for x in xs if x > 9 %}{{ x }}{% else %}none left{% endfor %}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}-{{ b }} {% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for c in 'aé👩‍🚀' %}[{{ c }}]{% endfor %}
{% for k in m %}{{ k }} {% endfor %}
{% for x in 1, 2 %}{{ x }}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% for y in xs %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {{ loop.index }};{% endfor %}{{ loop.index }}|{% endfor %}
{% set y = 1 %}{% for x in xs %}{{ y }}{% set y = x %}{{ y }} {% endfor %}{{ y }}
{% if true %}{% set inner = 1 %}{% endif %}{{ inner }}
{% for x in xs %}{% set leak = x %}{% endfor %}{{ leak is defined }} {{ x is defined }} {{ loop is defined }}
{% set a, b = 1, [2] %}{{ a }} {{ b }}
{% set ns = namespace(count=0, found=false) %}{% for x in xs %}{% set ns.count = ns.count + x %}{% set ns.last = x %}{% endfor %}{{ ns.count }} {{ ns.last }} {{ ns.found }} {{ ns.nope }}|
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a + ns.b }}
{% set block %}<b>{{ n }}</b>{% endset %}{{ block }} {{ block | length }}
{% set block | upper | replace('A', 'x') %}banana {{ n }}{% endset %}{{ block }}
{% filter upper %}loud {{ s }}{% endfilter %}
{% macro f(a, b=2, c='x') %}[{{ a }},{{ b }},{{ c }}]{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(1, c=5) }}{{ f(c=1, a=2) }}{{ f() }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}
{% macro f() %}{{ later }}{% endmacro %}{% set later = 'set' %}{{ f() }}
{% macro f(xs) %}{% for x in xs %}{{ x }}{% endfor %}{% endmacro %}{{ f([1, 2]) | length }}{{ f('ab') ~ '!' }}
{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(3) }}
{% macro f() %}{% set n = 99 %}{{ n }}{% endmacro %}{{ f() }}{{ n }}
{% generation %}said {{ s }}{% endgeneration %}
{% generation %}{% set hidden = 1 %}{% endgeneration %}{{ hidden is defined }}
{% raw %}{{ not }} {% run %} {# this #}{% endraw %}
a {%- raw -%}   {{ x }}   {%- endraw -%}   b
a{# comment #}b{#- comment -#}  c {# {{ broken }} {% #}d
{{ '  a  ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ spaces | trim }}|{{ nope | trim }}|{{ 12 | trim }}|{{ spaces.strip() }}|{{ spaces.lstrip() }}|{{ spaces.rstrip() }}|{{ spaces.strip(' \n') }}|
{{ s | length }} {{ xs | count }} {{ m | length }} {{ nope | length }} {{ u | length }} {{ range(5) | length }}
{{ s | upper }} {{ s | lower }} {{ s | capitalize }} {{ s | title }} {{ u | upper }} {{ u | capitalize }} {{ n | upper }}
{{ "they're bill's (good) {x} <y> a-b 3c" | title }} {{ "they're bill's (good) a-b 3c é" .title() }} {{ 'ǆ ß' .title() }} {{ 'ǆx' | capitalize }}
{{ xs | join }} {{ xs | join(', ') }} {{ people | join('-', attribute='n') }} {{ [none, 1, 'a'] | join('|') }} {{ 'abc' | join('.') }} {{ m | join(',') }}
{{ m | tojson }} {{ people | tojson }} {{ 'é"\\/\n\r\t\x08\x0c\x01\x7f<&>' | tojson }} {{ [1.0, 1e20, true, none, []] | tojson }} {{ {} | tojson }} {{ (1, 2) | tojson }}
{{ m | tojson(indent=2) }} {{ [] | tojson(indent=2) }} {{ [{}] | tojson(indent=4) }} {{ [1, [2]] | tojson(indent=0) }}
{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {{ u | tojson(ensure_ascii=true) }} {{ [1, 2] | tojson(separators=(',', ':')) }} {{ {'a': [1]} | tojson(indent=1, separators=(', ', '=')) }} {{ {1: 2, true: 3, none: 4, 1.5: 5} | tojson }}
{{ nope | default('d') }} {{ empty | default('d') }}| {{ empty | default('d', true) }} {{ nothing | default('d') }} {{ nothing | default('d', boolean=True) }} {{ nope | default }}| {{ m.q | d(1) }} {{ nope.deep | default('x') if nope is defined else 'safe' }}
{{ xs | first }} {{ xs | last }} {{ [] | first }}| {{ s | first }} {{ s | last }} {{ m | first }} {{ [] | last }}|
{{ 'abc' | list }} {{ m | list }} {{ range(3) | list }} {{ (1, 2) | list }} {{ nope | list }}
{% for k, v in m | items %}{{ k }}:{{ v }} {% endfor %} {{ nope | items | list }}
{{ m | dictsort }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort(true) }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort(by='value') }} {{ {'b': 1, 'A': 3} | dictsort(reverse=true) }}
{{ names | map('upper') | list }} {{ people | map(attribute='n') | join }} {{ people[:1] | map(attribute='o.p') | list | length }} {{ people | map(attribute='q', default=0) | list }} {{ names | map('replace', 'a', 'z') | list }}
{{ [0, 1, '', 'a'] | select | list }} {{ xs | select('odd') | list }} {{ xs | select('gt', 1) | list }} {{ xs | reject('even') | list }} {{ names | select('in', ['a', 'b']) | list }} {{ [1, none] | select('none') | list }}
{{ people | selectattr('a', 'equalto', 3) | map(attribute='n') | list }} {{ people | rejectattr('a', '==', 3) | map(attribute='n') | list }} {{ people | selectattr('o') | list | length }} {{ people | selectattr('o', 'defined') | list | length }} {{ people | rejectattr('o.p', 'none') | list | length if false else 0 }}
{{ 'aXbXc' | replace('X', '-') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'ab' | replace('', '.') }} {{ 5 | replace(5, 6) }} {{ 'aaa'.replace('a', 'b', 1) }} {{ 'abc'.replace('', '-', 2) }} {{ 'aaaa'.replace('aa', 'b') }}
{{ 5 | string + '1' }} {{ none | string }} {{ nope | string }}| {{ '42' | int + 1 }} {{ ' 4 ' | int }} {{ 'x' | int }} {{ 'x' | int(9) }} {{ '3.9' | int }} {{ 3.9 | int }} {{ -3.9 | int }} {{ none | int }} {{ 'ff' | int(base=16) }} {{ true | int }}
{{ '1.5' | float }} {{ 'x' | float }} {{ 3 | float }} {{ -3 | abs }} {{ '<b>' | safe }}
{{ lines | indent }}|{{ lines | indent(2, true) }}|{{ lines | indent(2, blank=true) }}|{{ 'a\nb' | indent('> ') }}|{{ '' | indent }}|{{ 'a\n' | indent(1) }}|
{{ s | reverse }} {{ xs | reverse | list }} {% for x in xs | reverse %}{{ x }}{% endfor %}
{{ xs | sort }} {{ names | sort }} {{ names | sort(case_sensitive=true) }} {{ xs | sort(reverse=true) }} {{ people | sort(attribute='a') | map(attribute='n') | list }} {{ people | sort(attribute='a', reverse=true) | map(attribute='n') | list }} {{ 'hello' | sort }}
{{ [1, 2, 1, 1.0, true] | unique | list }} {{ names | unique | list }} {{ names | unique(true) | list }} {{ people | unique(attribute='a') | map(attribute='n') | list }}
{{ xs | min }} {{ xs | max }} {{ xs | sum }} {{ names | min }} {{ people | sum(attribute='a') }} {{ [] | max }}|
{% if [] | select %}an iterator is true{% endif %} {% if [] | map('upper') | list %}x{% else %}a list is not{% endif %}
{% set it = xs | select %}{{ it | first }}{{ it | list }}{{ it | list }}
{{ xs is defined }} {{ nope is defined }} {{ nope is undefined }} {{ nothing is none }} {{ nothing is defined }} {{ s is string }} {{ m is mapping }} {{ xs is mapping }} {{ m.q is defined }} {{ (people[0].q.r is defined) if people[0].q is defined else 'guarded' }}
{{ s is iterable }} {{ n is iterable }} {{ nope is iterable }} {{ m is iterable }} {{ range(2) is iterable }} {{ none is iterable }} {{ xs | map('upper') is iterable }}
{{ s is sequence }} {{ n is sequence }} {{ nope is sequence }} {{ m is sequence }} {{ range(2) is sequence }} {{ m.keys() is sequence }} {{ xs | select is sequence }}
{{ n is number }} {{ f is number }} {{ yes is number }} {{ '1' is number }} {{ n is integer }} {{ yes is integer }} {{ f is float }} {{ yes is boolean }} {{ 1 is boolean }} {{ yes is true }} {{ 1 is true }} {{ false is false }} {{ none is false }}
{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(3) }} {{ n is equalto 7 }} {{ n is eq(7.0) }} {{ n is ne 8 }} {{ n is gt 3 }} {{ n is in [7] }} {{ 'a' is in('abc') }} {{ n is not in([7]) }}
{{ s is not string }} {{ nope is not defined }} {{ not nope is defined }} {{ 'a' is lower }} {{ 'A1' is upper }} {{ 'aB' is lower }} {{ range is callable }} {{ s is callable }}
{{ xs is defined and xs is not mapping or false }} {{ n is number and n > 3 }} {{ (n is odd) == true }}
{{ range(4) | list }} {{ range(1, 4) | list }} {{ range(4, 0, -2) | list }} {{ range(3) }} {{ range(0, 3, 2) }} {{ range(0) | list }} {{ range(5)[1] }} {{ range(5)[-1] }} {{ 3 in range(5) }} {{ range(-3) | list }} {{ range(5)[1:3] | list }}
{{ dict(a=1, b='x') }} {{ dict({'a': 1}, c=2) }} {{ dict([('k', 'v')]) }} {{ dict() }}
{{ strftime_now('%Y-%m-%d') }} {{ strftime_now('%d %b %Y, %B %A %a %H:%M:%S %I%p %j %y %%') }} {{ strftime_now('%-d/%-m %F %T') }}
{{ s.split(',') }} {{ s.split() }} {{ ' a  b ' .split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b c '.split(none, 1) }} {{ ' a b c '.rsplit(none, 1) }} {{ ''.split(',') }} {{ ''.split() }} {{ 'aaa'.rsplit('aa') }} {{ 'a--b'.split('--')[-1] }} {{ 'a b'.split(maxsplit=0) }}
{{ lines.splitlines() }} {{ 'a\x0bb\x1cc\u2028d\x85e'.splitlines() }} {{ ''.splitlines() }}
{{ s.startswith('He') }} {{ s.endswith('ld') }} {{ s.startswith('x') }} {{ s.startswith(('x', 'H')) }} {{ s.endswith('') }} {{ s.startswith('Hello, wOrld, and more') }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ s.capitalize() }} {{ s.find('o') }} {{ s.find('zz') }} {{ s.rfind('O') }} {{ u.find('👩') }} {{ s.count('l') }} {{ 'aaa'.count('aa') }} {{ s.find('') }} {{ s.rfind('l') }}
{{ '-'.join(['a', 'b']) }} {{ ''.join([]) }}| {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('bc') }} {{ 'abc'.removeprefix('x') }} {{ '12'.isdigit() }} {{ ''.isdigit() }} {{ 'aé'.isalpha() }} {{ ' \n'.isspace() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }}
{{ 'abc'.strip('ac') }} {{ 'xxabcxx'.lstrip('x') }} {{ '\n\na\n'.strip('\n') }} {{ '/no_think hm' .replace('/no_think', '').strip() }} {{ ' x '.strip(none) }}
{{ xs.index(1) }} {{ xs.count(3) }} {{ (1, 1).count(1) }}
{{ (s | lower)[:5] | upper ~ '!' }} {{ -n | abs }} {{ (-n) | abs }} {{ 'a' ~ 'b' | upper }} {{ n * 2 | string if false else 'x' }}
{{ {'a': {'b': {'c': 1}}}['a'].b['c'] }} {{ [[1, 2], [3]][0][1] }} {{ ({'a': 1}).a }}
{{- ' kept ' -}}
{% for x in xs %}{% break %}{% else %}always left early{% endfor %} {% for x in xs %}{% if x == 2 %}{% continue %}{% endif %}.{% else %}not this{% endfor %}
{{ none | selectattr('a') | list }} {{ false | map('upper') | list }} {{ 0 | reject | list }}
{{ [{'b': 2}, {'a': 1}] | sort(attribute='zz') }} {{ people | sort(attribute='a,n', reverse=true) | map(attribute='n') | join }}
{{ 2.5 is odd }} {{ 4.0 is even }} {{ -3 is odd }} {{ 7.5 is divisibleby 2.5 }} {{ none is lower }} {{ 1.5e300 is lower }} {{ yes is sameas true }} {{ 1 is sameas true }} {{ none is sameas none }}
{{ nope in {} }} {{ nope in {'a': 1} }} {{ m.get(nope, 'x') }} {{ nope in [nope2] }}
{{ range(4).index(2) }} {{ [3, 4].index(4) }}
    a {{- 'b' -}} c
a {% if true %} b {% endif %} c
{% set a = 'x' if n == 7 else 'y' %}{{ a }} {% set t = 1, 2 %}{{ t }} {% set a = a | upper %}{{ a }}
{% for p in people | sort(attribute='n', reverse=true) if p.a == 3 %}{{ loop.index }}{{ p.n }}{% if not loop.last %}, {% endif %}{% endfor %}
{% set d = dict(m) %}{{ d == m }} {{ m == 5 }} {{ nope == nope2 }} {{ nope == none }} {{ xs != nope }}
{% for x in xs %}{{ x }}{{ ", " if not loop.last }}{% endfor %}
{{ messages }} {{ tools }} {{ documents }} {{ add_generation_prompt }}
{% set messages = messages + [{'role': 'user'}] %}{{ messages | length }}
{% if tools is defined and tools is not none %}t{% else %}no tools{% endif %}
{{ namespace(a=1).a }} {{ loop is defined }} {{ range is defined }} {{ raise_exception is defined }}
{{ [n, s][0] }} {{ (n, s)[1] }} {{ [1, 2, 3] | length - 1 }} {{ xs | length > 2 and 'many' or 'few' }}
{{ 'é' in u }} {{ 'ü' in u }} {{ u.split(' ')[0] }} {{ u[::-1] }} {{ u.upper().lower() }}
{% macro box(title) %}[{{ title }}: {{ caller() }}]{% endmacro %}{% call box('a') %}inside {{ n }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}<{{ caller(x, loop.index) }}>{% endfor %}{% endmacro %}{% call(x, i) each(xs) %}{{ i }}={{ x }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(x, sep='; ') each(xs) %}{{ x }}{{ sep }}{% endcall %}
{% macro each() %}{{ caller(1, 2, k=3) }}{% endmacro %}{% call(a) each() %}{{ a }} {{ varargs }} {{ kwargs }}{% endcall %}
{% macro outer() %}<{{ caller() }}>{% endmacro %}{% macro inner() %}({{ caller() }}){% endmacro %}{% call outer() %}a{% call inner() %}b{% endcall %}c{% endcall %}
{% macro f() %}{{ caller() if caller is defined else 'no block' }}{% endmacro %}{{ f() }} {% call f() %}a block{% endcall %} {{ f(caller=none) }}
{% macro f() %}{% if caller %}{{ caller() | upper }}{% else %}none{% endif %}{% endmacro %}{{ f() }} {% call f() %}x{% endcall %}
{% macro f(a, caller=none) %}{{ a }}{{ caller() if caller else '-' }}{% endmacro %}{{ f(1) }} {% call f(2) %}b{% endcall %} {% call f(a=3) %}c{% endcall %}
{% macro f() %}{{ varargs }} {{ kwargs }} {{ varargs | length }}{% endmacro %}{{ f() }} {{ f(1, 'a') }} {{ f(1, b=2, c='x') }}
{% macro f(a, b=2) %}{{ a }} {{ b }} {{ varargs }} {{ kwargs }}{% endmacro %}{{ f(1) }}|{{ f(1, 3, 4, 5) }}|{{ f(1, z=9) }}|{{ f(b=1, a=0, c=2) }}|{{ f(1, a=2) }}
{% macro f(varargs) %}{{ varargs }}{% endmacro %}{{ f(1) }} {% macro g(kwargs=5) %}{{ kwargs }}{% endmacro %}{{ g() }} {{ g(6) }}
{% macro f() %}{% set varargs = 3 %}{{ varargs }}{% endmacro %}{{ f() }} {{ f.catch_varargs }}
{% macro f(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ f(*[1, 2]) }} {{ f(*xs[:1]) }} {{ f(7, *[8]) }} {{ f(*'ab') }} {{ f(*nope) }} {{ f(*[1], b=4) }} {{ f(b=5, *[6]) }}
{% macro f(a, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ f(**{'a': 1, 'b': 2}) }} {{ f(3, **{'b': 4}) }} {{ f(*[5], **{'b': 6}) }} {{ f(**{}) }} {{ f(b=2, **{'a': 1}) }}
{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{% macro g() %}{{ f(*varargs, **kwargs) }}{% endmacro %}{{ g(1, 2, k='v') }}
{{ s.split(*[',', 1]) }} {{ dict(**m) == m }} {{ dict(m, **{'k': 1}) }} {{ namespace(**{'a': 5}).a }} {{ range(*[1, 6, 2]) | list }} {{ xs | join(*['-']) }} {{ 'a-b' | replace(*['-', '+']) }} {{ n is divisibleby(*[7]) }} {{ m | tojson(**{'indent': 1}) }}
{% for x in xs %}{{ loop.cycle(*['a', 'b']) }}{% endfor %}
{% macro f(a, b=1) %}{{ caller.name }}|{{ caller.arguments }}{% endmacro %}{{ f.name }} {{ f.arguments }} {{ f.catch_kwargs }} {{ f.catch_varargs }} {{ f.caller }}| {% call(x) f(1) %}{% endcall %}
{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }} {{ b is defined }}
{% with %}{% set inner = 5 %}{{ inner }}{% endwith %}{{ inner is defined }} {% with a, b = (1, 2), c = 3 %}{{ a + b + c }}{% endwith %}
{% for x in [{'n': 'a', 'c': [{'n': 'b', 'c': [{'n': 'c', 'c': []}]}, {'n': 'd', 'c': []}]}] recursive %}{{ loop.depth }}{{ x.n }}{% if x.c %}({{ loop(x.c) }}){% endif %}{% endfor %}
{% for x in [[1, [2]], 3] if x recursive %}{{ loop.depth0 }}{{ loop(x) if x is iterable else x }}{% else %}empty{% endfor %}
{% set t = [] %}{% macro f(x) %}{{ caller(x) }}{% endmacro %}{% for x in xs %}{% call(y) f(x * 2) %}{{ x }}{{ y }}{{ n }}{% endcall %};{% endfor %}
{% macro f() -%}  {{ caller() }}  {%- endmacro %}{% call f() -%}  trimmed  {%- endcall %}
{% filter upper %}{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}{% endfilter %} {% set block %}{% macro g() %}{{ caller() }}{% endmacro %}{% call g() %}y{% endcall %}{% endset %}{{ block }}
{% macro tool(name, doc='', caller=none) %}{{ name }}({% for v in varargs %}{{ v }}{{ ', ' if not loop.last }}{% endfor %}){{ ' ' ~ doc if doc }}{{ caller() if caller }}{% endmacro %}{{ tool('f', 'd', none, 1, 2) }} {% call tool('g') %}!{% endcall %}
"""

# Every one is an error, in transformers as here.
FAILING = r"""
{% raw +%}x{% endraw %}
{{ people[0][1:] }}
{{ n[1:] }}
{{ }}
{{ 1 + }}
{{ 'open }}
{{ (1 }}
{{ [1) }}
{% if true %}x
{% if true %}x{% endfor %}
{% for x in xs %}x
{% for in xs %}x{% endfor %}
{% else %}
{% endif %}
{% unknown %}
{% include 'x' %}
{% extends 'x' %}
{% set %}
{% set 1 = 2 %}
{% set true = 2 %}
{{ x
{% if
{# never closed
{% raw %} never closed
{{ a b }}
{{ 1 | }}
{{ s | no_such_filter }}
{{ s is no_such_test }}
{{ no_such_function() }}
{{ s.no_such_method() }}
{{ nope.deep }}
{{ nope['deep'] }}
{{ nope + 1 }}
{{ 'a' + 1 }}
{{ 'a' + nope }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1 < 'a' }}
{{ 1 in 5 }}
{{ 1 in 'abc' }}
{{ n() }}
{{ none | length }}
{{ 5 | length }}
{{ nope | tojson }}
{{ range | tojson }}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{% endfor %}
{% set s.x = 1 %}
{% set ns = namespace(_a=1) %}
{{ raise_exception('refused: ' ~ n) }}
{{ {[]: 1} }}
{{ range(0, 5, 0) }}
{{ xs[::0] }}
{{ [1, 'a'] | sort }}
{{ [3, none] | max }}
{{ 'a'.split('') }}
{{ ','.join([1]) }}
{{ xs.append(4) }}
{{ m.update({}) }}
{{ m.pop('b') }}
{{ s | replace('a') }}
{{ 5 | items | list }}
{{ 1 ~ 2 + 3 }}
{{ n is defined if n else 0 }}
{{ n is == 7 }}
{{ people | map(attribute='o.p') | list }}
{{ n is number is true }}
{{ 'x' | abs }}
{{ s.upper(1) }}
{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{% endmacro %}{{ f(b=2) }}
{% macro f(a) %}{% endmacro %}{{ f(1, a=2) }}
{% macro f(a=1, b) %}{% endmacro %}
{{ range(1000000) }}
{{ xs | select | length }}
{{ s | trim(1, 2) }}
{{ none + 1 }}
{{ -s }}
{{ xs is in }}
{{ xs.index(77) }}
{{ 1 ! 2 }}
{{ a.b. }}
{{ a[ }}
{{ {'a' 1} }}
{{ f(a=1, 2) }}
{{ {'a': 1}.__class__.__mro__ }}
{{ (1, }}
{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}
{% macro f(caller) %}{{ caller() }}{% endmacro %}
{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}
{% call n() %}x{% endcall %}
{% call n %}x{% endcall %}
{% macro f() %}{{ caller() }}{% endmacro %}{% call f() | upper %}x{% endcall %}
{% macro f() %}{{ caller() }}{% endmacro %}{% call f(caller=1) %}x{% endcall %}
{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x
{% endcall %}
{% macro f() %}{{ caller(1) }}{% endmacro %}{% call f() %}x{% endcall %}
{% macro f() %}{{ varargs }}{% endmacro %}{{ f(a=1) }}
{% macro f() %}{{ kwargs }}{% endmacro %}{{ f(1) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(*none) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(*[1, 2]) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(**xs) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(**{1: 2}) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(**nope) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(a=1, **{'a': 2}) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, **{'a': 2}) }}
{% macro f(a) %}{{ kwargs }}{% endmacro %}{{ f(b=1, **{'b': 2}) }}
{{ dict(**m, **m) }}
{{ dict(*xs, *xs) }}
{{ range(*xs, 2) }}
{{ dict(**m, a=1) }}
{{ dict(**m, *xs) }}
{{ dict(a=1, a=2) }}
{% macro f(a, a) %}{% endmacro %}
{% macro true() %}{% endmacro %}
{% macro f(none) %}{% endmacro %}
{% with a %}{% endwith %}
{% with a = 1 b = 2 %}{% endwith %}
{% with a = 1 %}x
{% for x in xs %}{{ loop(x) }}{% endfor %}
{% for x in xs recursive %}{{ loop() }}{% endfor %}
{% for x in xs recursive %}{{ loop(5) }}{% endfor %}
"""
