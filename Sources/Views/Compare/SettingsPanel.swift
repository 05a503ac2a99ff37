import Eviction
import Exploration
import Screen

/// The active policy's full settings beside the pinned one's; what makes the two unlike is marked.
struct SettingsPanel {
  /// A line of the panel.
  struct Entry: Equatable {
    let name: String
    let active: String
    /// `nil` where there is no pinned policy, or it has no such setting.
    let pinned: String?
    /// Whether both have it, and not alike: a comparison under other settings than one thinks.
    let isUnlike: Bool

    /// The entry in lines of some widths, where it is the sentence about what has no result: that is what one
    /// came to read.
    func lines(active width: Int, pinned other: Int) -> [Entry] {
      guard name == SettingsPanel.refusal else { return [self] }
      let own = WrappedText.lines(active, width: width)
      let others = pinned.map { WrappedText.lines($0, width: other) }
      return (0..<max(own.count, others?.count ?? 0)).map { line in
        Entry(
          name: line == 0 ? name : "", active: own.indices.contains(line) ? own[line] : "",
          pinned: others.map { $0.indices.contains(line) ? $0[line] : "" }, isUnlike: false)
      }
    }
  }

  /// The name of the sentence that says why a policy has no result.
  private static let refusal = "no result"

  private let scene: Scene

  init(_ scene: Scene) { self.scene = scene }

  /// What is known of both policies: what they are, what they look at in this prompt, and every setting.
  var entries: [Entry] {
    guard let active = scene.setup.active else { return [] }
    let pinned = scene.setup.pinned.flatMap {
      $0 != scene.setup.policy && scene.setup.settings.policies.indices.contains($0)
        ? scene.setup.settings.policies[$0] : nil
    }
    func entry(_ name: String, compared: Bool = false, _ text: (Policy) -> String?) -> Entry? {
      let (own, other) = (text(active), pinned.flatMap(text))
      guard own != nil || other != nil else { return nil }
      return Entry(
        name: name, active: own ?? "-", pinned: pinned == nil ? nil : other ?? "-",
        isUnlike: compared && own != nil && other != nil && own != other)
    }
    let facts = [
      entry("name", \.name), entry("looks at", \.descriptor.looksAt), entry("source", \.descriptor.source),
      entry("cost", \.descriptor.cost),
      entry(Self.refusal) { scene.run.unavailableReasons[$0] },
      // What a file's choice was made by, it does not say; what has no result has looked at nothing.
      entry("observes", compared: true) {
        $0.map == nil && scene.run.unavailableReasons[$0] == nil ? observed($0) : nil
      },
      entry("keeps", compared: true) {
        figures($0).map { "\(ChoiceWords($0, pinned: nil).kept.replacing(" ", with: "")) tokens per head" }
      },
      entry("by score", compared: true) {
        figures($0).map { "\(ChoiceWords($0, pinned: nil).chosen) tokens per head" }
      },
      entry("here") { policy in
        let notes = result(policy)?.notes ?? []
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
      },
      entry("always keeps", compared: true, protected),
      entry("allocation", compared: true) { $0.map == nil ? $0.allocationDescriptor.title : nil },
    ]
    let keys = (active.allSettings + (pinned?.allSettings ?? [])).map(\.key)
    var seen: Set<String> = []
    let settings = keys.filter { seen.insert($0).inserted }.map { key in
      entry(key, compared: true) { policy in policy.allSettings.first { $0.key == key }?.value }
    }
    return (facts + settings + [budget, chat, question, answerPrefix]).compactMap { $0 }
  }

  /// The question that comes after the eviction, whatever the policy; `nil` without one.
  private var question: Entry? {
    guard let text = scene.run.prompt.laterQuestionText else { return nil }
    let place = StatusLines.questionPlace(scene.run.prompt)
    let visible = Sanitizer.visible(text, spaces: false)
    return Entry(name: "asked", active: "\(place): \(visible)", pinned: nil, isUnlike: false)
  }

  /// What every answer begins with; `nil` without anything.
  private var answerPrefix: Entry? {
    scene.setup.prompt.framing.answerPrefix.map {
      Entry(
        name: "answers begin", active: "\"\(Sanitizer.visible($0, spaces: false))\"", pinned: nil,
        isUnlike: false)
    }
  }

  /// The share that the budget is; `nil` where it was asked for as a number of tokens.
  private var budget: Entry? {
    let settings = scene.setup.settings
    return settings.share.map {
      Entry(
        name: "budget",
        active:
          "\(Budget.share($0)) of \(grouped(scene.setup.prompt.tokens.count)) tokens, \(settings.budget) per head",
        pinned: nil, isUnlike: false)
    }
  }

