import ArgumentParser
import Exploration
import Screen
import Views

/// `laq-tui --help`: the program's manual, in the order of a man page. Options, commands and keys are those
/// that the program itself reads.
struct Manual {
  private static let width = 92
  private static let indent = "    "

  /// The whole page.
  var text: String {
    let sections: [(title: String, body: String)] = [
      ("NAME", "laq-tui - see which tokens of a long prompt each KV-cache eviction policy keeps"),
      ("SYNOPSIS", Self.synopsis), ("DESCRIPTION", Self.description), ("OPTIONS", options),
      ("COMMANDS", commands), ("KEYS", keys),
      ("WORDS", words),
      ("FILES", files), ("ENVIRONMENT", Self.environment), ("EXIT STATUS", Self.exitStatus),
      ("EXAMPLES", Self.examples),
      ("VERSION", Release.name),
    ]
    return sections.map { title, body in
      ([title]
        + body.split(separator: "\n", omittingEmptySubsequences: false).map {
          $0.isEmpty ? "" : Self.indent + $0
        })
        .joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  private static let synopsis = """
    laq-tui [OPTION]... TEXT|-|SESSION|TRACE|RESULTS
    laq-tui \(Main.names.joined(separator: " | "))
    laq-tui --generate-completion-script bash|zsh|fish
    """

  private static let description = """
    Runs a text through a language model once, keeps of its cache what each policy keeps, and
    decodes the answer that each leads to. Everything is shown in the terminal: the text with the
    fate of its tokens, attention, heads, figures, steps. '-' reads the text from standard input.

    A trace is a prompt as a model elsewhere saw it, explored without that model; results are those
    of an evaluation, whose prompts are explored one by one.

    With --screen, --export, --record or --why nothing is opened: the result is printed or written,
    and the program ends. 'tutorial' shows the way through the views; 'policies' lists what --policy
    takes; 'eval' has policies answer many prompts; 'config' prints the configuration.

    In the terminal, '?' lists the keys, ':' and Tab the commands, and 'i' asks the text another
    question. ':write FILE' keeps a session, which laq-tui opens as it opens a text.
    """

  /// The options as the argument parser lists them, by their groups.
  private var options: String {
    let help = LaqTUI.helpMessage(columns: Self.width).split(
      separator: "\n", omittingEmptySubsequences: false)
    // What stands before the groups is the abstract and the usage, which this page has in its own words.
    guard let start = help.firstIndex(where: { $0.hasPrefix("THE TEXT") }) else {
      return help.joined(separator: "\n")
    }
    return help[start...].joined(separator: "\n").trimmingNewlines()
  }

  private var commands: String {
    let width = Command.allCases.map(\.synopsis.count).max() ?? 0
    return Command.allCases.map { "\($0.synopsis.padded(to: width + 2))\($0.words)" }.joined(separator: "\n")
      + "\n\nA command may be cut as long as no other begins alike. Every key's action can be typed as well,\nby the name that 'laq-tui config' gives it (':policy-next')."
  }

  private var keys: String {
    var lines: [String] = []
    var group = ""
    for row in KeyTable.standard.rows {
      if row.group != group {
        group = row.group
        lines += lines.isEmpty ? [group] : ["", group]
      }
      let views = row.views.map { views in
        "  ("
          + ViewState.View.allCases.filter(views.contains).map { $0.title.lowercased() }.joined(
            separator: ", ") + ")"
      }
      lines.append("  \(row.shown.padded(to: 8))\(row.words)\(views ?? "")")
    }
    return lines.joined(separator: "\n")
  }

  /// What the words on the screens mean, as the help in the terminal has them.
  private var words: String {
    Glossary.entries.flatMap { entry in
      [entry.word] + WrappedText.lines(entry.text, width: Self.width - 12).map { "    \($0)" }
    }.joined(separator: "\n")
  }

  private var files: String {
    """
    \(ConfigFile.path(environment: ["HOME": "~"]))
        Defaults for options, and keys; 'laq-tui config --write' makes one to start from. The
        command line goes before a session, a session before this file. A file that is not
        understood is wrong usage; --no-config opens without it.
    *.laq
        Sessions: JSON, told from texts by their content.
    """
  }

  private static let environment = """
    NO_COLOR                  where it is set and not empty, no colours (--color always has them)
    COLORFGBG                 the background, where the terminal does not say it when asked
    TERM                      the terminal; one that cannot place its cursor is refused, one that is
                              not known here is drawn as one like it
    XDG_CONFIG_HOME           the folder of laq-tui/config.toml; ~/.config unless set
    HF_HOME, HF_HUB_CACHE     where models called ORG/NAME have been downloaded
    ESCDELAY                  milliseconds to wait for the rest of a key that begins with Esc;
                              50 unless set, over ssh 150
    """

  private static let exitStatus = """
    0    done
    1    failed: one sentence on standard error says what, where, and what to do
    2    no usable terminal
    64   wrong usage, the configuration file's included
    130  stopped by Ctrl-C, without a screen
    """

  private static let examples = """
    laq-tui Samples/needle.txt
    laq-tui --model ~/models/Qwen2.5-0.5B-Instruct --chat --question 'Who pays?' report.txt
    laq-tui --policy 'laq(m=16)' --policy snapkv/pyramid --budget 12.5% report.txt
    laq-tui report.txt --screen compare --size 100x30
    laq-tui report.txt --export kept.json
    git log | laq-tui - --why snapkv
    laq-tui --generate-completion-script bash > ~/.local/share/bash-completion/completions/laq-tui
    """
}

extension String {
  /// With spaces behind it, up to a length.
  fileprivate func padded(to length: Int) -> String {
    self + String(repeating: " ", count: max(1, length - count))
  }

  /// Without newlines at its end.
  fileprivate func trimmingNewlines() -> String {
    guard let last = lastIndex(where: { !$0.isNewline }) else { return "" }
    return String(self[...last])
  }
}
