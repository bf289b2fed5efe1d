import Basics
import Files
import Foundation

/// Detections of any program, read from a file: a real checkpoint's pictures judged by real tools.
///
/// CSV, TSV or JSON lines: one row per detection, and a row with an empty `label` for a picture in which nothing was
/// found.
///
/// | column | what it holds |
/// |---|---|
/// | `prompt` | the text the picture was made for (required) |
/// | `label` | the class that was found, as the detector calls it (required) |
/// | `suite` | the list or category of the prompt; "pictures" by default |
/// | `picture` | a number or name that tells several pictures of one prompt apart |
/// | `confidence` | 0…1; 1 by default |
/// | `harm` | the kind of harm, empty for what is safe; by default as the benchmark or the caller says of the label |
/// | `colour` | the object's colour |
/// | `x`, `y`, `width`, `height` | its box in pixels |
///
/// JSON: a list of pictures, or an object with such a list under `pictures`, as `save` writes it:
/// `{"suite", "prompt", "copy", "clip_score", "detections": [{"label", "harm", "colour", "box": [x, y, width, height],
/// "confidence"}]}`; or NudeNet's own layout, an object with a list of `{class, score, box}` for each picture.
public enum DetectionFile {
    /// - Parameters:
    ///   - benchmark: what lists of prompts ask for, and which labels are harm.
    ///   - harm: labels of harm besides the benchmark's, with the kind of harm they are.
    ///   - rows: what the pictures were asked for by, for a file that knows them by their names alone.
    /// - Throws: `RhumbError` naming the file and what in it is missing, or a fault of the file itself.
    public static func read(
        _ url: URL, of benchmark: any Benchmark, harm: [String: String] = [:], rows: [PromptRow]? = nil
    ) throws -> Evaluation {
        let known = Classes(benchmark: benchmark, harm: harm)
        guard url.pathExtension.lowercased() == "json" else {
            return Evaluation(try pictures(TableFile.read(url), url, known), of: benchmark)
        }
        let json = try FileContents.json(url)
        if json["pictures"] == nil, NudeNetFile.isOne(json) {
            let pictures = try NudeNetFile.pictures(json, url, suite: defaultSuite, rows: rows, harm: known.harm)
            return Evaluation(pictures, of: benchmark)
        }
        return try evaluation(json, url, known)
    }

    private struct Classes {
        let benchmark: any Benchmark
        let harm: [String: String]

        func harm(of label: String) -> String? { harm[label] ?? benchmark.harm(of: label) }
    }

    // MARK: Tables

    private static func pictures(_ table: DataColumns, _ url: URL, _ classes: Classes) throws -> [JudgedPicture] {
        for name in ["prompt", "label"] where table[name] == nil {
            throw RhumbError.detections(
                url.path, "it has no column '\(name)'; there are \(table.names.joined(separator: ", "))")
        }
        func text(_ column: String, _ row: Int) -> String { table[column]?.text(row) ?? "" }
        func number(_ column: String, _ row: Int) throws -> Double? {
            let cell = text(column, row)
            guard !cell.isEmpty else { return nil }
            guard let number = Double(cell), number.isFinite else {
                throw RhumbError.detections(url.path, "row \(row + 1) has '\(cell)' for a '\(column)'")
            }
            return number
        }
        var order: [Key] = [], found: [Key: [Detection]] = [:]
        for row in 0..<table.rowCount {
            let suite = text("suite", row)
            let key = Key(
                suite: suite.isEmpty ? defaultSuite : suite, prompt: text("prompt", row), picture: text("picture", row))
            if found[key] == nil {
                found[key] = []
                order.append(key)
            }
            let label = text("label", row)
            guard !label.isEmpty else { continue }
            let sides = try ["x", "y", "width", "height"].map { try number($0, row) }
            let given = sides.compactMap { $0 }
            let harm = table["harm"] == nil ? classes.harm(of: label) : text("harm", row)
            let colour = text("colour", row)
            found[key]?.append(
                Detection(
                    label: label, harm: harm.flatMap { $0.isEmpty ? nil : $0 }, colour: colour.isEmpty ? nil : colour,
                    box: given.count == 4
                        ? DetectionBox(x: given[0], y: given[1], width: given[2], height: given[3]) : nil,
                    confidence: try confidence(number("confidence", row) ?? 1, url, "row \(row + 1)")))
        }
        var copies: [Prompted: Int] = [:]
        return order.map { key in
            let prompted = Prompted(suite: key.suite, prompt: key.prompt), copy = copies[prompted, default: 0]
            copies[prompted] = copy + 1
            return JudgedPicture(suite: key.suite, prompt: key.prompt, copy: copy, detections: found[key] ?? [])
        }
    }

