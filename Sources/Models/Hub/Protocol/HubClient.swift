import Basics
import Files
import Glibc

/// Asks the hub, follows where it leads, and asks again where a server or the network was indisposed.
final class HubClient {
    let settings: HubSettings
    /// Gets a sentence where something is tried once more.
    let say: (String) -> Void
    private let transfer: WebTransfer
    private let own: URLOrigin?

    private static let mostRedirections = 10
    /// No list of a repository and no message is longer.
    private static let longestAnswer = 64 << 20

    /// - Throws: `RhumbError` where libcurl can't start.
    init(_ settings: HubSettings, say: @escaping (String) -> Void) throws(RhumbError) {
        transfer = try WebTransfer()
        (self.settings, self.say) = (settings, say)
        own = URLOrigin(settings.endpoint)
    }

    /// An answer of the hub that is no success.
    struct Refusal: Error {
        let status: Int
        /// The hub's word for it, such as `GatedRepo`, and its sentence.
        let code, message: String?
        /// Seconds after which it wants to be asked again.
        let retryAfter: Double?
        let address: String

        var isTransient: Bool { [408, 429, 500, 502, 503, 504].contains(status) }
    }

    /// A document of the hub's programming interface.
    ///
    /// - Parameter address: whole, or what follows the hub's own.
    /// - Returns: the document, and where the next part of a list is.
    /// - Throws: ``Refusal``, `RhumbError`, `Interruption`.
    func document(_ address: String) throws -> (JSON, next: String?) {
        try patiently {
            var bytes: [UInt8] = []
            let response = try get(address, from: 0) { _ in
                true
            } receive: { piece in
                guard bytes.count + piece.count <= Self.longestAnswer else { throw RhumbError.notAHub(self.settings) }
                bytes += piece
            }
            let parsed = try? bytes.withUnsafeBytes { try JSON(parsing: $0) }
            guard let parsed else { throw RhumbError.notAHub(settings) }
            return (parsed, Self.next(in: response.headers["link"]))
        }
    }

    /// Sends one request and follows redirections; the token goes to the hub alone.
    ///
    /// - Parameters:
    ///   - offset: the first byte that is wanted.
    ///   - begin: gets the final answer, of status 200 or 206, with the headers of the hub's own that led there; false
    ///     leaves the bytes aside.
    /// - Throws: ``Refusal``, `WebTransfer.Loss`, `RhumbError`, `Interruption`; what `begin` and `receive` throw.
    @discardableResult
    func get(
        _ address: String, from offset: Int, begin: @escaping (WebTransfer.Response) throws -> Bool,
        receive: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> WebTransfer.Response {
        var address = address.hasPrefix("/") ? settings.endpoint + address : address
        var hubHeaders: [String: String] = [:]
        for _ in 0..<Self.mostRedirections {
            let origin = URLOrigin(address)
            var headers = offset > 0 ? ["Range: bytes=\(offset)-"] : []
            if let token = settings.token, let origin, origin == own {
                headers.append("Authorization: Bearer " + token.text)
            }
            var complaint: [UInt8] = []
            let gathered = hubHeaders
            func full(_ response: WebTransfer.Response) -> WebTransfer.Response {
                var response = response
                response.headers.merge(gathered) { $1 }
                return response
            }
            var isSuccess = false
            let response = try transfer.get(address, headers: headers, silence: settings.patience.silence) { response in
                isSuccess = [200, 206].contains(response.status)
                return isSuccess ? try begin(full(response)) : true
            } receive: { piece in
                if isSuccess { try receive(piece) } else { complaint += piece.prefix(max(0, 4096 - complaint.count)) }
            }
            if isSuccess { return full(response) }
            guard (300..<400).contains(response.status), let next = response.location else {
                throw Refusal(response, complaint, at: address)
            }
            guard let target = URLOrigin(next), target.scheme == "https" || origin?.scheme == "http" else {
                throw RhumbError.unsafeRedirection(from: address, to: next)
            }
            // Of a file that lies elsewhere the hub itself tells what it is.
            for (name, value) in response.headers where name.hasPrefix("x-linked-") || name.hasPrefix("x-repo-") {
                hubHeaders[name] = value
            }
            address = next
        }
        throw RhumbError.endlessRedirection(address)
    }

    /// Does what asks a server until it answers, a few times at most.
    private func patiently<Result>(_ body: () throws -> Result) throws -> Result {
        var attempt = 1
        while true {
            do {
                return try body()
            } catch {
                attempt += 1
                try pause(after: error, before: attempt)
            }
        }
    }

    /// Waits before an attempt, if there is to be one.
    ///
    /// - Parameter attempt: which one it will be, counted from 1.
    /// - Throws: the error where nothing is gained by asking again, or it was asked often enough.
    func pause(after error: any Error, before attempt: Int) throws {
        var wait = settings.patience.wait(before: attempt)
        let reason: String
        switch error {
        case let refusal as Refusal where refusal.isTransient:
            reason = "the server answered \(refusal.status)"
            if let wish = refusal.retryAfter { wait = max(wait, min(wish, 60)) }
        case let loss as WebTransfer.Loss where loss.isTransient: reason = loss.reason
        case let loss as WebTransfer.Loss: throw RhumbError.unreachable(settings, loss.reason)
        default: throw error
        }
        guard attempt <= settings.patience.attempts else {
            if let loss = error as? WebTransfer.Loss { throw RhumbError.unreachable(settings, loss.reason) }
            throw error
        }
        say("\(reason); trying again in \(NumberText.brief(wait)) s")
        let end = Self.now() + wait
        while Self.now() < end {
            try StopFlag.check()
            usleep(UInt32(min(0.05, max(0, end - Self.now())) * 1e6))
        }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// `<https://…>; rel="next"`: where a long list goes on.
    private static func next(in link: String?) -> String? {
        guard let link, let part = link.split(separator: ",").first(where: { $0.contains("rel=\"next\"") }),
            let start = part.firstIndex(of: "<"), let end = part.firstIndex(of: ">"), start < end
        else { return nil }
        return String(part[part.index(after: start)..<end])
    }
}

extension HubClient.Refusal {
    fileprivate init(_ response: WebTransfer.Response, _ body: [UInt8], at address: String) {
        let said = (try? body.withUnsafeBytes { try JSON(parsing: $0) })?["error"]?.string
        self.init(
            status: response.status, code: response.headers["x-error-code"],
            message: response.headers["x-error-message"] ?? said,
            retryAfter: response.headers["retry-after"].flatMap { Double($0) }, address: address)
    }
}
