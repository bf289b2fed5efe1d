import Foundation
import Tensor

/// What holds numbers that a test compares: a number, a tensor, or an array of either, at any depth.
public protocol Numbers {
    /// How many numbers stand here.
    var numberCount: Int { get }

    /// Adds the numbers in order, as doubles: every Float, and every whole number up to 2^53, stays what it is.
    func appendNumbers(to list: inout [Double])

    /// Adds the numbers' bits in order, each widened to 64.
    func appendBits(to list: inout [UInt64])

    /// Adds how the numbers are laid out: the count of each array, outermost first, or a tensor's shape.
    func appendLayout(to list: inout [Int])

    /// Where number `index` stands: "[2][17]" in an array of arrays, "[0, 3]" in a tensor.
    func place(of index: Int) -> String
}

extension Numbers {
    var numbers: [Double] {
        var list: [Double] = []
        list.reserveCapacity(numberCount)
        appendNumbers(to: &list)
        return list
    }

    var bits: [UInt64] {
        var list: [UInt64] = []
        list.reserveCapacity(numberCount)
        appendBits(to: &list)
        return list
    }

    var layout: [Int] {
        var list: [Int] = []
        appendLayout(to: &list)
        return list
    }
}

/// A number by itself.
public protocol SingleNumber: Numbers {
    var asDouble: Double { get }
    var asBits: UInt64 { get }
}

extension SingleNumber {
    public var numberCount: Int { 1 }
    public func appendNumbers(to list: inout [Double]) { list.append(asDouble) }
    public func appendBits(to list: inout [UInt64]) { list.append(asBits) }
    public func appendLayout(to list: inout [Int]) {}
    public func place(of index: Int) -> String { "" }
}

extension Float: SingleNumber {
    public var asDouble: Double { Double(self) }
    public var asBits: UInt64 { UInt64(bitPattern) }
}

extension Double: SingleNumber {
    public var asDouble: Double { self }
    public var asBits: UInt64 { bitPattern }
}

extension UInt8: SingleNumber {
    public var asDouble: Double { Double(self) }
    public var asBits: UInt64 { UInt64(self) }
}

extension Array: Numbers where Element: Numbers {
    public var numberCount: Int { reduce(0) { $0 + $1.numberCount } }
    public func appendNumbers(to list: inout [Double]) { for element in self { element.appendNumbers(to: &list) } }
    public func appendBits(to list: inout [UInt64]) { for element in self { element.appendBits(to: &list) } }

    public func appendLayout(to list: inout [Int]) {
        list.append(count)
        for element in self { element.appendLayout(to: &list) }
    }

    public func place(of index: Int) -> String {
        var rest = index
        for (position, element) in enumerated() {
            if rest < element.numberCount { return "[\(position)]" + element.place(of: rest) }
            rest -= element.numberCount
        }
        return "[\(index)]"
    }
}

extension Tensor: Numbers {
    public var numberCount: Int { count }

    public func appendNumbers(to list: inout [Double]) {
        if dtype == .int64 { list += ints.map(Double.init) } else { list += floats.map(Double.init) }
    }

    public func appendBits(to list: inout [UInt64]) {
        if dtype == .int64 {
            list += ints.map { UInt64(bitPattern: Int64($0)) }
        } else {
            list += floats.map { UInt64($0.bitPattern) }
        }
    }

    public func appendLayout(to list: inout [Int]) { list += shape }

    public func place(of index: Int) -> String {
        var rest = index, places: [Int] = []
        for size in shape.reversed() {
            places.insert(rest % size, at: 0)
            rest /= size
        }
        return "\(places)"
    }
}
