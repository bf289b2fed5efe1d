import Basics
import Kernels

/// What the engine computes with.
public enum InstructionSet: Int32, Comparable, Sendable {
    /// x86-64-v3: AVX2 and FMA, the least that the engine needs.
    case avx2 = 1
    /// x86-64-v4.
    case avx512
    /// AVX-512 with products of bfloat16.
    case avx512BFloat16

    public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

    public var name: String {
        switch self {
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        case .avx512BFloat16: "AVX-512 with bfloat16"
        }
    }

    /// What it means for whoever uses it.
    public var meaning: String {
        switch self {
        case .avx2:
            "float32 as fast as eight numbers at a time allow; bfloat16 is computed in float32 and saves memory, not time"
        case .avx512: "bfloat16 is computed in float32 and saves memory, not time"
        case .avx512BFloat16: "bfloat16 is multiplied as it is, up to twice as fast as float32"
        }
    }
}

extension Engine {
    /// The variable that asks for a set, as `--isa` does.
    public static let instructionSetVariable = "RHUMB_ISA"
    /// What can be asked for.
    public static let instructionSetNames = ["avx2", "avx512", "native"]

    /// The best that this processor has; nil where it has less than the engine needs.
    public static var processorSet: InstructionSet? { InstructionSet(rawValue: Int32(rk_processor().rawValue)) }

    /// What this process computes with. Results of float32 are the same bits in all of them.
    public static var instructionSet: InstructionSet {
        InstructionSet(rawValue: Int32(rk_instruction_set().rawValue)) ?? .avx2
    }

    /// Computes with `avx2`, `avx512` (without bfloat16) or all that the processor has, `native`. To be called before
    /// anything is computed.
    ///
    /// - Parameter source: who asks, for the error: `--isa` or the variable.
    /// - Throws: where the name is none of these, or the processor lacks it.
    public static func chooseInstructionSet(_ name: String, for source: String) throws {
        switch Int(rk_set_instruction_set(name)) {
        case RK_ISA_CHOSEN: return
        case RK_ISA_UNKNOWN:
            throw RhumbError("'\(source)' must be avx2, avx512 or native, not \(name.isEmpty ? "empty" : name)")
        default:
            throw RhumbError(
                "'\(source)' asks for \(name), which this processor lacks; it has \(processorSet?.name ?? "less than AVX2")"
            )
        }
    }

    /// Throws where this processor has less than the engine needs.
    public static func checkProcessor() throws {
        guard processorSet == nil else { return }
        throw RhumbError(
            "Rhumb needs a processor with AVX2 and FMA (x86-64-v3, Intel since 2013 and AMD since 2015); this one lacks them"
        )
    }
}
