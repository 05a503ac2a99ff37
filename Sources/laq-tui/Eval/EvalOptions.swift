import ArgumentParser
import EmbeddedModel
import Evaluation
import Eviction
import Foundation

/// What every suite takes.
struct EvalOptions: ParsableArguments {
  @OptionGroup var subject: EvalSubject

  @Option(
    name: .customLong("to"),
    help: "The file of results, .json; rows are gathered beside it. Default: SUITE.json.")
  var target: String?

  @Option(help: "Prompts at once, each with an engine of its own. Default: all cores for 'embedded', else 1.")
  var jobs: Int?

  @Option(help: "Run a part of the cases, as 3/16; 'eval merge' puts the parts together.", transform: shard)
  var shard = Shard.whole

  @Flag(help: "Show lines of progress where the screen of cells would be shown.")
  var plain = false

  @Flag(help: "Begin anew where the file holds another evaluation.")
  var force = false

  @OptionGroup var output: EvalOutput

  func validate() throws {
    guard jobs ?? 1 >= 1, jobs ?? 1 <= 256 else { throw ValidationError("--jobs must be from 1 to 256.") }
    guard target?.hasSuffix(".json") ?? true else { throw ValidationError("--to must name a .json file.") }
  }

  private static func shard(_ text: String) throws -> Shard {
    guard let shard = Shard(text) else {
      throw ValidationError("--shard must be as 3/16, from 1/16 to 16/16.")
    }
    return shard
  }

  /// Whether a person can watch: both are terminals.
  var showsScreen: Bool { !plain && isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1 }

  /// Prompts at once.
  var jobCount: Int {
    jobs ?? (subject.model == EmbeddedModel.name ? ProcessInfo.processInfo.activeProcessorCount : 1)
  }
}

/// What is made of results.
struct EvalOutput: ParsableArguments {
  @Option(help: "The score that is shown. Default: the suite's own.")
  var score: String?

  @Option(help: "The policy that the others are compared with, prompt by prompt. Default: snapkv.")
  var reference: String?

  @Option(help: "Write the table as CSV, too.")
  var csv: String?

  @Option(help: "Write the picture as SVG, too.")
  var svg: String?

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  func validate() throws {
    do { _ = try reference.map(Policy.init(parsing:)) } catch {
      throw ValidationError("--reference: \(error)")
    }
  }
}

/// What policies see of a prompt, for suites whose prompts have a text and a question.
struct EvalCompression: ParsableArguments {
  @Option(
    name: .customLong("compress"),
    help: "What policies see when they choose: 'all', or the 'context' without its question (kvpress' way).")
  var part = CompressedPart.all
}

extension CompressedPart: ExpressibleByArgument {}
