/// Elements, attributes, items and slices.
extension Renderer {
  /// What a loop over a value meets.
  func elements(of value: Value) throws -> [Value] {
    let elements: [Value]
    switch value {
    case .undefined: return []
    case .string(let text):
      try budget.write(elements: text.byteCount)
      elements = text.scalars.map { .string(Text([$0])) }
    case .sequence(let sequence): elements = sequence.elements
    case .mapping(let mapping): elements = mapping.keys
    case .iterator(let iterator): elements = iterator.takeAll()
    default: throw Failure.failed("nothing can loop over \(value.kindName)")
    }
    try budget.write(elements: elements.count)
    return elements
  }

  /// `value.name`: a method or attribute, otherwise an item.
  func attribute(_ name: Text, of value: Value) throws -> Value {
    try member(name, of: value) ?? item(ofKey: .string(name), in: value) ?? missing(name, in: value)
  }

  /// `value[key]`: an item, otherwise a method or attribute.
  func item(_ key: Value, of value: Value) throws -> Value {
    try budget.read(key)
    if key.wholeNumber != nil { try budget.read(value) }
    if let found = try item(ofKey: key, in: value) { return found }
    if case .string(let name) = key, let found = try member(name, of: value) { return found }
    return missing(try string(key), in: value)
  }

  private func missing(_ name: Text, in value: Value) -> Value {
    .undefined("there is no \(name.quoted) in \(value.kindName)")
  }

  private func member(_ name: Text, of value: Value) throws -> Value? {
    switch value {
    case .undefined(let reason): throw Failure.failed("\(reason), and \(name.quoted) is asked of it")
    case .namespace(let namespace): return namespace.attributes[name]
    case .callable(.macro(let macro, _)): return try macro.attribute(name)
    case .loop(let loop):
      return loop.attribute(name) ?? (name == "cycle" ? .callable(.method(value, name)) : nil)
    default: return Methods.names(of: value).contains(name) ? .callable(.method(value, name)) : nil
    }
  }

  private func item(ofKey key: Value, in value: Value) throws -> Value? {
    switch value {
    case .undefined(let reason): throw Failure.failed("\(reason), and an item is asked of it")
    case .mapping(let mapping): return try mapping[ValueMapping.Key(key)]
    case .sequence(let sequence) where sequence.hasPlaces:
      guard let index = key.wholeNumber else { return nil }
      return Self.place(index, count: sequence.elements.count).map { sequence.elements[$0] }
    case .string(let text):
      guard let index = key.wholeNumber else { return nil }
      let scalars = text.scalars
      return Self.place(index, count: scalars.count).map {
        .string(Text([scalars[scalars.index(scalars.startIndex, offsetBy: $0)]]))
      }
    default: return nil
    }
  }

  /// The place of an index, which counts from the end when it is negative.
  private static func place(_ index: Int, count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  /// `value[start:end:step]`
  func slice(_ value: Value, _ start: Value?, _ end: Value?, _ step: Value?) throws -> Value {
    let bounds = try [start, end, step].map { bound -> Int? in
      guard let bound else { return nil }
      if case .none = bound { return nil }
      guard let whole = bound.wholeNumber else {
        throw Failure.failed("the ends of a slice are whole numbers, and there is \(bound.kindName)")
      }
      return whole
    }
    switch value {
    case .string(let text):
      let scalars = Array(text.scalars)
      try budget.write(text.byteCount)
      return .string(Text(try Self.places(bounds, count: scalars.count).map { scalars[$0] }))
    case .sequence(let sequence) where sequence.hasPlaces:
      let places = try Self.places(bounds, count: sequence.elements.count)
      try budget.write(elements: places.count)
      return .sequence(
        try ValueSequence(
          places.map { sequence.elements[$0] }, kind: sequence.kind == .tuple ? .tuple : .list))
    case .undefined(let reason): throw Failure.failed("\(reason), and a slice is asked of it")
    default: throw Failure.failed("\(value.kindName) has no slices")
    }
  }

  /// The places that a slice takes, in its order.
  private static func places(_ bounds: [Int?], count: Int) throws -> [Int] {
    let step = bounds[2] ?? 1
    guard step != 0 else { throw Failure.failed("the step of a slice is zero") }
    func clamped(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
      min(max(bound < 0 ? bound + count : bound, range.lowerBound), range.upperBound)
    }
    // Longer steps take one element, as these do; numbers of this size cannot overflow.
    let stride = min(max(step, -count - 1), count + 1)
    if step > 0 {
      let range = 0...count
      let start = clamped(bounds[0] ?? 0, range)
      return Array(Swift.stride(from: start, to: clamped(bounds[1] ?? count, range), by: stride))
    }
    let range = -1...(count - 1)
    let start = clamped(bounds[0] ?? count - 1, range)
    let end = bounds[1].map { clamped($0, range) } ?? -1
    return Array(Swift.stride(from: start, to: end, by: stride))
  }
}
