import ArgumentParser
import Exploration
import Transformer

/// What the text is read by.
struct ModelOptions: ParsableArguments {
  @Option(
    help: """
      A Hugging Face folder, a .gguf or .safetensors file, ORG/NAME in the Hugging Face cache, or 'embedded'. \
      Default: embedded.
      """, completion: .custom(Completions.models))
  var model: String?

  @Option(
    help:
      "A trained gate for the policy 'gate', a .safetensors file. Default: gate.safetensors beside the model.",
    completion: .file(extensions: ["safetensors"]))
  var gate: String?

  @Option(help: "Number format of matrix products: automatic, float32, bfloat16. Default: automatic.")
  var precision: Precision?

  @Option(
    help:
      "The prompt's queries that are recorded: all, or windows for long texts in little memory. Default: all."
  )
  var recording: RecordingScope?
}

extension Precision: ExpressibleByArgument {}
extension RecordingScope: ExpressibleByArgument {}
