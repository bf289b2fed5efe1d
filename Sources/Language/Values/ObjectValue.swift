/// What the language needs to know of a value it doesn't own: a tensor, an image, a model, a direction, a figure.
///
/// Only `typeName` and `summary` have no default. A method that returns nil says "not supported"; the language then
/// makes the error, naming the operator and both kinds. A method that throws has a better explanation.
public protocol ObjectValue: AnyObject {
    /// What messages and parameter types call it, in lower case: `tensor`, `clip`.
    var typeName: String { get }
    /// One short line; never a dump.
    var summary: String { get }
    /// What a statement's value prints as, at most `width` columns wide; several lines are fine.
    func display(width: Int) -> String
    /// The value as a picture or figure, for hosts that show and keep such; nil when it has no such form.
    func attachment() throws -> Attachment?
    /// The value in an interpolation with a format, `"{x:.3f}"`; nil when formats make no sense for it.
    func formatted(_ format: Format) -> String?

    /// `-x`
    func unary(_ operation: UnaryOperator) throws -> Value?
    /// `self ⊕ other`, or `other ⊕ self` when `isRight`; comparisons included, except `==`, `!=` and `in`.
    func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value?
    /// `==`; the default compares identity.
    func isEqual(to other: Value) -> Bool
    /// `x ≈ y within tolerance`; nil when not comparable.
    func isClose(to other: Value, within tolerance: Double) throws -> Bool?
    /// Where and by how much two values of numbers differ most; nil when that can't be said.
    func difference(from other: Value) -> Difference?

    /// `x[0, 1..3, :]`
    func subscripted(_ keys: [Subscript]) throws -> Value?
    /// `x[0] = value` gives the changed value, which replaces `x`.
    func replacing(_ keys: [Subscript], with value: Value) throws -> Value?
    /// `x.name`
    func member(_ name: String) throws -> Value?
    /// For completion and did-you-mean.
    var memberNames: [String] { get }

    /// `len x`, and how often `for` runs; nil for what can't be counted.
    var count: Int? { get }
    /// The element at a position from 0 up to `count`, for `for` and list verbs.
    func element(at position: Int) throws -> Value
    /// `item in x`; nil when not supported.
    func contains(_ item: Value) throws -> Bool?
}

extension ObjectValue {
    public func display(width: Int) -> String { summary }
    public func attachment() throws -> Attachment? { nil }
    public func formatted(_ format: Format) -> String? { nil }
    public func unary(_ operation: UnaryOperator) throws -> Value? { nil }
    public func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? { nil }
    public func isEqual(to other: Value) -> Bool {
        guard case .object(let other) = other else { return false }
        return self === other
    }
    public func isClose(to other: Value, within tolerance: Double) throws -> Bool? { nil }
    public func difference(from other: Value) -> Difference? { nil }
    public func subscripted(_ keys: [Subscript]) throws -> Value? { nil }
    public func replacing(_ keys: [Subscript], with value: Value) throws -> Value? { nil }
    public func member(_ name: String) throws -> Value? { nil }
    public var memberNames: [String] { [] }
    public var count: Int? { nil }
    public func element(at position: Int) throws -> Value { .none }
    public func contains(_ item: Value) throws -> Bool? { nil }
}
