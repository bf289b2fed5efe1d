import Basics
import Foundation

/// What the Hugging Face hub's client has downloaded, as it lays it out: `models--org--name` with `refs/main`, which
/// names a commit, `snapshots/COMMIT`, whose files are links, and `blobs`, which they lead to.
package struct HubCache {
    /// What a repository holds.
    package enum Kind: String, Sendable, CaseIterable {
        case model, dataset

        /// What stands before its folders' names: `models`.
        var folder: String { rawValue + "s" }
    }

    package let folder: URL

    /// - Parameter environment: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or in `huggingface` of the user's cache.
    package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        let own = environment.given("HF_HUB_CACHE") ?? environment.given("HUGGINGFACE_HUB_CACHE")
        let path = own ?? Self.home(environment) + "/hub"
        folder = URL(fileURLWithPath: NSString(string: path).expandingTildeInPath)
    }

    /// Where the hub's client keeps everything: `HF_HOME`, or `huggingface` in the user's cache.
    static func home(_ environment: [String: String]) -> String {
        let user = environment.given("HOME") ?? NSHomeDirectory()
        let caches = environment.given("XDG_CACHE_HOME") ?? user + "/.cache"
        return environment.given("HF_HOME") ?? caches + "/huggingface"
    }

    /// The folder that keeps a repository, whether or not there is one.
    package func repository(_ name: String, _ kind: Kind = .model) -> URL {
        folder.appendingPathComponent(Self.folderName(name, kind))
    }

    static func folderName(_ name: String, _ kind: Kind) -> String {
        kind.folder + "--" + name.replacing("/", with: "--")
    }

    /// Whether a folder is one of the cache's, of a model's repository.
    package static func isRepository(_ url: URL) -> Bool {
        url.lastPathComponent.hasPrefix("models--")
            && FileManager.default.fileExists(atPath: url.appendingPathComponent("snapshots").path)
    }

    /// The names of the models that are in the cache, `org/name`, in order.
    package var models: [String] {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return folders.compactMap { name in
            let parts = name.components(separatedBy: "--")
            let snapshots = folder.appendingPathComponent(name).appendingPathComponent("snapshots").path
            let commits = (try? FileManager.default.contentsOfDirectory(atPath: snapshots)) ?? []
            return parts.count == 3 && parts[0] == Kind.model.folder && !commits.isEmpty
                ? parts[1] + "/" + parts[2] : nil
        }.sorted()
    }

    /// The files of a revision of a repository in the cache.
    ///
    /// - Parameter revision: a branch, a tag or a commit, or the beginning of a commit's name; nil for `main`.
    /// - Throws: `RhumbError` where that revision is not in the cache, naming those that are.
    package static func snapshot(of repository: URL, revision: String?) throws(RhumbError) -> URL {
        let manager = FileManager.default
        let wanted = revision ?? "main"
        let snapshots = repository.appendingPathComponent("snapshots")
        let commits = ((try? manager.contentsOfDirectory(atPath: snapshots.path)) ?? []).sorted()
        let reference = repository.appendingPathComponent("refs").appendingPathComponent(wanted)
        let named =
            HubName.isInside(wanted)
            ? (try? String(contentsOf: reference, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
            : nil
        let known = commits.filter { $0.hasPrefix(wanted) && wanted.count >= 7 }
        // Downloaded by its commit alone, a repository has no reference.
        let only = revision == nil && named == nil && commits.count == 1 ? commits[0] : nil
        guard let commit = named ?? (known.count == 1 ? known[0] : nil) ?? only, commits.contains(commit) else {
            let name = repository.lastPathComponent.dropFirst("models--".count).replacing("--", with: "/")
            let inside = commits.prefix(4).map { $0.prefix(12) }.joined(separator: ", ")
            throw RhumbError(
                "the revision '\(wanted)' of '\(name)' is not in the hub's cache",
                hint: "download it: rhumb fetch \(name)\(revision.map { " --revision \($0)" } ?? "")"
                    + (commits.isEmpty ? "" : "; in the cache: \(inside)"))
        }
        return snapshots.appendingPathComponent(commit)
    }
}

extension [String: String] {
    /// A variable of the environment; nil also where it is set to nothing.
    func given(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
