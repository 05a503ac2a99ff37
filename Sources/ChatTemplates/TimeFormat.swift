import Foundation

/// Formats a time as C's `strftime` does, in English whatever the environment says.
struct TimeFormat {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  private let parts: DateComponents
  private let dayOfYear: Int

  init(_ date: Date, timeZone: TimeZone = .current) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
    dayOfYear = calendar.ordinality(of: .day, in: .year, for: date) ?? 1
  }

  /// - Throws: `Failure` for a directive that is unknown.
  func text(_ format: Text) throws -> Text {
    var result = ""
    var scalars = format.scalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%", var directive = scalars.next() else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let isPadded = directive != "-"
      if !isPadded, let next = scalars.next() { directive = next }
      result += try text(of: directive, isPadded: isPadded)
    }
    return Text(result)
  }

  private func text(of directive: Unicode.Scalar, isPadded: Bool) throws -> String {
    func padded(_ value: Int?, _ width: Int = 2) -> String {
      let digits = String(value ?? 0)
      return isPadded ? String(repeating: "0", count: max(0, width - digits.count)) + digits : digits
    }
    let hour = parts.hour ?? 0
    let month = Self.months[((parts.month ?? 1) + 11) % 12]
    let day = Self.days[((parts.weekday ?? 1) + 6) % 7]
    return switch directive {
    case "Y": padded(parts.year, 4)
    case "y": padded((parts.year ?? 0) % 100)
    case "m": padded(parts.month)
    case "d": padded(parts.day)
    case "B": month
    case "b", "h": String(month.prefix(3))
    case "A": day
    case "a": String(day.prefix(3))
    case "H": padded(hour)
    case "I": padded((hour + 11) % 12 + 1)
    case "p": hour < 12 ? "AM" : "PM"
    case "M": padded(parts.minute)
    case "S": padded(parts.second)
    case "j": padded(dayOfYear, 3)
    case "F": "\(padded(parts.year, 4))-\(padded(parts.month))-\(padded(parts.day))"
    case "T": "\(padded(hour)):\(padded(parts.minute)):\(padded(parts.second))"
    case "%": "%"
    default: throw Failure.unsupported("the directive '%\(directive)' of 'strftime_now'")
    }
  }
}
