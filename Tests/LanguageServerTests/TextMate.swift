import Files
import Foundation

/// As much of an editor's way with a TextMate grammar as ours needs: rules in their order, the first match of a line
/// wins, begin and end nest, and includes. Expressions are ICU's, which agree with Oniguruma's on what ours use.
final class TextMate {
    /// The innermost name of each UTF-16 unit of a line.
    typealias Names = [String?]

    private final class Rule {
        let name: String?
        let match: NSRegularExpression?
        let end: NSRegularExpression?
        let captures: [Int: String], endCaptures: [Int: String]
        let content: String?
        let patterns: [JSON]

        init(_ json: JSON) throws {
            func expression(_ key: String) throws -> NSRegularExpression? {
                try json[key]?.string.map { try NSRegularExpression(pattern: $0) }
            }
            func names(_ key: String) -> [Int: String] {
                Dictionary(
                    uniqueKeysWithValues: (json[key]?.members ?? []).compactMap { member in
                        guard let group = Int(member.key), let name = member.value["name"]?.string else { return nil }
                        return (group, name)
                    })
            }
            name = json["name"]?.string
            match = try expression("match") ?? expression("begin")
            end = try expression("end")
            captures = names("captures").merging(names("beginCaptures")) { $1 }
            endCaptures = names("endCaptures")
            content = json["contentName"]?.string
            patterns = json["patterns"]?.array ?? []
        }
    }

    private let grammar: JSON
    private var rules: [String: [Rule]] = [:]
    private var stack: [Rule] = []

    init(_ grammar: JSON) { self.grammar = grammar }

    /// The names of a whole text, line by line.
    func names(of text: String) throws -> [Names] {
        stack = []
        return try text.components(separatedBy: "\n").map { try names(ofLine: $0) }
    }

    private func names(ofLine line: String) throws -> Names {
        let length = line.utf16.count
        var names = Names(repeating: nil, count: length)
        var position = 0
        func fill(_ range: NSRange, _ name: String?) {
            guard let name, range.length > 0 else { return }
            for unit in range.location..<range.location + range.length { names[unit] = name }
        }
        while position <= length {
            let inner = stack.last
            let rest = NSRange(location: position, length: length - position)
            var best: (match: NSTextCheckingResult, rule: Rule, isEnd: Bool)?
            let options: NSRegularExpression.MatchingOptions = [.withTransparentBounds, .withoutAnchoringBounds]
            if let inner, let found = inner.end?.firstMatch(in: line, options: options, range: rest) {
                best = (found, inner, true)
            }
            for rule in try patterns(inner) {
                guard let found = rule.match?.firstMatch(in: line, options: options, range: rest) else { continue }
                if found.range.location < best?.match.range.location ?? Int.max { best = (found, rule, false) }
            }
            let ground = inner.flatMap { $0.content ?? $0.name }
            guard let (match, rule, isEnd) = best else {
                fill(rest, ground)
                break
            }
            fill(NSRange(location: position, length: match.range.location - position), ground)
            fill(match.range, rule.name)
            for (group, name) in isEnd ? rule.endCaptures : rule.captures where group < match.numberOfRanges {
                if match.range(at: group).location != NSNotFound { fill(match.range(at: group), name) }
            }
            let next = match.range.location + match.range.length
            if isEnd { stack.removeLast() } else if rule.end != nil { stack.append(rule) }
            // The end of a line may end several, and then nothing more.
            if next == position, match.range.length == 0, !isEnd { break }
            position = next
            if position == length, !stack.contains(where: { $0.end != nil }) { break }
        }
        return names
    }

    private func patterns(_ rule: Rule?) throws -> [Rule] {
        let key = rule.map { "\(ObjectIdentifier($0).hashValue)" } ?? ""
        if let known = rules[key] { return known }
        let made = try expanded(rule?.patterns ?? grammar["patterns"]?.array ?? [])
        rules[key] = made
        return made
    }

    private func expanded(_ patterns: [JSON]) throws -> [Rule] {
        var found: [Rule] = []
        for pattern in patterns {
            if let include = pattern["include"]?.string {
                found += try included(include)
            } else {
                found.append(try Rule(pattern))
            }
        }
        return found
    }

    private var groups: [String: [Rule]] = [:]

    private func included(_ name: String) throws -> [Rule] {
        if let known = groups[name] { return known }
        let made = try expanded(grammar["repository"]?[String(name.dropFirst())]?["patterns"]?.array ?? [])
        groups[name] = made
        return made
    }
}
