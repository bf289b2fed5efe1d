import Basics
import Files
import Foundation

/// The places of one commit in the cache, as the hub's client lays them out.
package struct CachePlace {
    let snapshot: URL
    private let folder, repository: URL
    private let commit: HubCommit

    package init(_ cache: HubCache, _ commit: HubCommit) {
        (folder, self.commit) = (cache.folder, commit)
        repository = cache.repository(commit.repository, commit.kind)
        snapshot = repository.appendingPathComponent("snapshots").appendingPathComponent(commit.commit)
    }

    /// Where a file's contents lie, and where they grow.
    func blob(_ file: HubFile) -> URL { repository.appendingPathComponent("blobs/" + file.identifier) }
    func part(_ file: HubFile) -> URL { repository.appendingPathComponent("blobs/\(file.identifier).incomplete") }
    /// Whoever writes a blob holds a lock on this file, the hub's client too.
    func lock(_ file: HubFile) -> URL {
        let name = HubCache.folderName(commit.repository, commit.kind)
        return folder.appendingPathComponent(".locks/\(name)/\(file.identifier).lock")
    }

    private func pointer(_ file: HubFile) -> URL { snapshot.appendingPathComponent(file.path) }

    /// Whether the cache has a file's contents, whole.
    func has(_ file: HubFile) -> Bool { Self.size(pointer(file)) == file.size || Self.size(blob(file)) == file.size }

    /// The bytes that an earlier download has left.
    func partSize(_ file: HubFile) -> Int { Self.size(part(file)) ?? 0 }

    /// The size of a regular file, links followed; nil where there is none.
    private static func size(_ url: URL) -> Int? {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// - Throws: `RhumbError` where the disk has not room for so many bytes.
    package func checkRoom(for bytes: Int) throws(RhumbError) {
        var place = folder
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
            place.deleteLastPathComponent()
        }
        var status = statvfs()
        guard bytes > 0, statvfs(place.path, &status) == 0 else { return }
        let (free, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
        if !isHuge, free < bytes { throw .noRoom(bytes, free, in: place.path) }
    }

    /// Notes which commit the revision is, and marks the cache as one, which backups may skip.
    func writeReference() throws(FileError) {
        try Folder.make(snapshot)
        let tag = folder.appendingPathComponent("CACHEDIR.TAG")
        if !FileManager.default.fileExists(atPath: tag.path) {
            let lines = [
                // The signature of https://bford.info/cachedir/, by which programs know it.
                "Signature: 8a477f597d28d172789f06886806bc55",
                "# This file is a cache directory tag created by Rhumb, for the cache of the Hugging Face hub.",
                "# For information about cache directory tags, see https://bford.info/cachedir/",
            ]
            try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: tag)
        }
        guard commit.revision != commit.commit else { return }
        let reference = repository.appendingPathComponent("refs/" + commit.revision)
        guard (try? String(contentsOf: reference, encoding: .utf8)) != commit.commit else { return }
        try Folder.make(reference.deletingLastPathComponent())
        try AtomicFile.write(commit.commit, to: reference)
    }

    /// Puts a file of the snapshot in its place: a relative link to its blob.
    func link(_ file: HubFile) throws(FileError) {
        let pointer = pointer(file)
        if Self.size(pointer) == file.size { return }
        try Folder.make(pointer.deletingLastPathComponent())
        let up = String(repeating: "../", count: 2 + file.path.split(separator: "/").count - 1)
        let target = "\(up)blobs/\(file.identifier)"
        // One that leads nowhere goes.
        unlink(pointer.path)
        guard symlink(target, pointer.path) == 0 || errno == EEXIST else {
            throw .system(.create, path: pointer.path, code: errno)
        }
    }
}
