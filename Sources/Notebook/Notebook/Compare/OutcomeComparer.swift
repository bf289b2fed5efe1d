import Basics
import Files
import Language
import Tensor

/// Goes through what two runs gave and notes what differs.
struct OutcomeComparer {
    let first: RecordedRun, second: RecordedRun
    let tolerance: Double
    private(set) var rows: [RunComparison.Row] = []
    private(set) var compared = 0

    /// Columns and fields of this name say how long work took, which is never the same twice.
    private static let timing = "seconds"

    init(_ first: RecordedRun, _ second: RecordedRun, tolerance: Double) {
        (self.first, self.second, self.tolerance) = (first, second, tolerance)
    }

    mutating func compare() throws {
        compareStatus()
        try compareValues()
        compareFiles(in: RunFolder.tables, kind: "table", textOf: Self.tableText) { first, second in
            Self.tableDistance(first, second)
        }
        compareFiles(in: RunFolder.figures, kind: "figure", textOf: { "\($0.count) bytes" }) { first, second in
            Self.pixelDistance(first, second)
        }
    }

    private mutating func compareStatus() {
        let (a, b) = (first.manifest, second.manifest)
        if a.status != b.status { add("run", "status", a.status.rawValue, b.status.rawValue, nil) }
        if a.failure != b.failure { add("run", "error", a.failure?.message ?? "—", b.failure?.message ?? "—", nil) }
    }

    private mutating func add(_ kind: String, _ name: String, _ x: String, _ y: String, _ distance: Distance?) {
        rows.append(
            .init(
                kind: kind, name: name, first: x, second: y, distance: distance?.size,
                isTolerated: distance.map { $0.share <= tolerance } ?? false))
    }

    // MARK: Values

    private mutating func compareValues() throws {
        let names =
            first.values.map(\.key)
            + second.values.map(\.key).filter { key in !first.values.contains { $0.key == key } }
        for name in names {
            compared += 1
            let x = first.values.last { $0.key == name }?.value, y = second.values.last { $0.key == name }?.value
            guard let x, let y else {
                add("value", name, x.map(Self.text) ?? "—", y.map(Self.text) ?? "—", nil)
                continue
            }
            let distance = try self.distance(x, y)
            if distance?.isZero ?? false { continue }
            add("value", name, Self.text(x), Self.text(y), distance)
        }
    }

    /// nil when they differ in more than numbers.
    private func distance(_ x: JSON, _ y: JSON) throws -> Distance? {
        if let a = x.number, let b = y.number { return Distance(a, b) }
        switch (x, y) {
        case (.array(let a), .array(let b)):
            guard a.count == b.count else { return nil }
            return try Distance.largest(zip(a, b)) { try distance($0, $1) }
        case (.object(let a), .object(let b)):
            guard a.map(\.key) == b.map(\.key) else { return nil }
            return try Distance.largest(zip(a, b)) { left, right in
                switch left.key {
                case Self.timing: .zero
                // Told by the elements; the line about an object rounds them.
                case "summary", "values": x["tensors"] == nil ? try distance(left.value, right.value) : .zero
                case "tensors": try tensorDistance(left.value, right.value)
                default: try distance(left.value, right.value)
                }
            }
        default: return x == y ? .zero : nil
        }
    }

    private func tensorDistance(_ x: JSON, _ y: JSON) throws -> Distance? {
        try Distance.largest(zip(x.members ?? [], y.members ?? [])) { left, right in
            guard let a = try first.tensor(left.value.string ?? ""),
                let b = try second.tensor(right.value.string ?? ""),
                a.shape == b.shape, a.dtype == b.dtype
            else { return nil }
            var largest = Distance.zero
            for (u, v) in zip(a.floats, b.floats) where u.bitPattern != v.bitPattern {
                largest = max(largest, Distance(Double(u), Double(v)))
            }
            return largest
        }
    }

    private static func text(_ json: JSON) -> String {
        switch json {
        case .number(let number): NumberText.shown(number)
        case .object: json["summary"]?.string ?? json["rows"]?.integer.map { "table of \($0) rows" } ?? json.text()
        default: json.text()
        }
    }

    // MARK: Files

