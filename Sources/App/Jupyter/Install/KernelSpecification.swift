import Basics
import Files
import FoundationEssentials
import Notebook

/// The folder by which Jupyter knows a kernel: `kernels/NAME/kernel.json` in one of its data folders.
package struct KernelSpecification {
    /// Where Jupyter looks for it.
    package enum Place {
        /// The user's own data folder, `~/.local/share/jupyter` or what `JUPYTER_DATA_DIR` names.
        case user
        /// `PREFIX/share/jupyter`, as of a Python environment: `sys.prefix`.
        case prefix(String)
    }

    /// What notebooks call the kernel by.
    package let name: String
    /// What a person reads.
    package let displayName: String
    /// The program and its options, in front of the connection file.
    package let command: [String]

    /// - Throws: `RhumbError` for a name that Jupyter would not find.
    package init(name: String, displayName: String, program: String, options: [String]) throws {
        let isFit = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-._".utf8.contains(byte)
        }
        guard isFit, !name.isEmpty, !name.hasPrefix(".") else {
            throw RhumbError(
                "'--name' must be of a-z, 0-9, '-', '.' and '_', not '\(name)'", hint: "for example --name rhumb")
        }
        self.name = name
        self.displayName = displayName
        command = [program, "jupyter", "kernel"] + options + ["{connection_file}"]
    }

    package var json: JSON {
        [
            "argv": .array(command.map { .string($0) }), "display_name": .string(displayName), "language": "rhumb",
            "interrupt_mode": "message", "metadata": ["debugger": false],
        ]
    }

    /// The folder for it.
    package func folder(_ place: Place, environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let data =
            switch place {
            case .prefix(let prefix): (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + "/share/jupyter"
            case .user:
                value("JUPYTER_DATA_DIR") ?? (value("XDG_DATA_HOME") ?? (value("HOME") ?? ".") + "/.local/share")
                    + "/jupyter"
            }
        return data + "/kernels/" + name
    }

    /// Writes it; one of the same name is replaced.
    ///
    /// - Returns: its folder.
    package func install(_ place: Place) throws -> String {
        let folder = folder(place)
        try RunFolder.makeFolder(folder)
        try AtomicFile.write(json.text(indent: 1) + "\n", to: URL(filePath: folder + "/kernel.json"))
        try AtomicFile.write(Self.logo, to: URL(filePath: folder + "/logo-svg.svg"))
        return folder
    }

    /// A compass with a course on it, for menus.
    private static let logo = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
        <circle cx="32" cy="32" r="28" fill="#fff" stroke="#0072b2" stroke-width="4"/>
        <path d="M32 4v8M32 52v8M4 32h8M52 32h8" stroke="#0072b2" stroke-width="3"/>
        <path d="M14 50 50 14" stroke="#d55e00" stroke-width="5" stroke-linecap="round"/>
        </svg>

        """
}
