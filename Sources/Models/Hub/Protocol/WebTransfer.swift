import Basics
import CCurl
import Glibc

/// One request and its answer, over libcurl. Redirections are not followed: whoever asks decides where to go.
package final class WebTransfer {
    /// What a server says before it sends anything.
    package struct Response {
        package var status = 0
        /// By their names in lower case; the last of several of one name.
        package var headers: [String: String] = [:]
        /// Where the answer lies instead.
        var location: String?
    }

    /// Why there is no answer, or no whole one: in libcurl's words.
    package struct Loss: Error {
        package let reason: String
        /// Whether asking again may help.
        package let isTransient: Bool
    }

    private let handle: UnsafeMutableRawPointer
    private var response = Response()
    private var hasBegun = false
    private var begin: (Response) throws -> Bool = { _ in true }
    private var receive: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    private var isWanted = true
    private var failure: (any Error)?
    private var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

    /// Once in a process, before any thread asks.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Throws: `RhumbError` where libcurl can't start.
    package init() throws(RhumbError) {
        guard Self.isReady, let handle = curl_easy_init() else { throw .noTransfer }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// Sends a GET and hands on what comes, piece by piece.
    ///
    /// - Parameters:
    ///   - headers: lines such as `Range: bytes=10-`.
    ///   - silence: seconds to wait for a connection, and for the next byte.
    ///   - begin: gets the answer's headers before its bytes; false leaves the bytes aside.
    ///   - receive: gets bytes as they come.
    /// - Throws: ``Loss``; `Interruption` once the stop flag is raised; what `begin` and `receive` throw.
    func get(
        _ address: String, headers: [String], silence: Int, begin: @escaping (Response) throws -> Bool,
        receive: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Response {
        try send(address, headers: headers, body: nil, silence: silence, limit: 0, begin: begin, receive: receive)
    }

    /// Sends a POST and gathers the answer.
    ///
    /// - Parameters:
    ///   - headers: lines such as `Content-Type: application/json`.
    ///   - limit: seconds that all of it may take.
    ///   - longest: bytes of the answer beyond which it is given up.
    /// - Throws: ``Loss``; `Interruption` once the stop flag is raised.
    package func post(
        _ address: String, headers: [String], body: [UInt8], limit: Int, longest: Int
    ) throws -> (response: Response, body: [UInt8]) {
        var answer: [UInt8] = []
        // Without it libcurl asks first whether a long body is welcome, and waits for a word that many never say.
        let response = try send(
            address, headers: headers + ["Expect:"], body: body, silence: limit, limit: limit, begin: { _ in true }
        ) { piece in
            guard answer.count + piece.count <= longest else {
                throw Loss(reason: "the answer is longer than \(longest) bytes", isTransient: false)
            }
            answer += piece
        }
        return (response, answer)
    }

    /// - Parameters:
    ///   - body: sent as a POST; nil sends a GET.
    ///   - limit: seconds that all of it may take; 0 for no end.
    private func send(
        _ address: String, headers: [String], body: [UInt8]?, silence: Int, limit: Int,
        begin: @escaping (Response) throws -> Bool, receive: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Response {
        (response, hasBegun, failure, isWanted) = (Response(), false, nil, true)
        (self.begin, self.receive) = (begin, receive)
        defer { (self.begin, self.receive) = ({ _ in true }, { _ in }) }
        message[0] = 0
        curl_easy_reset(handle)
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers { list = curl_slist_append(list, header) ?? list }
        defer { curl_slist_free_all(list) }
        let own = Unmanaged.passUnretained(self).toOpaque()
        curl_set_text(handle, CURLOPT_URL, address)
        curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        curl_set_text(handle, CURLOPT_USERAGENT, "rhumb/" + Rhumb.version)
        curl_set_list(handle, CURLOPT_HTTPHEADER, list)
        curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        curl_set_number(handle, CURLOPT_CONNECTTIMEOUT, silence)
        curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        curl_set_number(handle, CURLOPT_LOW_SPEED_TIME, silence)
        curl_set_number(handle, CURLOPT_TIMEOUT, limit)
        if let body {
            curl_set_number(handle, CURLOPT_POST, 1)
            curl_set_number(handle, CURLOPT_POSTFIELDSIZE, body.count)
            // Copied, since the array may move.
            body.withUnsafeBytes { bytes in
                _ = curl_set_pointer(
                    handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        curl_set_number(handle, CURLOPT_NOPROGRESS, 0)
        curl_set_progress(handle, CURLOPT_XFERINFOFUNCTION) { _, _, _, _, _ in StopFlag.isRaised ? 1 : 0 }
        curl_set_pointer(handle, CURLOPT_HEADERDATA, own)
        curl_set_receiver(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, own in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<WebTransfer>.fromOpaque(own!).takeUnretainedValue().header(String(decoding: line, as: UTF8.self))
            return size * count
        }
        curl_set_pointer(handle, CURLOPT_WRITEDATA, own)
        curl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, own in
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<WebTransfer>.fromOpaque(own!).takeUnretainedValue().take(piece) ? size * count : 0
        }
        let code = message.withUnsafeMutableBytes { buffer in
            curl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            defer { curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
            return curl_easy_perform(handle)
        }
        try StopFlag.check()
        if let failure { throw failure }
        guard code == CURLE_OK || !isWanted else { throw loss(code) }
        if !hasBegun { _ = try begin(response) }
        var location: UnsafeMutablePointer<CChar>?
        if curl_get_text(handle, CURLINFO_REDIRECT_URL, &location) == CURLE_OK, let location {
            response.location = String(cString: location)
        }
        return response
    }

    private func header(_ line: String) {
        // A new answer begins: of a proxy, or the final one after `100 Continue`.
        if line.hasPrefix("HTTP/") {
            response = Response()
            response.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = line.firstIndex(of: ":") {
            response.headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmed
        }
    }

    /// - Returns: false to stop.
    private func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        do {
            if !hasBegun {
                hasBegun = true
                isWanted = try begin(response)
            }
            guard isWanted else { return false }
            try receive(piece)
            return true
        } catch {
            failure = error
            return false
        }
    }

    private func loss(_ code: CURLcode) -> Loss {
        let own = message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let lasting = [
            CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST,
        ]
        return Loss(
            reason: own.isEmpty ? String(cString: curl_easy_strerror(code)) : own, isTransient: !lasting.contains(code))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let blanks: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
        return String(drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
    }
}
