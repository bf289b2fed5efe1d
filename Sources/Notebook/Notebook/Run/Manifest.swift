import Files

/// What a run was made of and how far it came: `manifest.json`.
///
/// It is written before the first cell and after each one, so that a run that was killed says which cells it finished:
/// its status is then still `running`.
public struct Manifest: Sendable {
    public static let fileName = "manifest.json"

    public enum Status: String, Sendable {
        case running, complete, failed, interrupted
        /// Of a cell only: not reached, or marked `skip`.
        case waiting, skipped
    }

    public struct Cell: Sendable {
        public let number: Int
        public let name: String?
        /// First line of its code in the recipe.
        public let line: Int
        public var status: Status = .waiting
        /// Wall-clock time.
        public var seconds: Double?
        /// Largest resident memory while it ran, in bytes.
        public var peakMemory: Int?
        /// Files it wrote, relative to the run folder.
        public var files: [String] = []
        /// When it ran, where what it gave came from the cache: ISO 8601. Time and memory are then those it took.
        public var cached: String?
    }

    /// Something named with the checksum of its bytes.
    public struct Sealed: Sendable, Equatable {
        public let path: String
        public let sha256: String

        public init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }
    }

    public struct Failure: Sendable, Equatable {
        public let message: String
        /// `recipes/quickstart.md:31`
        public let location: String
    }

    public var status: Status = .running
    public var title: String
    public var recipe: Sealed
    /// Name and value of every `param`, null until it is reached; `isSet` tells which were given from outside.
    public var parameters: [(name: String, value: JSON, isSet: Bool)]
    /// Those values as they were given, as text.
    public var settings: [String: String]
    /// Whether the other parameters took the values of their short form.
    public var isShort: Bool
    /// What it was granted as a recipe of strangers; nil for everything.
    public var safe: SafeMode?
    /// Of the session's random stream.
    public var seed: UInt64
    public var command: [String]
    /// Where the command was given; relative paths in the code count from here.
    public var directory: String
    public var version: String
    /// Library name and version.
    public var libraries: [(name: String, version: String)]
    public var machine: Machine
    public var threads: Int
    /// The processes that made it: at its beginning, and whenever it was taken up again.
    public var ranks: [Processes] = []
    /// The folder of the cache that the run used, from ``directory`` on.
    public var cache: String?
    /// Models, data and scripts that the code read.
    public var inputs: [Sealed] = []
    /// ISO 8601.
    public var started: String
    /// When the run was taken up again after it had ended too early, ISO 8601.
    public var resumed: [String] = []
    public var finished: String?
    /// Wall-clock time so far.
    public var seconds = 0.0
    public var cells: [Cell]
    /// What the run has written into its folder, relative to it, and with a slash at the end the folders that are
    /// wholly its own. `--force` removes these and nothing else.
    public var files: [String] = []
    /// The exercises whose check has run, and whether it passed without the solution.
    public var exercises: [(name: String, isSolved: Bool)] = []
    public var failure: Failure?
}
