/// Runs the few instructions of a pickle that describe data. See Python's `pickletools` for all of them.
struct Unpickler {
    private enum Opcode: UInt8 {
        case protocolVersion = 0x80, frame = 0x95, stop = 0x2E
        case mark = 0x28
        // Values.
        case none = 0x4E, newTrue = 0x88, newFalse = 0x89
        case int4 = 0x4A, int1 = 0x4B, int2 = 0x4D, long1 = 0x8A, float = 0x47
        case unicode4 = 0x58, unicode1 = 0x8C, unicode8 = 0x8D, string1 = 0x55, string4 = 0x54
        case bytes1 = 0x43, bytes4 = 0x42, bytes8 = 0x8E, byteArray8 = 0x96
        // Containers.
        case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
        case emptyList = 0x5D, append = 0x61, appends = 0x65
        case emptyDictionary = 0x7D, setItem = 0x73, setItems = 0x75, emptySet = 0x8F, addItems = 0x90
        // Names and what is made by them.
        case global = 0x63, stackGlobal = 0x93, persistentID = 0x51, reduce = 0x52, build = 0x62, newObject = 0x81
        // The memo.
        case put1 = 0x71, put4 = 0x72, memoize = 0x94, get1 = 0x68, get4 = 0x6A
    }

    private let bytes: UnsafeRawBufferPointer
    /// The name of the file, for messages.
    private let file: String
    /// Where the next pickle begins.
    private(set) var position: Int
    /// Where the running instruction stands.
    private var start = 0
    var pickle = Pickle()
    private var stack: [Pickle.Value] = []
    private var marks: [Int] = []
    private var memo: [Int: Pickle.Value] = [:]
    /// Elements that may yet be copied from container to container: a file that was written by anyone has a byte for
    /// each, and one that copies the same ones again and again would fill the memory.
    private var copies: Int

    /// Whether it holds arrays of numpy's, which in PyTorch's files are left aside.
    let readsArrays: Bool

