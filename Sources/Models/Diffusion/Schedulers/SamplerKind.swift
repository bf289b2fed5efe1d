/// The samplers by their names.
public enum SamplerKind: String, Sendable, CaseIterable, Codable {
    case ddim
    case ddpm
    case deis
    /// DPM-Solver++, multistep.
    case dpmSolver = "dpm++"
    /// DPM-Solver++, multistep, with fresh noise at each step.
    case dpmSolverSDE = "dpm++_sde"
    /// DPM-Solver++, singlestep.
    case dpmSolverSinglestep = "dpm++_single"
    case euler
    /// Euler with fresh noise at each step.
    case eulerAncestral = "euler_a"
    case heun
    case kdpm2
    /// KDPM2 with fresh noise at each step.
    case kdpm2Ancestral = "kdpm2_a"
    case lcm
    case lms
    case pndm
    case tcd
    case unipc

    /// diffusers' class of the sampler.
    public var className: String {
        switch self {
        case .ddim: "DDIMScheduler"
        case .ddpm: "DDPMScheduler"
        case .deis: "DEISMultistepScheduler"
        case .dpmSolver, .dpmSolverSDE: "DPMSolverMultistepScheduler"
        case .dpmSolverSinglestep: "DPMSolverSinglestepScheduler"
        case .euler: "EulerDiscreteScheduler"
        case .eulerAncestral: "EulerAncestralDiscreteScheduler"
        case .heun: "HeunDiscreteScheduler"
        case .kdpm2: "KDPM2DiscreteScheduler"
        case .kdpm2Ancestral: "KDPM2AncestralDiscreteScheduler"
        case .lcm: "LCMScheduler"
        case .lms: "LMSDiscreteScheduler"
        case .pndm: "PNDMScheduler"
        case .tcd: "TCDScheduler"
        case .unipc: "UniPCMultistepScheduler"
        }
    }

    /// Whether noise enters at the steps, whatever η is.
    public var isStochastic: Bool {
        [.ddpm, .dpmSolverSDE, .eulerAncestral, .kdpm2Ancestral, .lcm].contains(self)
    }

    /// Whether η says how much noise enters at the steps.
    public var takesEta: Bool { [.ddim, .tcd].contains(self) }

    /// A sampler of this kind for a model.
    ///
    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public func sampler(_ configuration: SchedulerConfiguration, steps: Int) throws -> any Sampler {
        switch self {
        case .ddim: try DDIMScheduler(configuration, steps: steps)
        case .ddpm: try DDPMScheduler(configuration, steps: steps)
        case .deis: try DEISScheduler(configuration, steps: steps)
        case .dpmSolver: try DPMSolverScheduler(configuration, steps: steps, isStochastic: false)
        case .dpmSolverSDE: try DPMSolverScheduler(configuration, steps: steps, isStochastic: true)
        case .dpmSolverSinglestep: try DPMSolverSinglestepScheduler(configuration, steps: steps)
        case .euler: try EulerScheduler(configuration, steps: steps)
        case .eulerAncestral: try EulerAncestralScheduler(configuration, steps: steps)
        case .heun: try HeunScheduler(configuration, steps: steps)
        case .kdpm2: try KDPM2Scheduler(configuration, steps: steps, isAncestral: false)
        case .kdpm2Ancestral: try KDPM2Scheduler(configuration, steps: steps, isAncestral: true)
        case .lcm: try LCMScheduler(configuration, steps: steps)
        case .lms: try LMSScheduler(configuration, steps: steps)
        case .pndm: try PNDMScheduler(configuration, steps: steps)
        case .tcd: try TCDScheduler(configuration, steps: steps)
        case .unipc: try UniPCScheduler(configuration, steps: steps)
        }
    }

    /// The sampler that a configuration was written for, where it is one of these; else DDIM.
    public init(for configuration: SchedulerConfiguration) {
        let own = Self.allCases.first { $0.className == configuration.className } ?? .ddim
        let isStochastic = configuration.algorithmType?.hasPrefix("sde-") ?? false
        self = own == .dpmSolver && isStochastic ? .dpmSolverSDE : own
    }

    /// The class that a configuration was written for and that DDIM samples in place of; nil where it is one of these.
    public static func replacedClass(in configuration: SchedulerConfiguration) -> String? {
        allCases.contains { $0.className == configuration.className } ? nil : configuration.className
    }
}
