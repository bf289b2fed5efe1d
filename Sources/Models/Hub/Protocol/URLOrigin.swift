import CCurl

/// Who answers at an address: scheme, host and port, as libcurl, which connects to it, reads them.
package struct URLOrigin: Equatable {
    let scheme, host, port: String

    /// - Returns: nil for what is no address of a web server.
    package init?(_ address: String) {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        func part(_ which: CURLUPart, _ flags: Int32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(url, which, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text).lowercased()
        }
        guard curl_url_set(url, CURLUPART_URL, address, 0) == CURLUE_OK,
            let scheme = part(CURLUPART_SCHEME), ["http", "https"].contains(scheme),
            let host = part(CURLUPART_HOST), let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT)
        else { return nil }
        (self.scheme, self.host, self.port) = (scheme, host, port)
    }

    /// A text as a part of an address; slashes stay where `keepsSlashes`.
    package static func quoted(_ text: String, keepsSlashes: Bool = false) -> String {
        var quoted = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isPlain || "-._~".unicodeScalars.contains(scalar) || keepsSlashes && scalar == "/" {
                quoted.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                quoted += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return quoted
    }
}
