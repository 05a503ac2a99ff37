// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order in which a text passes through the program: each may import
// those above it, never those below (Sources/README.md).
let package = Package(
  name: "laq-tui",
  products: [
    .executable(name: "laq-tui", targets: ["laq-tui"]),
    .library(name: "LAQ", targets: ["Checkpoint", "Transformer", "Eviction", "Exploration"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    .target(name: "CFaults"),
    .target(name: "Kernels", dependencies: ["CFaults"], linkerSettings: [.linkedLibrary("m")]),
    .target(name: "COneDNN", dependencies: ["Kernels"], linkerSettings: [.linkedLibrary("dnnl")]),
    .target(
      name: "CTerminal", dependencies: ["CFaults"],
      cSettings: [.define("_XOPEN_SOURCE_EXTENDED", to: "1")],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(
      name: "Checkpoint",
      dependencies: ["CFaults", "Kernels", .product(name: "HeapModule", package: "swift-collections")]),
    .target(name: "ChatTemplates"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "EmbeddedModel", resources: [.copy("Resources/model"), .embedInCode("Resources/needle.txt")]),
    .target(name: "Transformer", dependencies: ["COneDNN", "Kernels", "Checkpoint"]),
    .target(name: "Eviction", dependencies: ["Checkpoint", "Transformer", "Kernels"]),
    .target(
      name: "Exploration",
      dependencies: ["CFaults", "Kernels", "Checkpoint", "ChatTemplates", "Transformer", "Eviction", "CZlib"]),
    .target(name: "Evaluation", dependencies: ["Checkpoint", "Transformer", "Eviction", "Exploration"]),
    .target(name: "Screen"),
    .target(name: "Terminal", dependencies: ["CTerminal", "Screen"]),
    .target(
      name: "Views", dependencies: ["Checkpoint", "Transformer", "Eviction", "Exploration", "Screen"],
      resources: ["data", "text", "heatmap", "heads", "start"].map {
        .embedInCode("Export/Page/Script/\($0).js")
      }),
    .target(name: "ResultsViews", dependencies: ["Eviction", "Evaluation", "Screen", "Views"]),
    .target(name: "KeyStorm", dependencies: ["Views", "Screen", "Exploration"]),
    .executableTarget(
      name: "laq-tui",
      dependencies: [
        "CFaults", "Checkpoint", "EmbeddedModel", "Transformer", "Eviction", "Exploration", "Evaluation",
        "Screen", "Terminal", "Views", "ResultsViews",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "laq-bench",
      dependencies: [
        "Checkpoint", "Kernels", "Transformer", "Eviction", "Exploration", "EmbeddedModel", "Screen", "Views",
        "KeyStorm",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["Peers"]),
    .target(name: "TestSupport", dependencies: ["Eviction"], path: "Tests/TestSupport"),
    .testTarget(
      name: "CheckpointTests", dependencies: ["Checkpoint", "TestSupport"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ChatTemplatesTests", dependencies: ["ChatTemplates", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "TransformerTests", dependencies: ["Transformer", "Checkpoint", "Kernels", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "EvictionTests",
      dependencies: ["Checkpoint", "Kernels", "Transformer", "Eviction", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "LibraryTests",
      dependencies: ["Checkpoint", "Transformer", "Eviction", "EmbeddedModel", "TestSupport"]),
    .testTarget(
      name: "ExplorationTests",
      dependencies: [
        "Checkpoint", "Kernels", "EmbeddedModel", "Transformer", "Eviction", "Exploration", "TestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Checkpoint", "EmbeddedModel", "Transformer", "Eviction", "Exploration", "Evaluation", "TestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "ScreenTests", dependencies: ["Screen"]),
    .testTarget(name: "InputTests", dependencies: ["Terminal", "Screen", "KeyStorm"]),
    .testTarget(
      name: "ViewsTests",
      dependencies: [
        "Checkpoint", "EmbeddedModel", "Transformer", "Eviction", "Exploration", "Evaluation", "Screen",
        "Views", "ResultsViews", "KeyStorm", "TestSupport",
      ],
      resources: [.copy("Screens")]),
    .testTarget(
      name: "ProgramTests",
      dependencies: ["laq-tui", "Checkpoint", "Eviction", "Screen", "Views", "KeyStorm", "TestSupport"],
      exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6]
)

// The kernels are optimised in debug builds as well, where they would take most of the tests' time, and so is
// the Swift that every test of a run, a policy or a screen waits for: with it the suite takes 463 s, without it
// 617. And what runs once per start or per key is not optimised in release builds, where that would take a
// third of the time until the first screen. Flags of this kind are refused in a package that others depend on,
// which builds its targets as its user's configuration says.
if !Context.packageDirectory.contains("/checkouts/") {
  for target in package.targets where target.name == "Kernels" {
    target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(["-O2"], .when(configuration: .debug))]
  }
  for target in package.targets where ["Transformer", "Eviction", "Screen"].contains(target.name) {
    target.swiftSettings =
      (target.swiftSettings ?? []) + [.unsafeFlags(["-O"], .when(configuration: .debug))]
  }
  for target in package.targets where ["ChatTemplates", "Evaluation", "laq-tui"].contains(target.name) {
    target.swiftSettings =
      (target.swiftSettings ?? []) + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
  }
}

// CI (and whoever sets the variable) builds with warnings as errors; dependencies are not affected. A system
// library has nothing to compile, so it takes no settings.
if Context.environment["LAQ_STRICT"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
