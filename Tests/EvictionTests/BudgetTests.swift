import Testing
import Transformer

@testable import Eviction

/// Budgets as people write them, and what they mean for a prompt.
@Suite struct BudgetTests {
  static let shape = ModelShape(layerCount: 3, queryHeadCount: 8, kvHeadCount: 2, headDimension: 16)

  @Test(arguments: [
    ("256", "256"), ("0256", "256"), ("12.5%", "12.5%"), ("12.50 %", "12.5%"), ("100%", "100%"),
    ("0.05%", "0.05%"),
    ("64MiB", "64MiB"), ("64 mib", "64MiB"), ("1.5GiB", "1536MiB"), ("1GB", "1GB"), ("1000kB", "1MB"),
    ("1024KiB", "1MiB"),
    ("2048B", "2KiB"), ("0.5KiB", "512B"), ("33.333333%", "33.333333%"),
  ]) func textRoundTrips(_ typed: String, _ printed: String) throws {
    let budget = try Budget(parsing: typed)
    #expect(budget.description == printed)
    #expect(Budget(printed) == budget)
  }

  @Test(arguments: [
    "", "%", "MiB", "-1", "1e3", "12.5", "1..2%", "1.%", ".5%", "5 percent", "64Mi", "0x10", "٣",
    "1234567890123", "1.0000001%",
  ]) func whatIsNoBudgetIsRefused(_ typed: String) {
    #expect(throws: BudgetError.malformed(typed)) { try Budget(parsing: typed) }
  }

  @Test(arguments: ["0", "0%", "100.1%", "0B", "0.1B", "999999999999GiB", "10000000000"])
  func whatIsOutOfRangeIsRefused(_ typed: String) {
    let error = #expect(throws: BudgetError.self) { try Budget(parsing: typed) }
    #expect(error?.description.contains("it takes") == true)
  }

  func tokens(_ typed: String, _ count: Int, _ granularity: Granularity = .kvHead) throws -> Int {
    try Budget(parsing: typed).resolved(shape: Self.shape, granularity: granularity, tokenCount: count).tokens
  }

  /// kvpress' `compute_n_kept(n, ratio)` for the ratio that is 1 less the share as a person writes it.
  @Test func sharesRoundAsKvpressDoes() throws {
    let ratios = [
      ("75%", 0.25), ("50%", 0.5), ("25%", 0.75), ("10%", 0.9), ("90%", 0.1), ("30%", 0.7), ("12.5%", 0.875),
    ]
    for (typed, ratio) in ratios {
      for count in 1...2000 {
        #expect(try tokens(typed, count) == max(1, Int(Double(count) * (1 - ratio))))
      }
    }
    // Where it shows: 1 - 0.9 is a little less than a tenth.
    #expect(try tokens("10%", 100) == 9)
    #expect(try tokens("10%", 10) == 1)
    #expect(try tokens("100%", 100) == 100)
  }

  /// Every share of up to two decimals is the double that Python reads from the ratio's decimal text.
  @Test func sharesAreDecimalNumbers() throws {
    for hundredths in 1..<10_000 {
      let digits = String(10_000 - hundredths + 10_000).dropFirst()
      let expected = try #require(Double(String("0.\(digits)")))
      guard
        case .share(let share) = try Budget(
          parsing: "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)%")
      else {
        Issue.record("\(hundredths) is no share")
        continue
      }
      #expect(share.compressionRatio == expected)
    }
  }

  @Test func bytesAreDividedAmongAllHeads() throws {
    // 3 layers, 2 KV heads, 16 keys and 16 values of 4 bytes: 768 bytes a token; 3,072 per query head.
    #expect(try tokens("768B", 100) == 1)
    #expect(try tokens("1535B", 100) == 1)
    #expect(try tokens("7.5KiB", 100) == 10)
    #expect(try tokens("7.5KiB", 100, .queryHead) == 2)
    let kept = KeptTokens.all(shape: Self.shape, tokenCount: 10)
    #expect(try tokens("\(kept.byteCount())B", 100) == 10)
    #expect(throws: BudgetError.lessThanOneToken(budget: "767B", least: 768)) { try tokens("767B", 100) }
  }

  @Test func sharesOfChunksRoundAlike() {
    let half = TokenBudget(compressionRatio: 0.9, tokenCount: 150)
    #expect(half.tokens == 14 && half.count(of: 40) == 3 && half.count(of: 3) == 1)
    let whole = TokenBudget(tokens: 50, tokenCount: 150)
    #expect(whole.count(of: 150) == 50 && whole.count(of: 3) == 1 && whole.count(of: 0) == 0)
    #expect(TokenBudget(tokens: 500, tokenCount: 150).count(of: 40) == 40)
  }
}
