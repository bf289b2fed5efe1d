import Basics

/// A picture: red, green and blue planes with values from 0 to 1.
public struct Image {
    /// [3, height, width], float32.
    public let tensor: Tensor

    public var height: Int { tensor.shape[1] }
    public var width: Int { tensor.shape[2] }

    /// - Parameter tensor: [3, height, width], float32; values outside 0…1 are clipped when the picture is shown.
    public init(_ tensor: Tensor) throws {
        guard tensor.rank == 3, tensor.shape[0] == 3 else {
            throw RhumbError.shape(tensor.shape, in: "image", must: "be [3, height, width]")
        }
        self.tensor = try tensor.to(.float32).contiguous()
    }

    /// - Parameter rgb: height × width × 3 bytes, rows from the top.
    public init(width: Int, height: Int, rgb: [UInt8]) throws {
        guard rgb.count == width * height * 3 else {
            throw RhumbError(
                "an image of \(width)×\(height) pixels must have \(width * height * 3) bytes, not \(rgb.count)")
        }
        let planes = try Tensor(uninitialized: [3, height, width])
        let plane = width * height
        for pixel in 0..<plane {
            for channel in 0..<3 {
                planes.floatPointer[channel * plane + pixel] = Float(rgb[pixel * 3 + channel]) / 255
            }
        }
        tensor = planes
    }

    /// height × width × 3 bytes, rows from the top; values are clipped to 0…1 and rounded.
    public var rgb8: [UInt8] {
        let plane = width * height
        let values = tensor.floats
        return [UInt8](unsafeUninitializedCapacity: plane * 3) { bytes, count in
            for pixel in 0..<plane {
                for channel in 0..<3 {
                    let value = values[channel * plane + pixel]
                    bytes[pixel * 3 + channel] =
                        value.isNaN ? 0 : UInt8((Swift.min(Swift.max(value, 0), 1) * 255).rounded())
                }
            }
            count = plane * 3
        }
    }
}
