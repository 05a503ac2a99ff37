import Testing
@testable import Exploration

@Suite struct ExportFormatTests {
  @Test(arguments: [
    ("kept.json", ExportFormat.json), ("a.b/kept.CSV", .csv), ("kept.npz", .npz),
    ("kept.safetensors", .safetensors),
    ("view.txt", .text), ("view.ans", .ansi), ("view.svg", .svg), ("page.htm", .html), ("two.json.npz", .npz),
  ])
  func theEndingNamesTheFormat(_ path: String, _ format: ExportFormat) throws {
    #expect(try ExportFormat(path: path) == format)
    #expect(try ExportFormat(path: path, asked: format) == format)
  }

  @Test(arguments: ["kept", "kept.xml", ".json", "a.json/kept", "kept."])
  func otherNamesNameNone(_ path: String) {
    #expect(throws: ExportError.self) { try ExportFormat(path: path) }
  }

  @Test func anAskedFormatSuppliesTheEndingButDoesNotOverruleIt() throws {
    #expect(try ExportFormat(path: "kept", asked: .npz) == .npz)
    for (path, ending) in [("kept.json", "json"), ("kept.dat", "dat")] {
      let error = ExportError.disagreement(path, ending: ending, format: .npz)
      #expect(throws: error) { try ExportFormat(path: path, asked: .npz) }
      #expect("\(error)".contains("'.\(ending)'") && "\(error)".contains("'npz'"))
    }
  }

  @Test func noTwoFormatsShareAnEnding() {
    let endings = ExportFormat.allCases.flatMap(\.endings)
    #expect(Set(endings).count == endings.count)
    #expect(ExportFormat.allCases.allSatisfy { $0.holdsEverything || $0.showsView })
  }
}