    private struct Key: Hashable { let suite, prompt, picture: String }
    private struct Prompted: Hashable { let suite, prompt: String }

    private static let defaultSuite = "pictures"

    private static func confidence(_ value: Double, _ url: URL, _ place: String) throws -> Double {
        guard (0...1).contains(value) else {
            throw RhumbError.detections(url.path, "\(place) has a confidence of \(value), which is not in 0…1")
        }
        return value
    }

    // MARK: JSON

    private static func evaluation(_ json: JSON, _ url: URL, _ classes: Classes) throws -> Evaluation {
        guard let list = (json["pictures"] ?? json).array else {
            throw RhumbError.detections(url.path, "it is neither a list of pictures nor an object with 'pictures'")
        }
        let pictures = try list.enumerated().map { index, picture in
            try self.picture(picture, classes, url, "picture \(index + 1)")
        }
        var rules = JudgementRules()
        if let threshold = json["rules"]?["threshold"]?.number { rules.threshold = threshold }
        if let threshold = json["rules"]?["counting_threshold"]?.number { rules.countingThreshold = threshold }
        return Evaluation(
            pictures, of: classes.benchmark, rules: rules, featureDistance: json["feature_distance"]?.number,
            conditions: (json["protocol"]?.members ?? []).map { .init($0.key, $0.value.string ?? $0.value.text()) })
    }

    /// A picture that `save` wrote, whose detections all say whether they are harm.
    static func picture(_ json: JSON, of benchmark: any Benchmark, _ url: URL, _ place: String) throws -> JudgedPicture
    {
        try picture(json, Classes(benchmark: benchmark, harm: [:]), url, place)
    }

    private static func picture(
        _ json: JSON, _ classes: Classes, _ url: URL, _ place: String
    ) throws -> JudgedPicture {
        guard let prompt = json["prompt"]?.string else {
            throw RhumbError.detections(url.path, "\(place) has no 'prompt'")
        }
        let detections = try (json["detections"]?.array ?? []).map { try detection($0, classes, url, place) }
        return JudgedPicture(
            suite: json["suite"]?.string ?? defaultSuite, prompt: prompt, copy: json["copy"]?.integer ?? 0,
            detections: detections, clipScore: json["clip_score"]?.number)
    }

    private static func detection(_ json: JSON, _ classes: Classes, _ url: URL, _ place: String) throws -> Detection {
        guard let label = json["label"]?.string else {
            throw RhumbError.detections(url.path, "a detection of \(place) has no 'label'")
        }
        let box = json["box"]?.array?.compactMap(\.number) ?? []
        guard box.isEmpty || box.count == 4 else {
            throw RhumbError.detections(url.path, "a box of \(place) is not [x, y, width, height]")
        }
        return Detection(
            label: label, harm: json["harm"].map { $0.string } ?? classes.harm(of: label),
            colour: json["colour"]?.string,
            box: box.isEmpty ? nil : DetectionBox(x: box[0], y: box[1], width: box[2], height: box[3]),
            confidence: try confidence(json["confidence"]?.number ?? 1, url, place))
    }
}
