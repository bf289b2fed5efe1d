/// Stores that spare the release of the old value when it owns no memory, which the compiler can't know.
extension UnsafeMutablePointer<Value> {
    @inline(__always)
    func set(_ number: Double) {
        if pointee.isTrivial { initialize(to: .number(number)) } else { pointee = .number(number) }
    }

    @inline(__always)
    func set(_ boolean: Bool) {
        if pointee.isTrivial { initialize(to: .boolean(boolean)) } else { pointee = .boolean(boolean) }
    }

    @inline(__always)
    func set(_ value: consuming Value) {
        if pointee.isTrivial { initialize(to: value) } else { pointee = value }
    }

    @inline(__always)
    func copy(_ other: UnsafeMutablePointer<Value>) {
        if case .number(let number) = other.pointee { set(number) } else { set(other.pointee) }
    }

    /// Moves a value here, leaving none.
    @inline(__always)
    func take(_ other: UnsafeMutablePointer<Value>) {
        if case .number(let number) = other.pointee {
            set(number)
            other.initialize(to: .none)
        } else {
            let value = other.move()
            other.initialize(to: .none)
            set(value)
        }
    }

    /// Lets go of what the value owns.
    @inline(__always)
    func clear() {
        if !pointee.isTrivial { pointee = .unset }
    }

    @inline(__always)
    func clear(_ count: Int) {
        var register = self
        let end = self + count
        while register < end {
            register.clear()
            register += 1
        }
    }
}
