/// Something that can be called: a `func` of the language, a verb as a value, or a closure given by Swift code.
///
/// Called from Swift by `Interpreter.call(_:_:)`.
public final class Function {
    /// What messages call it.
    public let name: String
    let body: Body
    /// Of a closure: what the machine enters without looking into `body`.
    let head: UnsafeMutablePointer<Code.Head>?

    enum Body {
        case closure(Closure)
        case verb(VerbEntry)
        case native(parameters: ClosedRange<Int>, ([Value]) throws -> Value)
    }

    init(name: String, body: Body) {
        self.name = name
        self.body = body
        if case .closure(let closure) = body { head = closure.code.head } else { head = nil }
    }

    /// A verb as a value.
    convenience init(_ entry: VerbEntry) { self.init(name: entry.name, body: .verb(entry)) }

    /// A function made of Swift code, such as a method handed out as a member of an object.
    ///
    /// - Parameter parameters: how many arguments it takes.
    public convenience init(
        name: String, parameters: ClosedRange<Int>, _ body: @escaping ([Value]) throws -> Value
    ) {
        self.init(name: name, body: .native(parameters: parameters, body))
    }

    /// The verb when the function is one, for `help` and completion.
    public var verb: Verb? {
        guard case .verb(let entry) = body else { return nil }
        return entry.verb
    }

    /// As written in front of the body: `redness(image, prompt)`.
    public var signature: String {
        switch body {
        case .closure(let closure): "\(closure.code.name)(\(closure.code.parameterText))"
        case .verb: name
        case .native: name + "(…)"
        }
    }
}

extension Function {
    /// `==` of functions: the same one, or the same verb.
    func isSame(as other: Function) -> Bool {
        if case .verb(let entry) = body, case .verb(let otherEntry) = other.body { return entry === otherEntry }
        return self === other
    }
}
