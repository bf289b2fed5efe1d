import Files
import FoundationEssentials

/// A message of Jupyter's protocol, version 5.
package struct WireMessage: Sendable {
    /// Who sent it, or is to get it, as the router socket names its peers; on iopub the topic.
    package var identities: [[UInt8]]
    package var header: JSON
    package var parent: JSON
    package var metadata: JSON
    package var content: JSON

    package var type: String { header["msg_type"]?.string ?? "" }
    package var id: String { header["msg_id"]?.string ?? "" }

    package static let protocolVersion = "5.3"

    /// A message of our own.
    ///
    /// - Parameter parent: the header of the message that it answers; empty where there is none.
    package init(
        _ type: String, session: String, parent: JSON = [:], identities: [[UInt8]] = [], metadata: JSON = [:],
        content: JSON
    ) {
        header = [
            "msg_id": .string(UUID().uuidString), "session": .string(session), "username": "kernel",
            "date": .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "msg_type": .string(type), "version": .string(Self.protocolVersion),
        ]
        (self.identities, self.parent, self.metadata, self.content) = (identities, parent, metadata, content)
    }

    private static let delimiter = Array("<IDS|MSG>".utf8)

    /// The frames of the message as they are sent.
    package func frames(signedBy signature: MessageSignature?) throws -> [[UInt8]] {
        let parts = [header, parent, metadata, content].map { Array($0.text().utf8) }
        let code = try signature?.hex(of: parts) ?? ""
        return identities + [Self.delimiter, Array(code.utf8)] + parts
    }

    /// Why frames are no message of somebody who knows the key.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case malformed(String)
        case wrongSignature

        package var description: String {
            switch self {
            case .malformed(let what): "it is no message of Jupyter's protocol: \(what)"
            case .wrongSignature: "its signature is wrong"
            }
        }
    }

    /// Reads what came. The signature is checked before anything else is looked at.
    ///
    /// - Throws: ``Refusal``; `FileError` where libcrypto refuses.
    package init(frames: [[UInt8]], signedBy signature: MessageSignature?) throws {
        guard let cut = frames.firstIndex(of: Self.delimiter), frames.count >= cut + 6 else {
            throw Refusal.malformed("parts are missing")
        }
        let parts = Array(frames[cut + 2..<cut + 6])
        if let signature, try !signature.isValid(frames[cut + 1], of: parts) { throw Refusal.wrongSignature }
        var read: [JSON] = []
        for part in parts {
            do {
                let json = try part.withUnsafeBytes { try JSON(parsing: $0) }
                guard json.members != nil else { throw Refusal.malformed("a part is \(json.kind), not an object") }
                read.append(json)
            } catch let error as JSONError {
                throw Refusal.malformed("\(error)")
            }
        }
        identities = Array(frames[..<cut])
        (header, parent, metadata, content) = (read[0], read[1], read[2], read[3])
        guard !type.isEmpty, !id.isEmpty else { throw Refusal.malformed("its header has no 'msg_type' or no 'msg_id'") }
    }

    /// The signature that frames carry; a message that is sent a second time has the same.
    package static func signature(in frames: [[UInt8]]) -> [UInt8]? {
        frames.firstIndex(of: delimiter).flatMap { frames.indices.contains($0 + 1) ? frames[$0 + 1] : nil }
    }
}
