/// Pictures in rows, each with a caption if wanted.
public struct ImageGrid: Sendable, Hashable {
    public var images: [Bitmap]
    /// A text under each picture, or none at all.
    public var captions: [String]
    /// How many stand in a row; `nil` chooses.
    public var columns: Int?

    public init(_ images: [Bitmap], captions: [String] = [], columns: Int? = nil) {
        self.images = images
        self.captions = captions
        self.columns = columns
    }
}

/// A picture: three bytes a pixel (red, green, blue), row by row from the top.
public struct Bitmap: Sendable, Hashable {
    public let width: Int
    public let height: Int
    public let pixels: [UInt8]

    /// `nil` unless there are `width * height * 3` bytes and at least one pixel.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        guard width > 0, height > 0, pixels.count == width * height * 3 else { return nil }
        self.init(validWidth: width, height: height, pixels: pixels)
    }

    /// For pixels whose number is known to be right.
    init(validWidth width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

extension Figure {
    /// Pictures in rows with captions.
    public static func images(
        _ images: [Bitmap], captions: [String] = [], columns: Int? = nil, title: String = ""
    ) -> Figure {
        Figure(Panel([.images(ImageGrid(images, captions: captions, columns: columns))], title: title))
    }
}
