import Foundation

/// A free port of this machine that a server of a test listens on.
struct LocalPort {
    let socket: Int32
    let number: Int

    init() {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = socket
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(listening, $0, length) == 0 && listen(listening, 16) == 0, "no port is free")
                getsockname(listening, $0, &length)
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Each connection, on a thread of their own, until the port is closed or the server is gone.
    func serve<Server: AnyObject & Sendable>(_ server: Server, _ body: @escaping @Sendable (Server, Int32) -> Void) {
        let listening = socket
        Thread.detachNewThread { [weak server] in
            while true {
                let connection = accept(listening, nil, nil)
                guard connection >= 0 else { return }
                guard let server else { return _ = Glibc.close(connection) }
                body(server, connection)
            }
        }
    }

    func close() { shutdown(socket, Int32(SHUT_RDWR)) }
}
