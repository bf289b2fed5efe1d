import Glibc

/// The header of a safetensors file: 8 bytes of length, that much JSON, and then the tensors' bytes without gaps.
///
/// Everything a file could lie about is checked here, so that whoever has a header may trust its ranges.
struct SafetensorsHeader {
    /// One tensor's place.
    struct Entry {
        let name: String
        let type: StoredType
        let shape: [Int]
        /// Bytes of the file.
        let range: Range<Int>
    }

    /// In the order of their bytes.
    let entries: [Entry]
    /// The free texts under `__metadata__`.
    let metadata: [String: String]

    /// Longer headers than this (100 MB, the reference reader's limit) are taken for something else.
    static let longest = 100_000_000

    /// - Parameter file: its name, for messages.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FileError) {
        func malformed(_ item: String?, _ fault: FileError.Fault) -> FileError {
            .malformed(file: file, item: item, fault)
        }
        guard bytes.count >= 8 else { throw malformed(nil, .tooShort(size: bytes.count)) }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.longest) else { throw malformed(nil, .headerTooLarge(length: length)) }
        guard Int(length) <= bytes.count - 8 else {
            throw malformed(nil, .headerBeyondFile(length: length, size: bytes.count))
        }
        let dataStart = 8 + Int(length)
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]))
        } catch {
            throw malformed(nil, .json(error))
        }
        guard let members = json.members else {
            throw malformed(nil, .wrongKind(key: "header", expected: "an object", found: json.kind))
        }
        var names: Set<String> = []
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        entries.reserveCapacity(members.count)
        for member in members {
            guard names.insert(member.key).inserted else { throw malformed(member.key, .nameTwice) }
            if member.key == "__metadata__" {
                metadata = try Self.metadata(member.value, file: file)
            } else {
                entries.append(try Self.entry(member, dataStart: dataStart, fileSize: bytes.count, file: file))
            }
        }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        try Self.checkCoverage(entries, of: dataStart..<bytes.count, file: file)
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(_ value: JSON, file: String) throws(FileError) -> [String: String] {
        guard let members = value.members else {
            throw .malformed(
                file: file, item: nil, .wrongKind(key: "__metadata__", expected: "an object", found: value.kind))
        }
        var texts: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw .malformed(
                    file: file, item: "__metadata__",
                    .wrongKind(key: member.key, expected: "a string", found: member.value.kind))
            }
            texts[member.key] = text
        }
        return texts
    }

    private static func entry(
        _ member: JSON.Member, dataStart: Int, fileSize: Int, file: String
    ) throws(FileError) -> Entry {
        func malformed(_ fault: FileError.Fault) -> FileError {
            .malformed(file: file, item: member.key, fault)
        }
        func field(_ key: String) throws(FileError) -> JSON {
            guard let value = member.value[key] else { throw malformed(.missing(key: key)) }
            return value
        }
        func sizes(_ key: String) throws(FileError) -> [Int] {
            let value = try field(key)
            let integers = value.array?.compactMap { if case .integer(let size) = $0, size >= 0 { size } else { nil } }
            guard let integers, integers.count == value.array?.count else {
                throw malformed(.wrongKind(key: key, expected: "a list of whole numbers", found: value.text()))
            }
            return integers
        }
        guard member.value.members != nil else {
            throw malformed(.wrongKind(key: member.key, expected: "an object", found: member.value.kind))
        }
        let dtype = try field("dtype")
        guard let typeName = dtype.string else {
            throw malformed(.wrongKind(key: "dtype", expected: "a string", found: dtype.kind))
        }
        guard let type = StoredType(rawValue: typeName) else { throw malformed(.unknownType(typeName)) }
        let shape = try sizes("shape")
        let offsets = try sizes("data_offsets")
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            guard offsets.count == 2 else {
                throw malformed(.wrongKind(key: "data_offsets", expected: "two numbers", found: "\(offsets)"))
            }
            throw malformed(.badOffsets(begin: offsets[0], end: offsets[1]))
        }
        let (end, overflow) = offsets[1].addingReportingOverflow(dataStart)
        guard !overflow, end <= fileSize else {
            throw malformed(.beyondFile(end: overflow ? Int.max : end, size: fileSize))
        }
        guard let expected = type.byteCount(of: shape) else { throw malformed(.shapeOverflows(shape)) }
        guard expected == offsets[1] - offsets[0] else {
            throw malformed(.wrongSize(shape: shape, type: type, expected: expected, found: offsets[1] - offsets[0]))
        }
        return Entry(name: member.key, type: type, shape: shape, range: (offsets[0] + dataStart)..<end)
    }

    /// The tensors' bytes must follow one another to the end of the file: a hole could hide data, an overlap would make
    /// two tensors one.
    private static func checkCoverage(
        _ entries: [Entry], of data: Range<Int>, file: String
    ) throws(FileError) {
        var end = data.lowerBound
        var previous = ""
        for entry in entries {
            let start = entry.range.lowerBound
            if start > end {
                throw .malformed(
                    file: file, item: entry.name, .gap(from: end - data.lowerBound, to: start - data.lowerBound))
            }
            if start < end {
                throw .malformed(file: file, item: entry.name, .overlap(with: previous, by: end - start))
            }
            end = entry.range.upperBound
            previous = entry.name
        }
        guard end == data.upperBound else {
            throw .malformed(file: file, item: nil, .trailing(bytes: data.upperBound - end))
        }
    }
}
