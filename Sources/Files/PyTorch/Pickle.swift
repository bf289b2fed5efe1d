/// What a pickle of tensors is made of.
///
/// A pickle is a program for a machine that can call anything; this reader knows a few constructors by name and builds
/// data from them itself. It never looks a name up, imports or calls anything.
struct Pickle {
    /// Containers are positions in the tables below: nothing owns anything, so that whatever a hostile file nests or
    /// ties into knots, letting go of it takes no recursion.
    enum Value {
        case none
        case boolean(Bool)
        case integer(Int)
        /// Longer than 64 bits; little-endian.
        case long([UInt8])
        case number(Double)
        case string(String)
        case bytes([UInt8])
        case tuple(Int)
        case list(Int)
        case dictionary(Int)
        case constructor(Constructor)
        case storage(Int)
        case tensor(Int)
        /// An array of numpy's, and an element type of its arrays.
        case array(Int)
        case elementType(Int)
        /// What stands beside the weights in a checkpoint, and is made by none of the known constructors.
        case aside
    }

    /// The names that a pickle may mention.
    enum Constructor {
        case orderedDictionary
        case size
        /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`
        case tensor
        /// `_rebuild_tensor_v3`: the same over a storage without type, with the element type behind the hooks.
        case typedTensor
        /// `_rebuild_parameter(tensor, requires_grad, hooks)`
        case parameter
        case storage(StoredType)
        case untypedStorage
        case elements(StoredType)
        /// A module of a TorchScript archive, whose attributes are read as a dictionary.
        case object
        /// `torch.jit._pickle.build_…list(list)`
        case list
        /// numpy's: `ndarray`, `_reconstruct(ndarray, (0,), b)`, `dtype(name, …)`, `scalar(dtype, bytes)`,
        /// `_frombuffer(bytes, dtype, shape, order)`, and `_codecs.encode(text, 'latin1')`, which makes bytes.
        case arrayClass, emptyArray, elementType, scalar, arrayOfBytes, encodedText
        /// What training programs keep beside weights: callbacks, numbers of numpy's, settings. Nothing is made of it.
        case aside

        /// The constructor of a name; nil for one that no file of weights needs.
        static func named(_ name: String) -> Constructor? {
            if let constructor = known[name] { return constructor }
            if name.hasPrefix("__torch__.") { return .object }
            if name.hasPrefix("torch.jit._pickle.build_") { return .list }
            return asides.contains(where: name.hasPrefix) ? .aside : nil
        }

        /// Beginnings of names that stand in checkpoints of Lightning and of CompVis' programs.
        private static let asides = [
            "pytorch_lightning.", "lightning.", "lightning_fabric.", "lightning_utilities.", "omegaconf.",
            "numpy.core.multiarray.", "numpy._core.multiarray.", "numpy.dtype", "numpy.ndarray", "_codecs.encode",
            "collections.defaultdict", "argparse.Namespace", "typing.", "pathlib.", "torch.device",
            "__builtin__.set", "builtins.set", "__builtin__.dict", "builtins.dict", "__builtin__.list", "builtins.list",
            "__builtin__.int", "builtins.int", "__builtin__.long", "__builtin__.str", "builtins.str",
        ]

        /// What a pickle of arrays may mention, beside containers.
        static let arrays: [String: Constructor] = {
            var known: [String: Constructor] = [
                "numpy.ndarray": .arrayClass, "numpy.dtype": .elementType, "_codecs.encode": .encodedText,
                "collections.OrderedDict": .orderedDictionary,
            ]
            // numpy 2 has another name for the same module.
            for core in ["numpy.core", "numpy._core"] {
                known[core + ".multiarray._reconstruct"] = .emptyArray
                known[core + ".multiarray.scalar"] = .scalar
                known[core + ".numeric._frombuffer"] = .arrayOfBytes
            }
            return known
        }()

        static let known: [String: Constructor] = [
            "collections.OrderedDict": .orderedDictionary, "torch.Size": .size,
            "torch._utils._rebuild_tensor_v2": .tensor, "torch._utils._rebuild_tensor_v3": .typedTensor,
            "torch._utils._rebuild_parameter": .parameter,
            "torch.FloatStorage": .storage(.float32), "torch.DoubleStorage": .storage(.float64),
            "torch.HalfStorage": .storage(.float16), "torch.BFloat16Storage": .storage(.bfloat16),
            "torch.LongStorage": .storage(.int64), "torch.IntStorage": .storage(.int32),
            "torch.ShortStorage": .storage(.int16), "torch.CharStorage": .storage(.int8),
            "torch.ByteStorage": .storage(.uint8), "torch.BoolStorage": .storage(.bool),
            "torch.ComplexFloatStorage": .storage(.complex64), "torch.storage.UntypedStorage": .untypedStorage,
            "torch.uint16": .elements(.uint16), "torch.uint32": .elements(.uint32), "torch.uint64": .elements(.uint64),
            "torch.float8_e4m3fn": .elements(.float8E4M3), "torch.float8_e5m2": .elements(.float8E5M2),
            "torch.float8_e4m3fnuz": .elements(.float8E4M3FNUZ), "torch.float8_e5m2fnuz": .elements(.float8E5M2FNUZ),
            "torch.float8_e8m0fnu": .elements(.float8E8M0),
        ]
    }

    /// A block of elements that lies elsewhere in the file.
    struct Storage {
        let key: String
        /// nil for bytes that only tensors give a type.
        let type: StoredType?
        /// Elements, or bytes without a type.
        let count: Int
    }

    /// A tensor as a view of a storage; offset and strides in elements.
    struct TensorView {
        let storage: Storage
        let type: StoredType
        let offset: Int
        let shape: [Int]
        let strides: [Int]
    }

    /// An array of numpy's, as its pickle describes it.
    struct Array {
        var shape: [Int] = []
        var type: ElementType?
        var isFortranOrdered = false
        var bytes: [UInt8] = []
    }

    /// An element type of numpy's; nil for one that tensors have no place for, with its name.
    struct ElementType {
        let name: String
        let type: StoredType?
        var isBigEndian = false
    }

    var arrays: [Array] = []
    var elementTypes: [ElementType] = []
    var tuples: [[Value]] = []
    var lists: [[Value]] = []
    var dictionaries: [[(key: Value, value: Value)]] = []
    var storages: [Storage] = []
    var tensors: [TensorView] = []
    /// The dictionaries that are objects, which get their contents as attributes.
    var objects: Set<Int> = []
}

extension Pickle {
    /// Lists nest that deep in real files at most.
    private static let deepest = 32

    /// The tensors that a root holds, by their names: those of a nested dictionary stand behind its own name and a dot.
    ///
    /// Of a training checkpoint only the part called `state_dict` counts; what is not a tensor is passed over, and the
    /// prefix `module.` that data-parallel training leaves on every name is dropped.
    ///
    /// - Returns: nil for a knot or a nest too deep to be a file of weights.
    func namedTensors(_ root: Value) -> [(name: String, tensor: TensorView)]? {
        if case .tensor(let position) = root { return [("tensor", tensors[position])] }
        var found: [(name: String, tensor: TensorView)] = []
        var seen: Set<Int> = []
        func gather(_ value: Value, _ prefix: String, _ depth: Int) -> Bool {
            if depth > Self.deepest { return false }
            // What is shared counts once, so that a few lists of lists of lists can't stand for billions of tensors.
            if case .dictionary(let position) = value, !seen.insert(position).inserted { return true }
            for (name, member) in members(of: value) {
                if case .tensor(let position) = member {
                    found.append((prefix + name, tensors[position]))
                } else if case .dictionary = member, !gather(member, prefix + name + ".", depth + 1) {
                    return false
                }
            }
            return true
        }
        guard gather(weights(in: root), "", 0) else { return nil }
        let wrapped = "module."
        guard !found.isEmpty, found.allSatisfy({ $0.name.hasPrefix(wrapped) }) else { return found }
        return found.map { (String($0.name.dropFirst(wrapped.count)), $0.tensor) }
    }

    /// The numbers and texts that a checkpoint keeps beside its tensors: `global_step`, `epoch`.
    func scalars(_ root: Value) -> [String: String] {
        var found: [String: String] = [:]
        for (name, value) in members(of: root) {
            switch value {
            case .integer(let number): found[name] = String(number)
            case .string(let text): found[name] = text
            default: break
            }
        }
        return found
    }

    private func weights(in root: Value) -> Value {
        let part = members(of: root).first { $0.name == "state_dict" }?.value
        if case .dictionary? = part { return part! }
        return root
    }

    private func members(of value: Value) -> [(name: String, value: Value)] {
        switch value {
        case .dictionary(let position):
            return dictionaries[position].compactMap { key, value in
                switch key {
                case .string(let name): (name, value)
                case .integer(let number): (String(number), value)
                default: nil
                }
            }
        case .list(let position): return lists[position].enumerated().map { (String($0), $1) }
        case .tuple(let position): return tuples[position].enumerated().map { (String($0), $1) }
        default: return []
        }
    }
}
