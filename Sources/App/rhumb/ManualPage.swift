import Files

/// The manual page, from the same declarations that parse the command line: `rhumb man | man -l -`.
struct ManualPage {
    /// The description that the argument parser gives of the command and its subcommands.
    let command: JSON
    let version: String

    init(toolDescription: String, version: String) throws {
        command = try JSON(parsing: toolDescription)["command"] ?? .null
        self.version = version
    }

    /// In the man macros of roff.
    func text() -> String {
        var lines = [
            ".TH RHUMB 1 \"\" \"Rhumb \(version)\" \"User Commands\"",
            ".SH NAME",
            "rhumb \\- " + Self.escaped(command["abstract"]?.string ?? ""),
            ".SH SYNOPSIS",
        ]
        let subcommands = below(command, named: "rhumb")
        lines += synopsis(command, name: "rhumb")
        for (name, subcommand) in subcommands { lines += [".br"] + synopsis(subcommand, name: name) }
        if let discussion = command["discussion"]?.string {
            lines += [".SH DESCRIPTION"] + paragraphs(discussion)
        }
        lines += [".SH OPTIONS"] + options(of: command)
        lines.append(".SH COMMANDS")
        for (name, subcommand) in subcommands {
            lines += [".SS " + name, Self.escaped(subcommand["abstract"]?.string ?? "")]
            if let discussion = subcommand["discussion"]?.string { lines += [".PP"] + paragraphs(discussion) }
            lines += options(of: subcommand)
        }
        lines += Self.closing
        return lines.joined(separator: "\n") + "\n"
    }

    private static let closing = [
        ".SH EXIT STATUS", ".TP", "0", "Everything went well.", ".TP", "1",
        "An \\fBexpect\\fR did not hold, or something failed while running.", ".TP", "2",
        "The command line or the program text is not understood.", ".TP", "130", "Interrupted.",
        ".SH ENVIRONMENT", ".TP", "NO_COLOR", "When set, no colours are used.", ".TP", "TERM",
        "With \\fBdumb\\fR neither colours nor line editing are used.", ".TP", "VISUAL, EDITOR",
        "Opens the block being typed after Ctrl-X Ctrl-E.", ".TP", "RHUMB_GRAPHICS",
        "How pictures are shown in the terminal: \\fBkitty\\fR, \\fBiterm\\fR, \\fBsixel\\fR, \\fBblocks\\fR or \\fBnone\\fR.",
        ".TP", "RHUMB_GNUPLOT_SECONDS", "How long gnuplot may take for a figure; by default 60.",
        ".TP", "HF_HUB_CACHE, HF_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE",
        "Where the cache of the Hugging Face hub is, and how \\fBrhumb fetch\\fR reaches it; see docs/models.md.",
        ".TP", "XDG_STATE_HOME",
        "The folder that holds \\fIrhumb/history\\fR; by default \\fI~/.local/state\\fR.",
        ".SH FILES", ".TP", "\\fIruns/\\fR",
        "What each run leaves: transcript, figures, tables, values and a manifest.", ".TP", "\\fI~/.editrc\\fR",
        "Key bindings of the prompt; see \\fBeditrc\\fR(5).",
    ]

    /// The commands below a command, each followed by those below it, with what is typed for them.
    private func below(_ command: JSON, named name: String) -> [(name: String, command: JSON)] {
        (command["subcommands"]?.array ?? []).filter { $0["shouldDisplay"]?.bool != false }.flatMap { subcommand in
            let full = name + " " + (subcommand["commandName"]?.string ?? "")
            return [(full, subcommand)] + below(subcommand, named: full)
        }
    }

    private func arguments(_ command: JSON) -> [JSON] {
        (command["arguments"]?.array ?? []).filter { $0["shouldDisplay"]?.bool != false }
    }

    private func synopsis(_ command: JSON, name: String) -> [String] {
        let words = arguments(command).map { argument in
            let isOptional = argument["isOptional"]?.bool ?? false
            let word = usage(argument) + (argument["isRepeating"]?.bool == true ? " ..." : "")
            return isOptional ? "[" + word + "]" : word
        }
        return (["\\fB\(name)\\fR"] + words).joined(separator: " ").split(separator: "\n").map(String.init)
    }

    private func usage(_ argument: JSON) -> String {
        let value = argument["valueName"]?.string.map { "\\fI\(Self.escaped($0))\\fR" } ?? ""
        switch argument["kind"]?.string {
        case "positional": return value
        case "flag": return flagName(argument["preferredName"])
        default: return flagName(argument["preferredName"]) + " " + value
        }
    }

    private func flagName(_ name: JSON?) -> String {
        let dashes = name?["kind"]?.string == "long" ? "--" : "-"
        return "\\fB" + Self.escaped(dashes + (name?["name"]?.string ?? "")) + "\\fR"
    }

    private func options(of command: JSON) -> [String] {
        arguments(command).flatMap { argument -> [String] in
            var heading = usage(argument)
            let names = argument["names"]?.array ?? []
            if names.count > 1 {
                heading = names.map(flagName).joined(separator: ", ")
                if argument["kind"]?.string == "option" {
                    heading += " \\fI" + Self.escaped(argument["valueName"]?.string ?? "") + "\\fR"
                }
            }
            var help = [argument["abstract"]?.string, argument["discussion"]?.string].compactMap(\.self)
            if let value = argument["defaultValue"]?.string { help.append("Default: \(value).") }
            return [".TP", heading] + paragraphs(help.joined(separator: " "))
        }
    }

    private func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.isEmpty { return ".PP" }
            return line.hasPrefix("  ")
                ? ".br\n\\ \\ " + Self.escaped(String(line.drop { $0 == " " })) : Self.escaped(String(line))
        }
    }

    /// Backslashes and hyphens mean something to roff, and so does a dot or apostrophe at the start of a line.
    private static func escaped(_ text: String) -> String {
        let body = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return body.hasPrefix(".") || body.hasPrefix("'") ? "\\&" + body : body
    }
}