  /// What is put around the text, whatever the policy; `nil` where it is no chat.
  private var chat: Entry? {
    let framing = scene.setup.prompt.framing
    guard framing.chat != nil else { return nil }
    let given = framing.system.map { $0.isEmpty ? "no system turn" : "a system turn" }
    let system = framing.conversation.map { conversation in
      let own =
        conversation.hasSystem ? "its system's turn included" : given ?? "the template's own system turn"
      return "a conversation of \(conversation.count) messages, \(own)"
    }
    let text = ([system ?? given ?? "the template's own system turn"] + framing.variables.arguments).joined(
      separator: ", ")
    return Entry(name: "chat", active: text, pinned: nil, isUnlike: false)
  }

  func draw(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    let name = 14
    let all = entries
    let isPinned = all.contains { $0.pinned != nil }
    let column = isPinned ? max(10, (frame.width - name - 3) / 2) : frame.width - name
    let entries = all.flatMap { $0.lines(active: column - 1, pinned: frame.width - name - column - 3) }
    frame.line(
      area.lowerBound,
      [
        Span(TextWidth.padded("settings", to: name), theme[.dim]),
        Span(
          TextWidth.padded(clipped(scene.setup.policyTitle, column - 1, frame), to: column), theme[.accent]),
      ])
    if isPinned, let title = scene.setup.pinnedTitle {
      let words = entries.contains(where: \.isUnlike) ? "  ! unlike" : ""
      frame.line(
        area.lowerBound, [Span("   x " + title, theme[.text]), Span(words, theme[.warning])],
        from: name + column)
    }
    // What is unlike comes first where not all fit: it is why one looks.
    let room = max(0, area.count - 1)
    let shown = entries.count <= room ? entries : entries.filter(\.isUnlike) + entries.filter { !$0.isUnlike }
    // Those that have no line of their own share the last one.
    let lines = entries.count <= room ? room : max(0, room - 1)
    let rest = shown.dropFirst(lines)
    if !rest.isEmpty, room > 0 {
      let words = rest.map { entry in
        let pinned = entry.pinned.flatMap {
          $0 == entry.active ? nil : "\(entry.isUnlike ? " !" : "") / \($0)"
        }
        return "\(entry.name) \(entry.active)\(pinned ?? "")"
      }
      let text = words.joined(separator: " \(frame.glyphs.dot) ")
      frame.line(
        area.lowerBound + room,
        [
          Span(TextWidth.padded(frame.glyphs.ellipsis, to: name), theme[.dim]),
          Span(clipped(text, frame.width - name, frame), theme[.dim]),
        ])
    }
    for (offset, entry) in shown.prefix(lines).enumerated() {
      let row = area.lowerBound + 1 + offset
      frame.line(
        row,
        [
          Span(TextWidth.padded(entry.name, to: name), theme[.dim]),
          Span(TextWidth.padded(clipped(entry.active, column - 1, frame), to: column)),
        ])
      guard let pinned = entry.pinned else { continue }
      let mark = entry.isUnlike ? " ! " : "   "
      frame.line(
        row,
        [
          Span(mark, theme[.warning]),
          Span(
            clipped(pinned, frame.width - name - column - 3, frame), theme[entry.isUnlike ? .warning : .text]),
        ], from: name + column)
    }
  }

  private func clipped(_ text: String, _ width: Int, _ frame: Frame) -> String {
    TextWidth.clipped(text, to: max(1, width), ellipsis: frame.glyphs.ellipsis)
  }

  private func result(_ policy: Policy) -> PolicyResult? { scene.run.results.first { $0.policy == policy } }

  private func figures(_ policy: Policy) -> ResultFigures? {
    result(policy).map { ResultFigures($0, of: scene.run) }
  }

  private func observed(_ policy: Policy) -> String? {
    switch policy.observedTokens(for: scene.run.prompt.facts(budget: scene.run.settings.budget)) {
    case nil: "all prompt queries"
    case 0?: "no prompt query"
    case let count?: "the last \(count) prompt queries"
    }
  }

  private func protected(_ policy: Policy) -> String? {
    guard let result = result(policy), let scores = result.scores
    else { return nil }
    let head = result.kept.granularity.head(forQueryHead: scene.cursor.head, in: result.kept.shape)
    guard scene.cursor.layer < result.kept.positions.count,
      head < result.kept.positions[scene.cursor.layer].count
    else {
      return nil
    }
    return "\(scores.protected(layer: scene.cursor.layer, head: head).count) tokens"
  }
}
