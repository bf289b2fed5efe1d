import Basics
import Console
import Files
import Foundation
import Glibc
import Notebook
import Ranks
import Tensor
import Training

/// A recipe run by several processes together: all of them run it whole, share out what takes long, and the first one
/// speaks and writes.
///
/// The others write into folders of their own in the place for temporary files, which go with them: what a recipe has
/// saved can be read again by all.
enum RankedRun {
    /// Of a rank other than the first; nil of the first and of a process alone.
    nonisolated(unsafe) private static var own: RankFolder?
    nonisolated(unsafe) private static var folderCount = 0
    /// Of the first rank: those that others have on this machine, and may not come to take away.
    nonisolated(unsafe) private static var othersFolders: [String] = []
    /// What goes with this process, however it ends in order.
    nonisolated(unsafe) static var passing: [String] = []

    /// Joins the others that a launcher has started, or starts some.
    ///
    /// - Parameters:
    ///   - workers: `--workers`
    ///   - isSafe: `--safe`
    /// - Throws: `RhumbError` where the ranks are not the same program with the same options.
    static func join(workers: Int?, _ common: CommonOptions, isSafe: Bool = false) throws {
        try Ranks.join(workers: workers) {
            removeOwnFolder()
            Glibc._exit(0)
        }
        guard Ranks.count > 1 else { return }
        if isSafe { try requireOne(for: "'--safe'") }
        RankFolder.removeAbandoned()
        if !Ranks.isFirst {
            TextOutput.isSilent = true
            own = try RankFolder()
        }
        let folders = try Ranks.gather("folders", Array((own?.path ?? "").utf8))
        if Ranks.isFirst {
            othersFolders = folders.indices.filter { $0 > 0 && Ranks.hosts[$0] == Ranks.hosts[0] }
                .map { String(decoding: folders[$0], as: UTF8.self) }
        }
        try shareThreads(common)
        try Ranks.agree("the program", on: Rhumb.version + " " + SHA256.hex(ofFile: URL(filePath: "/proc/self/exe")))
        try Ranks.agree("the command line", on: CommandLine.arguments.dropFirst().joined(separator: "\0"))
        try Ranks.agree("the instruction set (see --isa)", on: Engine.instructionSet.name)
    }

    /// Whether the launcher counts this process as another than its first, and it has not joined the others: what is
    /// wrong then is wrong with all of them, and the first one says it.
    static var isEchoOfFirst: Bool {
        guard Ranks.count == 1, let launcher = Launcher.current, launcher.count > 1 else { return false }
        let names = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"]
        guard let rank = names.lazy.compactMap({ getenv($0) }).first else { return false }
        return String(cString: rank) != "0"
    }

    /// - Parameter what: that does not go together with several ranks.
    static func requireOne(for what: String) throws {
        guard Ranks.count > 1 else { return }
        throw RhumbError(
            "\(what) works in one process, not in \(Ranks.count)",
            hint: "leave it out, or run the recipe without --workers or mpirun")
    }

    /// Commands that several ranks would do once each.
    static func refuse(_ command: String) throws {
        guard let launcher = Launcher.current, launcher.count > 1 else { return }
        throw RhumbError(
            "'\(command)' works in one process, and \(launcher.name) has started \(launcher.count)",
            hint: "several ranks run a recipe or script together: rhumb run FILE")
    }

    // MARK: Folders

    /// The folder of a run: the first rank's is where the user wants it.
    static func folder(_ make: () throws -> RunFolder) throws -> RunFolder {
        guard let own else { return try make() }
        folderCount += 1
        return try .open("\(own.path)/\(folderCount)")
    }

    /// Gives every rank the run that is to go on, as it lies in a folder of the first one.
    ///
    /// - Returns: where this rank has it.
    static func spread(_ path: String) throws -> String {
        guard Ranks.areMany else { return path }
        if Ranks.isFirst { _ = try Manifest(readingFolder: path) }
        let place = own.map { $0.path + "/resumed" } ?? path
        let names = try Ranks.broadcast("files of the run", Array(files(below: path).joined(separator: "\0").utf8))
        let there = String(
            decoding: try Ranks.broadcast(
                "folder of the run", Array(URL(filePath: path).standardizedFileURL.path.utf8)),
            as: UTF8.self)
        for name in String(decoding: names, as: UTF8.self).split(separator: "\0").map(String.init) {
            let bytes = try Ranks.broadcast(
                "a file of the run", Array(Data(contentsOf: URL(filePath: path + "/" + name))))
            guard own != nil else { continue }
            let url = URL(filePath: place + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            // Where training keeps its state, it names the folder of its checkpoint.
            let isState = url.lastPathComponent == "state.json"
            try Data(
                isState
                    ? Array(String(decoding: bytes, as: UTF8.self).replacing(there + "/", with: place + "/").utf8)
                    : bytes
            ).write(to: url)
        }
        return place
    }

    private static func files(below path: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { name in
            var status = stat()
            return lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }.sorted()
    }

    private static func removeOwnFolder() {
        own?.remove()
        own = nil
        for path in passing { try? FileManager.default.removeItem(atPath: path) }
        // A rank that was killed has left its own.
        for folder in othersFolders { RankFolder.remove(of: folder) }
    }

    // MARK: Threads

    /// Without `--threads` the ranks of a machine share its processors, those that they are bound to.
    private static func shareThreads(_ common: CommonOptions) throws {
        let allowed = Machine.fields("Cpus_allowed_list") ?? ""
        let all = try Ranks.gather("processors", Array("\(Ranks.hosts[Ranks.rank]) \(allowed)".utf8))
        guard common.threads == nil else { return }
        let together = all.count { $0 == all[Ranks.rank] }
        Engine.threads = max(1, Machine.current().processorCount / together)
    }

    /// What `rhumb doctor` says of the ranks: how many there are, by what, and on each machine how many threads share
    /// how many processors.
    static func finding() throws -> Finding {
        let own = "\(Ranks.hosts[Ranks.rank])\0\(Engine.threads)\0\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))"
        let all = try Ranks.gather("threads", Array(own.utf8)).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\0").map(String.init)
        }
        var hosts: [(name: String, ranks: Int, threads: Int, processors: Int)] = []
        for fields in all {
            let threads = Int(fields[1]) ?? 1
            if let place = hosts.firstIndex(where: { $0.name == fields[0] }) {
                hosts[place].ranks += 1
                hosts[place].threads += threads
            } else {
                hosts.append((fields[0], 1, threads, Int(fields[2]) ?? 1))
            }
        }
        let places = hosts.map { host in
            "\(host.name) (\(Words.count(host.ranks, "rank")), \(Words.count(host.threads, "thread")), "
                + "\(Words.count(host.processors, "processor")))"
        }
        let crowded = hosts.filter { $0.threads > $0.processors }
        return Finding(
            "ranks", crowded.isEmpty ? .fine : .suspicious,
            "\(Ranks.count) by \(Ranks.transport ?? ""): " + places.joined(separator: ", "),
            unlessFine: "more threads than processors on \(crowded.map(\.name).joined(separator: ", ")): start fewer "
                + "ranks there, or give --threads 1")
    }

    // MARK: The end

    /// Ends the other ranks with this process.
    ///
    /// - Parameter problem: why this one can't go on.
    static func end(code: Int32, problem: (any Error)? = nil) -> Int32 {
        guard Ranks.count > 1 else { return code }
        let isFirst = Ranks.isFirst
        Ranks.end(code: code, problem: problem.map(Failure.explained))
        removeOwnFolder()
        return isFirst ? code : 0
    }
}
