import Basics
import Confinement
import Console
import Foundation
import Hub
import Notebook
import Plot

/// Holds the process to what safe mode grants, for good.
enum Safeguard {
    /// What the program and gnuplot read besides: libraries, fonts, time zones, what tells of the machine.
    private static let systemFiles = [
        "/usr", "/lib", "/lib64", "/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime",
        "/etc/terminfo",
        "/var/cache/fontconfig", "/dev/urandom", "/dev/zero", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat",
        "/proc/self",
        "/proc/sys/vm", "/proc/mounts", "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm",
    ]
    private static let devices = ["/dev/null", "/dev/tty"]
    private static let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"]
    /// Seconds in which code may end by itself when its time is over.
    private static let grace: UInt32 = 10

    /// The inputs as paths: those named as models of the hub are the folders of its cache.
    static func resolved(_ mode: SafeMode) throws -> SafeMode {
        var mode = mode
        mode.inputs = mode.inputs.map { input in
            if FileManager.default.fileExists(atPath: input) { return input }
            let kept = HubName(input).map { HubCache().repository($0.repository).path }
            return kept.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil } ?? input
        }
        return mode
    }

    /// - Parameters:
    ///   - folder: that code may write into; it exists.
    ///   - others: what the program itself still reads.
    ///   - isServer: whether the time that is granted is that of each call: see ``timed(_:_:)``.
    /// - Throws: `RhumbError` where the kernel can't enforce it; `RunError` for an input that is not there.
    static func begin(
        _ mode: SafeMode, folder: String, reading others: [String] = [], isServer: Bool = false
    ) throws {
        let folders = try SafeFolders(own: folder, inputs: mode.inputs)
        // Whatever writes a file for a moment writes it there.
        setenv("TMPDIR", folders.own, 1)
        let gnuplot = (try? Gnuplot.locate()).map { [$0] } ?? []
        let programs = (gnuplot + ["/bin/sh"] + loaders).map(real)
        let error = withPaths(folders.inputs + ownFiles + systemFiles + others.map(real)) { readable, readableCount in
            withPaths([folders.own] + devices) { writable, writableCount in
                withPaths(programs) { programs, programCount in
                    var paths = confinement_paths(
                        readable: readable, readable_count: readableCount, writable: writable,
                        writable_count: writableCount, programs: programs, program_count: programCount)
                    return confinement_begin(&paths)
                }
            }
        }
        guard error == 0 else { throw refusal(error) }
        let memory = confinement_limit_memory(mode.memory)
        guard memory == 0 else { throw refusal(memory) }
        if !isServer { startClock(mode) }
        ConsoleFront.remark("safe: \(mode.text.visible)\(isServer ? " a call" : "")\n")
    }

    private static func startClock(_ mode: SafeMode) {
        confinement_limit_time(UInt32(mode.seconds), grace) {
            let text: StaticString = "\nthe seconds that safe mode grants are over: stopping\n"
            _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            Session.interrupt()
        }
    }

    /// Runs one call of a server within the time that is granted.
    static func timed(_ mode: SafeMode, _ call: () -> Void) {
        startClock(mode)
        defer { alarm(0) }
        call()
    }

    /// The program's resources, which lie beside it.
    private static var ownFiles: [String] {
        let program = real("/proc/self/exe"), folder = URL(fileURLWithPath: program).deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return [program]
            + names.filter { $0.hasPrefix("Rhumb_") && $0.hasSuffix(".resources") }.map {
                folder.appendingPathComponent($0).path
            }
    }

    private static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private static func withPaths(
        _ paths: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>, Int) -> Int32
    ) -> Int32 {
        let texts: [UnsafePointer<CChar>?] = paths.map { UnsafePointer(strdup($0)) }
        defer { for text in texts { free(UnsafeMutablePointer(mutating: text)) } }
        return texts.withUnsafeBufferPointer { $0.baseAddress.map { body($0, texts.count) } ?? EINVAL }
    }

    private static func refusal(_ code: Int32) -> RhumbError {
        switch code {
        case ENOSYS:
            RhumbError(
                "'--safe' can't be kept here: this kernel holds no program to folders (Landlock, Linux 5.13)",
                hint: "run the code in a container or on a newer system, or look at it and leave '--safe' out")
        case EBUSY: RhumbError("'--safe' must begin before there are other threads")
        default: RhumbError("'--safe' can't be kept here: \(String(cString: strerror(code)))")
        }
    }
}