    /// - Parameter position: where the pickle begins.
    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, file: String, readsArrays: Bool = false) {
        self.readsArrays = readsArrays
        self.bytes = bytes
        self.position = position
        self.file = file
        copies = bytes.count
    }

    /// Builds the value that the next pickle describes.
    /// - Throws: ``FileError`` for an instruction or a name that no file of tensors needs.
    mutating func value() throws(FileError) -> Pickle.Value {
        stack = []
        marks = []
        memo = [:]
        while true {
            start = position
            let code = try byte()
            guard let opcode = Opcode(rawValue: code) else { throw malformed(.forbiddenOpcode(code, at: start)) }
            if opcode == .stop { return try pop() }
            try run(opcode)
        }
    }

    private mutating func run(_ opcode: Opcode) throws(FileError) {
        switch opcode {
        case .protocolVersion: _ = try byte()
        case .frame: _ = try integer(8)
        case .stop: break
        case .mark: marks.append(stack.count)
        case .none: stack.append(.none)
        case .newTrue: stack.append(.boolean(true))
        case .newFalse: stack.append(.boolean(false))
        case .int4: stack.append(.integer(Int(Int32(truncatingIfNeeded: try integer(4)))))
        case .int1: stack.append(.integer(try integer(1)))
        case .int2: stack.append(.integer(try integer(2)))
        case .long1: stack.append(Self.long(Array(try take(try integer(1)))))
        case .float: stack.append(.number(Double(bitPattern: UInt64(bitPattern: Int64(try integer(8))).byteSwapped)))
        case .unicode1, .string1: stack.append(.string(try text(try integer(1))))
        case .unicode4, .string4: stack.append(.string(try text(try integer(4))))
        case .unicode8: stack.append(.string(try text(try integer(8))))
        case .bytes1: try addBytes(try integer(1))
        case .bytes4: try addBytes(try integer(4))
        case .bytes8, .byteArray8: try addBytes(try integer(8))
        case .emptyTuple: addTuple([])
        case .tuple: addTuple(try popToMark())
        case .tuple1: addTuple(try pop(1))
        case .tuple2: addTuple(try pop(2))
        case .tuple3: addTuple(try pop(3))
        case .emptyList: addList([])
        case .append: try appendItems(try pop(1))
        case .appends: try appendItems(try popToMark())
        case .emptyDictionary: addDictionary([])
        case .setItem: try setItems(try pop(2))
        case .setItems: try setItems(try popToMark())
        case .global: try addConstructor(try line(), try line())
        case .stackGlobal:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw broken("a name is not a string")
            }
            try addConstructor(module, name)
        case .persistentID: try addStorage(try pop())
        case .reduce:
            let arguments = try pop()
            guard case .constructor(let constructor) = try pop(), case .tuple(let position) = arguments else {
                throw broken("something that is not a constructor is called")
            }
            try construct(constructor, pickle.tuples[position])
        case .newObject:
            let arguments = try pop()
            guard case .constructor(let constructor) = try pop(), case .tuple = arguments else {
                throw broken("something that is not a constructor is called")
            }
            try makeObject(constructor)
        case .build: try setAttributes(try pop())
        case .emptySet: stack.append(.aside)
        case .addItems:
            _ = try popToMark()
            guard case .aside = try top() else { throw broken("an element is added to something that is not a set") }
        case .put1: memo[try integer(1)] = try top()
        case .put4: memo[try integer(4)] = try top()
        case .memoize: memo[memo.count] = try top()
        case .get1: stack.append(try recalled(try integer(1)))
        case .get4: stack.append(try recalled(try integer(4)))
        }
    }

    // MARK: Bytes

    private mutating func take(_ count: Int) throws(FileError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else { throw malformed(.cutShort) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    private mutating func byte() throws(FileError) -> UInt8 { try take(1)[0] }

    /// A little-endian number of 1 to 8 bytes.
    private mutating func integer(_ count: Int) throws(FileError) -> Int {
        Int(truncatingIfNeeded: try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private mutating func text(_ count: Int) throws(FileError) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else { throw broken("a text is not UTF-8") }
        return text
    }

    /// Up to the end of the line, without it.
    private mutating func line() throws(FileError) -> String {
        guard let end = bytes[position...].firstIndex(of: 0x0A) else { throw malformed(.cutShort) }
        let line = try text(end - position)
        position += 1
        return line
    }

    private mutating func addBytes(_ count: Int) throws(FileError) {
        let bytes = try take(count)
        // Beside the tensors of PyTorch's files bytes mean nothing.
        stack.append(.bytes(readsArrays ? Array(bytes) : []))
    }

    /// Two's complement, little-endian.
    private static func long(_ bytes: [UInt8]) -> Pickle.Value {
        guard bytes.count <= 8 else { return .long(bytes) }
        let sign: UInt64 = bytes.last ?? 0 >= 0x80 ? .max : 0
        return .integer(Int(truncatingIfNeeded: bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }))
    }

    // MARK: The stack

    private mutating func pop() throws(FileError) -> Pickle.Value { try pop(1)[0] }

    private func top() throws(FileError) -> Pickle.Value {
        guard let value = stack.last else { throw broken("the stack is empty") }
        return value
    }

    private mutating func pop(_ count: Int) throws(FileError) -> [Pickle.Value] {
        guard stack.count - (marks.last ?? 0) >= count else { throw broken("the stack is empty") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(FileError) -> [Pickle.Value] {
        guard let mark = marks.popLast() else { throw broken("a mark is missing") }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private func recalled(_ key: Int) throws(FileError) -> Pickle.Value {
        guard let value = memo[key] else { throw broken("entry \(key) of its memo was never made") }
        return value
    }

    // MARK: Containers

    mutating func addTuple(_ items: [Pickle.Value]) {
        stack.append(.tuple(pickle.tuples.count))
        pickle.tuples.append(items)
    }

    private mutating func addList(_ items: [Pickle.Value]) {
        stack.append(.list(pickle.lists.count))
        pickle.lists.append(items)
    }

    mutating func addDictionary(_ items: [(key: Pickle.Value, value: Pickle.Value)]) {
        stack.append(.dictionary(pickle.dictionaries.count))
        pickle.dictionaries.append(items)
    }

    mutating func add(_ value: Pickle.Value) { stack.append(value) }

    /// Attributes of a dictionary (`_metadata`: versions of the modules) mean nothing to its tensors; those of a module
    /// are its tensors.
    private mutating func setAttributes(_ state: Pickle.Value) throws(FileError) {
        switch stack.last {
        case .aside: break
        case .array(let position): try setArray(position, state)
        case .elementType(let position): try setOrder(position, state)
        case .dictionary(let position):
            guard pickle.objects.contains(position), case .dictionary(let attributes) = state else { return }
            try spend(pickle.dictionaries[attributes].count)
            pickle.dictionaries[position] += pickle.dictionaries[attributes]
        default: throw broken("something that is not a dictionary is given attributes")
        }
    }

    private mutating func appendItems(_ items: [Pickle.Value]) throws(FileError) {
        if case .aside = try top() { return }
        guard case .list(let position) = try top() else {
            throw broken("an element is added to something that is not a list")
        }
        pickle.lists[position] += items
    }

    private mutating func setItems(_ items: [Pickle.Value]) throws(FileError) {
        if case .aside = try top() { return }
        guard case .dictionary(let position) = try top(), items.count % 2 == 0 else {
            throw broken("a key is set in something that is not a dictionary")
        }
        for index in stride(from: 0, to: items.count, by: 2) {
            pickle.dictionaries[position].append((items[index], items[index + 1]))
        }
    }

    mutating func spend(_ count: Int) throws(FileError) {
        copies -= count
        if copies < 0 { throw broken("it copies the same elements again and again") }
    }

    // MARK: Errors

    func malformed(_ fault: FileError.Fault) -> FileError {
        .malformed(file: file, item: readsArrays ? nil : "data.pkl", fault)
    }

    func broken(_ clause: String) -> FileError { malformed(.brokenPickle(clause, at: start)) }
}
