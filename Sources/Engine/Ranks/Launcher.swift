import Glibc
import MessagePassing

/// What started this process as one of several, by the variables it has set.
package struct Launcher: Equatable {
    package enum Kind: Equatable {
        /// `--workers`, by a process of this program; the variable's text.
        case workers(String)
        case openMPI, mpich
        /// By a launcher that tells no MPI of itself.
        case withoutMPI
    }

    package let kind: Kind
    /// "mpirun", "srun"
    package let name: String
    /// How many ranks it says there are.
    package let count: Int

    /// - Parameter environment: value of a variable, or nil.
    /// - Returns: nil for a process that nobody started as one of several.
    package init?(_ environment: (String) -> String?) {
        func number(_ name: String) -> Int? { environment(name).flatMap { Int($0) } }
        if let text = environment(Workers.variable) {
            (kind, name, count) = (.workers(text), "--workers", 0)
        } else if let size = number("OMPI_COMM_WORLD_SIZE") {
            (kind, name, count) = (.openMPI, "mpirun", size)
        } else if let size = number("PMI_SIZE") {
            (kind, name, count) = (.mpich, number("SLURM_NTASKS") == nil ? "mpirun" : "srun", size)
        } else if environment("PMIX_RANK") != nil {
            // Slurm's, or a launcher of PRRTE, which does not say how many there are.
            (kind, name, count) = (
                .openMPI, number("SLURM_NTASKS") == nil ? "prun" : "srun", number("SLURM_NTASKS") ?? 1
            )
        } else if let size = number("SLURM_NTASKS"), size > 1, number("SLURM_STEP_ID") != nil,
            environment("SLURM_PROCID") != nil
        {
            // A batch script has no such step: there one process is all there is.
            (kind, name, count) = (.withoutMPI, "srun", size)
        } else {
            return nil
        }
    }

    package static var current: Launcher? { Launcher { getenv($0).map { String(cString: $0) } } }

    /// What to type instead.
    var command: String {
        switch (kind, name) {
        case (.mpich, "mpirun"): "mpirun.mpich -n \(count) rhumb run …"
        case (.mpich, _): "srun --mpi=pmi2 rhumb run …"
        case (_, "mpirun"): "mpirun.openmpi -n \(count) rhumb run …"
        default: "srun --mpi=pmix rhumb run …"
        }
    }
}
