import Basics
import Glibc

/// Processes of this program on this machine, started by the first of them.
enum Workers {
    /// Tells a process its rank, how many there are, and its sockets: "1/3:5,-,6".
    static let variable = "RHUMB_WORKER"

    /// Starts this program again with the same arguments, once for each other rank.
    static func start(_ count: Int) throws -> SocketTransport {
        var pairs = [[Int32]](repeating: [Int32](repeating: -1, count: count), count: count)
        for low in 0..<count {
            for high in low + 1..<max(count, low + 1) {
                var ends: [Int32] = [-1, -1]
                let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
                guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
                    throw RhumbError.noWorker(String(cString: strerror(errno)))
                }
                (pairs[low][high], pairs[high][low]) = (ends[0], ends[1])
            }
        }
        var children: [Int: pid_t] = [:]
        for rank in 1..<count {
            do {
                children[rank] = try spawn(rank, of: count, pairs[rank])
            } catch {
                for child in children.values { kill(child, SIGKILL) }
                throw error
            }
        }
        for rank in 1..<count { for descriptor in pairs[rank] where descriptor >= 0 { close(descriptor) } }
        return SocketTransport(rank: 0, descriptors: pairs[0], children: children)
    }

    private static func spawn(_ rank: Int, of count: Int, _ descriptors: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // To itself: it stays open in the new program.
        for descriptor in descriptors where descriptor >= 0 {
            posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        let list = descriptors.map { $0 < 0 ? "-" : String($0) }.joined(separator: ",")
        var entries: [UnsafeMutablePointer<CChar>?] = []
        var place = environ
        while let entry = place.pointee {
            entries.append(strdup(entry))
            place += 1
        }
        entries += [strdup("\(variable)=\(rank)/\(count):\(list)"), nil]
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
        defer { for text in entries + arguments { free(text) } }
        var process: pid_t = 0
        let failed = posix_spawn(&process, "/proc/self/exe", &actions, nil, &arguments, &entries)
        guard failed == 0 else { throw RhumbError.noWorker(String(cString: strerror(failed))) }
        return process
    }

    /// Joins the ranks as the one that `start` has made of this process.
    static func join(_ text: String) throws -> SocketTransport {
        unsetenv(variable)
        let parts = text.split(separator: ":"),
            numbers = parts.first?.split(separator: "/").compactMap { Int($0) } ?? []
        let list = (parts.count == 2 ? parts[1] : "").split(separator: ",").map { $0 == "-" ? -1 : Int32($0) ?? -2 }
        guard numbers.count == 2, list.count == numbers[1], list.indices.contains(numbers[0]),
            list.indices.allSatisfy({ $0 == numbers[0] ? list[$0] == -1 : list[$0] > STDERR_FILENO })
        else { throw RhumbError.noWorker("\(variable) is '\(text)', which no process of this program sets") }
        for descriptor in list where descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return SocketTransport(rank: numbers[0], descriptors: list)
    }
}
