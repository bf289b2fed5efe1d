import Basics
import Tensor

/// Where a picture is painted anew, and where it is kept.
public struct PictureMask {
    /// [height, width]: 1 where it is painted anew, 0 where it is kept.
    public let tensor: Tensor

    public var height: Int { tensor.shape[0] }
    public var width: Int { tensor.shape[1] }

    /// A picture as a mask: what is white, or more white than black, is painted anew, by the weights of red, green and
    /// blue that diffusers' `VaeImageProcessor` takes (those of ITU-R 601).
    public init(_ image: Image) throws {
        let planes = try [0, 1, 2].map { try image.tensor.selected(0, $0) }
        try self.init(planes[0] * 0.299 + planes[1] * 0.587 + planes[2] * 0.114)
    }

    /// - Parameter tensor: [height, width] or [1, height, width], from 0 to 1; from a half on it is painted anew.
    /// - Throws: `RhumbError` for another shape, or numbers outside 0…1.
    public init(_ tensor: Tensor) throws {
        let shape = tensor.rank == 3 && tensor.shape[0] == 1 ? Array(tensor.shape.dropFirst()) : tensor.shape
        guard shape.count == 2, shape.allSatisfy({ $0 > 0 }) else { throw RhumbError.maskShape(tensor.shape) }
        let values = try tensor.detached().to(.float32).floats
        // Weights of colours add up to a little more than 1.
        guard values.allSatisfy({ (-1e-5...1 + 1e-5).contains($0) }) else { throw RhumbError.maskNotFinite }
        self.tensor = try Tensor(values.map { $0 + 1e-6 >= 0.5 ? 1 : 0 }, shape: shape)
    }

    /// The mask over latents, [1, h, w, 1]: of each square of pixels the first (PyTorch's nearest).
    func ofLatents(downsampling: Int) throws -> Tensor {
        try tensor.sliced(0, from: 0, to: height, step: downsampling)
            .sliced(1, from: 0, to: width, step: downsampling).unsqueezed(0).unsqueezed(3).contiguous()
    }
}
