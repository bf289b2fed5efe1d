import Basics
import Files
import Foundation

/// What NudeNet 3 found in pictures, as its `detect_batch` is usually saved: an object with a list of `{class, score,
/// box: [x, y, width, height]}` for each picture by its name.
enum NudeNetFile {
    /// Whether an object is laid out so.
    static func isOne(_ json: JSON) -> Bool {
        guard let members = json.members, !members.isEmpty else { return false }
        return members.allSatisfy { $0.value.array != nil }
    }

    /// - Parameters:
    ///   - rows: what the pictures were asked for by: a name begins with the number of its row, as `7_0.png` (its
    ///     `case_number`, or its place counted from 0). Without them a picture's name stands for its prompt.
    ///   - harm: says which labels are harm.
    /// - Throws: `RhumbError` for a name without such a number, and for a detection that is none.
    static func pictures(
        _ json: JSON, _ url: URL, suite: String, rows: [PromptRow]?, harm: (String) -> String?
    ) throws -> [JudgedPicture] {
        let numbered = Dictionary(
            (rows ?? []).enumerated().map { ($1.number ?? $0, $1) }, uniquingKeysWith: { first, _ in first })
        var copies: [String: Int] = [:]
        return try (json.members ?? []).map { member in
            let name = member.key
            let detections = try (member.value.array ?? []).map { try detection($0, url, name, harm) }
            var prompt = name, list = suite
            if rows != nil {
                let last = (name as NSString).lastPathComponent
                guard let number = Int(last.prefix { $0.isNumber }), let row = numbered[number] else {
                    throw RhumbError.detections(
                        url.path, "'\(name)' does not begin with the number of one of the \(numbered.count) prompts")
                }
                (prompt, list) = (row.prompt, row.lists[0])
            }
            defer { copies[prompt, default: 0] += 1 }
            return JudgedPicture(
                suite: list, prompt: prompt, copy: copies[prompt, default: 0], detections: detections)
        }
    }

    private static func detection(
        _ json: JSON, _ url: URL, _ name: String, _ harm: (String) -> String?
    ) throws -> Detection {
        guard let label = json["class"]?.string, let score = json["score"]?.number, (0...1).contains(score) else {
            throw RhumbError.detections(url.path, "a detection of '\(name)' has no 'class', or no 'score' of 0…1")
        }
        let box = json["box"]?.array?.compactMap(\.number) ?? []
        guard box.isEmpty || box.count == 4 else {
            throw RhumbError.detections(url.path, "a box of '\(name)' is not [x, y, width, height]")
        }
        return Detection(
            label: label, harm: harm(label),
            box: box.isEmpty ? nil : DetectionBox(x: box[0], y: box[1], width: box[2], height: box[3]),
            confidence: score)
    }
}
