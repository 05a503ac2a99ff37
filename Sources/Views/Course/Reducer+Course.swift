import Exploration

extension ViewState {
  /// Opens the course of the answer, at a step of it, or goes back to the timeline.
  mutating func toggleCourse() {
    display.course.isShown.toggle()
    guard display.course.isShown else {
      // The answer of the active policy may have fewer tokens than the full cache's.
      if cursor.step != nil { go(to: scene.shownIndex) }
      return
    }
    if case .decode = scene.shownStep { return }
    if let first = scene.timelineIndex(ofDecode: 0) { go(to: first) }
  }

  /// Goes through the figures of the course, which is opened first.
  mutating func turnCourseFigure(by times: Int) {
    guard display.course.isShown else {
      toggleCourse()
      return
    }
    display.course.figure = Self.following(display.course.figure, by: times)
  }

  /// Makes the course's steps as wide as their words, or brings all of them into sight.
  mutating func zoomCourse(closer: Bool) {
    guard scene.showsCourse else {
      message = "\(display.keys.shown(.course)) shows the course of the answer, where this zooms"
      return
    }
    if display.course.showsAll != closer {
      message = closer ? "the steps are as wide as their words already" : "all steps are in sight already"
    }
    display.course.showsAll = !closer
  }

  /// Where steps begin to play by themselves when the last one is shown.
  var firstPlayedStep: Int { scene.showsCourse ? scene.timelineIndex(ofDecode: 0) ?? 0 : 0 }
}
