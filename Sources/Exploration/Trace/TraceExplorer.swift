import Eviction
import Transformer

/// Tells the story of a trace, on a thread of its own: scores, kept sets and figures, no answers but the recorded one.
///
/// Cancelling the awaiting task stops the work between two heads; what was computed stays.
public actor TraceExplorer: Exploring {
  private let thread = EngineThread()
  private let trace: TraceFile

  nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Prepares to tell a trace's story.
  public init(_ trace: TraceFile) { self.trace = trace }

  public func explore(
    _ story: Story, earlier: Story?, onUpdate: @escaping @Sendable (Story) -> Void
  ) -> Story {
    var telling = TraceTelling(story: story, trace: trace, onUpdate: onUpdate)
    do {
      try telling.tell(earlier: earlier)
    } catch is CancellationError {
      telling.update { $0.stage = .cancelled }
    } catch {
      telling.update { $0.stage = .failed(String(describing: error)) }
    }
    return telling.story
  }

  public func sweep(
    _ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of story: Story, onUpdate: @escaping @Sendable (BudgetSweep) -> Void
  ) -> BudgetSweep {
    var sweep = sweep
    guard let sweeping = BudgetSweeping(story, output: trace.output) else { return sweep }
    for key in keys {
      do {
        try sweeping.sweep(key, into: &sweep, onUpdate: onUpdate) { budgets in
          // What the model would decode at each budget is not known: the recorded rows stand for it.
          key.policy.lookahead.map { wanted in
            budgets.map { budget in
              RecordedLookahead.best(trace.lookaheads, for: wanted, budget: budget, granularity: key.granularity)?
                .queries.prefix(wanted.tokenCount) ?? QueryRows(shape: trace.recording.shape)
            }
          }
        }
      } catch is CancellationError {
        return sweep
      } catch {
        sweep.refuse(key, String(describing: error))
        onUpdate(sweep)
      }
    }
    return sweep
  }

  /// A trace decodes nothing: the finding fails.
  public func why(
    _ finding: WhyFinding, of story: Story, onUpdate: @escaping @Sendable (WhyFinding) -> Void
  ) -> WhyFinding {
    var finding = finding
    finding.stage = .failed(String(describing: WhyError.needsModel))
    onUpdate(finding)
    return finding
  }
}
