/// Where a stream stands, so that a run can be stopped and continued with the same numbers.
extension Generator {
    /// Everything the next draw depends on. Two generators with equal states give equal streams.
    public struct State: Codable, Equatable, Sendable {
        /// The seed the stream began with.
        public var seed: UInt64
        /// The 624 words of the engine's current block.
        public var words: [UInt32]
        /// How many of them have been given out.
        public var position: Int
        /// The second half of a scalar Box–Muller pair, if one waits.
        public var cachedNormal: Double?
    }

    /// A copy of the stream's present state.
    public var state: State {
        State(seed: seed, words: words, position: position, cachedNormal: cachedNormal)
    }

    /// Continues the stream whose state was exported; nil if the state can't be one (a block of another size than 624,
    /// or a position outside it).
    public convenience init?(_ state: State) {
        guard state.words.count == Self.stateSize, (0...Self.stateSize).contains(state.position) else { return nil }
        self.init(seed: state.seed)
        words = state.words
        position = state.position
        cachedNormal = state.cachedNormal
    }
}
