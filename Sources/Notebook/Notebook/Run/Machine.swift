import FoundationEssentials
import Glibc

/// What the numbers of a run depend on besides the code: the processor and the memory it ran in.
public struct Machine: Sendable, Equatable {
    /// As the kernel names it, `AMD EPYC 9B45`.
    public let processor: String
    /// Processors this process may use, which a container or `taskset` limits.
    public let processorCount: Int
    /// The instruction sets the kernels choose between that this processor has.
    public let features: [String]
    /// Bytes of main memory.
    public let memory: Int
    /// The distribution, `Debian GNU/Linux 12 (bookworm)`.
    public let system: String

    /// The machine this process runs on, from `/proc` and `/etc/os-release`.
    public static func current() -> Machine {
        let cpu = fields(ofFile: "/proc/cpuinfo", separator: ":")
        let flags = Set((cpu["flags"] ?? cpu["Features"] ?? "").split(separator: " "))
        let allowed = fields(ofFile: "/proc/self/status", separator: ":")["Cpus_allowed"] ?? ""
        let count = allowed.compactMap { $0.hexDigitValue?.nonzeroBitCount }.reduce(0, +)
        return Machine(
            processor: cpu["model name"] ?? "unknown",
            processorCount: max(1, count),
            features: relevantFeatures.filter { flags.contains($0.flag) }.map(\.name),
            memory: Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))),
            system: fields(ofFile: "/etc/os-release", separator: "=")["PRETTY_NAME"]?
                .filter { $0 != "\"" } ?? "Linux")
    }

    /// A line of `/proc/self/status`: `Cpus_allowed_list`.
    public static func fields(_ name: String) -> String? {
        fields(ofFile: "/proc/self/status", separator: ":")[name]
    }

    private static let relevantFeatures: [(flag: Substring, name: String)] = [
        ("avx2", "AVX2"), ("fma", "FMA"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 BF16"),
        ("avx512_vnni", "AVX-512 VNNI"), ("amx_bf16", "AMX BF16"),
    ]

    /// The first value of each `name<separator>value` line of a text file; empty when it can't be read.
    static func fields(ofFile path: String, separator: Character) -> [String: String] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return [:] }
        var fields: [String: String] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            guard let cut = line.firstIndex(of: separator) else { continue }
            let name = line[..<cut].trimmed
            if fields[name] == nil { fields[name] = line[line.index(after: cut)...].trimmed }
        }
        return fields
    }
}

/// The largest resident memory of this process.
public enum PeakMemory {
    /// Starts counting anew. Where the kernel refuses, the peak stays that of the whole process.
    public static func reset() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, "5", 1)
        close(descriptor)
    }

    /// Bytes since ``reset()``; 0 when the kernel does not say.
    public static func bytes() -> Int {
        let line = Machine.fields(ofFile: "/proc/self/status", separator: ":")["VmHWM"] ?? ""
        return (line.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 1024
    }
}
