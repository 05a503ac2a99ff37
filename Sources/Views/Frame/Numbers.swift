/// Seconds with the digits that matter.
func seconds(_ value: Double) -> String { "\(decimal(value, value < 0.1 ? 3 : 2)) s" }

/// MiB with one or two decimals.
func mebibytes(_ bytes: Int) -> String {
  let value = Double(bytes) / 1_048_576
  return "\(decimal(value, value < 10 ? 2 : 1)) MiB"
}

/// A fixed number of decimals, without the locale; of what no screen would hold, its exponent.
package func decimal(_ value: Double, _ places: Int) -> String {
  guard value.isFinite else { return "-" }
  let scale = (0..<places).reduce(1.0) { result, _ in result * 10 }
  guard abs(value) * scale < 1e18 else { return String(value) }
  let rounded = Int((abs(value) * scale).rounded())
  let whole = rounded / Int(scale)
  let sign = value < 0 && rounded > 0 ? "-" : ""
  guard places > 0 else { return "\(sign)\(whole)" }
  let fraction = String(rounded % Int(scale))
  return "\(sign)\(whole)." + String(repeating: "0", count: places - fraction.count) + fraction
}

/// A whole number with commas.
package func grouped(_ value: Int) -> String {
  let digits = String(abs(value))
  var result = ""
  for (offset, digit) in digits.enumerated() {
    if offset > 0, (digits.count - offset) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return value < 0 ? "-" + result : result
}
