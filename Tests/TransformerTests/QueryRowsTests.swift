import Testing

@testable import Transformer

/// Rows that grow while others look at them.
@Suite struct QueryRowsTests {
  private let shape = ModelShape(layerCount: 2, queryHeadCount: 3, kvHeadCount: 1, headDimension: 4)

  private func row(_ token: Int) -> [[Float]] {
    (0..<2).map { layer in (0..<12).map { Float(token * 100 + layer * 50 + $0) } }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 50]) func rowsAreWhatWasAppended(_ count: Int) {
    var rows = QueryRows(shape: shape)
    for token in 0..<count { rows.append(row(token), position: 7 + token) }
    #expect(rows.positions == Array(7..<7 + count))
    for layer in 0..<2 {
      #expect(rows.floats(layer: layer) == (0..<count).flatMap { row($0)[layer] })
      for token in 0..<count {
        #expect(Array(rows.query(layer: layer, row: token, queryHead: 1)) == Array(row(token)[layer][4..<8]))
      }
    }
  }

  @Test func aLookInBetweenStaysAsItWasAndABeginningGoesOn() {
    var rows = QueryRows(shape: shape)
    for token in 0..<20 { rows.append(row(token), position: token) }
    let earlier = rows
    var beginning = rows.prefix(17)
    for token in 20..<40 { rows.append(row(token), position: token) }
    beginning.append(row(90), position: 17)
    #expect(earlier.count == 20 && earlier.floats(layer: 1) == (0..<20).flatMap { row($0)[1] })
    #expect(
      beginning.floats(layer: 0) == ((0..<17) + [90]).flatMap { row($0)[0] } && beginning.positions.last == 17
    )
    #expect(rows.floats(layer: 1) == (0..<40).flatMap { row($0)[1] })
  }
}
