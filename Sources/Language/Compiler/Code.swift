/// Compiled code of a function, or of the top level of one source.
final class Code {
    /// What the machine reads while running, without touching a reference count.
    struct Head {
        let instructions: UnsafeMutablePointer<Instruction>
        let constants: UnsafeMutablePointer<Value>
        let verbs: UnsafeMutablePointer<UnsafeMutablePointer<VerbLink>>
        let templates: UnsafeMutablePointer<TextTemplate>
        let registerCount: Int
        /// Registers below this one are not cleared when the code ends: the session's variables.
        let firstOwnRegister: Int
        let parameterCount: Int
        /// Parameters and variables; temporaries follow.
        let variableCount: Int
        let code: Unmanaged<Code>
    }

    let head: UnsafeMutablePointer<Head>
    let name: String
    let source: Source
    let parameters: [Parameter]
    let instructionCount: Int
    private let constantCount: Int
    private let templateCount: Int
    private let verbEntries: [VerbEntry]
    /// Span of each instruction.
    let ranges: [Range<Int32>]
    /// Of each instruction, the position of its call site; -1 for those that are not calls.
    private let siteOf: [Int32]
    private let sites: [CallSite]
    let children: [Code]
    /// Where a closure finds the cells it captures: registers of cells, or cells of the function around it.
    let captures: [Capture]
    let formats: [Format]
    let shapes: [[String]]
    let paths: [[PathStep]]
    let names: [String]
    let declarations: [ParameterDeclaration]
    let visible: Visible

    struct Parameter {
        let name: String
        let hasDefault: Bool
    }

    struct Capture {
        let isOuterCapture: Bool
        let position: Int
    }

    /// A step of `x.a[i, j]` on the way to what an assignment replaces.
    enum PathStep {
        case member(String)
        case keys(Int)
    }

    init(_ parts: Parts) {
        name = parts.name
        source = parts.source
        parameters = parts.parameters
        instructionCount = parts.instructions.count
        constantCount = parts.constants.count
        templateCount = parts.templates.count
        verbEntries = parts.verbs
        ranges = parts.ranges
        siteOf = parts.siteOf
        sites = parts.sites
        children = parts.children
        captures = parts.captures
        formats = parts.formats
        shapes = parts.shapes
        paths = parts.paths
        names = parts.names
        declarations = parts.declarations
        visible = parts.visible
        let instructions = UnsafeMutablePointer<Instruction>.allocate(capacity: parts.instructions.count)
        instructions.initialize(from: parts.instructions, count: parts.instructions.count)
        let constants = UnsafeMutablePointer<Value>.allocate(capacity: max(1, parts.constants.count))
        constants.initialize(from: parts.constants, count: parts.constants.count)
        let verbs = UnsafeMutablePointer<UnsafeMutablePointer<VerbLink>>.allocate(capacity: max(1, parts.verbs.count))
        verbs.initialize(from: parts.verbs.map(\.link), count: parts.verbs.count)
        let templates = UnsafeMutablePointer<TextTemplate>.allocate(capacity: max(1, templateCount))
        templates.initialize(from: parts.templates.map(TextTemplate.init), count: templateCount)
        head = .allocate(capacity: 1)
        head.initialize(
            to: Head(
                instructions: instructions, constants: constants, verbs: verbs, templates: templates,
                registerCount: parts.registerCount, firstOwnRegister: parts.firstOwnRegister,
                parameterCount: parts.parameters.count, variableCount: parts.variableCount,
                code: .passUnretained(self)))
    }

    deinit {
        head.pointee.instructions.deallocate()
        head.pointee.constants.deinitialize(count: constantCount)
        head.pointee.constants.deallocate()
        head.pointee.verbs.deallocate()
        for template in 0..<templateCount { head.pointee.templates[template].deallocate() }
        head.pointee.templates.deallocate()
        head.deallocate()
    }

    /// `image, prompt = "a ball"` without the defaults' text: `image, prompt = …`.
    var parameterText: String {
        parameters.map { $0.hasDefault ? $0.name + " = …" : $0.name }.joined(separator: ", ")
    }

    /// The call site of an instruction that is a call.
    func site(at instruction: Int) -> CallSite? {
        guard instruction >= 0, instruction < siteOf.count, siteOf[instruction] >= 0 else { return nil }
        return sites[Int(siteOf[instruction])]
    }

    func span(at instruction: Int) -> SourceSpan {
        let range = ranges[min(max(instruction, 0), ranges.count - 1)]
        return SourceSpan(source: source, range: Int(range.lowerBound)..<Int(range.upperBound))
    }

    /// What the compiler gathers.
    struct Parts {
        var name = ""
        var source: Source
        var parameters: [Parameter] = []
        var registerCount = 0
        var firstOwnRegister = 0
        var variableCount = 0
        var instructions: [Instruction] = []
        var ranges: [Range<Int32>] = []
        var constants: [Value] = []
        var verbs: [VerbEntry] = []
        /// The pieces of each; see `TextTemplate`.
        var templates: [[String]] = []
        var siteOf: [Int32] = []
        var sites: [CallSite] = []
        var children: [Code] = []
        var captures: [Capture] = []
        var formats: [Format] = []
        var shapes: [[String]] = []
        var paths: [[PathStep]] = []
        var names: [String] = []
        var declarations: [ParameterDeclaration] = []
        /// Whether a breakpoint stands in it.
        var standsStill = false
        var visible = Visible()

