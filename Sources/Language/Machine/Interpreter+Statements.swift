import Basics
import Glibc

extension Interpreter {
    /// Keeps the value of a top-level expression as `_` and shows it unless silenced.
    func show(_ value: Value, isSilenced: Bool) {
        outcome = Outcome(value: value, isSilenced: isSilenced)
        if value.isNone { return }
        self["_"] = value
        if !isSilenced { host.show(value) }
    }

    func expectFailed(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ word: Instruction
    ) -> ExpectationFailure {
        let message: String? =
            switch registers[i.A] {
            case .none: nil
            case let value: value.text
            }
        var sides = ""
        if word.A != 0 { sides = Message.sides(registers[i.B], registers[i.C]) }
        if word.C != 0 {
            let difference = Operations.difference(registers[i.B], registers[i.C])
            let tolerance: Double? = if case .number(let limit) = registers[word.B] { limit } else { nil }
            if let difference { sides += Message.difference(difference, tolerance) }
        }
        return ExpectationFailure(message: Message.expectationFailed(message), sides: sides)
    }

    /// Gives a `param` the host's value, or that of the short form, instead of its default.
    func parameter(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        let declaration = head.pointee.code.takeUnretainedValue().declarations[i.B]
        if let text = host.parameter(declaration.name) {
            registers[i.A] = try Operations.read(text, like: registers[i.A], parameter: declaration.name)
        } else if host.isShort, let short = declaration.short {
            guard registers[i.A].isNone || registers[i.A].typeName == short.value.typeName else {
                throw RhumbError(
                    Message.parameterText(declaration.name, expected: registers[i.A].typeName, short.text))
            }
            registers[i.A] = short.value
        }
    }

    // MARK: Import

    /// Runs a file in this session. Its path counts from the folder of the importing file.
    func importFile(_ path: Value, from head: UnsafeMutablePointer<Code.Head>) throws {
        guard case .string(let path) = path else { throw RhumbError(Message.importPath(path)) }
        let importer = head.pointee.code.takeUnretainedValue().source.name
        let full = Self.path(path, importedFrom: importer)
        if importing.contains(full) { throw RhumbError(Message.importCircle(importing + [full])) }
        try host.mayRead(full)
        let text = try Self.read(full)
        host.didRead(full)
        importing.append(full)
        defer { importing.removeLast() }
        let outside = outcome
        defer { outcome = outside }
        try run(Source(name: full, text: text))
    }

    /// The file that an `import` in another file means.
    static func path(_ path: String, importedFrom importer: String) -> String {
        guard !path.hasPrefix("/"), let slash = importer.lastIndex(of: "/") else { return path }
        return String(importer[...slash]) + path
    }

    private static let longestText = 64 << 20

    /// The text of a file.
    ///
    /// - Throws: `RhumbError` naming the file and the system's reason.
    static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "rb") else {
            throw RhumbError(Message.unreadable(path, reason: String(cString: strerror(errno))))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
            // A device may never end.
            guard bytes.count <= longestText else {
                throw RhumbError(Message.unreadable(path, reason: "it is longer than 64 MB"))
            }
        }
        if ferror(file) != 0 { throw RhumbError(Message.unreadable(path, reason: String(cString: strerror(errno)))) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw RhumbError(Message.notText(path)) }
        return text
    }
}

enum Clock {
    /// Seconds since some fixed moment.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
