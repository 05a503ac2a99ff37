import ChatTemplates
import TestSupport
import Testing

/// A template comes from outside: whatever it asks for, it gets an error and not the process.
@Suite struct HostileTests {
  /// Many are refused for their steps: a fifth of these, but where everything is gone through.
  /// - Returns: the size of the result, which may be too long for a test's report.
  private func render(_ source: String) throws -> Int {
    var template = try ChatTemplate(source)
    if !Sample.isExhaustive { template.stepLimit /= 5 }
    return try template.rendered(messages: []).utf8.count
  }

  private func isExceeded(_ error: any Error) -> Bool {
    if case TemplateError.exceeded = error { true } else { false }
  }

  @Test(arguments: [
    "{{ range(10 ** 12) }}", "{{ range(-(2 ** 62), 2 ** 62) }}", "{{ 'x' * 10 ** 12 }}",
    "{{ [1] * 10 ** 12 }}",
    "{{ 'x' * (2 ** 62) }}", "{{ ('x' * 1000000) | replace('x', 'y' * 1000000) }}",
    "{{ 'abc' | indent(10 ** 12, true) }}", "{{ 2 ** 64 }}", "{{ 9223372036854775807 + 1 }}",
    "{{ -9223372036854775807 - 2 }}", "{{ 9223372036854775807 * 2 }}",
    "{{ (-9223372036854775807 - 1) // -1 }}",
    "{{ (-9223372036854775807 - 1) % -1 }}", "{{ -(-9223372036854775807 - 1) }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(x) %}{{ g(x ~ 'a') }}{% endmacro %}{% macro g(x) %}{{ f(x) }}{% endmacro %}{{ f('') }}",
    "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}",
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[]) %}{% for a in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
    "{% set n = namespace(x=[]) %}{% for a in range(90) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x == n.x[:] }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% set ns = namespace(x={}) %}{% for a in range(9999) %}{% set ns.x = {'k': ns.x} %}{% endfor %}",
    "{% set n = namespace() %}{% for a in range(9999) %}{% for b in [n.x] %}{% set n.x = loop %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x.index] %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] | map('list') %}{% endfor %}",
    "{{ 'x' | tojson(indent=100000) }}",
    "{{ [[[1]]] | tojson(indent='x' * 30000000) }}",
    "{% set s = 'x' * 30000000 %}{% for a in range(9) %}{{ s[5] }}{% endfor %}",
    "{% set s = 'x' * 30000000 %}{% for a in range(9) %}{% set d = {}[s] %}{% endfor %}",
    "{% set x %}{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}{% endset %}",
    "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro f() %}{{ f(1, *varargs) }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ varargs | length }}{% endmacro %}{% for a in range(99) %}{{ f(*range(100000)) }}{% endfor %}",
    "{% macro f() %}{% for a in range(9999) %}{{ dict(**kwargs) | length }}{% endfor %}{% endmacro %}"
      + "{% set n = namespace(m={}) %}{% for a in range(9999) %}{% set n.m = dict(n.m, **{'k' ~ a: 1}) %}{% endfor %}"
      + "{{ f(**n.m) }}",
  ])
  func refusesWhatNeedsTooMuch(_ source: String) {
    #expect { try render(source) } throws: { error in
      if isExceeded(error) { return true }
      guard case TemplateError.failed = error else { return false }
      return source.contains("indent=100000")
    }
  }

  @Test(arguments: [
    ("{% if x %}", "{% endif %}"), ("{% for x in y %}", "{% endfor %}"), ("{{ (", ") }}"), ("(", ")"),
    ("[", "]"),
    ("{'k': ", "}"), ("not ", ""), ("- ", ""), ("x if x else ", "x"), ("f(", ")"), ("a[", "]"),
    ("x is eq ", "x"),
    ("{% macro m() %}", "{% endmacro %}"), ("{% call m() %}", "{% endcall %}"),
    ("{% with %}", "{% endwith %}"),
    ("f(*", ")"), ("{% for x in y recursive %}", "{% endfor %}"), ("{% set x %}", "{% endset %}"),
    ("{% filter upper %}", "{% endfilter %}"),
    ("1 + ", "1"), ("1 ** ", "1"), ("1 ~ ", "1"), ("1 and ", "1"), ("1 < ", "1"), ("{% set (", ") %}"),
  ])
  func refusesDeepNesting(_ open: String, _ close: String) {
    // Many times what may stand inside each other.
    let count = Sample.isExhaustive ? 10_000 : 2_500
    for isClosed in [true, false] {
      let opens = String(repeating: open, count: count)
      let body = opens + "1" + (isClosed ? String(repeating: close, count: count) : "")
      for source in [body, "{{ " + body + " }}"] {
        // Long chains of one operator are no nesting: they may be rendered.
        do { _ = try render(source) } catch { #expect(error is TemplateError, "\(open): \(error)") }
      }
    }
  }

  @Test(arguments: [".a", "[0]", "()", "|trim", " is defined", " + 1", " or 1", " ** 1", " if 1 else 1"])
  func refusesLongChains(_ link: String) {
    let source = "{{ x" + String(repeating: link, count: 10_000) + " }}"
    #expect(throws: TemplateError.self) { try render(source) }
  }

  @Test func endsWhereMacrosNestDeeply() {
    // As many levels as possible in every call.
    let nested = String(repeating: "[", count: 80) + "f()" + String(repeating: "]", count: 80)
    let source =
      "{% macro f() %}" + String(repeating: "{% if 1 %}", count: 80) + "{{ \(nested) }}"
      + String(repeating: "{% endif %}", count: 80) + "{% endmacro %}{{ f() }}"
    #expect { try render(source) } throws: { isExceeded($0) }
  }

  /// A source of the largest size, which is gone through at night, holds no more names than are read in a
  /// moment.
  @Test func manyParametersAndArgumentsTakeNoLongTime() throws {
    let names = (0..<(Sample.isExhaustive ? 60_000 : 20_000)).map { "a\($0)" }
    let arguments = names.map { "\($0)=1" }.joined(separator: ",")
    let macro = "{% macro f(\(names.joined(separator: ","))) %}{{ a0 }}{% endmacro %}"
    #expect(try ChatTemplate(macro + "{{ f(1) }}").rendered(messages: []) == "1")
    let clock = ContinuousClock().measure {
      _ = try? render(macro + "{{ f(\(arguments)) }}")
      _ = try? render("{% macro f() %}{{ kwargs | length }}{% endmacro %}{{ f(\(arguments)) }}")
    }
    #expect(clock < .seconds(60), "\(clock)")
  }

  @Test func survivesEveryPrefixOfATemplate() throws {
    let families: Families = try fixture("families")
    for (_, source) in families.templates {
      let scalars = Array(source.unicodeScalars)
      for end in stride(from: 0, to: scalars.count, by: 7) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[..<end])
        do {
          _ = try ChatTemplate(String(view)).rendered(messages: [ChatMessage(role: "user", content: "x")])
        } catch {
          #expect(error is TemplateError)
        }
      }
    }
  }

  @Test func survivesChangedTemplates() throws {
    let families: Families = try fixture("families")
    let pieces = [
      "{{", "}}", "{%", "%}", "{#", "'", "(", ")", "[", "]", " if ", "|", ".", "-", "\\", "*", "\u{0}", "é",
    ]
    var random = SeededGenerator(seed: 7)
    for (_, source) in families.templates.sorted(by: { $0.key < $1.key }) {
      let scalars = Array(source.unicodeScalars)
      for _ in 0..<60 {
        var changed = scalars
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let place = Int.random(in: 0..<changed.count, using: &random)
          let length = min(Int.random(in: 0...4, using: &random), changed.count - place)
          let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
          changed.replaceSubrange(place..<place + length, with: piece.unicodeScalars)
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: changed)
        do {
          _ = try ChatTemplate(String(view)).rendered(messages: [ChatMessage(role: "user", content: "x")])
        } catch {
          #expect(error is TemplateError)
        }
      }
    }
  }

  @Test func rendersLongConversationsAndTexts() throws {
    let families: Families = try fixture("families")
    let template = try ChatTemplate(#require(families.templates["qwen3"]))
    let long = String(repeating: "word \u{1F600} ", count: 200_000)
    let text = try template.rendered(messages: [ChatMessage(role: "user", content: long)])
    #expect(
      text.utf8.count == long.utf8.count + "<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n".utf8.count)
    let turns = (0..<2000).map { ChatMessage(role: $0 % 2 == 0 ? "user" : "assistant", content: "\($0)") }
    #expect(try template.rendered(messages: turns).contains("\n1999<|im_end|>"))
  }
}
