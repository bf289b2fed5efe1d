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

    /// A count of bytes in decimal units, as disks and the hub count them: `512 B`, `12.3 MB`, `3.44 GB`.
    package static func bytes(_ count: Int) -> String {
        var size = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            // What would be rounded to 1000 is 1 of the next unit.
            if size < 999.5 {
                let places = unit == "B" || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
                return NumberText.printf("%.\(places)f", size) + " " + unit
            }
            size /= 1000
        }
        return NumberText.printf(size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%.0f", size) + " TB"
    }
}
