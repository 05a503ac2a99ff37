/// The scalars sorted by which of some sets they are in: a pattern cannot tell those of one class apart.
struct ScalarClasses: Sendable {
  /// Where each interval of values begins.
  private let starts: [UInt32]
  /// The class of each kind of scalar in each interval. `[interval][kind]`
  private let classes: [UInt8]
  /// For each class, whether each set has its scalars. `[class][set]`
  let members: [[Bool]]

  /// How many classes there are; 255 means too many.
  var count: Int { members.count }

  init(_ sets: [ScalarSet]) {
    let starts = Set(sets.flatMap(\.starts) + [0]).sorted()
    var numbers: [[Bool]: UInt8] = [:]
    var members: [[Bool]] = []
    var classes: [UInt8] = []
    for start in starts {
      let kinds = sets.map { $0.kinds(at: start) }
      for kind in 0..<UInt64(ScalarKind.count) {
        let signature = kinds.map { $0 >> kind & 1 == 1 }
        if numbers[signature] == nil, members.count < 255 {
          numbers[signature] = UInt8(members.count)
          members.append(signature)
        }
        classes.append(numbers[signature] ?? 0)
      }
    }
    self.starts = starts
    self.classes = classes
    self.members = members
  }

  /// The class of a scalar's value.
  func scalarClass(of value: UInt32) -> UInt8 {
    let interval = starts.count == 1 ? 0 : ScalarSet.interval(of: value, in: starts)
    return classes[interval * ScalarKind.count + Int(ScalarKind.of(value).code)]
  }
}