        /// Instructions with their spans and sites. Jumps are relative, so those inside a stretch move with it.
        typealias Stretch = (instructions: [Instruction], ranges: [Range<Int32>], siteOf: [Int32])

        /// Takes the last instructions out.
        mutating func cut(from position: Int) -> Stretch {
            defer {
                instructions.removeSubrange(position...)
                ranges.removeSubrange(position...)
                siteOf.removeSubrange(position...)
            }
            return (Array(instructions[position...]), Array(ranges[position...]), Array(siteOf[position...]))
        }

        mutating func append(_ stretch: Stretch) {
            instructions += stretch.instructions
            ranges += stretch.ranges
            siteOf += stretch.siteOf
        }
    }
}

/// What a call's machine instruction doesn't say: names and spans of its arguments.
final class CallSite {
    let calleeName: String?
    let calleeRange: Range<Int>
    /// nil for a positional argument; empty when all are.
    let names: [String?]
    let nameRanges: [Range<Int>]
    let ranges: [Range<Int>]
    /// The register that was emptied for the first argument, to be filled again after an error.
    let updated: Int?

    init(_ call: Call, calleeName: String?, updated: Int?) {
        self.calleeName = calleeName
        calleeRange = call.callee.range
        names = call.arguments.contains { $0.name != nil } ? call.arguments.map(\.name) : []
        nameRanges = call.arguments.map(\.nameRange)
        ranges = call.arguments.map(\.value.range)
        self.updated = updated
    }
}

/// `param rounds = 40 "training rounds" short: 2`
public struct ParameterDeclaration {
    public let name: String
    public let help: String
    /// The default as written in the source.
    public let defaultText: String
    /// The default where it is written out rather than computed.
    public let defaultValue: Value?
    /// The value that a short form takes instead, and how it is written.
    public let short: (value: Value, text: String)?
    public let span: SourceSpan

    /// - Parameter span: of the whole statement.
    init(_ name: String, _ fallback: Expression, help: String, short: Expression?, at span: SourceSpan) {
        self.name = name
        self.help = help
        defaultText = span.source.slice(fallback.range)
        defaultValue = Operations.literal(fallback)
        self.short = short.flatMap { short in
            Operations.literal(short).map { ($0, span.source.slice(short.range)) }
        }
        self.span = span
    }

    /// The kind of value it takes, as far as that shows without running anything.
    public var typeName: String? { defaultValue.flatMap { $0.isNone ? nil : $0.typeName } }

    /// Its value in a run, as far as that shows without running anything.
    ///
    /// - Parameters:
    ///   - text: what `--set` gives it; nil when it is not set.
    ///   - isShort: whether it takes the value of the short form where it has one.
    /// - Returns: nil for a default that is computed, and for a text that can't be its value.
    public func value(set text: String?, isShort: Bool) -> Value? {
        guard let defaultValue else { return nil }
        if let text { return try? Operations.read(text, like: defaultValue, parameter: name) }
        return isShort ? short?.value ?? defaultValue : defaultValue
    }

    /// Whether a text can be its value.
    ///
    /// - Throws: `Diagnostic` at the declaration. A default that is computed is only compared once it is known.
    public func check(_ text: String) throws(Diagnostic) {
        guard let defaultValue else { return }
        do {
            _ = try Operations.read(text, like: defaultValue, parameter: name)
        } catch {
            throw Diagnostic(
                .syntax, Message.parameterText(name, expected: defaultValue.typeName, text), at: span,
                help: Message.parameterTextHelp(name, defaultText))
        }
    }
}

/// A function of the language with the variables it shares with the function around it.
final class Closure {
    let code: Code
    var cells: [Cell] = []

    init(_ code: Code) { self.code = code }
}

/// A variable shared between a function and the functions inside it.
final class Cell: ObjectValue {
    var value: Value

    init(_ value: Value) { self.value = value }

    /// A long chain of functions, each holding the one before it, is let go of link by link: left to itself it would
    /// recurse a level a link and run out of stack.
    deinit {
        var pending: [Function] = []
        takeFunction(into: &pending)
        while var function = pending.popLast() {
            guard isKnownUniquelyReferenced(&function), case .closure(let closure) = function.body else { continue }
            for position in closure.cells.indices where isKnownUniquelyReferenced(&closure.cells[position]) {
                closure.cells[position].takeFunction(into: &pending)
            }
        }
    }

    /// Moves the function that it holds, if it does, to where nothing else refers to it. Not inlined: a reference left
    /// in a register of the caller would count.
    @inline(never)
    private func takeFunction(into pending: inout [Function]) {
        guard case .function(let function) = value else { return }
        value = .unset
        pending.append(function)
    }

    var typeName: String { value.typeName }
    var summary: String { value.summary }
}
