/// One thing that was looked at: in a training run, or on a machine.
public struct Finding: Equatable, Sendable {
    public enum Status: String, Sendable {
        case fine = "ok"
        /// It works, and may not be what was meant.
        case suspicious = "check"
        case broken = "fail"
    }

    public let name: String
    public let status: Status
    /// What was found.
    public let text: String
    /// What to do about it; empty when nothing is to be done.
    public let advice: String

    public init(_ name: String, _ status: Status, _ text: String, advice: String = "") {
        (self.name, self.status, self.text, self.advice) = (name, status, text, advice)
    }

    /// - Parameter advice: given unless all is fine.
    public init(_ name: String, _ status: Status, _ text: String, unlessFine advice: String) {
        self.init(name, status, text, advice: status == .fine ? "" : advice)
    }
}
