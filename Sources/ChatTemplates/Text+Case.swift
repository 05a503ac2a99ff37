/// Upper and lower case as Python's `str` and Jinja's filters have them.
extension Text {
  var uppercased: Text { Text(scalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }) }

  var lowercased: Text {
    var result = ""
    for index in scalars.indices {
      let isFinal = scalars[index] == "Σ" && endsWord(at: index)
      result += isFinal ? "ς" : scalars[index].properties.lowercaseMapping
    }
    return Text(result)
  }

  /// Whether a letter has letters before it and none behind it, which gives sigma its other form.
  private func endsWord(at index: String.UnicodeScalarView.Index) -> Bool {
    func isLetter(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[scalars.index(after: index)...].first { !$0.properties.isCaseIgnorable }
    return isLetter(before) && !isLetter(after)
  }

  /// Whether there are letters in lower case and none in upper case.
  var isLowercase: Bool {
    scalars.contains(where: \.properties.isLowercase) && !scalars.contains(where: \.properties.isUppercase)
  }

  /// Whether there are letters in upper case and none in lower case.
  var isUppercase: Bool {
    scalars.contains(where: \.properties.isUppercase) && !scalars.contains(where: \.properties.isLowercase)
  }

  /// The first scalar in title case, the rest in lower case.
  var capitalized: Text {
    guard let first = scalars.first else { return self }
    return Text(first.properties.titlecaseMapping + Text(scalars.dropFirst()).lowercased.string)
  }

  /// Every letter that follows no letter in title case, as the method `title` does.
  var titlecased: Text {
    var followsLetter = false
    return Text(
      scalars.reduce(into: "") { result, scalar in
        let properties = scalar.properties
        result += followsLetter ? properties.lowercaseMapping : properties.titlecaseMapping
        followsLetter = properties.isCased
      })
  }

  /// Words that begin after white space, a hyphen or a bracket, as the filter `title` does.
  var titledWords: Text {
    var isFirst = true
    return Text(
      scalars.reduce(into: "") { result, scalar in
        let separates = scalar.isSpace || "-({[<".unicodeScalars.contains(scalar)
        let properties = scalar.properties
        result += isFirst && !separates ? properties.uppercaseMapping : properties.lowercaseMapping
        isFirst = separates
      })
  }
}
