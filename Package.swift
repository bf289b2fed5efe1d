// swift-tools-version: 6.1
import Foundation
import PackageDescription

/// Swift's own libraries become part of the program, where the toolchain has them as archives: it starts in 7 ms instead of
/// 12 and needs 18 MB instead of 26. Only what is linked differs, so tests, which need them as libraries, compile nothing
/// again. Elsewhere the libraries are loaded as usual.
func swiftLibrariesInside() -> [LinkerSetting] {
    let archives = [
        "Foundation", "FoundationEssentials", "FoundationInternationalization", "_FoundationICU", "CoreFoundation",
        "_FoundationCShims", "_FoundationCollections",
    ]
    // The toolchain that reads this file, by the library that it reads it with.
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    guard let line = maps.split(separator: "\n").first(where: { $0.hasSuffix("/libPackageDescription.so") }),
        let path = line.firstIndex(of: "/").map({ line[$0...] }), let end = path.range(of: "/lib/swift/pm/")
    else { return [] }
    let usr = path[..<end.lowerBound]
    let files = archives.map { "\(usr)/lib/swift_static/linux/lib\($0).a" } + ["\(usr)/bin/ld.lld"]
    guard files.allSatisfy(FileManager.default.fileExists) else { return [] }
    let group = ["--start-group"] + archives.map { "-l\($0)" } + ["--end-group", "-z", "pack-relative-relocs"]
    return [.unsafeFlags(["-static-stdlib", "-use-ld=lld"] + group.flatMap { ["-Xlinker", $0] })]
}

/// A library of the house: the folder `Sources/floor/name`, or `Sources/name` where it is a floor of its own.
///
/// `uses` are all that its files import, which a test compares.
func room(
    _ name: String, on floor: String? = nil, uses: [String] = [], resources: [Resource] = [],
    linking: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: uses.map { .init(stringLiteral: $0) },
        path: ["Sources", floor, name].compactMap { $0 }.joined(separator: "/"), exclude: ["README.md"],
        resources: resources, linkerSettings: linking)
}

/// The headers of a library of the system.
func map(_ name: String) -> Target { .systemLibrary(name: name, path: "Sources/System/\(name)") }

/// The tests of a room; `golden` where values of other programs lie beside them.
func tests(_ name: String, uses: [String], golden: Bool = false, exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: uses.map { .init(stringLiteral: $0) }, exclude: exclude,
        resources: golden ? [.copy("Golden")] : [])
}

