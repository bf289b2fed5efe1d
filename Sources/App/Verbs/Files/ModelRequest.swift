import Basics
import Files
import Foundation
import Hub
import Language
import Notebook
import Tensor

/// A model that `load` was asked for: where it lies, what the user called it, and what was said of it.
struct ModelRequest {
    let url: URL
    let name: String
    let dtype: DType
    let call: Arguments

    /// Options of `load` that are about models, by what they are for.
    private static let purposes: [(option: String, purpose: String)] = [
        ("unet", "a pipeline"), ("vae", "a pipeline"), ("text_encoder", "a pipeline"), ("embeddings", "a pipeline"),
        ("tokenizer", "a model in a single file, or a text tower alone"),
        ("prediction", "a Stable Diffusion in a single file"), ("ema", "a Stable Diffusion in a single file"),
        ("activation", "a CLIP in a single file"), ("variant", "a folder of a model"),
    ]

    /// Refuses options that what is loaded would leave aside.
    ///
    /// - Parameter honoured: those that it doesn't.
    static func refuseOptions(_ call: Arguments, but honoured: Set<String>, name: String) throws {
        for (option, purpose) in purposes where try !honoured.contains(option) && call.isGiven(option) {
            throw call.failure(
                option, "'\(option)' is for \(purpose), and '\(name)' is none", hint: "leave '\(option)' out")
        }
    }

    var variant: String? { get throws { try call.optional("variant", call.string) } }

    /// The path that an option gives, where it is given: a file or folder, or the name of a repository of the hub that
    /// is in the cache.
    func place(_ option: String) throws -> URL? {
        guard let path = try call.optional(option, call.string) else { return nil }
        return try FileLocation.input(path, call, option: option)
    }

    /// The paths that an option gives, one or a list, as `place` finds them.
    func places(_ option: String) throws -> [URL] {
        guard try call.isGiven(option) else { return [] }
        return try call.strings(option).map { try FileLocation.input($0, call, option: option) }
    }
}

extension FileLocation {
    /// A file or folder to be read, of which the host is told; also one that is named as a repository of the hub and lies
    /// in its cache.
    ///
    /// - Parameter option: the parameter that names it.
    /// - Throws: `RhumbError` for a name that is neither a path nor in the cache, and for a revision that is not there.
    static func input(_ path: String, _ call: Arguments, option: String) throws -> URL {
        let url = try found(path, call, option: option)
        try call.willRead(url.path)
        return url
    }

    private static func found(_ path: String, _ call: Arguments, option: String) throws -> URL {
        let url = existing(path, call)
        // Whether a file is there is something that is read, too.
        let kept = HubName(path).map { HubCache().repository($0.repository).path }
        try confined(option, call) {
            do { try call.host.mayRead(url.path) } catch let refusal {
                guard let kept, (try? call.host.mayRead(kept)) != nil else { throw refusal }
            }
        }
        let revision = try call.optional("revision", call.string)
        if FileManager.default.fileExists(atPath: url.path) {
            if HubCache.isRepository(url) { return try snapshot(url, revision, option, call) }
            if let revision {
                throw call.failure(
                    "revision",
                    "'revision' chooses among those of a repository in the hub's cache, and '\(path)' is a path",
                    hint: "leave revision: \"\(revision)\" out, or give the repository's name, such as \"org/name\"")
            }
            return url
        }
        guard let name = HubName(path) else { return url }
        let cache = HubCache(), repository = cache.repository(name.repository)
        guard FileManager.default.fileExists(atPath: repository.path) else {
            // The name of a file in a folder, more likely.
            if name.path == nil, FileContents.kind(bySuffixOf: url) != nil { return url }
            throw call.failure(
                option,
                "there is no file or folder '\(path)', and no model '\(name.repository)' in the hub's cache, '\(cache.folder.path)'",
                hint: "download it: rhumb fetch \(path); HF_HOME and HF_HUB_CACHE say where the cache is")
        }
        let folder = try snapshot(repository, revision, option, call)
        guard let part = name.path else { return folder }
        let file = folder.appendingPathComponent(part)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw call.failure(
                option, "'\(part)' of '\(name.repository)' is not in the hub's cache",
                hint: "download it: rhumb fetch \(path)\(revision.map { " --revision \($0)" } ?? "")")
        }
        return file
    }

    private static func snapshot(
        _ repository: URL, _ revision: String?, _ option: String, _ call: Arguments
    ) throws -> URL {
        do throws(RhumbError) {
            return try HubCache.snapshot(of: repository, revision: revision)
        } catch {
            throw call.failure(revision == nil ? option : "revision", error.message, hint: error.hint)
        }
    }
}
