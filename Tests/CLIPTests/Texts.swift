import Foundation
import TestSupport

/// Varied strings from a seed, the same as Golden/texts.py makes.
struct Texts {
    private struct Pools: Decodable {
        let words, entities, specials, emoji, spaces: [String]
        let ranges: [String: [[UInt32]]]
    }

    private let pools: Pools
    private var random: Knuth

    init(seed: UInt64) throws {
        pools = try goldenFiles.decode(Pools.self, "texts.json")
        random = Knuth(state: seed)
    }

    static func make(seed: UInt64, count: Int) throws -> [String] {
        var texts = try Texts(seed: seed)
        return (0..<count).map { texts.text($0) }
    }

    private mutating func below(_ limit: Int) -> Int { random.below(limit) }

    private mutating func of(_ pool: KeyPath<Pools, [String]>) -> String {
        let items = pools[keyPath: pool]
        return items[below(items.count)]
    }

    private mutating func scalar(_ name: String) -> String {
        let ranges = pools.ranges[name]!
        let range = ranges[below(ranges.count)]
        return String(Unicode.Scalar(range[0] + UInt32(below(Int(range[1] - range[0] + 1))))!)
    }

    private mutating func many(_ most: Int, _ draw: (inout Texts) -> String) -> [String] {
        (0...below(most)).map { _ in draw(&self) }
    }

    private mutating func run(_ name: String, _ most: Int) -> String {
        many(most) { $0.scalar(name) }.joined()
    }

    private mutating func text(_ index: Int) -> String {
        switch index % 16 {
        case 0: return many(12) { $0.of(\.words) }.joined(separator: " ")
        case 1: return run("ascii", 60)
        case 2: return many(8) { $0.run("latin", 10) }.joined(separator: " ")
        case 3: return many(8) { $0.of(\.emoji) + ($0.below(2) == 1 ? $0.of(\.words) : $0.scalar("symbols")) }.joined()
        case 4: return run("cjk", 30)
        case 5: return run("hangul", 20)
        case 6:
            return many(12) { $0.below(2) == 1 ? $0.of(\.spaces) + $0.of(\.words) : $0.scalar("control") }.joined()
        case 7:
            return many(10) { $0.of(\.entities) + ($0.below(2) == 1 ? " " : "") + $0.of(\.words) }.joined()
        case 8:
            return many(6) { $0.below(3) > 0 ? $0.of(\.specials) : $0.of(\.words) + $0.of(\.spaces) }.joined()
        case 9: return many(6) { $0.run("scripts", 12) }.joined(separator: " ")
        case 10:
            return many(12) { $0.scalar(["latin", "ascii", "scripts"][$0.below(3)]) + $0.run("marks", 4) }.joined()
        case 11: return run("planes", 20)
        case 12: return many(30) { $0.scalar(["bmp", "astral", "digits", "ascii"][$0.below(4)]) }.joined()
        case 13: return run("digits", 12) + of(\.words) + run("digits", 3)
        case 14: return below(4) == 0 ? "" : many(3) { $0.of(\.spaces) }.joined()
        default:
            let separator = below(4) > 0 ? " " : ""
            return many(400) { $0.of(\.words) }.joined(separator: separator)
        }
    }
}
