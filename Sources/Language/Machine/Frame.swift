/// A running call.
struct Frame {
    /// Where the caller goes on; nil when the caller is Swift code.
    let callerCounter: UnsafeMutablePointer<Instruction>?
    let callerRegisters: UnsafeMutablePointer<Value>
    let callerHead: UnsafeMutablePointer<Code.Head>
    /// Not retained: a variable of the session holds it, or a register of the caller does. `Interpreter.retired` keeps
    /// what a nested run may take away.
    let function: Unmanaged<Function>?
    /// Which parameters were given, as a bit set.
    let given: UInt64
}
