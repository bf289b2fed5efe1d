import Basics

/// Interpolation.
extension Interpreter {
    /// `a ← "…{b}…"`
    @inline(never)
    func makeText(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        try Self.checkLength(registers + i.B, (head.pointee.templates + i.C).pointee.valueCount)
        registers[i.A] = .string(Self.text(head.pointee.templates + i.C, registers + i.B))
    }

    /// `a ← a + "…{b}…"`, in place when a is a string.
    @inline(never)
    func appendText(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        try Self.checkLength(registers + i.B, (head.pointee.templates + i.C).pointee.valueCount)
        let tail = Self.text(head.pointee.templates + i.C, registers + i.B)
        if try (registers + i.A).append(tail) { return }
        registers[i.A] = try Operations.binary(.add, registers[i.A], .string(tail))
    }

    /// Texts that double in a loop are stopped before they take all memory.
    @inline(__always)
    private static func checkLength(_ values: UnsafeMutablePointer<Value>, _ count: Int) throws {
        var length = 0
        for position in 0..<count {
            if case .string(let piece) = values[position] { length += piece.utf8.count }
        }
        if length > Operations.longestString { throw RhumbError(Message.textTooLong) }
    }

    /// A template filled with the values in registers, which are emptied.
    private static func text(
        _ template: UnsafeMutablePointer<TextTemplate>, _ values: UnsafeMutablePointer<Value>
    ) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TextBuilder.capacity) { buffer in
            var builder = TextBuilder(buffer)
            for position in 0..<template.pointee.valueCount {
                builder.append(template.pointee[position])
                if case .number(let number) = values[position] {
                    builder.append(number)
                    continue
                }
                switch (values + position).move() {
                case .string(let piece): builder.append(piece)
                case let value: builder.append(value.text)
                }
                (values + position).initialize(to: .none)
            }
            builder.append(template.pointee[template.pointee.valueCount])
            return builder.finish()
        }
    }
}
