import Basics
import Files
import Foundation

/// What is to be downloaded: the files of one commit that are wanted, and which of them are there already.
package struct FetchPlan {
    /// A file, and whether the cache has it.
    package struct Item {
        package let file: HubFile
        package let isCached: Bool
    }

    package let items: [Item]
    /// What is left aside that somebody may miss, a sentence each.
    package let notes: [String]
    /// The folder of the cache in which the files are once they are there.
    package let snapshot: URL
    let commit: HubCommit

    /// The name of the commit, 40 hexadecimal digits.
    package var commitName: String { commit.commit }
    /// Bytes of all files, and of those that are not in the cache.
    package var size: Int { items.map(\.file.size).reduce(0, +) }
    package var missingSize: Int { items.filter { !$0.isCached }.map(\.file.size).reduce(0, +) }
}

/// How far a download has come, in bytes.
package struct FetchProgress {
    /// The file under way, and which of how many.
    package let path: String
    package let index, count: Int
    /// Of all files that were missing, with what earlier downloads had left of them.
    package let done, total: Int
}

/// Downloads from the hub into its cache.
///
///     let fetch = try HubFetch(HubSettings())
///     let plan = try fetch.plan(HubName("org/name")!)
///     try fetch.run(plan) { progress in … }
package final class HubFetch {
    private let settings: HubSettings
    private let client: HubClient

    /// - Parameter say: gets sentences: what is tried again, and why.
    /// - Throws: `RhumbError` where the environment forbids the network.
    package init(_ settings: HubSettings, say: @escaping (String) -> Void = { _ in }) throws(RhumbError) {
        if settings.isOffline { throw .offline }
        self.settings = settings
        client = try HubClient(settings, say: say)
    }

    /// Asks the hub what there is, and chooses; nothing is written.
    ///
    /// - Parameters:
    ///   - revision: a branch, a tag or a commit.
    ///   - variant: which of several sets of weights: `fp16` for `model.fp16.safetensors`.
    /// - Throws: `RhumbError`, `Interruption`.
    package func plan(
        _ name: HubName, kind: HubCache.Kind = .model, revision: String = "main", variant: String? = nil
    ) throws -> FetchPlan {
        guard HubName.isInside(revision) else {
            throw RhumbError("'revision' must be a branch, a tag or a commit, not '\(revision)'")
        }
        do {
            let commit = try client.commit(of: name.repository, kind, revision: revision)
            let files = try client.files(of: commit)
            let hasIndex = kind == .model && name.path == nil && files.contains { $0.path == "model_index.json" }
            let index = hasIndex ? try client.document(commit.address(of: "model_index.json")).0 : nil
            let choice = try FileChoice(files, of: name, kind: kind, variant: variant, modelIndex: index)
            let place = CachePlace(settings.cache, commit)
            return FetchPlan(
                items: choice.taken.map { .init(file: $0, isCached: place.has($0)) }, notes: choice.notes,
                snapshot: place.snapshot, commit: commit)
        } catch let refusal as HubClient.Refusal {
            throw RhumbError.refused(refusal, name, revision, settings)
        }
    }

    /// Downloads what is missing. What has come stays, whatever ends it.
    ///
    /// - Throws: `RhumbError` and `FileError`, `Interruption`.
    package func run(_ plan: FetchPlan, progress: @escaping (FetchProgress) -> Void = { _ in }) throws {
        let place = CachePlace(settings.cache, plan.commit)
        let missing = plan.items.filter { !$0.isCached }.map(\.file)
        let there = missing.map { min($0.size, place.partSize($0)) }.reduce(0, +)
        try place.checkRoom(for: plan.missingSize - there)
        try place.writeReference()
        var finished = 0
        for item in plan.items where item.isCached { try place.link(item.file) }
        for (index, file) in missing.enumerated() {
            do {
                let download = FileDownload(file, of: plan.commit, to: place, client) { done in
                    progress(
                        FetchProgress(
                            path: file.path, index: index + 1, count: missing.count, done: finished + done,
                            total: plan.missingSize))
                }
                try download.run()
            } catch let refusal as HubClient.Refusal {
                let name = HubName("\(plan.commit.repository):\(file.path)") ?? HubName(plan.commit.repository)!
                throw RhumbError.refused(refusal, name, plan.commit.revision, settings)
            }
            finished += file.size
        }
    }
}
