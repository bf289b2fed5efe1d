import Basics
import Tensor

extension Preprocessing {
    /// What the tower sees of pictures, [pictures, 3, height, width], with gradients to them.
    ///
    /// The arithmetic of `pixels(_:)` without its rounding to 8 bits: pictures that keep their size give the same to a
    /// rounding of float32, others are a few thousandths off.
    ///
    /// - Parameter pictures: from 0 to 1, [pictures, 3, height, width].
    /// - Throws: `RhumbError` for a filter without gradient where pictures change their size, and for pictures smaller
    ///   than the crop.
    public func differentiablePixels(_ pictures: Tensor) throws -> Tensor {
        guard pictures.rank == 4, pictures.shape[1] == 3 else {
            throw RhumbError(
                "pictures to preprocess must be [pictures, 3, height, width], not \(Words.shape(pictures.shape))")
        }
        var x = pictures
        let (height, width) = try resizedSize(height: x.shape[2], width: x.shape[3])
        if (height, width) != (x.shape[2], x.shape[3]) {
            let mode: Resampling
            switch filter {
            case .bicubic: mode = .bicubic
            case .bilinear: mode = .bilinear
            default:
                throw RhumbError(
                    "no gradient flows through the resampling of this CLIP's preprocessing",
                    hint: "draw pictures of the size that it sees: \(cropWidth) × \(cropHeight)")
            }
            let channelsLast = try x.permuted([0, 2, 3, 1]).contiguous()
            x = try channelsLast.resampled(height: height, width: width, mode, antialias: true)
                .permuted([0, 3, 1, 2]).clamped(0, 1)
        }
        if crops {
            guard cropHeight <= height, cropWidth <= width else {
                throw RhumbError.emptyImage(width: width, height: height)
            }
            let (top, left) = ((height - cropHeight) / 2, (width - cropWidth) / 2)
            x = try x.sliced(2, from: top, to: top + cropHeight).sliced(3, from: left, to: left + cropWidth)
        }
        if rescales { x = try x * Float(255 * rescaleFactor) } else { x = try x * 255 }
        if normalizes {
            x =
                try (x - Tensor(mean.map(Float.init), shape: [3, 1, 1]))
                / Tensor(standardDeviation.map(Float.init), shape: [3, 1, 1])
        }
        return try x.contiguous()
    }
}
