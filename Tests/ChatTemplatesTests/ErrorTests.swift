import ChatTemplates
import Foundation
import Testing

/// Errors say what is wrong and on which line.
@Suite struct ErrorTests {
  private func message(_ source: String) -> String {
    do {
      return "rendered " + (try ChatTemplate(source).rendered(messages: []))
    } catch {
      return String(describing: error)
    }
  }

  @Test func nameTheUnknown() {
    #expect(message("a\n{{ 'x' | sparkle }}").contains("line 2: the filter 'sparkle' is not supported"))
    #expect(message("\n\n{{ 1 is sparkly }}").contains("line 3: the test 'sparkly' is not supported"))
    #expect(message("{{ sparkle(1) }}").contains("line 1: the function 'sparkle' is not supported"))
    #expect(message("{% sparkle %}").contains("line 1: the statement 'sparkle' is not supported"))
    #expect(message("{{ 'a'.zfill(3) }}").contains("the method 'zfill' of a string is not supported"))
    #expect(message("{{ [].append(3) }}").contains("the method 'append' of a list is not supported"))
    #expect(message("{{ 'a' | indent(depth=3) }}").contains("the argument 'depth' of the filter 'indent'"))
    #expect(message("{{ '%d' % 3 }}").contains("formatting with '%' is not supported"))
    #expect(message("{{ strftime_now('%Q') }}").contains("'%Q'"))
  }

  @Test func sayWhatWasExpected() {
    #expect(message("{{ 1 +\n }}").contains("line 2: an expression was expected, and '}}' was found"))
    #expect(message("x\n{% if 1 %}\ny").contains("line 2: '{% elif %}' or '{% else %}' or '{% endif %}'"))
    #expect(message("x\n{{ 1").contains("line 2: '{{' is not closed with '}}'"))
    #expect(message("{# x").contains("a comment '{#' is not closed"))
    #expect(message("{{ nope.deep }}").contains("'nope' is undefined, and 'deep' is asked of it"))
    #expect(message("{{ {}.a.b }}").contains("there is no 'a' in a mapping, and 'b' is asked of it"))
  }

  @Test func carryTheTemplatesOwnWords() {
    #expect(throws: TemplateError.refused(line: 2, message: "no system role")) {
      try ChatTemplate("\n{{ raise_exception('no system role') }}").rendered(messages: [])
    }
    #expect(message("{{ raise_exception('a\\x1b[31m' ~ 'x' * 500) }}").contains("'a\\x1b[31mxxx"))
    #expect(message("{{ raise_exception('x' * 500) }}").utf8.count < 300)
  }

  @Test func comeLateWhereABranchIsNotTaken() throws {
    let template = try ChatTemplate("{% if tools %}{{ tools | sparkle }}{% endif %}ok")
    #expect(try template.rendered(messages: []) == "ok")
    #expect(throws: TemplateError.self) { try template.rendered(messages: [], variables: ["tools": [1]]) }
  }

  @Test func valuesGivenAreLimitedInDepth() throws {
    var value: TemplateValue = []
    for _ in 0..<150 { value = [value] }
    #expect(throws: TemplateError.self) {
      try ChatTemplate("x").rendered(messages: [], variables: ["deep": value])
    }
  }
}
