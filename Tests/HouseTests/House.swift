import Foundation
import XCTest

/// The repository as it lies on the disk, and its targets as `Package.swift` declares them.
struct House {
    /// A target of `Package.swift`.
    struct Room {
        let name: String
        /// The floor it stands on; nil for one that is a floor of its own, and for tests.
        let floor: String?
        let path: String
        let uses: [String]
        let isTest: Bool
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// In the order of `Package.swift`.
    let rooms: [Room]
    /// Maps of C libraries, which hold a header and nothing else.
    let maps: [String]

    init() throws {
        let package = try Self.text("Package.swift").split(separator: "targets: [", maxSplits: 1)[1]
        maps = package.matches(of: /map\("(\w+)"\)/).map { String($0.1) }
        let declaration = /(\broom|\btests|\.executableTarget|\.target)\(\s*(?:name:\s*)?"(\w+)"/
        let starts = package.matches(of: declaration)
        rooms = starts.enumerated().map { index, match in
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : package.endIndex
            let text = package[match.range.lowerBound..<end]
            let name = String(match.2)
            let floor = text.firstMatch(of: /on: "(\w+)"/).map { String($0.1) }
            let list =
                text.firstMatch(of: /(?:uses|dependencies): \[([^\]]*?)(?:\.product[^\]]*)?\]/).map { $0.1 } ?? ""
            let path = text.firstMatch(of: /path: "([^"]*)"/).map { String($0.1) }
            let isTest = match.1 == "tests" || path?.hasPrefix("Tests") == true
            return Room(
                name: name, floor: path?.split(separator: "/").dropLast().last.map(String.init) ?? floor,
                path: path ?? (isTest ? "Tests/" : "Sources/\(floor.map { $0 + "/" } ?? "")") + name,
                uses: list.matches(of: /"(\w+)"/).map { String($0.1) }, isTest: isTest)
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Paths below a folder, relative to the repository, in order.
    static func files(below folder: String, endingIn suffixes: String...) -> [String] {
        let paths = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
        return (paths.map { Array($0) } ?? []).compactMap { $0 as? String }
            .filter { path in suffixes.contains { path.hasSuffix($0) } }.map { "\(folder)/\($0)" }.sorted()
    }

    /// The names of the folders in a folder.
    static func folders(in folder: String) -> Set<String> {
        let url = root.appendingPathComponent(folder)
        let entries = try? FileManager.default.contentsOfDirectory(
            at: url, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        return Set(
            (entries ?? []).filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
                .map(\.lastPathComponent))
    }
}
