import Files
import FoundationEssentials
import Language
import Tensor

/// How far the long work of a cell has come, as `progress.json` in the run's folder has it.
package struct LiveProgress {
    package let cell: Int
    /// Without pictures, which are in a file of their own.
    package let progress: StepProgress
    package let pace: Pace

    package init(cell: Int, _ progress: StepProgress, _ pace: Pace) {
        (self.cell, self.progress, self.pace) = (cell, progress, pace)
    }
}

extension LiveProgress {
    /// More values than any terminal has columns for.
    private static let mostValues = 240

    var json: JSON {
        var members: [JSON.Member] = [
            .init("cell", .integer(cell)), .init("label", .string(progress.label)),
            .init("done", .integer(progress.done)),
            .init("total", progress.total.map { .integer($0) } ?? .null), .init("detail", .string(progress.detail)),
            .init("seconds", .number(pace.elapsed)), .init("first", .integer(pace.firstDone)),
        ]
        if let part = progress.part {
            members.append(
                .init(
                    "part", ["label": .string(part.label), "done": .integer(part.done), "total": .integer(part.total)]))
        }
        if let curve = progress.curve {
            let values = curve.thinned(to: Self.mostValues).values.map { $0.isFinite ? JSON.number($0) : .null }
            members.append(.init("curve", ["name": .string(curve.name), "values": .array(values)]))
        }
        return .object(members)
    }

    init?(_ json: JSON) {
        guard let cell = json["cell"]?.integer, let label = json["label"]?.string, let done = Self.count(json["done"])
        else {
            return nil
        }
        self.cell = cell
        progress = StepProgress(
            label, done: done, total: Self.count(json["total"]), detail: json["detail"]?.string ?? "",
            part: json["part"].flatMap(Self.part), curve: json["curve"].flatMap(Self.curve))
        let seconds = json["seconds"]?.number ?? 0
        pace = Pace(elapsed: (0...1e9).contains(seconds) ? seconds : 0, firstDone: Self.count(json["first"]) ?? 0)
    }

    /// A number of steps; nil for what no work can have, since lines are laid out by it.
    private static func count(_ json: JSON?) -> Int? {
        json?.integer.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
    }

    private static func part(_ json: JSON) -> StepProgress.Part? {
        guard let label = json["label"]?.string, let done = count(json["done"]), let total = count(json["total"])
        else {
            return nil
        }
        return .init(label, done: done, total: total)
    }

    private static func curve(_ json: JSON) -> StepProgress.Curve? {
        guard let name = json["name"]?.string, let values = json["values"]?.array else { return nil }
        return .init(name, values.map { $0.number ?? .nan })
    }
}

extension PictureSheet {
    /// What a PNG file says of how many pictures there are.
    private static let keyword = "Pictures"

    /// As a PNG file that knows its columns and rows.
    package func png() throws -> [UInt8] {
        try PNG.encode(
            Image(width: width, height: height, rgb: rgb), texts: [(Self.keyword, "\(columns) × \(rows)")],
            file: RunFolder.latestPictures)
    }

    /// - Parameter png: made by ``png()``.
    init?(png: [UInt8]) {
        let file = RunFolder.latestPictures
        guard let image = try? png.withUnsafeBytes({ try PNG.decode($0, file: file) }),
            let texts = try? png.withUnsafeBytes({ try PNG.texts(of: $0, file: file) }),
            let text = texts.first(where: { $0.keyword == Self.keyword })?.text
        else { return nil }
        let counts = text.split(separator: " × ").compactMap { Int($0) }
        guard counts.count == 2 else { return nil }
        self.init(width: image.width, height: image.height, rgb: image.rgb8, columns: counts[0], rows: counts[1])
    }
}