    private mutating func compareFiles(
        in folder: String, kind: String, textOf: ([UInt8]) -> String, distance: ([UInt8], [UInt8]) -> Distance?
    ) {
        // Elsewhere the numbers in a figure's script may differ as others may: its picture is what counts.
        func isJudged(_ file: String) -> Bool {
            folder != RunFolder.figures || tolerance == 0 || file.hasSuffix(".png")
        }
        let mine = first.files(in: folder).filter(isJudged), theirs = second.files(in: folder).filter(isJudged)
        for file in mine + theirs.filter({ !mine.contains($0) }) {
            compared += 1
            let x = first.bytes(file), y = second.bytes(file)
            if x == y { continue }
            guard let x, let y else {
                add(kind, file, x.map(textOf) ?? "—", y.map(textOf) ?? "—", nil)
                continue
            }
            let distance = distance(x, y)
            if kind == "table", distance?.isZero ?? false { continue }
            add(kind, file, textOf(x), textOf(y), distance)
        }
    }

    /// Lines of a CSV file, without the one of names.
    private static func tableText(_ bytes: [UInt8]) -> String {
        "\(max(0, String(decoding: bytes, as: UTF8.self).split(separator: "\n").count - 1)) rows"
    }

    /// The largest distance of two numbers in the same place; nil when other cells or the shape differ.
    private static func tableDistance(_ first: [UInt8], _ second: [UInt8]) -> Distance? {
        func cells(_ bytes: [UInt8]) -> [[Substring]] {
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            guard let timed = lines.first?.firstIndex(where: { $0 == timing }) else { return lines }
            return lines.map { line in Array(line.enumerated().filter { $0.offset != timed }.map(\.element)) }
        }
        let x = cells(first), y = cells(second)
        guard x.map(\.count) == y.map(\.count) else { return nil }
        return Distance.largest(zip(x.joined(), y.joined())) { left, right in
            if left == right { return .zero }
            guard let a = Double(left), let b = Double(right) else { return nil }
            return Distance(a, b)
        }
    }

    /// Share of pixels that differ visibly, by more than eight grey levels. Only a picture's own form is judged so: its
    /// script and the other forms are text, equal or not.
    private static func pixelDistance(_ first: [UInt8], _ second: [UInt8]) -> Distance? {
        func pixels(_ bytes: [UInt8]) -> Tensor? {
            bytes.withUnsafeBytes { try? ImageFile.decode($0, file: "figure") }?.tensor
        }
        guard let x = pixels(first), let y = pixels(second), x.shape == y.shape else { return nil }
        let a = x.floats, b = y.floats
        let differing = zip(a, b).reduce(0) { $0 + (abs($1.0 - $1.1) > 8 / 255 ? 1 : 0) }
        let share = Double(differing) / Double(max(a.count, 1))
        // What may differ is stated in pixels here, so the share is brought to the scale of numbers.
        return Distance(size: share, share: share <= RunComparison.pixelTolerance ? .leastNonzeroMagnitude : .infinity)
    }
}

/// How far two numbers are apart, and what share of the larger one that is.
struct Distance: Comparable {
    let size: Double
    let share: Double

    static let zero = Distance(size: 0, share: 0)

    init(size: Double, share: Double) { (self.size, self.share) = (size, share) }

    init(_ x: Double, _ y: Double) {
        if x == y || x.isNaN && y.isNaN {
            self = .zero
        } else {
            size = abs(x - y)
            // Below a millionth numbers count as small, not as far apart.
            share = size.isNaN ? .infinity : size / max(abs(x), abs(y), 1e-6)
        }
    }

    var isZero: Bool { size == 0 && share == 0 }

    static func < (left: Distance, right: Distance) -> Bool { left.share < right.share }

    /// The largest of the distances of pairs; nil as soon as one has none.
    static func largest<Pairs: Sequence, Item>(
        _ pairs: Pairs, _ distance: (Item, Item) throws -> Distance?
    ) rethrows -> Distance? where Pairs.Element == (Item, Item) {
        var largest = Distance.zero
        for (x, y) in pairs {
            guard let found = try distance(x, y) else { return nil }
            largest = max(largest, found)
        }
        return largest
    }
}
