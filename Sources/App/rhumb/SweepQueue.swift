import Basics
import Files
import Foundation
import Glibc
import Notebook
import Ranks
import Tensor

/// Which rank runs which point of a sweep: whoever is free takes the next one, by making a folder that only one of them
/// can make. A process alone takes all.
struct SweepQueue {
    /// The folder below which each point has one of its own.
    let parent: String
    private var claims: String { parent + "/.claims" }

    /// What a point came to.
    struct Point: Codable {
        let number: Int
        let status: String
        let seconds: Double
        let names: [String]
        let values: [Double]
        let rank: Int
    }

    /// - Parameter parent: the first rank's counts.
    init(_ parent: String) throws {
        self.parent = String(decoding: try Ranks.broadcast("folder of the sweep", Array(parent.utf8)), as: UTF8.self)
        guard Ranks.areMany else { return }
        if Ranks.isFirst {
            // Of a sweep that was killed.
            try? FileManager.default.removeItem(atPath: claims)
            try RunFolder.makeFolder(claims)
            RankedRun.passing.append(claims)
        }
        try Ranks.barrier("beginning of the sweep")
    }

    func takes(_ number: Int) throws -> Bool {
        guard Ranks.areMany else { return true }
        let path = "\(claims)/\(number)"
        if mkdir(path, 0o777) == 0 { return true }
        guard errno == EEXIST else { throw FileError.system(.create, path: path, code: errno) }
        return false
    }

    /// What all ranks have done, in order.
    ///
    /// - Throws: `RhumbError` where they see different disks.
    func all(_ mine: [Point], count: Int) throws -> [Point] {
        let all = try Ranks.gathered("points of the sweep", mine).sorted { $0.number < $1.number }
        guard Ranks.areMany else { return all }
        let isThere = all.allSatisfy { point in
            !Ranks.isFirst || FileManager.default.fileExists(atPath: "\(parent)/\(point.number)/\(Manifest.fileName)")
        }
        guard all.map(\.number) == Array(1...count), isThere else {
            throw RhumbError(
                "the ranks of a sweep must see one disk, and '\(parent)' is not the same for all of them",
                hint: "give --out a folder that all machines share")
        }
        return all
    }
}
