import Eviction
import Exploration

/// How the course of an answer is shown.
package struct CourseDisplay: Sendable {
  /// Whether the timeline shows it.
  package var isShown = false
  /// The figure that is plotted first.
  package var figure = CourseFigure.divergence
  /// Whether all steps are in sight, however narrow, rather than as wide as their words.
  package var showsAll = false
}

extension Scene {
  /// Whether the open view is the course of an answer.
  var showsCourse: Bool { display.view == .timeline && display.course.isShown }

  /// What is asked for of every step.
  var coverageRequest: StepCoverage.Request? {
    run.stage == .done ? StepCoverage.Request(run) : nil
  }

  /// What is kept of every step's attention, once it is known.
  var coverage: StepCoverage? {
    guard let coverage = details.coverage, coverage.request == coverageRequest else { return nil }
    return coverage
  }
}

/// A line of the course's plots.
struct CourseLine {
  /// The policy's place in the settings' list.
  let policy: Int
  let title: String
  let course: AnswerCourse

  /// The active policy's, the pinned one's, those that are chosen in the comparison; without those that have
  /// no result.
  static func all(of scene: Scene) -> [CourseLine] {
    let coverage = scene.coverage
    return scene.plottedPolicies.compactMap { index in
      scene.run.result(index).map {
        CourseLine(
          policy: index, title: scene.setup.settings.policies[index].title,
          course: AnswerCourse($0, of: scene.run, coverage: coverage))
      }
    }
  }
}
