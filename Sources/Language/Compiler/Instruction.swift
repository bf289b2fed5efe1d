/// What the machine does in one step.
///
/// `a`, `b` and `c` are registers unless noted. In the top-level code of a session the registers below
/// `Interpreter.globalCapacity` are the session's variables; in a function they are its parameters and variables.
/// `K` marks a constant as right operand. "Skips" means that the next word, a jump, is passed over; otherwise taken.
enum Opcode: UInt8 {
    // Moving
    case move  // a ← b
    case take  // a ← b, leaving none: hands a value over without sharing it
    case clear  // b registers from a
    case constant  // a ← constant b
    case check  // a must have a value; b: name
    case getGlobal  // a ← variable of the session, slot b
    case newCell  // a ← a cell holding a: the variable is shared with closures
    case getCell  // a ← content of the cell in b
    case setCell  // content of the cell in a ← b
    case capture  // a ← content of the closure's cell b
    case thisFunction  // a ← the function that runs
    case closure  // a ← function made of child code b

    // Arithmetic
    case add, subtract, multiply, divide, remainder, power, matmul  // a ← b ⊕ c
    case addK, subtractK, multiplyK, divideK, remainderK, powerK
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, contained  // a ← b ⊕ c
    case close  // a ← b ≈ c within the register in word.a
    case negate, not  // a ← ⊕ b

    // Flow
    // Jumps that may lead back look for interrupts.
    case jump  // by offset, forwards
    case jumpIfFalse, jumpIfTrue  // a, by offset
    case jumpIfGiven  // parameter a, by offset
    case testLess, testLessOrEqual, testGreater, testGreaterOrEqual, testEqual, testNotEqual  // skips when a ⊕ b is c
    case testLessK, testLessOrEqualK, testGreaterK, testGreaterOrEqualK, testEqualK, testNotEqualK
    case prepareRange  // checks start a, stop a+1, step a+2; a+3 ← 0, a+1 ← count
    case nextInRange  // b ← the next number, taking the jump; skips at the end
    case prepareItems  // checks the items in a; a+1 ← 0
    case nextItem  // b ← the next item, taking the jump; skips at the end

    // Calls: arguments stand in a+1 and following, the result comes to a
    case call  // the function in b; c: number of arguments, with a flag for options
    case callGlobal  // the session's function in slot b
    case callThis  // the running function
    case callVerb  // verb b of the code
    case updateByVerb  // the same with the value of word.a as first argument and the result in its place
    case returnValue  // of a
    case returnNone

    // Composite values
    case list  // a ← list of c values from b
    case appendItems  // a ← a + list of c values from b
    case record  // a ← record of the values from b with the keys of shape c
    case range  // a ← range of start b, stop b+1, step b+2; none stands for an open end
    case text  // a ← template c filled with the values from b
    case appendText  // a ← a + template c filled with the values from b
    case format  // a ← text of b in format c
    case index  // a ← b[c]
    case indexMany  // a ← b[c, …]; word.a: number of keys
    case setIndex  // a[b] ← c
    case setIndexK  // a[b] ← constant c
    case setPath  // path b of a ← c; keys stand in word.a and following
    case member  // a ← b.name c
    case comparedIndex, comparedMember  // the same, as a side of a comparison: a column stays one
    case unpack  // a and following ← the c elements of b

    // Statements
    case show  // the value of a statement: a, shown unless b
    // The message in a, or none; b and c: sides of the comparison, when word.a; word.b: tolerance, when word.c.
    case expectFailed
    case importFile  // the path in a
    case parameter  // a ← the host's value for declaration b, if any
    case startClock  // a ← a measurement, with a profile when b
    case stopClock  // the measurement in a
    case standStill  // remembers this place for the verb called next

    /// Further operands of the instruction before it.
    case word
}

/// Eight bytes: an opcode and three 16-bit operands, or one operand and a 32-bit offset.
struct Instruction {
    let opcode: Opcode
    let a: UInt16
    /// `b` in the low half, `c` in the high half.
    let bc: UInt32

    init(_ opcode: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
        self.opcode = opcode
        self.a = UInt16(truncatingIfNeeded: a)
        bc = UInt32(truncatingIfNeeded: b & 0xFFFF) | UInt32(truncatingIfNeeded: c & 0xFFFF) << 16
    }

    init(_ opcode: Opcode, _ a: Int, offset: Int) {
        self.opcode = opcode
        self.a = UInt16(truncatingIfNeeded: a)
        bc = UInt32(bitPattern: Int32(truncatingIfNeeded: offset))
    }

    @inline(__always) var A: Int { Int(a) }
    @inline(__always) var B: Int { Int(bc & 0xFFFF) }
    @inline(__always) var C: Int { Int(bc >> 16) }
    /// Counted from the next instruction.
    @inline(__always) var offset: Int { Int(Int32(bitPattern: bc)) }

    /// In `c` of a call: some arguments are options.
    static let hasOptions = 0x8000
}
