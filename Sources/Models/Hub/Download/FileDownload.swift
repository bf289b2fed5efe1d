import Basics
import Files
import Foundation

/// One file, from the hub into its place in the cache.
///
/// What comes is written behind what an earlier download has left, and is summed up as it comes. Only contents of the
/// right size and checksum get the blob's name.
final class FileDownload {
    private let file: HubFile
    private let commit: HubCommit
    private let place: CachePlace
    private let client: HubClient
    private let progress: (Int) -> Void
    private var descriptor: Int32 = -1
    private var sum = Checksum(.sha256)
    /// Bytes that are there, and how many of them an earlier download had left.
    private var done = 0, left = 0

    /// - Parameter progress: gets how many bytes are there.
    init(
        _ file: HubFile, of commit: HubCommit, to place: CachePlace, _ client: HubClient,
        progress: @escaping (Int) -> Void
    ) {
        (self.file, self.commit, self.place, self.client, self.progress) = (file, commit, place, client, progress)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func run() throws {
        let part = place.part(file)
        try Folder.make(part.deletingLastPathComponent())
        let lock = try BlobLock(place.lock(file)) {
            client.say("another program downloads '\(file.path)'; waiting for it")
        }
        defer { lock.release() }
        // Whoever had the lock may have brought it.
        if place.has(file) { return try place.link(file) }
        descriptor = open(part.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.system(.create, path: part.path, code: errno) }
        try sumUp()
        left = done
        var found = try complete()
        if found != file.identifier, left > 0 {
            client.say("what an earlier download had left of '\(file.path)' does not fit; downloading all of it again")
            try restart()
            left = 0
            found = try complete()
        }
        guard found == file.identifier else {
            unlink(part.path)
            throw RhumbError.wrongContents(file.path, expected: file.identifier, found: found)
        }
        guard fsync(descriptor) == 0 else { throw FileError.system(.write, path: part.path, code: errno) }
        guard rename(part.path, place.blob(file).path) == 0 else {
            throw FileError.system(.rename, path: part.path, code: errno)
        }
        try place.link(file)
    }

    /// Downloads what is missing.
    ///
    /// - Returns: the checksum of the whole.
    private func complete() throws -> String {
        var attempt = 1
        while done < file.size {
            let before = done
            do {
                try client.get(commit.address(of: file.path), from: done) {
                    try self.begin($0)
                } receive: {
                    try self.append($0)
                }
                guard done < file.size else { break }
                throw WebTransfer.Loss(
                    reason: "the connection ended after \(Words.bytes(done)) of '\(file.path)'", isTransient: true)
            } catch let refusal as HubClient.Refusal where refusal.status == 416 && before > 0 {
                try restart()
                attempt += 1
                guard attempt <= client.settings.patience.attempts else { throw refusal }
            } catch {
                // Whoever gets on is patient.
                attempt = done > before ? 2 : attempt + 1
                try client.pause(after: error, before: attempt)
            }
        }
        return try sum.finish()
    }

    /// Takes the headers of an answer.
    private func begin(_ response: WebTransfer.Response) throws -> Bool {
        let named = (response.headers["x-linked-etag"] ?? response.headers["etag"])?.drop { "W/\"".contains($0) }
            .prefix { $0 != "\"" }
        // A server behind the hub has names of its own.
        let isComparable = named.map { HubClient.isHexadecimal(String($0), file.identifier.count) } ?? false
        let isLinked = response.headers["x-linked-etag"] != nil
        if let named, isComparable, isLinked, named != file.identifier { throw RhumbError.otherContents(file.path) }
        if let commit = response.headers["x-repo-commit"], commit != self.commit.commit {
            throw RhumbError.otherContents(file.path)
        }
        // A server need not know how to begin in the middle.
        if response.status == 200, done > 0 { try restart() }
        if response.status == 206, done > 0 {
            let range = response.headers["content-range"] ?? ""
            guard range.hasPrefix("bytes \(done)-") else { throw RhumbError.otherContents(file.path) }
        }
        progress(done)
        return true
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count <= file.size - done else {
            unlink(place.part(file).path)
            throw RhumbError.tooLong(file.path, file.size)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = pwrite(descriptor, piece.baseAddress, piece.count, off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                let error = FileError.system(.write, path: place.part(file).path, code: errno)
                throw RhumbError(
                    error.message, hint: error.hint + "; what has come is kept, and the same command goes on")
            }
            sum.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            rest = rest.dropFirst(count)
            done += count
        }
        progress(done)
    }

    /// Sums up what an earlier download has left; what is longer than the file is thrown away.
    private func sumUp() throws {
        try begin()
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        guard status.st_size <= file.size else { return try restart() }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while done < status.st_size {
            try StopFlag.check()
            let count = pread(descriptor, &buffer, buffer.count, off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return try restart() }
            buffer.withUnsafeBytes { sum.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            done += count
            progress(done)
        }
    }

    private func restart() throws {
        guard ftruncate(descriptor, 0) == 0 else {
            throw FileError.system(.write, path: place.part(file).path, code: errno)
        }
        try begin()
    }

    /// Begins a checksum: of git, which puts a line before the contents, or plain.
    private func begin() throws {
        done = 0
        let isGit = file.identifier.utf8.count == 40
        sum = Checksum(isGit ? .sha1 : .sha256)
        if isGit { Array("blob \(file.size)\0".utf8).withUnsafeBytes { sum.update($0) } }
    }
}

/// A lock on a file, which whoever else writes a blob waits for.
private struct BlobLock {
    private let descriptor: Int32

    /// - Parameter wait: called where somebody has it.
    init(_ url: URL, wait: () -> Void) throws {
        try Folder.make(url.deletingLastPathComponent())
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.system(.create, path: url.path, code: errno) }
        var isFirst = true
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // A file system without locks: what is written is checked in any case.
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            if isFirst { wait() }
            isFirst = false
            if StopFlag.isRaised { close(descriptor) }
            try StopFlag.check()
            usleep(100_000)
        }
    }

    func release() { close(descriptor) }
}
