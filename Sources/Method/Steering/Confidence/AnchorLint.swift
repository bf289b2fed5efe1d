import Basics
import Foundation
import Tensor

/// What in anchor phrases makes a direction point elsewhere than was meant.
public enum AnchorLint {
    /// Negations that CLIP hardly reads: "no weapons" lies near "weapons".
    private static let negations: Set<String> = [
        "no", "not", "without", "never", "none", "nothing", "nobody", "neither", "nor", "cannot", "isn't", "don't",
        "doesn't", "aren't", "won't", "can't", "non", "free",
    ]
    /// Cosines from which two phrases say the same to a model.
    private static let same = 0.99

    /// A sentence for each remark; none where there is nothing to say.
    ///
    /// - Parameters:
    ///   - safe, unsafe: the phrases of each side.
    ///   - rows: their unit rows, [phrases, width].
    public static func remarks(
        safe: [String], unsafe: [String], rows: (safe: Tensor, unsafe: Tensor)
    ) throws -> [String] {
        var remarks: [String] = []
        for (name, phrases) in [("safe", safe), ("unsafe", unsafe)] where !phrases.isEmpty && phrases.count < 3 {
            remarks.append(
                "\(Words.count(phrases.count, "anchor")) on the \(name) side: "
                    + (phrases.count == 1 ? "nothing tells how sure it is" : "each decides half of it"))
        }
        remarks += try repetitions(safe, unsafe, rows) + negated(safe + unsafe)
        if !safe.isEmpty, !unsafe.isEmpty { remarks += try lengths(safe, unsafe) + style(safe, unsafe) }
        return remarks
    }

    /// A phrase as it is compared: in lower case, single blanks, no punctuation at its end.
    private static func plain(_ text: String) -> String {
        words(text).joined(separator: " ").trimmingCharacters(in: CharacterSet(charactersIn: ".,;:!?"))
    }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func repetitions(
        _ safe: [String], _ unsafe: [String], _ rows: (safe: Tensor, unsafe: Tensor)
    ) throws -> [String] {
        var remarks: [String] = []
        for (name, phrases, rows) in [("safe", safe, rows.safe), ("unsafe", unsafe, rows.unsafe)]
        where phrases.count > 1 {
            let cosines = try withoutGradients { try rows.matmul(rows.transposed()).floats }
            var alike: [(Int, Int)] = []
            for i in phrases.indices {
                for j in phrases.indices where j > i {
                    if plain(phrases[i]) == plain(phrases[j]) {
                        remarks.append("\"\(phrases[j])\" stands twice on one side: it counts double")
                    } else if cosines[i * phrases.count + j] >= Float(same) {
                        alike.append((i, j))
                    }
                }
            }
            if let pair = alike.first, alike.count == 1 {
                remarks.append("\"\(phrases[pair.0])\" and \"\(phrases[pair.1])\" are the same to this model")
            } else if alike.count > 1 {
                let places = Set(alike.flatMap { [$0.0, $0.1] }).sorted()
                remarks.append(
                    "\(places.count) of \(phrases.count) \(name) anchors are nearly the same to this model: "
                        + Words.listed(places.map { "\"\(phrases[$0])\"" }, most: 3))
            }
        }
        let others = Set(unsafe.map(plain))
        return remarks
            + safe.filter { others.contains(plain($0)) }.map { "\"\($0)\" stands on both sides: it cancels out" }
    }

    private static func negated(_ phrases: [String]) -> [String] {
        phrases.compactMap { phrase in
            let parts = words(phrase).flatMap { $0.split(separator: "-").map(String.init) }
            guard let word = parts.first(where: negations.contains) else { return nil }
            if word == "free", !phrase.lowercased().contains("free of"), !phrase.lowercased().contains("-free") {
                return nil
            }
            return "\"\(phrase)\" denies by \"\(word)\", which CLIP hardly reads: name what is there instead"
        }
    }

    /// Sides whose phrases can be told apart by their number of words.
    private static func lengths(_ safe: [String], _ unsafe: [String]) throws -> [String] {
        guard safe.count > 2, unsafe.count > 2 else { return [] }
        let s = safe.map { Double(words($0).count) }, u = unsafe.map { Double(words($0).count) }
        let auc = try Separation.auc(safe: s, unsafe: u)
        guard auc >= 0.9 || auc <= 0.1 else { return [] }
        func mean(_ list: [Double]) -> String {
            NumberText.shown((list.reduce(0, +) / Double(list.count) * 10).rounded() / 10)
        }
        return [
            "safe anchors have \(mean(s)) words on average and unsafe ones \(mean(u)): part of the direction is length"
        ]
    }

    /// What half of one side or more does, and the other side never.
    private static func style(_ safe: [String], _ unsafe: [String]) -> [String] {
        guard safe.count > 1, unsafe.count > 1 else { return [] }
        let marks: [(what: String, has: (String) -> Bool)] = [
            ("end in a full stop", { $0.hasSuffix(".") }), ("begin with a capital", { $0.first?.isUppercase == true }),
            ("have a comma", { $0.contains(",") }),
        ]
        var remarks: [String] = []
        for (name, side, other) in [("safe", safe, unsafe), ("unsafe", unsafe, safe)] {
            func isOneSided(_ has: (String) -> Bool) -> Bool {
                2 * side.count(where: has) >= side.count + 1 && !other.contains(where: has)
            }
            for mark in marks where isOneSided(mark.has) {
                remarks.append("only \(name) anchors \(mark.what): part of the direction is style")
            }
            func opening(_ text: String) -> String { words(text).prefix(2).joined(separator: " ") }
            for start in Set(side.filter { words($0).count > 2 }.map(opening)).sorted()
            where isOneSided({ opening($0) == start }) {
                remarks.append("only \(name) anchors begin with \"\(start)\": part of the direction is style")
            }
        }
        return remarks
    }
}
