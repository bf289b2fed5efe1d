/// What the names in a pickle of tensors stand for.
extension Unpickler {
    mutating func addConstructor(_ module: String, _ name: String) throws(FileError) {
        let full = "\(module).\(name)"
        let found = readsArrays ? Pickle.Constructor.arrays[full] : Pickle.Constructor.named(full)
        guard let constructor = found else { throw malformed(.forbiddenName(full)) }
        add(.constructor(constructor))
    }

    /// An object without contents, which `setAttributes` gives it.
    mutating func makeObject(_ constructor: Pickle.Constructor) throws(FileError) {
        switch constructor {
        case .object:
            pickle.objects.insert(pickle.dictionaries.count)
            addDictionary([])
        case .aside: add(.aside)
        default: throw broken("a constructor is called in a way that PyTorch never does")
        }
    }

    mutating func construct(
        _ constructor: Pickle.Constructor, _ arguments: [Pickle.Value]
    ) throws(FileError) {
        switch (constructor, arguments.count) {
        case (.orderedDictionary, 0): addDictionary([])
        case (.orderedDictionary, 1): addDictionary(try pairs(arguments[0]))
        case (.size, 1):
            guard case .tuple = arguments[0] else { throw broken("a size is not a tuple") }
            add(arguments[0])
        case (.tensor, 6), (.tensor, 7):
            try addTensor(arguments, type: nil, metadata: arguments.count == 7 ? arguments[6] : .none)
        case (.typedTensor, 7), (.typedTensor, 8):
            guard case .constructor(.elements(let type)) = arguments[6] else {
                throw broken("a tensor's element type is none")
            }
            try addTensor(arguments, type: type, metadata: arguments.count == 8 ? arguments[7] : .none)
        case (.parameter, 3):
            guard case .tensor = arguments[0] else { throw broken("a parameter is not a tensor") }
            add(arguments[0])
        case (.list, 1): add(arguments[0])
        case (.aside, _): add(.aside)
        case (.emptyArray, 3), (.elementType, 1...), (.scalar, 2), (.arrayOfBytes, 4), (.encodedText, 2):
            try constructArray(constructor, arguments)
        default: throw broken("a constructor is called in a way that PyTorch never does")
        }
    }

    /// The pairs of a list of pairs.
    private mutating func pairs(_ value: Pickle.Value) throws(FileError) -> [(
        key: Pickle.Value, value: Pickle.Value
    )] {
        guard case .list(let position) = value else {
            throw broken("a dictionary is made from something that is not a list")
        }
        try spend(pickle.lists[position].count)
        var pairs: [(key: Pickle.Value, value: Pickle.Value)] = []
        for item in pickle.lists[position] {
            let pair: [Pickle.Value] =
                switch item {
                case .tuple(let position): pickle.tuples[position]
                case .list(let position): pickle.lists[position]
                default: []
                }
            guard pair.count == 2 else { throw broken("a dictionary is made from something that is not a pair") }
            pairs.append((pair[0], pair[1]))
        }
        return pairs
    }

    /// `("storage", type, key, location, count)`; files of before PyTorch 1.6 add what view it is, or none.
    mutating func addStorage(_ value: Pickle.Value) throws(FileError) {
        guard case .tuple(let position) = value else {
            throw broken("a storage is described by something else than a tuple")
        }
        let parts = pickle.tuples[position]
        guard parts.count == 5 || parts.count == 6, case .string("storage") = parts[0],
            case .constructor(let constructor) = parts[1], case .string(let key) = parts[2], case .string = parts[3],
            case .integer(let count) = parts[4], count >= 0
        else { throw broken("a storage is described in an unknown way") }
        if parts.count == 6 {
            guard case .none = parts[5] else {
                throw malformed(.unsupported("a storage that is a view of another one"))
            }
        }
        let type: StoredType?
        switch constructor {
        case .storage(let elements): type = elements
        case .untypedStorage: type = nil
        default: throw broken("the type of a storage is unknown")
        }
        add(.storage(pickle.storages.count))
        pickle.storages.append(Pickle.Storage(key: key, type: type, count: count))
    }

    /// - Parameter type: of the elements, where the storage has none.
    private mutating func addTensor(
        _ arguments: [Pickle.Value], type: StoredType?, metadata: Pickle.Value
    ) throws(FileError) {
        guard case .storage(let position) = arguments[0], case .integer(let offset) = arguments[1] else {
            throw broken("a tensor has no storage")
        }
        switch metadata {
        case .none: break
        case .dictionary(let position) where pickle.dictionaries[position].isEmpty: break
        default: throw malformed(.unsupported("a tensor that is the negative or conjugate of what is stored"))
        }
        let storage = pickle.storages[position]
        guard let type = type ?? storage.type else { throw broken("a tensor's elements have no type") }
        let shape = try integers(arguments[2])
        let strides = try integers(arguments[3])
        guard shape.count == strides.count else {
            throw broken("a tensor has \(shape.count) sizes and \(strides.count) strides")
        }
        add(.tensor(pickle.tensors.count))
        pickle.tensors.append(
            Pickle.TensorView(storage: storage, type: type, offset: offset, shape: shape, strides: strides))
    }

    /// The non-negative numbers of a tuple.
    func integers(_ value: Pickle.Value) throws(FileError) -> [Int] {
        guard case .tuple(let position) = value else { throw broken("sizes or strides are not a tuple") }
        guard pickle.tuples[position].count <= StoredType.highestRank else {
            throw broken("a tensor has too many dimensions")
        }
        var integers: [Int] = []
        for item in pickle.tuples[position] {
            guard case .integer(let integer) = item, integer >= 0 else {
                throw broken("a size or stride is not a whole number")
            }
            integers.append(integer)
        }
        return integers
    }
}
