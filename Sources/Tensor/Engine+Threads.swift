import COpenBLAS
import Kernels
import OneDNN

extension Engine {
    /// Threads that primitives spread over; at first one a core, or as OMP_NUM_THREADS says. Values below 1 mean 1.
    ///
    /// Results are the same bits for the same number of threads, every time.
    public static var threads: Int {
        get { onednn_threads() }
        set {
            let count = max(1, newValue)
            onednn_set_threads(count)
            rk_set_threads(Int32(clamping: count))
            openblas_set_num_threads(Int32(clamping: count))
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
