/// How far long work has come, and what there is to see of it.
///
/// Made often, so it holds what is at hand; pictures are laid out once somebody wants to see them.
public struct StepProgress {
    public let label: String
    public let done: Int
    /// nil when not known.
    public let total: Int?
    /// The numbers of the step, ready to read: `loss 0.31  kl 2e-5`.
    public let detail: String
    /// How far the step under way has come.
    public let part: Part?
    /// The main metric so far.
    public let curve: Curve?
    /// The latest pictures.
    public let pictures: LivePictures?

    public init(
        _ label: String, done: Int, total: Int?, detail: String = "", part: Part? = nil, curve: Curve? = nil,
        pictures: LivePictures? = nil
    ) {
        self.label = label
        self.done = done
        self.total = total
        self.detail = detail
        self.part = part
        self.curve = curve
        self.pictures = pictures
    }

    /// Work inside one step: `round 13: sample`, 3 of 8.
    public struct Part: Sendable, Equatable {
        public let label: String
        public let done: Int
        public let total: Int

        public init(_ label: String, done: Int, total: Int) {
            self.label = label
            self.done = done
            self.total = total
        }
    }

    /// A metric with a value per step, oldest first.
    public struct Curve: Sendable, Equatable {
        public let name: String
        public let values: [Double]

        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }

        /// At most so many values, each the mean of as many neighbours; values that are not finite are left out of it.
        /// The last one stays itself.
        public func thinned(to count: Int) -> Curve {
            guard values.count > count, count > 1, let last = values.last else { return self }
            let means = (0..<count - 1).map { index in
                let start = index * (values.count - 1) / (count - 1)
                let end = (index + 1) * (values.count - 1) / (count - 1)
                let finite = values[start..<end].filter(\.isFinite)
                return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
            }
            return Curve(name, means + [last])
        }
    }
}

/// The latest pictures of long work. Another object means other pictures.
public final class LivePictures {
    private var make: (() -> PictureSheet?)?
    /// Laid out when first asked for; nil when that fails.
    public private(set) lazy var sheet: PictureSheet? = {
        defer { make = nil }
        return make?()
    }()

    public init(_ make: @escaping () -> PictureSheet?) { self.make = make }
}

/// Pictures of one size in rows and columns, as the pixels of one picture.
public struct PictureSheet: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Red, green and blue, height × width × 3 bytes, rows from the top.
    public let rgb: [UInt8]
    public let columns: Int
    public let rows: Int

    /// Pixels between two pictures.
    public static let gap = 2

    /// - Returns: nil when the numbers don't fit each other.
    public init?(width: Int, height: Int, rgb: [UInt8], columns: Int, rows: Int) {
        guard columns > 0, rows > 0, rgb.count == width * height * 3,
            width > (columns - 1) * Self.gap, (width + Self.gap) % columns == 0,
            height > (rows - 1) * Self.gap, (height + Self.gap) % rows == 0
        else { return nil }
        self.width = width
        self.height = height
        self.rgb = rgb
        self.columns = columns
        self.rows = rows
    }

    /// The size of one picture.
    public var tile: (width: Int, height: Int) {
        ((width + Self.gap) / columns - Self.gap, (height + Self.gap) / rows - Self.gap)
    }

    /// The first columns and rows of it.
    public func prefix(columns: Int, rows: Int) -> PictureSheet {
        let columns = min(max(columns, 1), self.columns)
        let rows = min(max(rows, 1), self.rows)
        let across = columns * (tile.width + Self.gap) - Self.gap
        let down = rows * (tile.height + Self.gap) - Self.gap
        var part: [UInt8] = []
        part.reserveCapacity(across * down * 3)
        for y in 0..<down { part += rgb[y * width * 3..<(y * width + across) * 3] }
        return PictureSheet(width: across, height: down, rgb: part, columns: columns, rows: rows) ?? self
    }
}
