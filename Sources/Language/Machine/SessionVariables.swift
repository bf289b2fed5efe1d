/// The variables of a session by slot. They outlive every source that is run.
final class SessionVariables {
    /// Registers below this one are variables of the session.
    static let capacity = 16_384

    private(set) var names: [String] = []
    private var slots: [String: Int] = [:]

    func slot(_ name: String) -> Int? { slots[name] }

    /// The slot of a name, made when it is new; nil when there are too many.
    func makeSlot(_ name: String) -> Int? {
        if let slot = slots[name] { return slot }
        guard names.count < Self.capacity else { return nil }
        slots[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
