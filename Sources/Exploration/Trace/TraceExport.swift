import Checkpoint
import Eviction
import Foundation
import Transformer

/// A finished run as a trace (`Samples/Traces/README.md`): what `laq-tui` opens without the model.
public struct TraceExport {
  /// The likeliest tokens that are kept of each step.
  private static let candidateCount = 10

  private let run: Run
  /// What the numbers hang on, where a session keeps them.
  private let origin: RecordingOrigin?
  private let recording: Recording
  private let output: OutputProjection?
  /// Every lookahead once.
  private let lookaheads: [Lookahead]
  /// Every rotation once.
  private let rotations: [RotaryEmbedding]

  /// Gathers a run.
  /// - Parameters:
  ///   - output: the model's output projection, if it is to be written, too.
  ///   - origin: for a session, which goes on with the model, what the numbers hang on: the prompt's own pass
  ///     is written then, whatever was asked after it.
  /// - Throws: `ExportError.nothingYet` unless the run is finished, and `.questionAfterEviction`.
  public init(_ run: Run, output: OutputProjection? = nil, origin: RecordingOrigin? = nil) throws {
    guard run.stage == .done, run.hasModel, let recording = run.recording else {
      throw ExportError.nothingYet
    }
    guard run.prompt.laterQuestion == nil || origin != nil else {
      throw ExportError.questionAfterEviction
    }
    self.run = run
    self.recording = recording
    (self.output, self.origin) = (output, origin)
    var lookaheads: [Lookahead] = []
    for lookahead in (origin == nil ? run.results : []).compactMap(\.lookahead)
    where lookahead.isRecorded && !lookaheads.contains(where: { $0.settings == lookahead.settings }) {
      lookaheads.append(lookahead)
    }
    self.lookaheads = lookaheads
    var rotations: [RotaryEmbedding] = []
    for case let rotation? in recording.rotations ?? [] where !rotations.contains(rotation) {
      rotations.append(rotation)
    }
    self.rotations = rotations
  }

  /// Writes the trace tensor by tensor; the file is complete or not there at all.
  /// - Parameter onProgress: called with the bytes that are written, and with all of them.
  /// - Returns: the file's bytes.
  /// - Throws: `ExportError`; `CancellationError`, looked for every few million numbers.
  @discardableResult
  public func write(
    to path: String, replacing: Bool = false, onProgress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws -> Int {
    var metadata = [
      "laq_trace": String(
        decoding: try TraceMetadata(run, recording, lookaheads: lookaheads, rotations: rotations).json(),
        as: UTF8.self)
    ]
    if let origin {
      metadata[KeptRecording.key] = String(decoding: try JSONEncoder().encode(origin), as: UTF8.self)
    }
    let tensors = StreamedTensor.ordered(small + recorded + (origin == nil ? beyond : lastLogits))
    let header = try SafetensorsExport.header(tensors.map(\.entry), metadata: metadata)
    let count = tensors.reduce(header.count) { $0 + $1.entry.byteCount }
    try AtomicFile.write(to: path, replacing: replacing) { file in
      try file.append(header)
      var done = header.count
      for tensor in tensors {
        onProgress(done, count)
        try tensor.write(to: file)
        done += tensor.entry.byteCount
      }
    }
    return count
  }

  // MARK: Tensors

  /// Tokens, text, vocabulary, rotations and the answer.
  private var small: [StreamedTensor] {
    let prompt = run.prompt
    let answer = (origin == nil ? run.full?.answer : nil) ?? Continuation()
    let steps = (origin == nil ? run.referenceLogits : []).map {
      NextTokens.highest(Self.candidateCount, of: $0)
    }
    let ids = Set(
      prompt.tokens.map(\.id) + answer.tokens + lookaheads.flatMap(\.pseudo.tokens) + steps.flatMap(\.tokens)
    ).sorted()
    let pieces = ids.map(run.vocabulary.bytes)
    var tensors = [
      StreamedTensor(NamedArray("tokens", prompt.tokens.map(\.id))),
      StreamedTensor(
        NamedArray(
          "token_bytes", prompt.tokens.flatMap { [$0.byteRange.lowerBound, $0.byteRange.upperBound] },
          shape: [prompt.tokens.count, 2])),
      StreamedTensor(NamedArray("text", text: Data(prompt.text))),
      StreamedTensor(NamedArray("vocabulary.ids", ids)),
      StreamedTensor(
        NamedArray("vocabulary.offsets", pieces.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })),
      StreamedTensor(NamedArray("vocabulary.bytes", text: Data(pieces.joined()))),
      StreamedTensor(NamedArray("answer", answer.tokens)),
    ]
    tensors += rotations.enumerated().map {
      StreamedTensor(NamedArray("rotary.\($0).frequencies", $1.frequencies, shape: [$1.frequencies.count]))
    }
    guard let width = steps.first?.tokens.count, steps.count == answer.steps.count else { return tensors }
    return tensors + [
      StreamedTensor(NamedArray("answer_top_ids", steps.flatMap(\.tokens), shape: [steps.count, width])),
      StreamedTensor(NamedArray("answer_top_logits", steps.flatMap(\.logits), shape: [steps.count, width])),
      StreamedTensor(NamedArray("answer_log_sum_exp", steps.map(\.logSumExp), shape: [steps.count])),
    ]
  }

  /// What the prefill has recorded.
  private var recorded: [StreamedTensor] {
    let shape = recording.shape
    let (count, dimension) = (recording.tokenCount, shape.headDimension)
    let queryCount = count - recording.firstQueryPosition
    return recording.layers.enumerated().flatMap { index, layer in
      let name = "layers.\(index)."
      return [
        StreamedTensor(
          name + "queries", layer.queries, shape: [shape.queryHeadCount, queryCount, dimension]),
        StreamedTensor(name + "keys", layer.keys, shape: [shape.kvHeadCount, count, dimension]),
        StreamedTensor(name + "values", layer.values, shape: [shape.kvHeadCount, count, dimension]),
        StreamedTensor(name + "log_sum_exp", shape: [shape.queryHeadCount, queryCount]) {
          (0..<shape.queryHeadCount).flatMap { head in
            recording.logSumExps(layer: index, queryHead: head, from: recording.firstQueryPosition)
          }
        },
      ]
    }
  }

  /// What the model says behind the prompt: with it nothing need pass again.
  private var lastLogits: [StreamedTensor] {
    [StreamedTensor(NamedArray("last_logits", recording.lastLogits, shape: [recording.lastLogits.count]))]
  }

  /// Queries from beyond the prompt, and the output projection.
  private var beyond: [StreamedTensor] {
    let shape = recording.shape
    func rows(_ name: String, _ queries: QueryRows) -> [StreamedTensor] {
      (0..<shape.layerCount).map { layer in
        StreamedTensor(
          "layers.\(layer).\(name)", shape: [queries.count, shape.queryHeadCount, shape.headDimension]
        ) { queries.floats(layer: layer) }
      }
    }
    let projections = output.map { output in
      (0..<shape.layerCount).map { layer in
        StreamedTensor(
          "layers.\(layer).output_projection",
          shape: [output.hiddenSize, shape.queryHeadCount * shape.headDimension]
        ) { output(layer: layer) }
      }
    }
    return (run.decodeQueries.map { rows("decode_queries", $0) } ?? [])
      + lookaheads.enumerated().flatMap { rows("lookaheads.\($0).queries", $1.queries) } + (projections ?? [])
  }
}

extension Lookahead {
  /// Whether a trace holds it; those of the answer's own tokens are among the decode queries.
  fileprivate var isRecorded: Bool { queries.count > 0 && settings.source != .truth }
}
