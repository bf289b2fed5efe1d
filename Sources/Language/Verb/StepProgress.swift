/// How far long work has come, and what there is to see of it.
///
/// Made often, so it holds what is at hand; an attachment is worked out once somebody wants to see it.
public struct StepProgress {
    public let label: String
    public let done: Int
    /// nil when not known.
    public let total: Int?
    /// The numbers of the step, ready to read: `loss 0.31  kl 2e-5`.
    public let detail: String
    /// How far the step under way has come.
    public let part: Part?
    /// The main metric so far.
    public let curve: Curve?
    public let attachment: (any ProgressAttachment)?

    public init(
        _ label: String, done: Int, total: Int?, detail: String = "", part: Part? = nil, curve: Curve? = nil,
        attachment: (any ProgressAttachment)? = nil
    ) {
        self.label = label
        self.done = done
        self.total = total
        self.detail = detail
        self.part = part
        self.curve = curve
        self.attachment = attachment
    }

    /// Work inside one step: `round 13: sample`, 3 of 8.
    public struct Part: Sendable, Equatable {
        public let label: String
        public let done: Int
        public let total: Int

        public init(_ label: String, done: Int, total: Int) {
            self.label = label
            self.done = done
            self.total = total
        }
    }

    /// A metric with a value per step, oldest first.
    public struct Curve: Sendable, Equatable {
        public let name: String
        public let values: [Double]

        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }

        /// At most so many values, each the mean of as many neighbours; values that are not finite are left out of it.
        /// The last one stays itself.
        public func thinned(to count: Int) -> Curve {
            guard values.count > count, count > 1, let last = values.last else { return self }
            let means = (0..<count - 1).map { index in
                let start = index * (values.count - 1) / (count - 1)
                let end = (index + 1) * (values.count - 1) / (count - 1)
                let finite = values[start..<end].filter(\.isFinite)
                return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
            }
            return Curve(name, means + [last])
        }
    }
}

/// What a front may show beside the numbers of long work, such as its latest pictures. Another object means that there is
/// something new to show.
public protocol ProgressAttachment: AnyObject {}
