import Language

/// How long something took, how large it was, when it was, in words.
enum Quantity {
    /// `12 ms`, `4.99 s`, `1 min 17 s`, `2 h 5 min`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9).rounded())
        switch seconds {
        case ..<0.0005: return "under 1 ms"
        case ..<0.9995: return "\(Int((seconds * 1000).rounded())) ms"
        case ..<9.995: return "\(hundredths(seconds)) s"
        case ..<59.5: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole / 60 % 60) min"
        }
    }

    /// `109 MB`, of a million bytes each.
    static func memory(_ bytes: Int) -> String {
        bytes >= 10_000_000_000 ? "\((bytes + 500_000_000) / 1_000_000_000) GB" : "\((bytes + 500_000) / 1_000_000) MB"
    }

    /// `2025-01-31 14:25` of `2025-01-31T14:25:01+01:00`.
    static func moment(_ iso: String) -> String { String(iso.prefix(16).replacing("T", with: " ")) }

    private static func hundredths(_ seconds: Double) -> String {
        let number = Int((seconds * 100).rounded())
        let rest = number % 100
        return "\(number / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
