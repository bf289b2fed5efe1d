import Basics
import Foundation

/// Models that the Hugging Face hub's client has downloaded, as it lays them out: `models--org--name` with `refs/main`,
/// which names a commit, and `snapshots/COMMIT`, whose files are links. Nothing is downloaded here.
struct HubCache {
    let folder: URL

    /// - Parameter environment: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or in `huggingface` of the user's cache.
    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        func place(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = place("HOME") ?? NSHomeDirectory()
        let caches = place("XDG_CACHE_HOME") ?? home + "/.cache"
        let path =
            place("HF_HUB_CACHE") ?? place("HUGGINGFACE_HUB_CACHE")
            ?? (place("HF_HOME") ?? caches + "/huggingface") + "/hub"
        folder = URL(fileURLWithPath: NSString(string: path).expandingTildeInPath)
    }

    /// Whether a text can be the name of a repository of the hub: `org/name`.
    static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && !part.hasPrefix("~")
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            }
    }

    /// The folder of the cache that keeps a repository, whether or not there is one.
    func repository(_ name: String) -> URL {
        folder.appendingPathComponent("models--" + name.replacing("/", with: "--"))
    }

    /// Whether a folder is one of the cache's, of a repository.
    static func isRepository(_ url: URL) -> Bool {
        url.lastPathComponent.hasPrefix("models--")
            && FileManager.default.fileExists(atPath: url.appendingPathComponent("snapshots").path)
    }

    /// The files of a revision of a repository in the cache.
    ///
    /// - Parameter revision: a branch, a tag or a commit, or the beginning of a commit's name; nil for `main`.
    /// - Throws: `RhumbError` where that revision is not in the cache, naming those that are.
    static func snapshot(of repository: URL, revision: String?) throws(RhumbError) -> URL {
        let manager = FileManager.default
        let wanted = revision ?? "main"
        let snapshots = repository.appendingPathComponent("snapshots")
        let commits = ((try? manager.contentsOfDirectory(atPath: snapshots.path)) ?? []).sorted()
        let reference = repository.appendingPathComponent("refs").appendingPathComponent(wanted)
        let named = (try? String(contentsOf: reference, encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let known = commits.filter { $0.hasPrefix(wanted) && wanted.count >= 7 }
        // Downloaded by its commit alone, a repository has no reference.
        let only = revision == nil && named == nil && commits.count == 1 ? commits[0] : nil
        guard let commit = named ?? (known.count == 1 ? known[0] : nil) ?? only, commits.contains(commit) else {
            let name = repository.lastPathComponent.dropFirst("models--".count).replacing("--", with: "/")
            throw RhumbError(
                "the revision '\(wanted)' of '\(name)' is not in the hub's cache",
                hint: commits.isEmpty
                    ? "download it: hf download \(name)\(revision.map { " --revision \($0)" } ?? "")"
                    : "in the cache: \(commits.prefix(4).map { $0.prefix(12) }.joined(separator: ", "))")
        }
        return snapshots.appendingPathComponent(commit)
    }
}
