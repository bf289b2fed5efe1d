import Basics
import Foundation

/// What the environment says of the hub: the variables of its own client.
package struct HubSettings {
    /// The hub's address, without a slash at the end: `HF_ENDPOINT`, or `https://huggingface.co`.
    package let endpoint: String
    /// Whether `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE` forbids the network.
    package let isOffline: Bool
    package let cache: HubCache
    /// What proves who asks. Sent to ``endpoint`` alone; never part of a message.
    let token: Token?
    package var patience: Patience

    /// A token, and where it is from.
    struct Token: Sendable {
        let text: String
        let source: String
    }

    /// - Throws: `RhumbError` for a variable that can't be what it must.
    package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws(RhumbError) {
        let address = environment.given("HF_ENDPOINT") ?? "https://huggingface.co"
        endpoint = String(address.reversed().drop { $0 == "/" }.reversed())
        guard URLOrigin(endpoint) != nil else { throw .badEndpoint(address) }
        let offline = environment.given("HF_HUB_OFFLINE") ?? environment.given("TRANSFORMERS_OFFLINE") ?? ""
        isOffline = Self.isTrue(offline)
        cache = HubCache(environment)
        patience = Patience()
        if let text = environment.given("HF_HUB_DOWNLOAD_TIMEOUT") {
            guard let seconds = Int(text), (1...86_400).contains(seconds) else { throw .badTimeout(text) }
            patience.silence = seconds
        }
        token = try Self.token(environment)
    }

    private static func isTrue(_ text: String) -> Bool { ["1", "on", "yes", "true"].contains(text.lowercased()) }

    /// `HF_TOKEN`, or the file that the hub's client keeps it in: `HF_TOKEN_PATH`, or `token` in `HF_HOME`.
    private static func token(_ environment: [String: String]) throws(RhumbError) -> Token? {
        if isTrue(environment.given("HF_HUB_DISABLE_IMPLICIT_TOKEN") ?? "") { return nil }
        for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
            if let text = environment.given(name) { return try Token(text, from: name) }
        }
        let path = environment.given("HF_TOKEN_PATH") ?? HubCache.home(environment) + "/token"
        let url = URL(fileURLWithPath: NSString(string: path).expandingTildeInPath)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { throw .unreadableToken(url.path) }
        return try Token(text, from: "'\(url.path)'")
    }
}

extension HubSettings.Token {
    /// - Returns: nil for nothing but space.
    fileprivate init?(_ text: String, from source: String) throws(RhumbError) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.isEmpty { return nil }
        // Anything else could end the header that it stands in.
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformedToken(source) }
        (self.text, self.source) = (text, source)
    }
}

/// How long to wait for a server, and how often to ask it again.
package struct Patience: Sendable {
    /// Seconds to wait for a connection, and for the next byte.
    package var silence = 10
    /// How often a request is sent before it is given up; a download counts anew once something has come.
    package var attempts = 5
    /// Seconds before the second attempt; twice as many before each further one, up to ``longestWait``.
    package var firstWait = 1.0
    package var longestWait = 8.0

    package init() {}

    /// Seconds before an attempt, which is counted from 1.
    func wait(before attempt: Int) -> Double { min(longestWait, firstWait * Double(1 << min(attempt - 2, 16))) }
}
