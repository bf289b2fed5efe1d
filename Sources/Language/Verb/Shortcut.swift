/// A faster way for the commonest arguments of the built-in verbs that stand in inner loops.
///
/// It works on registers, without binding: the positional arguments stand behind the register for the result, and
/// there are no options. It returns false to let the ordinary way take over (other types, errors); it then must have
/// left the arguments as they were. Otherwise it has stored the result and may have changed or emptied arguments.
struct Shortcut {
    typealias Body = @convention(c) (_ result: UnsafeMutableRawPointer, _ count: Int) -> Bool

    /// `x = verb(x, …)` hands `x` over instead of sharing it, so that it can be changed in place.
    let takesFirst: Bool
    /// A C function pointer, so that calling it touches no reference count.
    let body: Body

    init(takesFirst: Bool = false, _ body: @escaping Body) {
        self.takesFirst = takesFirst
        self.body = body
    }
}

/// How the machine reaches a verb.
struct VerbLink {
    let entry: Unmanaged<VerbEntry>
    /// nil when there is none, or while a variable of the session has the verb's name.
    var shortcut: Shortcut.Body?
    /// The variable of the session that has the verb's name; when it holds a function, that is called.
    var shadow: Int?
}

extension UnsafeMutableRawPointer {
    /// The result and, behind it, the arguments.
    var registers: UnsafeMutablePointer<Value> { assumingMemoryBound(to: Value.self) }
}
