import Basics
import Files
import FoundationEssentials

/// Where a front end expects its kernel: the file that Jupyter writes and names on the kernel's command line.
package struct ConnectionFile: Sendable {
    /// The sockets of a kernel, by the names that the file gives their ports.
    package enum Channel: String, CaseIterable, Sendable {
        case shell, iopub, stdin, control
        case heartbeat = "hb"
    }

    package let transport: String
    package let address: String
    /// What messages are signed with; empty where they are not.
    package let key: String
    private let ports: [Channel: Int]

    /// Reads the file.
    ///
    /// - Throws: `FileError` when it can't be read or is not JSON; `RhumbError` naming what is missing or not
    ///   supported.
    package init(reading path: String) throws {
        try self.init(FileContents.json(URL(filePath: path)), path: path)
    }

    /// - Parameter path: what messages call it.
    package init(_ json: JSON, path: String) throws {
        func text(_ name: String) throws -> String {
            guard let text = json[name]?.string else {
                throw RhumbError("the connection file '\(path)' has no '\(name)'", hint: Self.hint)
            }
            return text
        }
        transport = try text("transport")
        guard ["tcp", "ipc"].contains(transport) else {
            throw RhumbError("'transport' must be \"tcp\" or \"ipc\", not \"\(transport)\"", hint: Self.hint)
        }
        address = try text("ip")
        key = try text("key")
        let scheme = json["signature_scheme"]?.string ?? Self.scheme
        guard key.isEmpty || scheme == Self.scheme else {
            throw RhumbError(
                "'signature_scheme' must be \"\(Self.scheme)\", not \"\(scheme)\"",
                hint: "set 'Session.signature_scheme' in Jupyter's configuration to it")
        }
        var ports: [Channel: Int] = [:]
        for channel in Channel.allCases {
            let name = channel.rawValue + "_port"
            guard let port = json[name]?.integer, (1...65535).contains(port) else {
                let what = json[name].map { $0.text() } ?? "nothing"
                throw RhumbError(
                    "'\(name)' of the connection file '\(path)' must be from 1 to 65535, not \(what)", hint: Self.hint)
            }
            ports[channel] = port
        }
        self.ports = ports
    }

    private static let scheme = "hmac-sha256"
    private static let hint = "Jupyter writes this file and starts the kernel with it: rhumb jupyter install"

    /// The address that a channel's socket is bound to: `tcp://127.0.0.1:5555`, `ipc://name-1`.
    package func endpoint(_ channel: Channel) -> String {
        "\(transport)://\(address)\(transport == "ipc" ? "-" : ":")\(ports[channel] ?? 0)"
    }

    /// The file that stands for a channel's socket; nil where it is one of the network.
    func file(_ channel: Channel) -> String? {
        transport == "ipc" ? "\(address)-\(ports[channel] ?? 0)" : nil
    }

    /// Port of each channel, as `connect_reply` tells it.
    var portsJSON: JSON {
        .object(Channel.allCases.map { .init($0.rawValue + "_port", .integer(ports[$0] ?? 0)) })
    }
}
