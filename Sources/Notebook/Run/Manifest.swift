import Checkpoint

/// What a run was made of and how far it came: `manifest.json`.
///
/// It is written before the first cell and after each one, so that a run that was killed says which cells it finished:
/// its status is then still `running`.
public struct Manifest: Sendable {
    public static let fileName = "manifest.json"

    public enum Status: String, Sendable {
        case running, complete, failed, interrupted
        /// Of a cell only: not reached; marked `skip`, or the solution of an exercise.
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

    public struct Failure: Sendable {
        public let message: String
        /// `recipes/quickstart.md:31`
        public let place: String
    }

    public var status: Status = .running
    public var title: String
    public var recipe: Sealed
    /// Name and value of every `param`, null until it is reached; `isSet` tells which were given from outside.
    public var parameters: [(name: String, value: JSON, isSet: Bool)]
    /// Of the session's random stream.
    public var seed: UInt64
    public var command: [String]
    public var version: String
    /// Library name and version.
    public var libraries: [(name: String, version: String)]
    public var machine: Machine
    public var threads: Int
    /// Models, data and scripts that the code read.
    public var inputs: [Sealed] = []
    /// ISO 8601.
    public var started: String
    public var finished: String?
    /// Wall-clock time so far.
    public var seconds = 0.0
    public var cells: [Cell]
    /// The exercises whose check has run, and whether it passed without the solution.
    public var exercises: [(name: String, isSolved: Bool)] = []
    public var failure: Failure?
}

extension Manifest {
    /// The file's text.
    public func text() -> String { json.text(indent: 2) + "\n" }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("status", .string(status.rawValue)),
            .init("title", .string(title)),
            .init("recipe", recipe.json),
        ]
        members += [
            .init("parameters", .object(parameters.map { .init($0.name, $0.value) })),
            .init("set", .array(parameters.filter(\.isSet).map { .string($0.name) })),
            .init("seed", .integer(Int(clamping: seed))),
            .init("command", .array(command.map { .string($0) })),
            .init("started", .string(started)),
            .init("finished", finished.map { .string($0) } ?? .null),
            .init("seconds", .number(seconds.rounded(toPlaces: 3))),
            .init("rhumb", .string(version)),
            .init("libraries", .object(libraries.map { .init($0.name, .string($0.version)) })),
            .init("machine", machine.json),
            .init("threads", .integer(threads)),
            .init("inputs", .array(inputs.map(\.json))),
            .init("cells", .array(cells.map(\.json))),
        ]
        if !exercises.isEmpty {
            let states = exercises.map { JSON.Member($0.name, .string($0.isSolved ? "solved" : "open")) }
            members.append(.init("exercises", .object(states)))
        }
        if let failure {
            members.append(.init("error", ["message": .string(failure.message), "place": .string(failure.place)]))
        }
        return .object(members)
    }
}

extension Manifest.Sealed {
    fileprivate var json: JSON { ["path": .string(path), "sha256": .string(sha256)] }
}

extension Manifest.Cell {
    fileprivate var json: JSON {
        .object([
            .init("cell", .integer(number)),
            .init("name", name.map { .string($0) } ?? .null),
            .init("line", .integer(line)),
            .init("status", .string(status.rawValue)),
            .init("seconds", seconds.map { .number($0.rounded(toPlaces: 3)) } ?? .null),
            .init("peakMemory", peakMemory.map { .integer($0) } ?? .null),
            .init("files", .array(files.map { .string($0) })),
        ])
    }
}

extension Machine {
    fileprivate var json: JSON {
        [
            "processor": .string(processor),
            "processors": .integer(processorCount),
            "features": .array(features.map { .string($0) }),
            "memory": .integer(memory),
            "system": .string(system),
        ]
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
