/// What a user calls a repository of the hub, or a file or folder of it: `org/name`, `org/name:unet/config.json`.
package struct HubName: Equatable, CustomStringConvertible {
    /// `org/name`.
    package let repository: String
    /// A file or folder below it; nil for the repository.
    package let path: String?

    /// - Returns: nil for a text that can't be such a name.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard Self.isRepository(parts[0]) else { return nil }
        repository = String(parts[0])
        guard parts.count == 2 else {
            path = nil
            return
        }
        let path = parts[1].hasSuffix("/") ? parts[1].dropLast() : parts[1]
        guard Self.isInside(path) else { return nil }
        self.path = String(path)
    }

    package var description: String { repository + (path.map { ":" + $0 } ?? "") }

    /// Whether a text can be the name of a repository: `org/name` of letters, digits and `-_.`, as the hub allows.
    private static func isRepository(_ text: Substring) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !text.contains("--") && !text.contains("..")
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "." && part.last != "."
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            }
    }

    /// Whether a path stays below the folder that it counts from, on any system.
    static func isInside(_ path: some StringProtocol) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && !part.contains("\\")
                && part.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
    }
}
