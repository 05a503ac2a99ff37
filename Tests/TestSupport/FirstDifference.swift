/// Says where two sequences first differ, and `nil` where they are equal.
///
/// `#expect(firstDifference(found, expected) == nil)` is one expectation however long the sequences are:
/// expanded once for each element it would take most of a test's time, and comparing wholes would print both.
package func firstDifference<Element: Equatable>(
  _ found: some Collection<Element>, _ expected: some Collection<Element>
) -> String? {
  var place = 0
  var others = expected.makeIterator()
  for element in found {
    guard let other = others.next() else { return "\(found.count) were found, \(expected.count) expected" }
    if element != other { return "at \(place): \(element) was found, \(other) expected" }
    place += 1
  }
  return others.next() == nil ? nil : "\(found.count) were found, \(expected.count) expected"
}
