import Basics
import Glibc

/// What operators do to values. Everything here throws `RhumbError` or what an object throws; the machine adds places.
enum Operations {
    /// Python's `%`: the result has the sign of the divisor.
    @inline(__always)
    static func remainder(_ x: Double, _ y: Double) -> Double {
        // Whole numbers, the usual case, are spared the long division of fmod.
        if abs(x) < 0x1p53, abs(y) < 0x1p53, y != 0 {
            let (wholeX, wholeY) = (Int(x), Int(y))
            if Double(wholeX) == x, Double(wholeY) == y {
                let rest = wholeX % wholeY
                return Double(rest != 0 && (rest < 0) != (wholeY < 0) ? rest + wholeY : rest)
            }
        }
        let rest = fmod(x, y)
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
    }

    @inline(__always)
    static func power(_ x: Double, _ y: Double) -> Double { y == 2 ? x * x : pow(x, y) }

    static func unary(_ operation: UnaryOperator, _ value: Value) throws -> Value {
        switch value {
        case .number(let number): return .number(-number)
        case .object(let object):
            if let result = try object.unary(operation) { return result }
        default: break
        }
        throw RhumbError(Message.unarySides(operation, value))
    }

    static func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
        if left.isObject || right.isObject, let result = try ColumnOperand.compared(operation, left, right) {
            return result
        }
        switch operation {
        case .equal: return .boolean(left.isEqual(to: right))
        case .notEqual: return .boolean(!left.isEqual(to: right))
        case .contained: return .boolean(try contains(right, left))
        default: break
        }
        switch (left, right) {
        case (.number(let x), .number(let y)): return try numbers(operation, x, y)
        case (.string(let x), .string(let y)):
            try checkLength(x.utf8.count + y.utf8.count, longestString)
            if let result = strings(operation, x, y) { return result }
        case (.list(let x), .list(let y)) where operation == .add:
            try checkLength(x.count + y.count, longestList)
            return .list(x + y)
        case (.table(let x), .table(let y)) where operation == .add: return .table(try Table.joined([x, y]))
        default: break
        }
        if case .object(let object) = left, let result = try object.binary(operation, right, isRight: false) {
            return result
        }
        if case .object(let object) = right, let result = try object.binary(operation, left, isRight: true) {
            return result
        }
        throw RhumbError(
            Message.binarySides(operation, left, right), hint: Message.binaryHint(operation, left, right))
    }

    static func checkLength(_ length: Int, _ limit: Int) throws {
        if length > limit { throw RhumbError(Message.tooLong(length)) }
    }

    private static func numbers(_ operation: BinaryOperator, _ x: Double, _ y: Double) throws -> Value {
        switch operation {
        case .add: .number(x + y)
        case .subtract: .number(x - y)
        case .multiply: .number(x * y)
        case .divide: .number(x / y)
        case .remainder: .number(remainder(x, y))
        case .power: .number(power(x, y))
        case .less: .boolean(x < y)
        case .lessOrEqual: .boolean(x <= y)
        case .greater: .boolean(x > y)
        case .greaterOrEqual: .boolean(x >= y)
        case .equal, .notEqual, .contained, .matmul:
            throw RhumbError(Message.binarySides(operation, .number(x), .number(y)))
        }
    }

    private static func strings(_ operation: BinaryOperator, _ x: String, _ y: String) -> Value? {
        switch operation {
        case .add: .string(x + y)
        case .less: .boolean(x < y)
        case .lessOrEqual: .boolean(x <= y)
        case .greater: .boolean(x > y)
        case .greaterOrEqual: .boolean(x >= y)
        default: nil
        }
    }

    /// `item in container`
    static func contains(_ container: Value, _ item: Value) throws -> Bool {
        switch container {
        case .list(let items): return items.contains { $0.isEqual(to: item) }
        case .string(let string):
            guard case .string(let part) = item else { break }
            return part.isEmpty || string.firstRange(of: part) != nil
        case .record(let record):
            guard case .string(let key) = item else { break }
            return record[key] != nil
        case .range(let range):
            guard case .number(let number) = item else { return false }
            return range.contains(number)
        case .table(let table):
            guard case .string(let name) = item else { break }
            return table[name] != nil
        case .object(let object):
            if let result = try object.contains(item) { return result }
        default: break
        }
        throw RhumbError(Message.containment(container, item))
    }

    /// What a condition asks of a value: only booleans are true or false.
    static func truth(_ value: Value) throws -> Bool {
        if case .boolean(let boolean) = value { return boolean }
        throw RhumbError(Message.notBoolean(value), hint: Message.notBooleanHint(value))
    }

    /// `not value` as a value: of a list of true and false, such as a comparison of a column gives, each of them.
    static func negation(_ value: Value) throws -> Value {
        guard case .list(let items) = value else { return .boolean(try !truth(value)) }
        return .list(
            try items.map { item in
                guard case .boolean(let boolean) = item else {
                    throw RhumbError(Message.notBoolean(value), hint: Message.notBooleanHint(value))
                }
                return .boolean(!boolean)
            })
    }

    /// `left ≈ right within tolerance`. Without a tolerance, numbers may differ by a millionth of the larger one.
    static func isClose(_ left: Value, _ right: Value, within tolerance: Double?) throws -> Bool {
        var comparison = Comparison()
        return try comparison.isClose(left, right, within: tolerance)
    }

    /// Where and by how much two numbers, lists or objects of numbers differ most; nil when that can't be said.
    static func difference(_ left: Value, _ right: Value) -> Difference? {
        switch (left, right) {
        case (.number(let x), .number(let y)): return Difference(abs(x - y))
        case (.list(let x), .list(let y)) where x.count == y.count && left.writtenCount < 1e6:
            var largest: Difference?
            for (position, pair) in zip(x, y).enumerated() {
                guard let found = difference(pair.0, pair.1) else { return nil }
                // What is not a number is worse than any distance.
                if largest.map({ found.size > $0.size || found.size.isNaN && !$0.size.isNaN }) ?? true {
                    largest = Difference(found.size, at: [position] + found.position)
                }
            }
            return largest
        case (.object(let object), let other), (let other, .object(let object)): return object.difference(from: other)
        default: return nil
        }
    }
}

/// The largest distance between the numbers of two values, and where it is.
public struct Difference: Sendable {
    public let size: Double
    /// The element's index in each dimension; empty for plain numbers.
    public let position: [Int]

    public init(_ size: Double, at position: [Int] = []) {
        self.size = size
        self.position = position
    }
}

extension String {
    /// The first occurrence of a text, by characters.
    func firstRange(of part: String) -> Range<String.Index>? {
        let part = Array(part)
        guard let first = part.first else { return startIndex..<startIndex }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first) {
            var end = found
            var matched = 0
            while matched < part.count, end < endIndex, self[end] == part[matched] {
                formIndex(after: &end)
                matched += 1
            }
            if matched == part.count { return found..<end }
            start = index(after: found)
        }
        return nil
    }
}
