/// Thrown by long work that noticed that somebody asked it to stop: by the ``StopFlag``, or by the session's host.
public struct Interruption: Error, Sendable {
    public init() {}
}

/// Whether the work under way is to stop. It is raised from anywhere, a signal handler too, and is a single word; work
/// asks for it between two steps that take a moment each.
///
///     signal(SIGINT) { _ in StopFlag.raise() }
///     do { images = try model.sample(prompts, generator: generator) } catch is Interruption { … }
public enum StopFlag {
    nonisolated(unsafe) private static var isUp = false

    /// Asks the work under way to stop at its next step. Safe to call from a signal handler.
    public static func raise() { isUp = true }

    /// Forgets that somebody asked, before new work begins.
    public static func lower() { isUp = false }

    public static var isRaised: Bool { isUp }

    /// - Throws: ``Interruption`` once the flag is raised.
    public static func check() throws {
        if isUp { throw Interruption() }
    }
}