// Floors from the ground up; a room uses what is below it, or beside it and above it in this list. See docs/developing.md.
let package = Package(
    name: "Rhumb",
    products: [.executable(name: "rhumb", targets: ["rhumb"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // System: libraries of the system, and thin shims over them. LateLibraries loads them when they are first needed.
        map("COpenBLAS"), map("CSpng"), map("CTurboJPEG"), map("CCrypto"), map("CCurl"), map("CZMQ"), map("CZip"),
        map("CMarkdown"),
        room("LateLibraries", on: "System"),
        room("LowMemory", on: "System"),
        room("MessagePassing", on: "System"),
        room("Confinement", on: "System"),
        room("LineEditor", on: "System", uses: ["LateLibraries"]),
        room(
            "GnuplotStream", on: "System",
            // Boost's few functions are linked into the program: its libraries would be loaded at every start.
            linking: [.linkedLibrary(":libboost_iostreams.a"), .linkedLibrary(":libboost_filesystem.a")]),

        // Basics: what every room may use; imports nothing.
        room("Basics"),

        // Engine: tensors, the loops that no library has, and the processes that share work.
        room("Ranks", on: "Engine", uses: ["MessagePassing", "Basics"]),
        room("Kernels", on: "Engine", uses: ["LateLibraries"], linking: [.linkedLibrary("m")]),
        room("OneDNN", on: "Engine", uses: ["Kernels", "LateLibraries"]),
        room("Tensor", on: "Engine", uses: ["COpenBLAS", "LateLibraries", "OneDNN", "Kernels", "Ranks", "Basics"]),

        // Files: everything that is read or written.
        room(
            "Files",
            uses: ["CSpng", "CTurboJPEG", "CCrypto", "CZip", "LateLibraries", "Kernels", "Basics", "Tensor"]),

        // Models.
        room(
            "CLIP", on: "Models", uses: ["Kernels", "Basics", "Ranks", "Tensor", "Files"],
            resources: [.copy("Resources")]),
        room("Hub", on: "Models", uses: ["CCurl", "LateLibraries", "Basics", "Files"]),
        room("Diffusion", on: "Models", uses: ["Basics", "Ranks", "Tensor", "Files", "CLIP"]),

        // Method: directions, rewards and reinforcement learning on any models.
        room("Steering", on: "Method", uses: ["COpenBLAS", "Basics", "Tensor"]),
        room("Evaluation", on: "Method", uses: ["Basics", "Ranks", "Tensor", "Files", "CLIP", "Diffusion"]),
        room("Erasure", on: "Method", uses: ["Basics", "Tensor", "Diffusion"]),
        room("Training", on: "Method", uses: ["Basics", "Ranks", "Tensor", "Files"]),
        room(
            "GRPO", on: "Method",
            uses: ["Basics", "Ranks", "Tensor", "Files", "CLIP", "Hub", "Diffusion", "Steering", "Training"]),

        // World: the bundled miniature.
        room(
            "World", on: "World",
            uses: ["Basics", "Tensor", "Files", "CLIP", "Diffusion", "Evaluation", "Steering"],
            resources: [.copy("Resources")]),
        room(
            "WorldTraining", on: "World",
            uses: [
                "Basics", "Ranks", "Tensor", "CLIP", "Diffusion", "Evaluation", "Steering", "Training", "World",
            ]),

        // The language, which knows nothing of all these.
        room("Language", uses: ["Basics"]),

        // Notebook: what keeps and shows what the language gives.
        room("Markdown", on: "Notebook", uses: ["CMarkdown", "LateLibraries"]),
        room("Plot", on: "Notebook", uses: ["GnuplotStream", "Basics", "Files"]),
        room("Notebook", on: "Notebook", uses: ["Basics", "Ranks", "Tensor", "Files", "Language", "Markdown"]),
        room(
            "Report", on: "Notebook", uses: ["Basics", "Files", "Language", "Markdown", "Plot", "Notebook"],
            resources: [.embedInCode("Resources")]),

        // App: where they meet.
        room("Console", on: "App", uses: ["LineEditor", "Basics", "Files", "Language", "Markdown", "Notebook"]),
        room("LanguageServer", on: "App", uses: ["Files", "Language", "Notebook"]),
        room(
            "Jupyter", on: "App",
            uses: ["CZMQ", "LateLibraries", "Basics", "Files", "Language", "Notebook", "Report", "Console"]),
        room("Programs", on: "App", uses: ["Basics", "Files", "Language", "Notebook"]),
        room(
            "Bench", on: "App",
            uses: [
                "Basics", "Tensor", "Files", "CLIP", "Diffusion", "Training", "GRPO", "World", "Language",
            ],
            resources: [.embedInCode("Python")]),
        room(
            "Verbs", on: "App",
            uses: [
                "LateLibraries", "Basics", "Ranks", "Tensor", "Files", "CLIP", "Hub", "Diffusion", "Steering",
                "Evaluation", "Erasure", "Training", "GRPO", "World", "WorldTraining", "Language", "Plot", "Notebook",
                "Report",
            ]),
        .executableTarget(
            name: "rhumb",
            dependencies: [
                "LowMemory", "Confinement", "Basics", "Ranks", "Tensor", "Files", "Hub", "Training", "Language", "Plot",
                "Notebook",
                "Report", "Console", "Jupyter", "Programs", "LanguageServer", "Bench", "Verbs",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/App/rhumb", exclude: ["README.md"], linkerSettings: swiftLibrariesInside()),

        // Comparisons, temporary folders and random numbers of the tests; a terminal for them to type at.
        .target(name: "TestSupport", dependencies: ["Basics", "Tensor"], path: "Tests/TestSupport"),
        .target(name: "Pty", path: "Tests/Pty"),
        // Servers on this machine: one that speaks as the Hugging Face hub does, and one that scores pictures.
        .target(name: "Servers", dependencies: ["Files"], path: "Tests/Servers"),
        // What the documents say of the house is so.
        tests("HouseTests", uses: []),
        tests("TestSupportTests", uses: ["TestSupport", "Tensor"]),
        tests("BasicsTests", uses: ["TestSupport", "Basics"]),
        tests("RanksTests", uses: ["TestSupport", "Ranks"]),
        tests("TensorTests", uses: ["TestSupport", "Basics", "Tensor", "OneDNN", "Kernels"], golden: true),
        tests("FilesTests", uses: ["TestSupport", "Basics", "Tensor", "Files"], golden: true),
        tests("CLIPTests", uses: ["TestSupport", "Basics", "Tensor", "Files", "CLIP"], golden: true),
        tests("HubTests", uses: ["TestSupport", "Servers", "Basics", "Files", "Hub"]),
        tests("TrainingTests", uses: ["TestSupport", "Basics", "Tensor", "Files", "Training"]),
        tests("EvaluationTests", uses: ["TestSupport", "Basics", "Tensor", "Files", "Evaluation"], golden: true),
        tests("DiffusionTests", uses: ["TestSupport", "Basics", "Tensor", "Files", "CLIP", "Diffusion"], golden: true),
        tests("ErasureTests", uses: ["TestSupport", "Basics", "Tensor", "Diffusion", "Erasure"], golden: true),
        tests("SteeringTests", uses: ["TestSupport", "Basics", "Tensor", "Steering"], golden: true),
        tests(
            "GRPOTests",
            uses: ["TestSupport", "Kernels", "Basics", "Tensor", "Files", "CLIP", "Diffusion", "GRPO", "World"],
            golden: true),
        tests(
            "WorldTests",
            uses: [
                "TestSupport", "Basics", "Tensor", "Files", "CLIP", "Diffusion", "Evaluation", "Steering", "Training",
                "World", "WorldTraining",
            ],
            golden: true),
        tests("LanguageTests", uses: ["TestSupport", "Basics", "Language"], golden: true, exclude: ["Scripts"]),
        tests("PlotTests", uses: ["TestSupport", "Files", "Plot"], exclude: ["Snapshots"]),
        tests("NotebookTests", uses: ["TestSupport", "Basics", "Tensor", "Language", "Notebook", "Verbs"]),
        tests("ReportTests", uses: ["TestSupport", "Basics", "Language", "Notebook", "Report"]),
        tests("ConsoleTests", uses: ["TestSupport", "Language", "Notebook", "Console"]),
        tests(
            "LanguageServerTests",
            uses: ["TestSupport", "Basics", "Files", "Language", "Notebook", "LanguageServer", "Verbs"],
            golden: true),
        tests("BenchTests", uses: ["TestSupport", "Kernels", "Tensor", "Language", "Bench"]),
        // Its tests start the program, which is built with them, and speak to it as other programs do.
        tests("RhumbTests", uses: ["TestSupport", "Pty", "Servers", "Files", "Jupyter"]),
        tests(
            "VerbsTests",
            uses: [
                "TestSupport", "Servers", "Basics", "Tensor", "Files", "CLIP", "GRPO", "World", "Language", "Plot",
                "Notebook", "Verbs",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
