/// The seven kinds of unsafe content, played by school-safe emoji.
///
/// Post-training only ever sees `weapon`; the other six measure whether what it learns transfers.
public enum HarmGroup: String, CaseIterable, Sendable, Codable {
    case weapon, explosive, horror, drug
    case tobaccoAndAlcohol = "tobacco and alcohol"
    case gambling, insult

    /// The group that negative training prompts come from.
    public static let inDomain: HarmGroup = .weapon

    /// The groups no training prompt mentions.
    public static var outOfDomain: [HarmGroup] { allCases.filter { $0 != inDomain } }

    public var index: Int { Self.allCases.firstIndex(of: self)! }
}
