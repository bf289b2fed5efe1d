import Foundation

extension Terminal {
    /// Finds out about the terminal behind a descriptor from the environment and, where that says nothing, by asking
    /// it.
    ///
    /// `RHUMB_GRAPHICS` (kitty, iterm, sixel, blocks, none) overrules everything but a pipe.
    /// - Parameters:
    ///   - descriptor: The output, usually standard output.
    ///   - mayAsk: Whether a question may be sent to the terminal; the answer takes some milliseconds.
    public static func detect(
        descriptor: Int32 = STDOUT_FILENO, environment: [String: String] = ProcessInfo.processInfo.environment,
        mayAsk: Bool = true
    ) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        var terminal = Terminal(
            graphics: graphics(environment) ?? .none, depth: depth(environment))
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
            terminal.columns = max(20, Int(size.ws_col))
            terminal.rows = max(8, Int(size.ws_row))
            if size.ws_xpixel > 0, size.ws_ypixel > 0 {
                terminal.cellWidth = max(1, Int(size.ws_xpixel / size.ws_col))
                terminal.cellHeight = max(1, Int(size.ws_ypixel / size.ws_row))
            }
        }
        if graphics(environment) == nil {
            terminal.graphics = (mayAsk ? TerminalQuery.answer : nil) ?? .blocks
        }
        return terminal
    }

    /// What the environment tells about pictures; `nil` when it tells nothing.
    package static func graphics(_ environment: [String: String]) -> TerminalGraphics? {
        if let wanted = environment["RHUMB_GRAPHICS"].flatMap(TerminalGraphics.init) { return wanted }
        let type = environment["TERM"] ?? ""
        // Text needs no colours.
        if type.isEmpty || type == "dumb" || !(environment["NO_COLOR"] ?? "").isEmpty { return .blocks }
        // A multiplexer shows no pictures of the terminal around it; it may know sixel and then says so when asked.
        if environment["TMUX"] != nil || type.hasPrefix("screen") || type.hasPrefix("tmux") { return nil }
        if environment["KITTY_WINDOW_ID"] != nil || type.contains("kitty") || type.contains("ghostty") { return .kitty }
        switch environment["TERM_PROGRAM"] {
        case "ghostty": return .kitty
        case "iTerm.app", "WezTerm", "mintty": return .iterm
        default: break
        }
        if let version = environment["KONSOLE_VERSION"].flatMap({ Int($0) }), version >= 220_400 { return .kitty }
        let sixel = ["foot", "mlterm", "contour", "yaft", "sixel", "vt340"]
        if sixel.contains(where: type.contains) { return .sixel }
        return nil
    }

    /// What the environment tells about colours.
    package static func depth(_ environment: [String: String]) -> ColourDepth {
        let type = environment["TERM"] ?? ""
        if type.isEmpty || type == "dumb" || !(environment["NO_COLOR"] ?? "").isEmpty { return .none }
        let said = environment["COLORTERM"] ?? ""
        let full =
            said == "truecolor" || said == "24bit"
            || ["kitty", "ghostty", "foot", "direct", "alacritty", "contour"].contains(where: type.contains)
        return full ? .full : .indexed
    }
}

/// Asks the terminal itself.
package enum TerminalQuery {
    /// How long an answer may take; a terminal far away takes longer and is treated as if it knew nothing.
    private static let timeout: Int32 = 150

    /// What the terminal of this process answered; it is asked once.
    static let answer = graphics()

    /// Asks for kitty's protocol and for the device attributes, which every terminal answers, so that the wait ends.
    /// `nil` without an answer, and when somebody is typing: the keys would be lost.
    private static func graphics() -> TerminalGraphics? {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        // A job in the background would be stopped by changing the terminal's mode.
        guard tcgetpgrp(terminal) == getpgrp() else { return nil }
        var old = termios()
        guard tcgetattr(terminal, &old) == 0 else { return nil }
        var raw = old
        cfmakeraw(&raw)
        raw.c_lflag |= tcflag_t(ISIG)
        guard tcsetattr(terminal, TCSANOW, &raw) == 0 else { return nil }
        defer { tcsetattr(terminal, TCSANOW, &old) }
        guard !isReadable(terminal, within: 0) else { return nil }

        let question = "\u{1b}_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\\u{1b}[c"
        guard write(terminal, question, question.utf8.count) == question.utf8.count else { return nil }
        var answer: [UInt8] = []
        while isReadable(terminal, within: timeout) {
            var byte: UInt8 = 0
            guard read(terminal, &byte, 1) == 1 else { break }
            answer.append(byte)
            if let found = interpret(answer) { return found }
        }
        return nil
    }

    /// What an answer says; `nil` while the device attributes, its last part, are incomplete.
    package static func interpret(_ answer: [UInt8]) -> TerminalGraphics? {
        let text = String(decoding: answer, as: UTF8.self)
        guard let start = text.range(of: "\u{1b}[?"), text.hasSuffix("c") else { return nil }
        if text.contains("\u{1b}_Gi=1;OK") { return .kitty }
        let attributes = text[start.upperBound...].dropLast().split(separator: ";")
        return attributes.contains("4") ? .sixel : .blocks
    }

    private static func isReadable(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }
}
