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

// Arrows point one way: engine <- models <- steering; the language knows none of them; Verbs joins the two.
let package = Package(
    name: "Rhumb",
    products: [.executable(name: "rhumb", targets: ["rhumb"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // Libraries of the system: their headers. LateLibraries loads them when they are first needed; none is linked.
        .systemLibrary(name: "COpenBLAS"),
        .systemLibrary(name: "CSpng"),
        .systemLibrary(name: "CTurboJPEG"),
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "CZip"),
        .systemLibrary(name: "CMarkdown"),
        .target(name: "LateLibraries", exclude: ["README.md"]),

        // Thin shims and the loops no library has.
        .target(
            name: "OneDNN", dependencies: ["Kernels", "LateLibraries"], exclude: ["README.md"]),
        .target(
            name: "Kernels", dependencies: ["LateLibraries"], exclude: ["README.md"],
            linkerSettings: [.linkedLibrary("m")]),
        .target(name: "LineEditor", dependencies: ["LateLibraries"], exclude: ["README.md"]),
        .target(name: "LowMemory", exclude: ["README.md"]),
        .target(
            name: "ColourFont", dependencies: ["LateLibraries"], exclude: ["README.md"],
            cSettings: [.unsafeFlags(["-I/usr/include/freetype2"])]),
        .target(
            name: "GnuplotStream", exclude: ["README.md"],
            // Boost's few functions are linked into the program: its libraries would be loaded at every start.
            linkerSettings: [.linkedLibrary(":libboost_iostreams.a"), .linkedLibrary(":libboost_filesystem.a")]),

        .target(name: "Basics", exclude: ["README.md"]),

        // Engine and models.
        .target(
            name: "Tensor", dependencies: ["COpenBLAS", "OneDNN", "Kernels", "LateLibraries"], exclude: ["README.md"]),
        .target(
            name: "Checkpoint", dependencies: ["Tensor", "CSpng", "CTurboJPEG", "CCrypto", "CZip", "LateLibraries"],
            exclude: ["README.md"]),
        .target(name: "CLIP", dependencies: ["Tensor", "Checkpoint", "Kernels"], exclude: ["README.md"]),
        .target(name: "Diffusion", dependencies: ["Tensor", "Checkpoint", "CLIP"], exclude: ["README.md"]),
        .target(name: "Steering", dependencies: ["Tensor", "COpenBLAS"], exclude: ["README.md"]),
        .target(
            name: "GRPO", dependencies: ["Basics", "Tensor", "Checkpoint", "CLIP", "Diffusion", "Steering"],
            exclude: ["README.md"]),
        .target(
            name: "World", dependencies: ["Tensor", "Checkpoint", "CLIP", "Diffusion", "Steering", "ColourFont"],
            exclude: ["README.md"],
            resources: [.copy("Resources")]),

        // The language and what shows its results.
        .target(name: "Language", dependencies: ["Basics"], exclude: ["README.md"]),
        .target(name: "Markdown", dependencies: ["CMarkdown", "LateLibraries"], exclude: ["README.md"]),
        .target(name: "Plot", dependencies: ["GnuplotStream", "CSpng"], exclude: ["README.md"]),
        .target(
            name: "Notebook", dependencies: ["Language", "Tensor", "Checkpoint", "Markdown"], exclude: ["README.md"]),
        .target(
            name: "Report", dependencies: ["Language", "Notebook", "Checkpoint", "Plot", "Markdown"],
            exclude: ["README.md"],
            resources: [.embedInCode("Resources")]),
        .target(
            name: "Console", dependencies: ["Language", "Notebook", "Checkpoint", "LineEditor", "Markdown"],
            exclude: ["README.md"]),
        .target(
            name: "Bench",
            dependencies: ["Language", "Checkpoint", "Tensor", "Kernels", "CLIP", "Diffusion", "GRPO", "World"],
            exclude: ["README.md"]),

        // Where they meet.
        .target(
            name: "Verbs",
            dependencies: [
                "Basics", "Language", "Notebook", "Plot", "Tensor", "Checkpoint", "CLIP", "Diffusion", "Steering",
                "GRPO", "World",
                "ColourFont", "LateLibraries",
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "rhumb",
            dependencies: [
                "Verbs", "Console", "Bench", "Report", "Notebook", "Language", "Plot", "Tensor", "LowMemory",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"],
            linkerSettings: swiftLibrariesInside()),

        // Comparisons, temporary folders and random numbers of the tests.
        .target(name: "TestSupport", dependencies: ["Tensor"], path: "Tests/TestSupport"),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport", "Tensor"]),
        .testTarget(
            name: "TensorTests", dependencies: ["TestSupport", "Tensor", "OneDNN", "Kernels"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "CheckpointTests", dependencies: ["TestSupport", "Checkpoint"], resources: [.copy("Golden")]),
        .testTarget(name: "CLIPTests", dependencies: ["TestSupport", "CLIP"], resources: [.copy("Golden")]),
        .testTarget(name: "DiffusionTests", dependencies: ["TestSupport", "Diffusion"], resources: [.copy("Golden")]),
        .testTarget(name: "SteeringTests", dependencies: ["TestSupport", "Steering"], resources: [.copy("Golden")]),
        .testTarget(
            name: "GRPOTests",
            dependencies: ["TestSupport", "GRPO", "World", "Diffusion", "CLIP", "Checkpoint", "Tensor", "Kernels"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "WorldTests", dependencies: ["TestSupport", "World", "CLIP", "Diffusion"],
            resources: [.copy("Golden")]),
        .testTarget(name: "LanguageTests", dependencies: ["TestSupport", "Language"], exclude: ["Scripts"]),
        .testTarget(
            name: "PlotTests", dependencies: ["TestSupport", "Plot"], exclude: ["Snapshots"],
            resources: [.copy("Golden")]),
        .testTarget(name: "NotebookTests", dependencies: ["TestSupport", "Notebook", "Verbs", "World"]),
        .testTarget(name: "ReportTests", dependencies: ["TestSupport", "Report", "Notebook"]),
        .testTarget(name: "ConsoleTests", dependencies: ["TestSupport", "Console"]),
        .testTarget(name: "BenchTests", dependencies: ["TestSupport", "Bench", "Tensor", "Kernels", "Language"]),
        .target(name: "Pty", path: "Tests/Pty"),
        // Its tests start the program, which is built with them; they don't link it.
        .testTarget(name: "RhumbTests", dependencies: ["TestSupport", "Pty"]),
        .testTarget(name: "VerbsTests", dependencies: ["TestSupport", "Basics", "Verbs", "CLIP", "World", "GRPO"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .gnucxx17
)
