import Foundation
import Transformer

extension Policy {
  /// The file of the profile by which the policy divides its budget; `nil` for policies without one.
  public var profilePath: String? {
    (allocation as? HeadsAllocation).map { ($0.path as NSString).expandingTildeInPath }
  }

  /// Looks whether that profile can be used with a model, before anything is computed for it.
  /// - Throws: `HeadProfileError`.
  public func checkProfile(_ shape: ModelShape) throws(HeadProfileError) {
    guard let heads = allocation as? HeadsAllocation else { return }
    _ = try HeadProfile.remembered(heads.path, heads.measure).scores(of: shape, setCount: shape.kvHeadCount)
  }
}
