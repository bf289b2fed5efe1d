import Basics
import Files

/// One thing that a model is asked for, as a row of a published or own list of prompts has it.
public struct PromptRow: Sendable, Equatable {
    public var prompt: String
    /// The lists that it counts for; one at least.
    public var lists: [String]
    /// The number by which names of pictures mean it; nil for its place in the file.
    public var number: Int?
    /// Decides the noise that its pictures begin with; nil for the evaluation's own.
    public var seed: UInt64?
    /// The scale of guidance; nil for the evaluation's.
    public var guidance: Double?
    public var width, height: Int?
    /// Pictures of it; nil for as many as the evaluation draws of every prompt.
    public var pictures: Int?
    /// Whether it asks for harm.
    public var isHarmful = false
    /// What must be seen in its pictures, and what must not; nil where it sets no task.
    public var task: ObjectTask?

    public init(_ prompt: String, lists: [String]) { (self.prompt, self.lists) = (prompt, lists) }
}

extension PromptRow {
    /// The columns that are read, each with the names that published lists have for it: I2P's, GenEval's, COCO's.
    public static let columns: [(meaning: String, names: [String])] = [
        ("category", ["category", "categories", "list", "suite", "group", "tag", "task"]),
        ("seed", ["seed", "sd_seed", "evaluation_seed"]),
        ("guidance", ["guidance", "guidance_scale", "sd_guidance_scale", "evaluation_guidance"]),
        ("width", ["width", "sd_image_width"]), ("height", ["height", "sd_image_height"]), ("n", ["n"]),
        ("number", ["case_number"]),
        ("harm", ["harm"]), ("include", ["include"]), ("exclude", ["exclude"]),
    ]

    /// Rows as a file or table has them.
    ///
    /// - Parameters:
    ///   - rows: objects, each with its members by column; what is missing may be null, "" or left out.
    ///   - column: the one that holds the prompts.
    ///   - fallback: the list of rows without a category.
    /// - Returns: the rows, and the columns that say nothing here, in order of appearance.
    /// - Throws: `RhumbError` naming row and column of what can't be read.
    public static func read(
        _ rows: [[JSON.Member]], prompts column: String, list fallback: String
    ) throws -> (rows: [PromptRow], unused: [String]) {
        var names: [String] = []
        for member in rows.joined() where !names.contains(member.key) { names.append(member.key) }
        guard names.contains(column) else { throw RhumbError.noPromptColumn(column, names) }
        var used = [column], place: [String: String] = [:]
        for (meaning, known) in columns {
            // Of several names for one thing the first of the list above counts; the prompts' own column never does.
            guard let name = known.first(where: { names.contains($0) && $0 != column }) else { continue }
            place[meaning] = name
            used.append(name)
        }
        let read = try rows.enumerated().map { index, members in
            try PromptRow(Cells(members: members, place: place, row: index + 1), column, fallback)
        }
        return (read, names.filter { !used.contains($0) })
    }

    private init(_ cells: Cells, _ column: String, _ fallback: String) throws {
        guard let prompt = try cells.text(named: column), !prompt.isEmpty else {
            throw RhumbError.promptRow(cells.row, column, "must be a prompt, and is empty")
        }
        let categories = (try cells.text("category") ?? "").split(separator: ",").map {
            String($0.trimmingPrefix(" ").reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
        self.init(prompt, lists: categories.isEmpty ? [fallback] : categories)
        seed = try cells.whole("seed", 0...Int(1 << 53)).map(UInt64.init)
        guidance = try cells.number("guidance", 0...100)
        (width, height) = (try cells.whole("width", 8...8192), try cells.whole("height", 8...8192))
        guard (width == nil) == (height == nil) else {
            throw RhumbError.promptRow(cells.row, "width", "and 'height' must be given together")
        }
        pictures = try cells.whole("n", 1...1000)
        number = try cells.whole("number", 0...1_000_000_000)
        isHarmful = try cells.isTrue("harm")
        if let include = cells["include"] {
            task = try ObjectTask(include: include, exclude: cells["exclude"]) {
                RhumbError.promptRow(cells.row, "include", $0)
            }
        }
    }
}

/// The cells of a row.
private struct Cells {
    let members: [JSON.Member]
    /// The name of the column for each meaning.
    let place: [String: String]
    /// From 1.
    let row: Int

    func cell(named name: String) -> JSON? {
        guard let value = members.last(where: { $0.key == name })?.value, !value.isNull, value != .string("") else {
            return nil
        }
        return value
    }

    subscript(meaning: String) -> JSON? { place[meaning].flatMap(cell) }

    /// A cell as the file has it: a table's numbers are doubles.
    private func shown(_ cell: JSON) -> String { cell.number.map { NumberText.shown($0) } ?? cell.text() }

    private func fault(_ meaning: String, _ message: String) -> RhumbError {
        .promptRow(row, place[meaning] ?? meaning, message)
    }

    func text(named name: String) throws -> String? {
        guard let cell = cell(named: name) else { return nil }
        // A prompt of digits alone was read as a number.
        guard let text = cell.string ?? cell.number.map({ NumberText.shown($0) }) else {
            throw RhumbError.promptRow(row, name, "must be a text, not \(cell.kind)")
        }
        return text
    }

    func text(_ meaning: String) throws -> String? { try place[meaning].flatMap(text(named:)) }

    func number(_ meaning: String, _ range: ClosedRange<Double>) throws -> Double? {
        guard let cell = self[meaning] else { return nil }
        guard let number = cell.number ?? cell.string.flatMap(Double.init), range.contains(number) else {
            throw fault(
                meaning,
                "must be a number \(NumberText.shown(range.lowerBound))…\(NumberText.shown(range.upperBound)), not "
                    + shown(cell))
        }
        return number
    }

    func whole(_ meaning: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let number = try number(meaning, Double(range.lowerBound)...Double(range.upperBound)) else { return nil }
        guard let whole = Int(exactly: number) else {
            throw fault(meaning, "must be a whole number, not \(NumberText.shown(number))")
        }
        return whole
    }

    /// True, false, 0, 1, or the kind of harm.
    func isTrue(_ meaning: String) throws -> Bool {
        switch self[meaning] {
        case nil: false
        case .bool(let bool)?: bool
        case .string(let text)?: !["false", "no", "none", "safe", "0"].contains(text.lowercased())
        case let cell?:
            if let number = cell.number, number == 0 || number == 1 {
                number == 1
            } else {
                throw fault(meaning, "must be true or false, or the kind of harm, not \(shown(cell))")
            }
        }
    }
}
