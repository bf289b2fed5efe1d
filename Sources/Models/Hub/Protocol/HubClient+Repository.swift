import Basics
import Files

/// A file of a repository, as the hub lists it.
package struct HubFile: Equatable, Sendable {
    /// Below the repository, with slashes.
    package let path: String
    /// In bytes.
    package let size: Int
    /// What the hub calls its contents, and the cache its blob: the SHA-256 of what is in LFS, else git's SHA-1.
    package let identifier: String

    package init(path: String, size: Int, identifier: String) {
        (self.path, self.size, self.identifier) = (path, size, identifier)
    }

    /// The folder that it is in, empty for the repository's own, and its name there.
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// A repository at one commit.
package struct HubCommit {
    let repository: String
    let kind: HubCache.Kind
    /// As it was asked for.
    let revision: String
    /// 40 hexadecimal digits.
    let commit: String

    package init(repository: String, kind: HubCache.Kind, revision: String, commit: String) {
        (self.repository, self.kind, self.revision, self.commit) = (repository, kind, revision, commit)
    }

    /// Where a file of it is, behind the hub's address.
    func address(of path: String) -> String {
        let prefix = kind == .model ? "" : kind.folder + "/"
        return "/\(prefix)\(repository)/resolve/\(commit)/\(URLOrigin.quoted(path, keepsSlashes: true))"
    }
}

extension HubClient {
    /// Which commit a revision is.
    func commit(of repository: String, _ kind: HubCache.Kind, revision: String) throws -> HubCommit {
        let address = "/api/\(kind.folder)/\(repository)/revision/\(URLOrigin.quoted(revision))"
        guard let commit = try document(address).0["sha"]?.string, Self.isHexadecimal(commit, 40) else {
            throw RhumbError.notAHub(settings)
        }
        return HubCommit(repository: repository, kind: kind, revision: revision, commit: commit)
    }

    /// All files, in the hub's order.
    func files(of commit: HubCommit) throws -> [HubFile] {
        var files: [HubFile] = []
        var address: String? = "/api/\(commit.kind.folder)/\(commit.repository)/tree/\(commit.commit)?recursive=true"
        while let page = address {
            let (list, next) = try document(page)
            guard let entries = list.array else { throw RhumbError.notAHub(settings) }
            for entry in entries where entry["type"]?.string == "file" { files.append(try file(entry)) }
            address = next
        }
        return files
    }

    private func file(_ entry: JSON) throws -> HubFile {
        let large = entry["lfs"].flatMap { $0.isNull ? nil : $0 }
        guard let path = entry["path"]?.string, let size = (large ?? entry)["size"]?.integer, size >= 0,
            let identifier = (large ?? entry)["oid"]?.string, Self.isHexadecimal(identifier, large == nil ? 40 : 64)
        else { throw RhumbError.notAHub(settings) }
        guard HubName.isInside(path) else { throw RhumbError.unsafePath(path) }
        return HubFile(path: path, size: size, identifier: identifier)
    }

    static func isHexadecimal(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
