/// How each operator is carried out: as a value, with a constant right operand, and as a test that skips.
extension BinaryOperator {
    private struct Opcodes {
        let value: Opcode
        var constant: Opcode?
        var test: Opcode?
        var constantTest: Opcode?
    }

    private static let opcodes: [BinaryOperator: Opcodes] = [
        .add: Opcodes(value: .add, constant: .addK),
        .subtract: Opcodes(value: .subtract, constant: .subtractK),
        .multiply: Opcodes(value: .multiply, constant: .multiplyK),
        .divide: Opcodes(value: .divide, constant: .divideK),
        .remainder: Opcodes(value: .remainder, constant: .remainderK),
        .power: Opcodes(value: .power, constant: .powerK),
        .matmul: Opcodes(value: .matmul),
        .less: Opcodes(value: .less, test: .testLess, constantTest: .testLessK),
        .lessOrEqual: Opcodes(value: .lessOrEqual, test: .testLessOrEqual, constantTest: .testLessOrEqualK),
        .greater: Opcodes(value: .greater, test: .testGreater, constantTest: .testGreaterK),
        .greaterOrEqual: Opcodes(value: .greaterOrEqual, test: .testGreaterOrEqual, constantTest: .testGreaterOrEqualK),
        .equal: Opcodes(value: .equal, test: .testEqual, constantTest: .testEqualK),
        .notEqual: Opcodes(value: .notEqual, test: .testNotEqual, constantTest: .testNotEqualK),
        .contained: Opcodes(value: .contained),
    ]

    var opcode: Opcode { Self.opcodes[self]!.value }
    var constantOpcode: Opcode? { Self.opcodes[self]!.constant }
    var test: Opcode? { Self.opcodes[self]!.test }
    var constantTest: Opcode? { Self.opcodes[self]!.constantTest }

    var isComparison: Bool { test != nil || self == .contained }
}
