import Testing

@testable import Eviction

/// Tables that are put aside in a file say what they said in memory.
@Suite struct HeadTableTests {
  private let layers: [[[Float]]] = (0..<3).map { layer in
    (0..<4).map { head in (0..<50).map { Float(layer * 1000 + head * 100 + $0) } }
  }

  @Test func aTableInAFileIsTheSame() throws {
    let table = HeadTable(layers)
    let spilled = try table.spilled(beyond: 599)
    #expect(spilled.layers == layers && spilled[2, 3] == layers[2][3] && spilled[0, 0] == layers[0][0])
    #expect((spilled.layerCount, spilled.headCount) == (3, 4))
    #expect(try table.spilled(beyond: 600).layers == layers)
  }

  @Test(arguments: [0, .max]) func partsAreMadeInTheirPlaces(_ limit: Int) throws {
    let table = try HeadTable.parallel(
      layerCount: 3, headCount: 4, tokenCount: 50, partCount: 2, limit: limit, stopsWhenCancelled: true
    ) { layer, part in Array(layers[layer][part * 2..<part * 2 + 2]) }
    #expect(table.layers == layers)
  }

  @Test func whatAPartThrowsIsThrown() {
    #expect(throws: EvidenceError.noDecode(policy: "oracle")) {
      try HeadTable.parallel(
        layerCount: 2, headCount: 2, tokenCount: 4, partCount: 1, limit: 0, stopsWhenCancelled: true
      ) { _, _ in throw EvidenceError.noDecode(policy: "oracle") }
    }
  }
}
