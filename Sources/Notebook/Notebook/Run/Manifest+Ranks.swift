import Files
import Ranks

extension Manifest {
    /// The processes that made a run together, from some time on.
    public struct Processes: Sendable, Equatable {
        /// ISO 8601.
        public let from: String
        public let count: Int
        /// What they reached each other by: "Open MPI v4.1.4"; empty for one process.
        public let transport: String
        /// The machines, in the order of the ranks, and how many ranks each had.
        public let hosts: [Host]

        public struct Host: Sendable, Equatable {
            public let name: String
            public let ranks: Int
        }

        /// Those that share the work as it is now; this process alone where it does a share of its own.
        static func current(from time: String) -> Processes {
            let names = Ranks.areMany ? Ranks.hosts : [Ranks.hosts[Ranks.rank]]
            var hosts: [Host] = []
            for name in names {
                if let place = hosts.firstIndex(where: { $0.name == name }) {
                    hosts[place] = Host(name: name, ranks: hosts[place].ranks + 1)
                } else {
                    hosts.append(Host(name: name, ranks: 1))
                }
            }
            return Processes(
                from: time, count: names.count, transport: Ranks.areMany ? Ranks.transport ?? "" : "", hosts: hosts)
        }

        /// One process, of which is not known where.
        static func alone(from time: String) -> Processes {
            Processes(from: time, count: 1, transport: "", hosts: [])
        }

        /// "3 by Open MPI v4.1.4 on node1 (2), node2 (1)"
        public var text: String {
            let places = hosts.map { hosts.count == 1 ? $0.name : "\($0.name) (\($0.ranks))" }
            return "\(count)" + (transport.isEmpty ? "" : " by \(transport)")
                + (places.isEmpty ? "" : " on " + places.joined(separator: ", "))
        }
    }

    /// The ranks of a run that had several at some time: "2 by workers on node1; from 2026-11-29T22:10:00Z 1 on node1".
    public var ranksText: String? {
        guard ranks.contains(where: { $0.count > 1 }) else { return nil }
        return ranks.enumerated().map { $0 == 0 ? $1.text : "from \($1.from) \($1.text)" }.joined(separator: "; ")
    }
}

extension Manifest.Processes {
    var json: JSON {
        [
            "from": .string(from), "count": .integer(count), "by": .string(transport),
            "hosts": .object(hosts.map { .init($0.name, .integer($0.ranks)) }),
        ]
    }

    init(_ reader: ManifestReader) throws(FileError) {
        from = try reader.required("from", reader.json["from"]?.string)
        count = try reader.required("count", try reader.whole("count", in: 1...1_000_000))
        transport = reader.json["by"]?.string ?? ""
        let names = (reader.json["hosts"]?.members ?? []).map(\.key)
        let hosts = try reader.inside("hosts")
        var read: [Host] = []
        for name in names {
            read.append(.init(name: name, ranks: try hosts.required(name, try hosts.whole(name, in: 1...1_000_000))))
        }
        self.hosts = read
    }
}
