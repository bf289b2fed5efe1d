import Foundation

/// How much a fuzz does: little in every run of the tests, as much as one likes by two variables.
///
/// `RHUMB_FUZZ=100000` is how many inputs each kind gets, `RHUMB_FUZZ_SEED=2` where the stream of random numbers
/// begins: pieces of a long fuzz take other seeds.
public enum Fuzz {
    public static func count(_ usual: Int) -> Int { number("RHUMB_FUZZ") ?? usual }

    public static let seed = UInt64(number("RHUMB_FUZZ_SEED") ?? 0)

    /// Whether each input is to be shown before it is tried, since it may end the process.
    public static let isLong = number("RHUMB_FUZZ") != nil

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}
