/// Changes in place. The value is moved out of its register and back in, so that nothing but another variable, a list
/// or a closure shares its storage meanwhile; when one of those does, the standard library copies before it changes.
extension UnsafeMutablePointer<Value> {
    /// Appends a string to a string or a list to a list; false for anything else.
    @inline(__always)
    func append(_ other: UnsafeMutablePointer<Value>) throws -> Bool {
        switch other.pointee {
        case .string(let tail): return try append(tail)
        case .list(let tail):
            guard case .list = pointee, case .list(var items) = move() else { return false }
            let count = items.count + tail.count
            if count <= Operations.longestList { items.append(contentsOf: tail) }
            initialize(to: .list(items))
            try Operations.checkLength(count, Operations.longestList)
            return true
        default:
            return false
        }
    }

    /// Appends to a string; false for anything else.
    @inline(__always)
    func append(_ tail: String) throws -> Bool {
        guard case .string = pointee, case .string(var text) = move() else { return false }
        let length = text.utf8.count + tail.utf8.count
        if length <= Operations.longestString { text.append(tail) }
        initialize(to: .string(text))
        try Operations.checkLength(length, Operations.longestString)
        return true
    }

    /// Moves a value to the end of a list, leaving none; false for anything else.
    @inline(__always)
    func append(element: UnsafeMutablePointer<Value>) -> Bool {
        guard case .list = pointee, case .list(var items) = move() else { return false }
        let hasRoom = items.count < Operations.longestList
        if hasRoom {
            items.append(element.move())
            element.initialize(to: .none)
        }
        initialize(to: .list(items))
        return hasRoom
    }

    /// `list[key] = value` for a value that owns no memory; false for anything else.
    @inline(__always)
    func replace(element key: UnsafeMutablePointer<Value>, with value: UnsafeMutablePointer<Value>) -> Bool {
        guard case .number(let number) = key.pointee, value.pointee.isTrivial, case .list = pointee,
            case .list(var items) = move()
        else { return false }
        let isDone = items.withUnsafeMutableBufferPointer { items in
            guard let position = number.position(in: items.count) else { return false }
            (items.baseAddress! + position).copy(value)
            return true
        }
        initialize(to: .list(items))
        return isDone
    }

    /// `list[key] = value`, counted from the end for a negative key; false for anything else.
    func replace(_ key: Double, with value: Value) -> Bool {
        guard let index = Value.number(key).whole, case .list = pointee, case .list(var items) = move() else {
            return false
        }
        let position = Subscript.position(index, count: items.count)
        if let position { items[position] = value }
        initialize(to: .list(items))
        return position != nil
    }

    /// `record[key] = value`; false for anything else.
    func replace(_ key: String, with value: Value) -> Bool {
        guard case .record = pointee, case .record(var record) = move() else { return false }
        record[key] = value
        initialize(to: .record(record))
        return true
    }

    /// `list[key]`; false where there is no such element.
    @inline(__always)
    func copy(element key: Double, of items: [Value]) -> Bool {
        items.withUnsafeBufferPointer { items in
            guard let position = key.position(in: items.count) else { return false }
            switch items[position] {
            case .number(let number): set(number)
            case .boolean(let boolean): set(boolean)
            case let item: set(item)
            }
            return true
        }
    }
}

extension Double {
    /// A whole number as a position in so many elements; nil when it is none or lies outside.
    ///
    /// A number from 0 to 2⁵² that 2⁵² is added to has its whole part in its last bits, and has lost its fraction; what
    /// is negative, larger or no number comes out as far too large a position.
    @inline(__always)
    func position(in count: Int) -> Int? {
        let shifted = self + 0x1p52
        guard shifted - 0x1p52 == self else { return nil }
        let position = shifted.bitPattern &- (0x1p52).bitPattern
        return position < UInt64(count) ? Int(position) : nil
    }
}
