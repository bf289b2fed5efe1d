/// A setting that is one value for all blocks, or a list with one for each; it is written back as it was read.
public enum OneOrMany<Element: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    case one(Element)
    case many([Element])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let element = try? container.decode(Element.self) {
            self = .one(element)
        } else {
            self = .many(try container.decode([Element].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .one(let element): try container.encode(element)
        case .many(let elements): try container.encode(elements)
        }
    }

    /// One value a block; nil when the list is of another length.
    func values(_ count: Int) -> [Element]? {
        switch self {
        case .one(let element): [Element](repeating: element, count: count)
        case .many(let elements): elements.count == count ? elements : nil
        }
    }
}

extension OneOrMany: CustomStringConvertible {
    public var description: String {
        switch self {
        case .one(let element): "\(element)"
        case .many(let elements): "\(elements)"
        }
    }
}
