import Language

/// The latest pictures of long work. Another object means other pictures.
public final class LivePictures: ProgressAttachment {
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

extension StepProgress {
    /// The latest pictures, where the work shows any.
    public var pictures: LivePictures? { attachment as? LivePictures }
}
