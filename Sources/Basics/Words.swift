/// Pieces of sentences that all rooms write the same way.
package enum Words {
    /// A shape: `2×3×4`; of a tensor without dimensions, `scalar`.
    package static func shape(_ shape: [Int]) -> String {
        shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
    }

    /// A count with its noun: `1 cell`, `2 cells`.
    ///
    /// - Parameter plural: of the noun; by default with an s.
    package static func count(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    /// The first of some parts, and how many more there are: `a, b and 3 more`.
    package static func listed(_ parts: some Collection<String>, most: Int) -> String {
        let shown = parts.prefix(most).joined(separator: ", ")
        return parts.count > most ? "\(shown) and \(parts.count - most) more" : shown
    }

    /// Names in quotes: `'a', 'b' and 3 more`.
    package static func quoted(_ names: some Collection<String>, most: Int = .max) -> String {
        listed(names.map { "'\($0)'" }, most: most)
    }
}
