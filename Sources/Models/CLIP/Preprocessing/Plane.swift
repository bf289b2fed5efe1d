import Kernels

/// One channel of a picture, 8 bits a pixel.
struct Plane {
    let width: Int
    let height: Int
    private(set) var bytes: [UInt8]

    /// - Parameter values: height × width of them, from 0 to 1; clipped and rounded to 8 bits.
    init(width: Int, height: Int, values: UnsafePointer<Float>) {
        (self.width, self.height) = (width, height)
        bytes = [UInt8](unsafeUninitializedCapacity: width * height) { bytes, count in
            count = width * height
            if count > 0 { rk_unit_to_u8(count, values, bytes.baseAddress!) }
        }
    }

    private init(width: Int, height: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        (self.width, self.height) = (width, height)
        bytes = [UInt8](unsafeUninitializedCapacity: width * height) { bytes, count in
            count = width * height
            if count > 0 { fill(bytes.baseAddress!) }
        }
    }

    /// What PIL's `resize` gives, of which only a window is computed.
    ///
    /// Rows are brought to their new width first and rounded to 8 bits, then columns to their new height; a side that
    /// keeps its length is not touched.
    func resized(
        width newWidth: Int, height newHeight: Int, _ filter: ResamplingFilter, columns: Range<Int>, rows: Range<Int>
    ) -> Plane {
        let vertical =
            newHeight == height ? nil : ResamplingTaps(filter, from: height, to: newHeight, window: rows)
        let needed = vertical?.inputs ?? rows
        let narrowed = Plane(width: columns.count, height: needed.count) { out in
            bytes.withUnsafeBufferPointer { bytes in
                let source = bytes.baseAddress! + needed.lowerBound * width
                guard newWidth != width else {
                    for row in 0..<needed.count {
                        (out + row * columns.count).update(
                            from: source + row * width + columns.lowerBound, count: columns.count)
                    }
                    return
                }
                ResamplingTaps(filter, from: width, to: newWidth, window: columns).withTaps {
                    rk_resample_rows_u8($0, needed.count, width, source, out)
                }
            }
        }
        guard let vertical else { return narrowed }
        return Plane(width: columns.count, height: rows.count) { out in
            narrowed.bytes.withUnsafeBufferPointer { bytes in
                vertical.shifted(by: needed.lowerBound).withTaps {
                    rk_resample_columns_u8($0, columns.count, bytes.baseAddress!, out)
                }
            }
        }
    }
}
