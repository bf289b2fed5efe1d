/// What the names in a pickle of numpy's arrays stand for.
extension Unpickler {
    mutating func constructArray(
        _ constructor: Pickle.Constructor, _ arguments: [Pickle.Value]
    ) throws(FileError) {
        switch constructor {
        case .emptyArray:
            guard case .constructor(.arrayClass) = arguments[0] else {
                throw malformed(.unsupported("an array of another class than numpy's own"))
            }
            addArray(Pickle.Array())
        case .elementType:
            guard case .string(let name) = arguments[0] else { throw broken("an element type has no name") }
            let plain = name.first.map { "<>|=".contains($0) } == true ? String(name.dropFirst()) : name
            add(.elementType(pickle.elementTypes.count))
            pickle.elementTypes.append(
                .init(name: name, type: NPYHeader.types[plain], isBigEndian: name.hasPrefix(">")))
        case .scalar:
            guard case .bytes(let bytes) = arguments[1] else { throw broken("a number of numpy's has no bytes") }
            addArray(Pickle.Array(type: try elementType(arguments[0]), bytes: bytes))
        case .arrayOfBytes:
            guard case .bytes(let bytes) = arguments[0], case .string(let order) = arguments[3] else {
                throw broken("an array is not made of bytes")
            }
            addArray(
                Pickle.Array(
                    shape: try integers(arguments[2]), type: try elementType(arguments[1]),
                    isFortranOrdered: order == "F", bytes: bytes))
        case .encodedText:
            guard case .string(let text) = arguments[0], case .string(let code) = arguments[1],
                ["latin1", "latin-1", "iso-8859-1"].contains(code),
                text.unicodeScalars.allSatisfy({ $0.value < 256 })
            else { throw broken("bytes are written in an unknown code") }
            add(.bytes(text.unicodeScalars.map { UInt8($0.value) }))
        default: throw broken("a constructor is called in a way that numpy never does")
        }
    }

    /// `(version, shape, element type, Fortran order, bytes)`
    mutating func setArray(_ position: Int, _ state: Pickle.Value) throws(FileError) {
        guard case .tuple(let tuple) = state, pickle.tuples[tuple].count == 5 else {
            throw broken("an array is described in an unknown way")
        }
        let parts = pickle.tuples[tuple]
        guard case .boolean(let isFortranOrdered) = parts[3] else { throw broken("an array has no order") }
        let type = try elementType(parts[2])
        guard case .bytes(let bytes) = parts[4] else {
            throw malformed(.unsupported("an array of Python objects, or of texts"))
        }
        pickle.arrays[position] = Pickle.Array(
            shape: try integers(parts[1]), type: type, isFortranOrdered: isFortranOrdered, bytes: bytes)
    }

    /// `(version, '<' or '>' or '|', …)`
    mutating func setOrder(_ position: Int, _ state: Pickle.Value) throws(FileError) {
        guard case .tuple(let tuple) = state, pickle.tuples[tuple].count >= 2,
            case .string(let mark) = pickle.tuples[tuple][1]
        else { throw broken("an element type is described in an unknown way") }
        pickle.elementTypes[position].isBigEndian = mark == ">"
    }

    private func elementType(_ value: Pickle.Value) throws(FileError) -> Pickle.ElementType {
        guard case .elementType(let position) = value else { throw broken("an array's element type is none") }
        return pickle.elementTypes[position]
    }

    private mutating func addArray(_ array: Pickle.Array) {
        add(.array(pickle.arrays.count))
        pickle.arrays.append(array)
    }
}
