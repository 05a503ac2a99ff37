import Foundation

@testable import Screen

/// How eyes see colours: full vision, and without one kind of cones.
///
/// The matrices are those of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation
/// of Color Vision Deficiency" (2009), at full severity, on linear sRGB; rows are red, green, blue.
enum ColorVision: CaseIterable {
  case full, protanopia, deuteranopia, tritanopia

  private var matrix: [[Double]] {
    switch self {
    case .full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    }
  }

  /// A seen colour in CIELAB under D65: lightness 0...100, green to red, blue to yellow.
  func lab(_ color: Color) -> (lightness: Double, a: Double, b: Double) {
    let (red, green, blue) = color.linear
    let seen = matrix.map { min(1, max(0, $0[0] * red + $0[1] * green + $0[2] * blue)) }
    // sRGB to XYZ (IEC 61966-2-1), divided by the white point.
    let x = (0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047
    let y = 0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2]
    let z = (0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883
    func response(_ value: Double) -> Double {
      value > 216 / 24389 ? cbrt(value) : (24389 / 27 * value + 16) / 116
    }
    let (fx, fy, fz) = (response(x), response(y), response(z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))
  }

  /// How unlike two colours look (CIE 1976): about 2 is just seen, 20 and more is told apart at a glance.
  func difference(_ one: Color, _ other: Color) -> Double {
    let (one, other) = (lab(one), lab(other))
    let (lightness, a, b) = (one.lightness - other.lightness, one.a - other.a, one.b - other.b)
    return (lightness * lightness + a * a + b * b).squareRoot()
  }
}
