import Basics
import Files
import Foundation
import Kernels
import Tensor

/// What happens to a picture before the image tower sees it, as `preprocessor_config.json` says: the shortest edge is
/// brought to a size, the centre cut out, and values are scaled and normalised by channel.
///
/// Pictures that change their size go through 8 bits a channel as in PIL, and the result is PIL's to the last bit;
/// others keep their full precision.
public struct Preprocessing: Equatable, Sendable {
    public enum Size: Equatable, Sendable {
        /// The shorter side becomes this long and the other follows.
        case shortestEdge(Int)
        case exactly(height: Int, width: Int)
    }

    public var resizes = true
    public var size: Size
    public var filter = ResamplingFilter.bicubic
    public var crops = true
    public var cropHeight: Int
    public var cropWidth: Int
    public var rescales = true
    /// Factor for values from 0 to 255.
    public var rescaleFactor = 1.0 / 255
    public var normalizes = true
    /// By channel, for values from 0 to 1.
    public var mean = Preprocessing.clipMean
    public var standardDeviation = Preprocessing.clipStandardDeviation

    /// Of the pictures OpenAI's models were trained on.
    public static let clipMean = [0.48145466, 0.4578275, 0.40821073]
    public static let clipStandardDeviation = [0.26862954, 0.26130258, 0.27577711]

    /// Whether the file is SigLIP's, whose processor neither crops nor keeps the sides' ratio.
    public private(set) var isSigLIP = false

    /// SigLIP's own preprocessing for a tower that sees `imageSize` × `imageSize` pixels.
    public init(sigLIP imageSize: Int) {
        self.init(imageSize: imageSize)
        (isSigLIP, crops) = (true, false)
        size = .exactly(height: imageSize, width: imageSize)
        (mean, standardDeviation) = ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    }

    /// CLIP's own preprocessing for a tower that sees `imageSize` × `imageSize` pixels.
    public init(imageSize: Int = 224) {
        size = .shortestEdge(imageSize)
        (cropHeight, cropWidth) = (imageSize, imageSize)
    }

    /// Preprocessed pictures, [pictures, 3, height, width], float32.
    ///
    /// - Throws: `RhumbError` when there is no picture, or when pictures come out in different sizes.
    public func pixels(_ images: [Image]) throws -> Tensor {
        guard !images.isEmpty else { throw RhumbError.noImages }
        var prepared: [Tensor] = []
        for image in images {
            try StopFlag.check()
            prepared.append(try pixels(image))
            guard prepared.last!.shape == prepared[0].shape else {
                throw RhumbError.differentSizes(prepared[0].shape, prepared.last!.shape)
            }
        }
        return try Tensor.stacked(prepared)
    }

    /// The picture that a preprocessed one shows, [3, height, width]: what the tower sees, to look at.
    public func picture(of pixels: Tensor) throws -> Image {
        let scale = try Tensor(standardDeviation.map(Float.init), shape: [3, 1, 1])
        let shift = try Tensor(mean.map(Float.init), shape: [3, 1, 1])
        var values = normalizes ? try pixels * scale + shift : pixels
        // Without rescaling, values run to 255 times what they otherwise would.
        values = try values * Float(rescales ? 1 / (255 * rescaleFactor) : 1.0 / 255)
        return try Image(values.clamped(0, 1).contiguous())
    }

    /// One preprocessed picture, [3, height, width].
    private func pixels(_ image: Image) throws -> Tensor {
        let (height, width) = try resizedSize(height: image.height, width: image.width)
        let rows = Window(of: height, wanted: crops ? cropHeight : height)
        let columns = Window(of: width, wanted: crops ? cropWidth : width)
        let target = try Tensor.zeros([3, rows.wanted, columns.wanted])
        let isResized = (height, width) != (image.height, image.width)
        let plane = image.height * image.width
        for channel in 0..<3 {
            let source = image.tensor.floatPointer + channel * plane
            let out = target.floatPointer + channel * rows.wanted * columns.wanted
            let part =
                isResized
                ? Plane(width: image.width, height: image.height, values: source)
                    .resized(width: width, height: height, filter, columns: columns.seen, rows: rows.seen)
                : nil
            let table = (0..<256).map { normalized(Double($0), channel) }
            // Where the crop is larger than the picture, black surrounds it.
            out.update(repeating: table[0], count: rows.wanted * columns.wanted)
            for row in 0..<rows.seen.count {
                let line = out + (row + rows.margin) * columns.wanted + columns.margin
                if let part {
                    part.bytes.withUnsafeBufferPointer {
                        rk_u8_lookup_f32(columns.seen.count, $0.baseAddress! + row * part.width, table, line)
                    }
                } else {
                    let values = source + (row + rows.seen.lowerBound) * image.width + columns.seen.lowerBound
                    for column in 0..<columns.seen.count {
                        line[column] = normalized(Double(values[column]) * 255, channel)
                    }
                }
            }
        }
        return target
    }

    /// A value from 0 to 255 as the tower wants it, with the roundings of transformers' NumPy.
    private func normalized(_ value: Double, _ channel: Int) -> Float {
        let scaled = Float(rescales ? value * rescaleFactor : value)
        return normalizes ? (scaled - Float(mean[channel])) / Float(standardDeviation[channel]) : scaled
    }

    func resizedSize(height: Int, width: Int) throws -> (Int, Int) {
        guard height > 0, width > 0 else { throw RhumbError.emptyImage(width: width, height: height) }
        guard resizes else { return (height, width) }
        switch size {
        case .exactly(let height, let width): return (height, width)
        case .shortestEdge(let edge):
            let (short, long) = (min(height, width), max(height, width))
            // A strip so thin that its other side would not fit in memory is a mistake.
            guard long / short <= 10_000 else { throw RhumbError.emptyImage(width: width, height: height) }
            let other = Int(Double(edge * long) / Double(short))
            return width <= height ? (other, edge) : (edge, other)
        }
    }
}

/// The part of a side that a crop around its middle keeps.
private struct Window {
    let wanted: Int
    /// Pixels of the side that are seen.
    let seen: Range<Int>
    /// Pixels of the result before the first that is seen.
    let margin: Int

    init(of size: Int, wanted: Int) {
        self.wanted = wanted
        if wanted <= size {
            let start = (size - wanted) / 2
            seen = start..<start + wanted
            margin = 0
        } else {
            seen = 0..<size
            margin = (wanted - size + 1) / 2
        }
    }
}
