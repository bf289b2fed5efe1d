import Basics

/// What a `spiece.model` of the sentencepiece library holds: a protocol buffer, of which nothing is run.
struct SentencePieceFile {
    struct Piece {
        var text = ""
        var score: Float = 0
        /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
        var type = 1
    }

    private(set) var pieces: [Piece] = []
    /// 1 unigram, 2 byte-pair encoding.
    private(set) var modelType = 1
    private(set) var usesByteFallback = false
    private(set) var characterMap: [UInt8] = []
    private(set) var removesExtraWhitespace = true

    /// - Throws: `RhumbError` for bytes that are no such file.
    init(_ bytes: [UInt8]) throws(RhumbError) {
        var reader = ProtocolBuffer(bytes[...])
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let part)): pieces.append(try Self.piece(part))
            case (2, .bytes(let part)):
                var inner = ProtocolBuffer(part)
                while let field = try inner.next() {
                    if field.number == 3, case .integer(let type) = field.value { modelType = Int(type) }
                    if field.number == 35, case .integer(let flag) = field.value { usesByteFallback = flag != 0 }
                }
            case (3, .bytes(let part)):
                var inner = ProtocolBuffer(part)
                while let field = try inner.next() {
                    if field.number == 2, case .bytes(let map) = field.value { characterMap = Array(map) }
                    if field.number == 4, case .integer(let flag) = field.value { removesExtraWhitespace = flag != 0 }
                }
            default: break
            }
        }
        guard !pieces.isEmpty else { throw .sentencePiece("it holds no pieces") }
    }

    private static func piece(_ bytes: ArraySlice<UInt8>) throws(RhumbError) -> Piece {
        var piece = Piece(), reader = ProtocolBuffer(bytes)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let text)): piece.text = String(decoding: text, as: UTF8.self)
            case (2, .fixed(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .integer(let type)): piece.type = Int(type)
            default: break
            }
        }
        return piece
    }
}

/// Fields of a protocol buffer, one after another.
private struct ProtocolBuffer {
    enum Value {
        case integer(UInt64)
        case fixed(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() throws(RhumbError) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let key = try integer()
        let number = Int(key >> 3 & 0xFFFF_FFFF)
        switch key & 7 {
        case 0: return (number, .integer(try integer()))
        case 1:
            _ = try take(8)
            return (number, .integer(0))
        case 2:
            let length = try integer()
            guard length <= UInt64(rest.count) else { throw .sentencePiece("it is cut off") }
            return (number, .bytes(try take(Int(length))))
        case 5:
            let bits = try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
            return (number, .fixed(bits))
        default: throw .sentencePiece("it is no protocol buffer")
        }
    }

    private mutating func take(_ count: Int) throws(RhumbError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .sentencePiece("it is cut off") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func integer() throws(RhumbError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw .sentencePiece("it is cut off") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .sentencePiece("it is no protocol buffer")
    }
}
