import Basics
import Files
import Foundation
import Glibc
import Language
import LateLibraries
import Notebook
import Plot
import Tensor
import Training
import World

/// What the programs and files that Rhumb leans on look like on this machine: the data behind `rhumb doctor` and the
/// verb `doctor`.
public enum Installation {
    /// Library name and version, for manifests.
    public static var libraries: [(name: String, version: String)] {
        var libraries = Engine.libraries + [("instruction set", Engine.instructionSet.name)]
        if let version = gnuplotVersion { libraries.append(("gnuplot", version)) }
        return libraries
    }

    /// Every check, in the order of importance.
    ///
    /// - Parameter models: model folders to look into as well.
    public static func checks(models: [String] = []) -> [Finding] {
        let machine = Machine.current()
        return [
            processor(machine), instructionSet, threads(machine), memory(machine), engine, gnuplot, bundledFiles,
            terminal,
            locale, runsFolder,
        ] + models.map(model)
    }

    // MARK: The machine

    private static func processor(_ machine: Machine) -> Finding {
        let finding = ([machine.processor] + [machine.features.joined(separator: ", ")]).filter { !$0.isEmpty }
            .joined(separator: ": ")
        return Finding("processor", .fine, finding)
    }

    /// What the engine computes with, of what there is.
    private static var instructionSet: Finding {
        let set = Engine.instructionSet
        guard let best = Engine.processorSet, best > set else {
            return Finding("instruction set", .fine, "\(set.name): \(set.meaning)")
        }
        return Finding(
            "instruction set", .suspicious, "\(set.name), though there is \(best.name): \(set.meaning)",
            advice: "unset RHUMB_ISA and leave out --isa for all that the processor has")
    }

    private static func threads(_ machine: Machine) -> Finding {
        let finding = "\(Engine.threads) of \(machine.processorCount) processors"
        if Engine.threads > machine.processorCount {
            return Finding(
                "threads", .suspicious, finding,
                advice: "more threads than processors slow each other down: use --threads"
            )
        }
        return Finding("threads", .fine, finding)
    }

    private static func memory(_ machine: Machine) -> Finding {
        let gigabytes = Double(machine.memory) / 0x1p30
        let finding = "\((gigabytes * 10).rounded() / 10) GiB"
        if gigabytes < 2 {
            return Finding("memory", .suspicious, finding, advice: "the bundled models fit; ViT-L/14 needs about 2 GiB")
        }
        return Finding("memory", .fine, finding)
    }

    // MARK: Libraries and programs

    /// Versions of the libraries, each of which must load: elsewhere they are loaded when they are first needed.
    private static var engine: Finding {
        var troubles: [String] = []
        var packages: [String] = []
        for index in 0..<LATE_LIBRARY_COUNT.rawValue {
            let library = late_library(rawValue: index)
            guard let trouble = late_library_load(library) else { continue }
            troubles.append(String(cString: trouble))
            packages.append(String(cString: late_library_package(library)))
        }
        guard troubles.isEmpty else {
            return Finding(
                "libraries", .broken, troubles.joined(separator: "; "),
                advice: "sudo apt-get install " + packages.joined(separator: " "))
        }
        return Finding("libraries", .fine, Engine.libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", "))
    }

    private static var gnuplot: Finding {
        guard let path = try? Gnuplot.locate() else {
            return Finding(
                "gnuplot", .broken, "not found on PATH: figures can't be drawn",
                advice: "sudo apt-get install gnuplot-nox")
        }
        guard let version = gnuplotVersion else {
            return Finding(
                "gnuplot", .broken, "\(path) does not run, or tells no version within \(TimedCommand.time)",
                advice: "try: gnuplot --version")
        }
        let canDraw = TimedCommand.output(of: "exec gnuplot -d -e 'set terminal pngcairo' 2>&1")?.isEmpty ?? false
        guard canDraw else {
            return Finding(
                "gnuplot", .broken, "\(path) \(version) can't write PNG",
                advice: "it was built without cairo: sudo apt-get install gnuplot-nox")
        }
        return Finding("gnuplot", .fine, "\(version) at \(path)")
    }

    /// `5.4.4`, or nil without a gnuplot that runs.
    private static var gnuplotVersion: String? {
        guard (try? Gnuplot.locate()) != nil,
            let words = TimedCommand.output(of: "exec gnuplot --version 2>/dev/null")?.split(separator: " "),
            words.count >= 4
        else { return nil }
        return "\(words[1]).\(words[3].prefix(while: \.isNumber))"
    }

    private static var bundledFiles: Finding {
        do {
            for model in BundledModel.all { _ = try model.folder() }
            return Finding("bundled files", .fine, "\(BundledModel.all.count) models")
        } catch let error as any ExplainedError {
            return Finding("bundled files", .broken, error.message, advice: error.hint)
        } catch {
            return Finding("bundled files", .broken, "\(error)")
        }
    }

    // MARK: The surroundings

    private static var terminal: Finding {
        guard isatty(STDOUT_FILENO) == 1 else {
            return Finding("terminal", .fine, "none: output goes to a file or pipe")
        }
        let terminal = Terminal.detect()
        let type = ProcessInfo.processInfo.environment["TERM"] ?? "unknown"
        let finding = "\(type), \(terminal.columns)×\(terminal.rows), pictures: \(terminal.graphics.rawValue)"
        if terminal.graphics == .blocks {
            return Finding(
                "terminal", .fine, finding,
                advice: "for real pictures use kitty, Ghostty, WezTerm, Konsole, foot or another terminal with sixel")
        }
        return Finding("terminal", .fine, finding)
    }

    private static var locale: Finding {
        let environment = ProcessInfo.processInfo.environment
        let name = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
        let isUTF8 = name.lowercased().contains("utf-8") || name.lowercased().contains("utf8")
        return isUTF8
            ? Finding("locale", .fine, name)
            : Finding(
                "locale", .fine, "\(name); the prompt uses C.UTF-8", advice: "export LANG=C.UTF-8 for other programs")
    }

    private static var runsFolder: Finding {
        let folder = access("runs", F_OK) == 0 ? "runs" : "."
        if access(folder, W_OK) == 0 { return Finding("runs folder", .fine, "runs are saved in ./runs") }
        return Finding(
            "runs folder", .suspicious, "this folder can't be written: \(String(cString: strerror(errno)))",
            advice: "work in a folder of your own, or name one with --out")
    }

    private static func model(_ path: String) -> Finding {
        do {
            let kind = try FileContents.kind(of: URL(fileURLWithPath: path))
            return Finding("model", .fine, "\(path): \(kind)")
        } catch {
            return Finding("model", .broken, error.message, advice: error.hint)
        }
    }
}
