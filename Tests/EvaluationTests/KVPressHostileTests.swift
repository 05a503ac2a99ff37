import Exploration
import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Results of kvpress that are damaged, mixed up or made to harm are refused with file, place, what was
/// expected, what was found, and what to do; tables of CSV are read as they were written.
@Suite struct KVPressHostileTests {
  /// What importing two presses' results says after one part of one file was changed.
  private func refusal(_ file: String, _ change: (String) -> String) throws -> String {
    let folder = try ScratchFolder(copying: KVPressImportTests.fixture()) {
      $0.contains("ruler") && $0.contains("0.75")
    }
    let path = try folder.find(file)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
    do {
      _ = try KVPressImport(folder.path)
      return "not refused"
    } catch { return String(describing: error) }
  }

  @Test(arguments: [
    ("predictions.csv", "task", "tusk", ["line 1", "a column 'task'", "'tusk'"]),
    ("predictions.csv", "predicted_answer", "prediction", ["a column 'predicted_answer'"]),
    ("predictions.csv", "question", "task", ["line 1", "each column once", "'task' twice"]),
    ("predictions.csv", "Tirandel?", "Tirandel?,", ["line 2", "7 fields", "8"]),
    ("predictions.csv", "Tirandel?", "Tir\"an\"del", ["the question of", "different samples"]),
    ("predictions.csv", "['859']", "\"['859'\n\"", ["the question of"]),
    ("predictions.csv", "['859']", "['859' ... '3']", ["line 2", "abridged", "set_printoptions"]),
    ("predictions.csv", "['859']", "['859]", ["line 2", "column 'answer'", "a list of texts"]),
    ("predictions.csv", "Question: What is the favour of Tirandel?", "\"a\"b", ["line 2", "a comma"]),
    (
      "predictions.csv", "Question: What is the favour of Tirandel?", "\"a", ["line 2", "cut off or changed"]
    ),
    (
      "config.yaml", "dataset: ruler", "dataset: loogle",
      ["key 'dataset'", "'loogle'", "leave this folder out"]
    ),
    ("config.yaml", "dataset: ruler", "data set", ["line 1", "'key: value'"]),
    ("config.yaml", "model: laq/embedded", "model: other", ["key 'model'", "of its own"]),
    ("config.yaml", "query_aware: false", "query_aware: true", ["key 'query_aware'", "true"]),
    ("config.yaml", "compression_ratio: 0.75", "compression_ratio: 7", ["from 0 to 1", "'7'"]),
    ("config.yaml", "press_name: ", "press_name: ../\u{1B}[31m", ["key 'press_name'", "letters"]),
    ("metrics.json", "{", "{{", ["metrics.json", "JSON", "copy it again"]),
  ])
  func aChangedFileIsNamed(_ file: String, _ part: String, _ other: String, _ words: [String]) throws {
    let sentence = try refusal(file) { $0.replacing(part, with: other, maxReplacements: 1) }
    #expect(words.allSatisfy(sentence.contains), "\(sentence)")
    #expect(sentence.contains(file) || sentence.contains("folder"), "\(sentence)")
  }

  @Test func aPressThatIsThereTwiceIsRefused() throws {
    let sentence = try refusal("config.yaml") {
      $0.replacing(/press_name: .*/, with: "press_name: snapkv")
    }
    #expect(sentence.contains("kvpress:snapkv at 25% in one folder"), "\(sentence)")
  }

  @Test func aFolderWithoutResultsIsNamed() {
    for path in [NSTemporaryDirectory() + "none-\(UUID().uuidString)", "/dev/null"] {
      #expect { try KVPressImport(path) } throws: {
        "\($0)".contains("name the folder that kvpress was given")
      }
    }
  }

  /// Whatever is cut off: a sentence or fewer rows, never a trap.
  @Test func aTableThatIsCutOffIsReadOrRefused() throws {
    let folder = try ScratchFolder(copying: KVPressImportTests.fixture()) { $0.contains("ruler") }
    let path = try folder.find("predictions.csv")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in 0..<data.count {
      do {
        let table = try CSVRecords(data.prefix(count), file: "cut.csv")
        #expect(table.rows.allSatisfy { $0.fields.count == table.columns.count })
      } catch { #expect("\(error)".hasPrefix("cut.csv")) }
    }
  }

  @Test func fieldsAreThoseThatWereWritten() throws {
    var generator = SeededGenerator(seed: 3)
    let pieces = ["a", ",", "\"", "\n", "\r\n", "狐", " ", "", "'", "\u{1F98A}", "\u{301}"]
    for _ in 0..<300 {
      let width = Int.random(in: 2...4, using: &generator)
      let rows = (0..<3).map { _ in
        (0..<width).map { _ in
          (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
          }.joined()
        }
      }
      let names = (0..<width).map { "column \($0)" }
      let end = Bool.random(using: &generator) ? "\n" : "\r\n"
      let text = ([names] + rows).map { $0.map(CSVField.quoted).joined(separator: ",") }
        .joined(separator: end)
      for last in ["", end] {
        let table = try CSVRecords(Data((text + last).utf8), file: "t.csv")
        #expect(table.rows.map(\.fields) == rows, "\(text)")
      }
    }
  }

  @Test(arguments: [
    ("['a', 'b']", ["a", "b"]), ("['a' 'b'\n 'c']", ["a", "b", "c"]),
    ("[\"it's\", 'a \"b\"']", ["it's", "a \"b\""]),
    ("[]", []), ("plain, text", ["plain, text"]), ("['a\\n\\'b\\\\', 'q\\u72d0\\xe9']", ["a\n'b\\", "q狐é"]),
    ("[1, 2.5]", ["1", "2.5"]), (" ['a'] ", ["a"]), ("", [""]),
  ])
  func listsAreReadAsPythonPrintsThem(_ field: String, _ texts: [String]) throws {
    #expect(try PythonList.texts(field) == texts)
  }

  @Test(arguments: ["['a\\']", "['a]", "['a' ... 'b']", "['\\u12']", "[['a']]", "['\\ud800']"])
  func otherListsAreRefused(_ field: String) {
    #expect(throws: PythonList.Failure.self) { try PythonList.texts(field) }
  }
}
