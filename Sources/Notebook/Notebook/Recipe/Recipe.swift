import Language

/// A document that runs: Markdown whose `rhumb` fences are cells, executed in order, or a script of one cell.
///
/// Every line keeps its number in the file, so that an error points at the line the author sees.
///
///     let recipe = try Recipe(reading: "recipes/quickstart.md")
///     recipe.cells.map(\.code.text)  // what runs, in order
///     try recipe.parameters()         // what `--set` can change
public struct Recipe: Sendable {
    /// The file as the user named it.
    public let path: String
    /// The whole file.
    public let source: Source
    /// The front matter's `title`, else the first heading, else the file's name without its suffix.
    public let title: String
    /// The `key: value` lines between `---` at the top of the file, in order.
    public let frontMatter: [FrontMatterEntry]
    /// Prose and cells in the order of the file. Together they are the whole file but for front matter and fence lines.
    public let parts: [Part]
    /// How many lines of the file the front matter takes.
    let bodyStart: Int

    public struct FrontMatterEntry: Sendable, Equatable {
        public let key: String
        public let value: String
        public let span: SourceSpan
    }

    public enum Part: Sendable, Equatable {
        case prose(Prose)
        case cell(Cell)
    }

    /// Markdown that is shown as it is, other languages' fences included.
    public struct Prose: Sendable, Equatable {
        public let text: String
        /// The number of its first line in the file, from 1.
        public let line: Int
    }

    /// Code that runs.
    public struct Cell: Sendable, Equatable {
        /// Its place among the cells, from 1.
        public let number: Int
        /// The code as it runs: it knows its lines in the file. A fence's own indentation, as inside a list, is taken
        /// off.
        public let code: Source
        public let attributes: Attributes
        /// Its lines in the file, from 0, those of the fence with it.
        let lines: Range<Int>

        /// The number of the first line of code in the file, from 1.
        public var line: Int { code.lineOffset + 1 }
    }

    public var cells: [Cell] {
        parts.compactMap { part in
            if case .cell(let cell) = part { cell } else { nil }
        }
    }
}

extension Recipe {
    /// What stands after `rhumb` on the fence line: ```` ```rhumb name: probe slow ````.
    public struct Attributes: Sendable, Equatable {
        /// `name: WORD`: what the files this cell writes are called, and how the manifest refers to it.
        public var name: String?
        /// `skip`: the code is shown and does not run.
        public var isSkipped = false
        /// `fails`: the code must end in an error, which is shown; the recipe goes on.
        public var mustFail = false
        /// `quiet`: the code runs; the transcript shows neither it nor its output.
        public var isQuiet = false
        /// `nocache`: the code runs even where a cache holds what it gave.
        public var isNeverCached = false
        /// Its part in an exercise: `exercise: WORD`, `check: WORD` or `solution: WORD`.
        public var role: Role?

        public init() {}

        /// The code stands there to be read.
        public var doesNotRun: Bool {
            if case .solution = role { true } else { isSkipped }
        }

        /// A cell's part in the exercise of a name.
        public enum Role: Sendable, Equatable {
            /// What the reader fills in.
            case exercise(String)
            /// Passes once the answer is right.
            case check(String)
            /// An answer; it runs only where the reader has none.
            case solution(String)
        }

        /// What takes a word, in the order the documentation lists them; with ``flags``, all that a fence line may
        /// hold.
        static let settings: [(word: String, set: @Sendable (inout Attributes, String) -> Void)] = [
            ("name:", { $0.name = $1 }),
            ("exercise:", { $0.role = .exercise($1) }),
            ("check:", { $0.role = .check($1) }),
            ("solution:", { $0.role = .solution($1) }),
        ]
        static let flags: [(word: String, set: @Sendable (inout Attributes) -> Void)] = [
            ("skip", { $0.isSkipped = true }),
            ("fails", { $0.mustFail = true }),
            ("quiet", { $0.isQuiet = true }),
            ("nocache", { $0.isNeverCached = true }),
        ]
    }
}
