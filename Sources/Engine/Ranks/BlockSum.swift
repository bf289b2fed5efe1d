/// The sum of vectors over blocks of work, in one order whatever the number of ranks: neighbouring blocks are added,
/// then neighbouring pairs, and so on, so that a node of this tree is the same number wherever it is computed.
///
///     var sum = BlockSum(blocks: pieces.count, width: gradient.count)
///     for index in sum.share { sum.add(gradient(of: pieces[index])) }
///     let gradient = try sum.total("gradients")
public struct BlockSum {
    /// The blocks that are this rank's.
    public let share: Range<Int>
    private let blocks, width: Int
    private var next: Int
    private var nodes = Nodes()

    public init(blocks: Int, width: Int) {
        (self.blocks, self.width) = (blocks, width)
        share = Ranks.share(of: blocks)
        next = share.lowerBound
    }

    /// Adds the next block of this rank's share.
    public mutating func add(_ vector: [Float]) {
        precondition(vector.count == width && share.contains(next), "blocks come in order")
        nodes.push(Node(level: 0, index: next, values: vector), of: blocks)
        next += 1
    }

    /// The sum over all blocks, the same on all ranks; each sums up one part of the vector.
    ///
    /// - Throws: what `Ranks.gather` throws.
    public mutating func total(_ label: String) throws -> [Float] {
        precondition(next == share.upperBound, "all blocks of the share must be there")
        guard Ranks.areMany, let mailbox = Ranks.mailbox else { return nodes.stack.first?.values ?? [] }
        // The nodes of each rank follow from its share.
        let kept = (0..<Ranks.count).map { Nodes.kept(of: blocks, share: Ranks.share(of: blocks, rank: $0)) }
        let parts = (0..<Ranks.count).map { Ranks.share(of: width, rank: $0) }
        let own = nodes.stack
        let sending = Dictionary(
            uniqueKeysWithValues: mailbox.others.filter { !own.isEmpty && !parts[$0].isEmpty }.map { rank in
                (rank, own.flatMap { node in node.values[parts[rank]].withUnsafeBytes { Array($0) } })
            })
        let mine = parts[Ranks.rank]
        let sources = Set(mailbox.others.filter { !kept[$0].isEmpty && !mine.isEmpty })
        let received = try mailbox.exchange(label, sending: sending, from: sources)
        var sum = Nodes()
        for rank in 0..<Ranks.count where !mine.isEmpty {
            let values: [Float] =
                rank == Ranks.rank ? own.flatMap { $0.values[mine] } : Ranks.numbers(of: received[rank])
            for (place, node) in kept[rank].enumerated() {
                let slice = Array(values[place * mine.count..<(place + 1) * mine.count])
                sum.push(Node(level: node.level, index: node.index, values: slice), of: blocks)
            }
        }
        return try Ranks.gather(label + ", summed", sum.stack.first?.values ?? [])
    }
}

/// The sum of 2^level neighbouring blocks, or of those of them that there are.
private struct Node {
    var level, index: Int
    var values: [Float]
}

/// Nodes that lie side by side, as large as they can be.
private struct Nodes {
    var stack: [Node] = []

    mutating func push(_ node: Node, of blocks: Int) {
        stack.append(node)
        while let top = stack.last {
            if top.index % 2 == 1 {
                guard stack.count > 1, stack[stack.count - 2].level == top.level,
                    stack[stack.count - 2].index == top.index - 1
                else { return }
                stack.removeLast()
                add(top.values, at: stack.count - 1)
                raise()
            } else if top.index > 0 || 1 << top.level < blocks, (top.index + 1) << top.level >= blocks {
                // Nothing lies beside it.
                raise()
            } else {
                return
            }
        }
    }

    private mutating func raise() {
        stack[stack.count - 1].level += 1
        stack[stack.count - 1].index /= 2
    }

    private mutating func add(_ values: [Float], at place: Int) {
        let count = values.count
        stack[place].values.withUnsafeMutableBufferPointer { sums in
            values.withUnsafeBufferPointer { values in
                for index in 0..<count { sums[index] += values[index] }
            }
        }
    }

    /// The nodes that are left of a share, without their values.
    static func kept(of blocks: Int, share: Range<Int>) -> [(level: Int, index: Int)] {
        var nodes = Nodes()
        for index in share { nodes.push(Node(level: 0, index: index, values: []), of: blocks) }
        return nodes.stack.map { ($0.level, $0.index) }
    }
}
