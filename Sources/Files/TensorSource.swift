import FoundationEssentials
import Tensor

/// A file of named tensors, which are made when asked for.
protocol TensorSource: AnyObject {
    var url: URL { get }
    /// In the order of the file.
    var names: [String] { get }
    /// The free texts that the file keeps about itself.
    var metadata: [String: String] { get }
    func shape(of name: String) -> [Int]?
    func type(of name: String) -> StoredType?
    func tensor(_ name: String, as dtype: DType?) throws -> Tensor
}

extension SafetensorsFile: TensorSource {}
