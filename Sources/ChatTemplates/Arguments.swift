/// The values that something is called with.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: Text, value: Value)] = []

  /// The values by parameter; `nil` for those that are not given.
  /// - Throws: `Failure` for arguments that nothing is called with.
  func bound(to parameters: [Text], of callee: @autoclosure () -> String) throws -> [Value?] {
    guard positional.count <= parameters.count else {
      throw Failure.failed("\(callee()) takes \(parameters.count) arguments, and got \(positional.count)")
    }
    var result: [Value?] = positional + [Value?](repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard let place = parameters.firstIndex(of: name) else {
        throw Failure.unsupported("the argument \(name.quoted) of \(callee())")
      }
      guard result[place] == nil else { throw Failure.failed("\(callee()) got \(name.quoted) twice") }
      result[place] = value
    }
    return result
  }

  /// The rest of the arguments after some positional ones.
  func dropping(_ count: Int) -> Arguments {
    Arguments(positional: Array(positional.dropFirst(count)), named: named)
  }
}
