import COpenBLAS
import Kernels
import LateLibraries
import OneDNN

extension Engine {
    /// Threads that work is spread over; at first one for each core the process may use, or as OMP_NUM_THREADS says.
    /// Values below 1 mean 1. How many there are never shows in a result.
    public static var threads: Int {
        get { Int(rk_threads()) }
        set {
            rk_set_threads(Int32(clamping: max(1, newValue)))
            late_library_on_load(LATE_OPENBLAS) { openblas_set_num_threads(rk_threads()) }
        }
    }

    /// The libraries the engine runs on, as they name themselves.
    public static var libraries: [(name: String, version: String)] {
        // "OpenBLAS 0.3.21 DYNAMIC_ARCH …"
        let words = String(cString: openblas_get_config()).split(separator: " ")
        return [
            ("oneDNN", String(cString: onednn_version())),
            ("OpenBLAS", words.dropFirst().first.map(String.init) ?? "unknown"),
        ]
    }
}
