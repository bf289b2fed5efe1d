import Basics

/// A statement that is being measured by `time` or `profile`, kept in a register while it runs: when an error or a
/// `return` takes it away, the profile ends.
final class Measurement: ObjectValue {
    /// The profile that is being taken; nil for `time`.
    let profile: Profile?
    private weak var interpreter: Interpreter?
    /// One that this one runs within, and loses sight of the memory meanwhile.
    private weak var outer: Measurement?
    private let forgets: Bool
    private let memoryBefore: Int?
    private var mostMemory = 0
    private var start = 0.0

    var typeName: String { "measurement" }
    var summary: String { "measurement" }

    /// - Throws: `RhumbError` for a profile within another.
    init(in interpreter: Interpreter, isProfiling: Bool) throws(RhumbError) {
        self.interpreter = interpreter
        outer = interpreter.measurement
        if isProfiling {
            guard let profile = Profile.begin() else {
                throw RhumbError(Message.profileTwice, hint: Message.profileTwiceHelp)
            }
            self.profile = profile
        } else {
            profile = nil
        }
        outer?.noteMemory()
        forgets = ProcessMemory.forgetPeak()
        memoryBefore = ProcessMemory.peak
        interpreter.measurement = self
        if let profile { interpreter.watch(with: profile) }
        start = Clock.seconds
    }

    deinit {
        if let profile, let interpreter, interpreter.profile === profile { interpreter.stopWatching() }
    }

    private func noteMemory() { mostMemory = max(mostMemory, ProcessMemory.peak ?? 0) }

    /// The statement has ended.
    ///
    /// - Returns: what is to be said of it.
    func end() -> String {
        let seconds = Clock.seconds - start
        if profile != nil { interpreter?.stopWatching() }
        let highest = ProcessMemory.peak
        noteMemory()
        outer?.mostMemory = max(outer?.mostMemory ?? 0, mostMemory)
        interpreter?.measurement = outer
        var memory: (peak: Int, more: Int?)?
        if let highest, let memoryBefore {
            if forgets {
                memory = (mostMemory, mostMemory - memoryBefore)
            } else if highest > memoryBefore {
                // The highest of the whole process, which it reached just now.
                memory = (highest, nil)
            }
        }
        let took = Message.took(seconds, memory: memory)
        guard let profile, let host = interpreter?.host else { return took }
        let report = ProfileReport(profile, seconds: seconds, peak: profile.work == .init() ? nil : host.peakRate)
        return took + report.text(width: host.width)
    }
}

extension Interpreter {
    func startClock(_ register: UnsafeMutablePointer<Value>, isProfiling: Bool) throws {
        register.pointee = .object(try Measurement(in: self, isProfiling: isProfiling))
    }

    func stopClock(_ register: UnsafeMutablePointer<Value>) {
        guard case .object(let object) = register.pointee, let measurement = object as? Measurement else { return }
        let text = measurement.end()
        register.clear()
        host.note(text)
    }

    /// Every call of a verb or function from here on is told to a profile. Verbs give up their faster way, which nobody
    /// sees; functions are seen by the depth of their calls.
    func watch(with profile: Profile) {
        self.profile = profile
        watchedDepth = depth
        for entry in registry.entries { entry.link.pointee.shortcut = nil }
    }

    func stopWatching() {
        profile?.end()
        profile = nil
        watchedDepth = Self.frameLimit
        for entry in registry.entries where entry.link.pointee.shadow == nil {
            entry.link.pointee.shortcut = entry.verb.shortcut?.body
        }
    }

    /// A call that stands at a watched depth is about to begin.
    ///
    /// - Throws: `RhumbError` where calls are nested too deeply.
    @inline(never)
    func beginWatched(_ function: Unmanaged<Function>?, _ head: UnsafeMutablePointer<Code.Head>) throws {
        guard depth < Self.frameLimit else { throw RhumbError(Message.tooDeep, hint: Message.tooDeepHelp) }
        let code = head.pointee.code.takeUnretainedValue()
        let name = function?.takeUnretainedValue().name ?? ""
        // Functions without a name are told apart by where they stand.
        let label =
            function == nil
            ? "import \(code.source.name)"
            : name.isEmpty || code.name.isEmpty ? "function in line \(code.span(at: 0).line)" : name
        profile?.enter(.function, label, depth: depth)
    }

    /// A call at a watched depth has ended.
    @inline(never)
    func endWatched() { profile?.leave() }
}
