import Ranks
import XCTest

/// What launchers leave in the environment, as Open MPI 4.1, MPICH 4.0 (hydra) and Slurm's srun document it.
final class LauncherTests: XCTestCase {
    private func launcher(_ variables: [String: String]) -> Launcher? { Launcher { variables[$0] } }

    func testWhatStartedTheProcessIsTold() {
        XCTAssertNil(launcher([:]))
        // Inside a batch script of Slurm's there is one process, whatever the job asks for.
        XCTAssertNil(launcher(["SLURM_NTASKS": "4", "SLURM_PROCID": "0"]))
        let open = launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "1", "PMIX_RANK": "1"])
        XCTAssertEqual(open?.kind, .openMPI)
        XCTAssertEqual(open?.count, 4)
        let mpich = launcher(["PMI_SIZE": "3", "PMI_RANK": "0"])
        XCTAssertEqual(mpich?.kind, .mpich)
        XCTAssertEqual(mpich?.count, 3)
        let slurm = launcher(["PMIX_RANK": "0", "SLURM_NTASKS": "8", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0"])
        XCTAssertEqual(slurm?.kind, .openMPI)
        XCTAssertEqual(slurm?.count, 8)
        let bare = launcher(["SLURM_NTASKS": "8", "SLURM_STEP_ID": "0", "SLURM_PROCID": "3"])
        XCTAssertEqual(bare?.kind, .withoutMPI)
        XCTAssertEqual(launcher(["RHUMB_WORKER": "1/2:5,-", "PMI_SIZE": "9"])?.kind, .workers("1/2:5,-"))
    }
}
