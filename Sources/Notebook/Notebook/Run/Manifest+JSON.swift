import Files
import Glibc

extension Manifest {
    /// Raised when manifests come to mean something else.
    static let format = 1

    /// The file's text.
    public func text() -> String { json.text(indent: 2) + "\n" }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("format", .integer(Self.format)),
            .init("status", .string(status.rawValue)),
            .init("title", .string(title)),
            .init("recipe", recipe.json),
        ]
        members += [
            .init("parameters", .object(parameters.map { .init($0.name, $0.value) })),
            .init("set", .object(settings.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            .init("short", .bool(isShort)),
            // Beyond 2⁶³ a JSON reader of 64-bit integers would stumble.
            .init("seed", Int(exactly: seed).map { .integer($0) } ?? .string(String(seed))),
            .init("command", .array(command.map { .string($0) })),
            .init("directory", .string(directory)),
            .init("started", .string(started)),
            .init("resumed", .array(resumed.map { .string($0) })),
            .init("finished", finished.map { .string($0) } ?? .null),
            .init("seconds", .number(seconds.rounded(toPlaces: 3))),
            .init("rhumb", .string(version)),
            .init("libraries", .object(libraries.map { .init($0.name, .string($0.version)) })),
            .init("machine", machine.json),
            .init("threads", .integer(threads)),
            .init("cache", cache.map { .string($0) } ?? .null),
            .init("inputs", .array(inputs.map(\.json))),
            .init("cells", .array(cells.map(\.json))),
            .init("files", .array(files.map { .string($0) })),
        ]
        if ranks.contains(where: { $0.count > 1 }) { members.append(.init("ranks", .array(ranks.map(\.json)))) }
        if let safe {
            members.append(
                .init(
                    "safe",
                    [
                        "inputs": .array(safe.inputs.map { .string($0) }), "memory": .integer(safe.memory),
                        "seconds": .integer(safe.seconds),
                    ]))
        }
        if !exercises.isEmpty {
            let states = exercises.map { JSON.Member($0.name, .string($0.isSolved ? "solved" : "open")) }
            members.append(.init("exercises", .object(states)))
        }
        if let failure {
            members.append(.init("error", ["message": .string(failure.message), "place": .string(failure.location)]))
        }
        return .object(members)
    }
}

extension Manifest {
    /// Makes the status of a manifest `failed` without taking any room: the same bytes of the file are written over.
    static func markFailed(inPlace path: String) {
        let running = Array("\"status\": \"running\"".utf8), failed = Array("\"status\": \"failed\" ".utf8)
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // The status is one of the first lines.
        var head = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &head, head.count)
        guard count >= running.count,
            let place = (0...(count - running.count)).first(where: { head[$0...].starts(with: running) })
        else { return }
        pwrite(descriptor, failed, failed.count, off_t(place))
    }
}

extension Manifest.Sealed {
    fileprivate var json: JSON { ["path": .string(path), "sha256": .string(sha256)] }
}

extension Manifest.Cell {
    fileprivate var json: JSON {
        let cached = cached.map { [JSON.Member("cached", .string($0))] } ?? []
        return .object(
            [
                .init("cell", .integer(number)),
                .init("name", name.map { .string($0) } ?? .null),
                .init("line", .integer(line)),
                .init("status", .string(status.rawValue)),
                .init("seconds", seconds.map { .number($0.rounded(toPlaces: 3)) } ?? .null),
                .init("peakMemory", peakMemory.map { .integer($0) } ?? .null),
                .init("files", .array(files.map { .string($0) })),
            ] + cached)
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
