import Exploration
import Foundation
import Screen

extension ViewState {
  /// The bytes of an export; equal states have equal bytes.
  ///
  /// Cost: up to a second for long texts and many policies, so it is called off the screen's thread.
  /// - Parameters:
  ///   - size: the size of a drawn view; no smaller than a view can be read in.
  ///   - glyphs: what a drawn view is drawn with.
  /// - Throws: `ExportError`.
  package func exported(_ request: ExportRequest, size: Size, glyphs: GlyphSet = .unicode) throws -> Data {
    switch try request.resolvedFormat() {
    case .text:
      // Without colours the marks under the text say what backgrounds would have said.
      return Data(TextRenderer.text(picture(size: size, glyphs: glyphs, theme: .mono)).utf8)
    case .ansi: return Data(TextRenderer.ansi(picture(size: size, glyphs: glyphs, theme: display.theme)).utf8)
    case .svg: return Data(drawing(size: size, glyphs: glyphs).utf8)
    case .html:
      let page = try TokenPage(
        scene, scope: request.scope,
        drawing: request.scope == .view ? drawing(size: size, glyphs: glyphs) : nil)
      return Data(try page.html().utf8)
    case let format:
      if request.scope == .view, let data = try numbers(format) { return data }
      return try KeptExport(run).data(format, path: request.path)
    }
  }

  /// The numbers of the open view, where it is a table or curves and the format holds such.
  /// - Throws: `ExportError.nothingYet` before there are any.
  private func numbers(_ format: ExportFormat) throws -> Data? {
    guard format == .json || format == .csv, showsNumbers else { return nil }
    switch display.view {
    case .lookahead:
      guard let study = scene.study else { throw ExportError.nothingYet }
      let export = try StudyExport(study)
      return format == .csv ? export.csv() : try export.json()
    case .compare:
      let export = try SweepExport(details.sweep, scene.plottedKeys, of: run)
      return format == .csv ? export.csv() : try export.json()
    default:
      let policies = scene.plottedPolicies.map { setup.settings.policies[$0] }
      let export = try CourseExport(run, policies: policies, coverage: scene.coverage)
      return format == .csv ? export.csv() : try export.json()
    }
  }

  /// Whether the open view has numbers of its own for a table, beside what every policy keeps.
  var showsNumbers: Bool {
    display.view == .lookahead || display.view == .compare || scene.showsCourse
  }

  private func drawing(size: Size, glyphs: GlyphSet) -> String {
    let title =
      "\(display.view.title) view of \(Sanitizer.visible(run.prompt.name, spaces: false)): \(setup.policyTitle), budget \(run.settings.budget)"
    return SVGRenderer(display.theme).svg(
      picture(size: size, glyphs: glyphs, theme: display.theme), title: title)
  }

  /// The view as it is, without what is being typed or said over it.
  private func picture(size: Size, glyphs: GlyphSet, theme: Theme) -> Grid {
    var copy = self
    (copy.typing.entry, copy.message, copy.display.theme) = (nil, nil, theme)
    copy.settle()
    let least = Self.smallestSize
    return copy.draw(
      size: Size(width: max(size.width, least.width), height: max(size.height, least.height)), glyphs: glyphs)
  }
}
