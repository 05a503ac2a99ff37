import Checkpoint
import Kernels

extension Decoder {
  /// Rows that pass a layer's products together on one thread: so many that weights that come from memory are
  /// multiplied often enough, and so few that what they become stays in the second-level cache.
  static let blockSize = 64
  /// As `blockSize`, for products of floats where each thread has some such blocks of a pass: weights that lie in
  /// a file become floats half as often. No result depends on it.
  static let longBlockSize = 128
  /// Numbers of the gates, and of the ups, that are multiplied at a time.
  static let gateSize = 64 * 512

  /// The buffers of one layer's pass over some rows, reused by every layer.
  struct Workspace {
    let projected: Rows  // [rows][(queryHeads + 2 kvHeads) · dimension]
    let attended: Operand  // [rows][queryHeads · dimension]
    /// By the slot of the thread that works on a block.
    fileprivate let blocks: [BlockBuffers]
    /// Rows that pass together on one thread.
    fileprivate let blockSize: Int
  }

  /// What one thread needs for a block of rows; allocated when it first does.
  ///
  /// A class whose parts are made by the one thread whose slot it has.
  final class BlockBuffers {
    private let rows: Int
    private let configuration: ModelConfiguration
    private let precision: Precision

    private(set) lazy var normed = operand(configuration.hiddenSize)  // [rows][hidden]
    private(set) lazy var activated = operand(configuration.intermediateSize)  // [rows][intermediate]
    /// What is added to the residual stream.
    private(set) lazy var change = Rows(count: rows, width: configuration.hiddenSize)
    private lazy var gatesAndUps = Rows(count: rows, width: 2 * configuration.intermediateSize)

    /// Room for the gates and ups of all rows.
    var gateUp: UnsafeMutablePointer<Float> { gatesAndUps.start }

    fileprivate init(rows: Int, _ configuration: ModelConfiguration, _ precision: Precision) {
      self.rows = rows
      self.configuration = configuration
      self.precision = precision
    }

    private func operand(_ width: Int) -> Operand { Operand(count: rows, width: width, precision: precision) }
  }

  /// Buffers for passes over up to `rows` rows.
  func workspace(rows: Int) -> Workspace {
    let heads = shape.queryHeadCount + 2 * shape.kvHeadCount
    // Few rows are one block, whatever their number.
    let isLong = !precision.usesBFloat16 && rows >= 2 * Self.longBlockSize * Int(laq_thread_count())
    let blockSize = isLong ? Self.longBlockSize : Self.blockSize
    let size = min(rows, max(blockSize, Linear.fewRows))
    return Workspace(
      projected: Rows(count: rows, width: heads * shape.headDimension),
      attended: Operand(count: rows, width: shape.queryHeadCount * shape.headDimension, precision: precision),
      blocks: (0..<Int(laq_slot_count())).map { _ in BlockBuffers(rows: size, configuration, precision) },
      blockSize: blockSize)
  }
}

extension Decoder.Workspace {
  /// Runs the part of a layer in which rows do not look at each other: blocks of rows in parallel, each with
  /// the buffers of its thread and its products on that thread; or few rows as one block, whose products run
  /// in parallel.
  func inBlocks(
    _ rows: Int, _ layer: Decoder.Layer,
    _ body: (Range<Int>, _ own: Decoder.BlockBuffers, _ isFew: Bool) throws -> Void
  ) throws {
    if rows <= Linear.fewRows { return try body(0..<rows, blocks[0], true) }
    layer.prepare()
    try inParallelBlocks(of: blockSize, count: rows) { try body($0, blocks[Int(laq_slot())], false) }
  }
}
